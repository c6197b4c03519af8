"""A merger is planned, read, carried out once; the past stays as it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from django.utils import timezone

from tinhso.foundation.audit import public as audit
from tinhso.foundation.organizations import mergers, models, public
from tinhso.foundation.organizations.mergers import Dependant, MergerRefusedError, MergerRequest
from tinhso.foundation.organizations.tests.factories import (
    make_assignment,
    make_code,
    make_official,
    make_person,
    make_post,
    make_unit,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
BEFORE = TODAY - timedelta(days=1)


@dataclass(frozen=True)
class By:
    key: str = "account:1"
    name: str = "Bà Quản trị"


@dataclass
class Province:
    top: models.Unit
    north: models.Unit
    south: models.Unit

    def request(self, **fields: object) -> MergerRequest:
        values = {
            "title": "Nhập phường Bắc và phường Nam",
            "decision": "1682/NQ-UBTVQH15",
            "effective_on": TODAY,
            "sources": (self.north.id, self.south.id),
            "target_key": "phuong-moi",
            "target_name": "UBND phường Mới",
            "target_parent_id": self.top.id,
            "keeps_code_of": self.north.id,
            **fields,
        }
        return MergerRequest(**values)


@pytest.fixture
def province() -> Province:
    top = make_unit("UBND tỉnh", kind="province")
    north, south = make_unit("UBND phường Bắc", top), make_unit("UBND phường Nam", top)
    for unit, code in ((north, "H53.1"), (south, "H53.2")):
        make_code(unit, code)
        make_code(unit, f"000.00.{code[-1]}.H53", scheme="qcvn102")
        desk = make_unit("Bộ phận Một cửa", unit, kind="desk")
        make_code(desk, f"{code}.01")
        leader = make_official(unit, "leader", f"Chủ tịch {unit.name[-3:].strip()}")
        models.Post.objects.filter(assignments__person=leader).update(title="Chủ tịch UBND phường")
        make_official(desk, "desk_officer", f"Một cửa {unit.name[-3:].strip()}")
    return Province(top, north, south)


def carry_out(request: MergerRequest) -> int:
    return public.carry_out_merger(public.plan_merger(request), by=By(), at=timezone.now())


def test_a_plan_tells_all_and_changes_nothing(province: Province) -> None:
    before = list(models.Unit.objects.values_list("id", "valid_to"))
    plan = public.plan_merger(province.request())
    assert [(s.old_name, s.new_name) for s in plan.units] == [
        ("UBND phường Bắc", "UBND phường Mới"),
        ("Bộ phận Một cửa", "Bộ phận Một cửa"),
        ("UBND phường Nam", "UBND phường Mới"),
        ("Bộ phận Một cửa", "Bộ phận Một cửa"),
    ]
    assert len(plan.new_units) == 2
    assert {(s.code, s.becomes) for s in plan.codes if s.scheme == "qd20"} == {
        ("H53.1", "H53.1"),
        ("H53.1.01", "H53.1.01"),
        ("H53.2", ""),
        ("H53.2.01", ""),
    }
    assert {s.person for s in plan.posts} == {"Chủ tịch Bắc", "Chủ tịch Nam", "Một cửa Bắc", "Một cửa Nam"}
    assert any("2 người cùng giữ «Chủ tịch UBND phường»" in w for w in plan.warnings)
    assert list(models.Unit.objects.values_list("id", "valid_to")) == before


def test_after_the_merger_old_codes_lead_to_the_new_unit_and_the_past_stays(province: Province) -> None:
    old_post = models.Post.objects.get(unit=province.south, role="leader")
    carry_out(province.request())
    new = public.unit_by_key(key="phuong-moi")
    assert new.code == "H53.1"
    for code in ("H53.1", "H53.2", "000.00.1.H53", "000.00.2.H53"):
        assert public.resolve_code(code=code).id == new.id, code
    assert public.resolve_code(code="H53.2.01").parent_id == new.id
    assert public.resolve_code(code="H53.2", on=BEFORE).id == province.south.id
    assert public.successor_of(unit_id=province.south.id).id == new.id
    holder = public.holder_on(post_id=old_post.id, on=BEFORE)
    assert holder is not None
    assert (holder.person.name, holder.title, holder.unit_name) == (
        "Chủ tịch Nam",
        "Chủ tịch UBND phường",
        "UBND phường Nam",
    )
    assert public.holder_on(post_id=old_post.id, on=TODAY) is None
    names = {p.name for p in public.holders(unit_id=new.id, role="leader")}
    assert names == {"Chủ tịch Bắc", "Chủ tịch Nam"}
    assert public.holders(unit_id=province.south.id, role="leader") == []
    assert [p.name for p in public.holders(unit_id=province.south.id, role="leader", on=BEFORE)] == ["Chủ tịch Nam"]
    desk = public.resolve_code(code="H53.1.01")
    assert {p.name for p in public.holders(unit_id=desk.id, role="desk_officer")} == {"Một cửa Bắc", "Một cửa Nam"}
    assert {u.id for u in public.units(under=new.id)} == {new.id, desk.id}


def test_a_post_without_a_seat_hands_its_work_to_a_like_one(province: Province) -> None:
    north, south = (models.Post.objects.get(unit=u, role="leader") for u in (province.north, province.south))
    carry_out(province.request(unseated=frozenset({south.id}), titles={north.id: "Chủ tịch UBND phường Mới"}))
    new = public.unit_by_key(key="phuong-moi")
    assert [p.name for p in public.holders(unit_id=new.id, role="leader")] == ["Chủ tịch Bắc"]
    successor = public.get_post(post_id=south.id).successor_id
    assert successor is not None
    assert public.get_post(post_id=successor).title == "Chủ tịch UBND phường Mới"
    assert public.get_post(post_id=north.id).successor_id == successor
    only = province.request(unseated=frozenset({north.id, south.id}))
    models.Unit.objects.filter(pk__in=[province.north.id, province.south.id]).update(valid_to=None)
    with pytest.raises(MergerRefusedError):
        public.plan_merger(replace(only, target_key="khac"))


def test_one_unit_may_take_in_another(province: Province) -> None:
    request = province.request(
        sources=(province.south.id,), target_id=province.north.id, target_key="", target_name="", keeps_code_of=None
    )
    carry_out(request)
    assert public.resolve_code(code="H53.2").id == province.north.id
    assert public.get_unit(unit_id=province.north.id).code == "H53.1"
    row = models.AgencyCode.objects.get(code="H53.2")
    assert row.successor is not None
    assert row.successor.code == "H53.1"
    desk = public.resolve_code(code="H53.2.01")
    assert (desk.code, desk.parent_id) == ("H53.1.01", province.north.id)


def test_a_new_code_may_be_issued(province: Province) -> None:
    carry_out(province.request(keeps_code_of=None, new_code="H53.118"))
    assert public.unit_by_key(key="phuong-moi").code == "H53.118"
    assert models.AgencyCode.objects.get(code="H53.2").successor.code == "H53.118"


def test_leave_and_delegation_go_over_with_the_days_that_remain(province: Province) -> None:
    post = models.Post.objects.get(unit=province.north, role="leader")
    deputy = make_person("Phó Bắc")
    make_assignment(deputy, make_post(province.north, "unit_head"))
    public.delegate(
        post_id=post.id,
        to_person_id=deputy.id,
        first_day=BEFORE,
        last_day=TODAY + timedelta(days=5),
        reason="Nghỉ phép",
        by=By(),
    )
    carry_out(province.request())
    new = public.unit_by_key(key="phuong-moi")
    assert "Phó Bắc" in {p.name for p in public.holders(unit_id=new.id, role="leader")}
    acting = public.acting_on(post_id=post.id, on=BEFORE)
    assert acting is not None
    assert (acting.person.name, acting.acting) == ("Phó Bắc", True)


def test_open_work_is_counted_in_the_plan_and_moved_in_the_same_transaction(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    moves: list[tuple[Mapping[int, int], Mapping[int, int]]] = []

    def move(units: Mapping[int, int], posts: Mapping[int, int]) -> int:
        moves.append((units, posts))
        return 7

    def count(units: Sequence[int]) -> int:
        return len(units)

    monkeypatch.setattr(mergers, "_dependants", {})
    public.register_dependant(Dependant("hồ sơ đang giải quyết", count, move))
    assert public.plan_merger(province.request()).open_work == (("hồ sơ đang giải quyết", 4),)
    merger = carry_out(province.request())
    new = public.unit_by_key(key="phuong-moi")
    assert moves[0][0][province.south.id] == new.id
    assert len(moves[0][1]) == 4
    assert models.Merger.objects.get(pk=merger).plan["moved"] == {"hồ sơ đang giải quyết": 7}
    assert [e.act for e in audit.trail(subject=f"unit:{province.south.id}")] == ["merge_unit"]


def test_a_plan_that_no_longer_fits_is_refused(province: Province) -> None:
    plan = public.plan_merger(province.request())
    make_official(province.south, "clerk", "Văn thư mới")
    with pytest.raises(MergerRefusedError, match="đã thay đổi"):
        public.carry_out_merger(plan, by=By(), at=timezone.now())


def test_the_same_merger_is_not_done_twice(province: Province) -> None:
    plan = public.plan_merger(province.request())
    public.carry_out_merger(plan, by=By(), at=timezone.now())
    with pytest.raises(MergerRefusedError):
        public.carry_out_merger(plan, by=By(), at=timezone.now())


def test_a_merger_is_not_done_before_its_day(province: Province) -> None:
    request = province.request(effective_on=TODAY + timedelta(days=30))
    with pytest.raises(MergerRefusedError, match="Chưa đến ngày"):
        carry_out(request)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"sources": ()}, "Chưa chọn đơn vị nào"),
        ({"sources": (0,)}, "không có hiệu lực"),
        ({"target_key": ""}, "khoá và tên"),
        ({"new_code": "H53.9"}, "Chọn một"),
        ({"new_code": "H53.1", "keeps_code_of": None}, "đang là mã của đơn vị khác"),
        ({"keeps_code_of": 0}, "Chọn một|danh sách sáp nhập|phường Mới"),
        ({"unseated": frozenset({0})}, "không thuộc đơn vị bị sáp nhập"),
    ],
)
def test_a_senseless_request_is_told_why(province: Province, fields: dict[str, object], sentence: str) -> None:
    if fields.get("keeps_code_of") == 0:
        fields = {"keeps_code_of": province.top.id}
    with pytest.raises(MergerRefusedError, match=sentence):
        public.plan_merger(province.request(**fields))


def test_a_unit_cannot_be_merged_into_itself_or_its_part(province: Province) -> None:
    for target in (province.north.id, models.Unit.objects.get(parent=province.north).id):
        with pytest.raises(MergerRefusedError):
            public.plan_merger(province.request(target_id=target, target_key="", keeps_code_of=None))


# --- everyday changes


def test_a_renamed_unit_keeps_its_old_name_for_the_old_days() -> None:
    unit = make_unit("UBND thị trấn", valid_from=date(2020, 1, 1))
    post = make_post(unit, "leader")
    make_assignment(make_person("Bà A"), post)
    public.rename_unit(unit_id=unit.id, name="UBND phường", on=date(2025, 7, 1), by=By())
    old, new = (public.holder_on(post_id=post.id, on=day) for day in (date(2025, 6, 30), date(2025, 7, 1)))
    assert old is not None
    assert new is not None
    assert (old.unit_name, new.unit_name) == ("UBND thị trấn", "UBND phường")
    with pytest.raises(public.OrganizationError):
        public.rename_unit(unit_id=unit.id, name="Khác", on=date(2025, 7, 1), by=By())


def test_an_appointment_ends_the_one_before() -> None:
    unit = make_unit()
    post = make_post(unit, "leader")
    first, second = make_person("Bà A"), make_person("Ông B")
    public.appoint(post_id=post.id, person_id=first.id, on=date(2024, 1, 1), by=By())
    public.appoint(post_id=post.id, person_id=second.id, on=TODAY, by=By(), decision="12/QĐ-UBND")
    assert [p.name for p in public.holders(unit_id=unit.id, role="leader")] == ["Ông B"]
    assert [p.name for p in public.holders(unit_id=unit.id, role="leader", on=BEFORE)] == ["Bà A"]
    public.relieve(post_id=post.id, on=TODAY + timedelta(days=1), by=By())
    assert public.holders(unit_id=unit.id, role="leader", on=TODAY + timedelta(days=1)) == []


def test_a_new_code_ends_the_one_before_and_overlaps_are_told() -> None:
    unit, other = make_unit(), make_unit()
    public.issue_code(unit_id=unit.id, code="H53.1", on=date(2020, 1, 1), by=By())
    public.issue_code(unit_id=unit.id, code="H53.118", on=date(2025, 7, 1), by=By())
    assert public.get_unit(unit_id=unit.id).code == "H53.118"
    assert public.resolve_code(code="H53.1").id == unit.id
    with pytest.raises(public.OrganizationError, match="đơn vị khác"):
        public.issue_code(unit_id=other.id, code="H53.118", on=TODAY, by=By())


def test_delegation_and_absence_are_told_when_they_make_no_sense() -> None:
    unit = make_unit()
    leader = make_official(unit, "leader")
    post = models.Post.objects.get(unit=unit)
    days = {"first_day": TODAY, "last_day": TODAY + timedelta(days=2), "reason": "Đi họp", "by": By()}
    with pytest.raises(public.OrganizationError, match="chính mình"):
        public.delegate(post_id=post.id, to_person_id=leader.id, **days)
    row = public.delegate(post_id=post.id, to_person_id=make_person().id, **days)
    with pytest.raises(public.OrganizationError, match="đã được uỷ quyền"):
        public.delegate(post_id=post.id, to_person_id=make_person().id, **days)
    public.revoke_delegation(delegation_id=row, on=TODAY, by=By())
    absence = public.record_absence(person_id=leader.id, **days)
    assert public.is_absent(person_id=leader.id)
    with pytest.raises(public.OrganizationError, match="đã được báo nghỉ"):
        public.record_absence(person_id=leader.id, **days)
    public.end_absence(absence_id=absence, on=TODAY, by=By())
    assert not public.is_absent(person_id=leader.id)
    with pytest.raises(public.OrganizationError, match="sau ngày bắt đầu"):
        public.record_absence(person_id=leader.id, **{**days, "last_day": TODAY - timedelta(days=3)})
