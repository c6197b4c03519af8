"""Who holds which post on a day, and which unit answers for a code."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tinhso.foundation.organizations import models, public, revision
from tinhso.foundation.organizations.tests.factories import (
    make_assignment,
    make_code,
    make_official,
    make_person,
    make_post,
    make_unit,
)

pytestmark = pytest.mark.django_db


def names(unit: models.Unit, role: str, on: date | None = None) -> list[str]:
    return [p.name for p in public.holders(unit_id=unit.id, role=role, on=on)]


def test_a_person_holds_a_post_only_on_the_days_of_the_assignment() -> None:
    unit = make_unit()
    post = make_post(unit, "leader", title="Chủ tịch")
    make_assignment(make_person("Bà A"), post, valid_from=date(2024, 1, 1), valid_to=date(2025, 7, 1))
    make_assignment(make_person("Ông B"), post, valid_from=date(2025, 7, 1))
    assert names(unit, "leader", date(2025, 6, 30)) == ["Bà A"]
    assert names(unit, "leader", date(2025, 7, 1)) == ["Ông B"]
    assert names(unit, "leader", date(2023, 1, 1)) == []
    before = public.holder_on(post_id=post.id, on=date(2025, 6, 30))
    assert before is not None
    assert (before.person.name, before.title) == ("Bà A", "Chủ tịch")
    assert public.holder_on(post_id=post.id, on=date(2020, 5, 1)) is None


def test_the_absent_are_left_out_and_their_delegate_stands_in() -> None:
    unit, today = make_unit(), timezone.localdate()
    leader = make_official(unit, "leader", "Bà A")
    deputy = make_official(unit, "unit_head", "Ông B")
    post = models.Post.objects.get(role="leader")
    week = {"valid_from": today, "valid_to": today + timedelta(days=7)}
    models.Absence.objects.create(person=leader, reason="Nghỉ phép", **week)
    assert names(unit, "leader") == []
    models.Delegation.objects.create(post=post, from_person=leader, to_person=deputy, reason="Nghỉ phép", **week)
    assert names(unit, "leader") == ["Ông B"]
    held = {h.role: h.delegated_by for h in public.held_posts(person_id=deputy.id)}
    assert held == {"unit_head": None, "leader": "Bà A"}
    assert [h.role for h in public.held_posts(person_id=leader.id)] == ["leader"]
    assert names(unit, "leader", today + timedelta(days=7)) == ["Bà A"]


def test_the_database_refuses_two_people_in_one_post() -> None:
    post = make_post(make_unit())
    make_assignment(make_person(), post, valid_to=date(2025, 7, 1))
    with pytest.raises(IntegrityError, match="one_person_in_a_post"):
        make_assignment(make_person(), post, valid_from=date(2025, 6, 30))


def test_the_database_refuses_one_code_for_two_units() -> None:
    make_code(make_unit(), "H53.118", valid_to=date(2025, 7, 1))
    with pytest.raises(IntegrityError, match="code_names_one_unit"):
        make_code(make_unit(), "H53.118", valid_from=date(2025, 6, 30))


def test_the_database_refuses_two_codes_of_one_unit() -> None:
    unit = make_unit()
    make_code(unit, "H53.118", valid_to=date(2025, 7, 1))
    with pytest.raises(IntegrityError, match="unit_has_one_code"):
        make_code(unit, "H53.119", valid_from=date(2025, 6, 30))


def test_a_row_may_begin_on_the_day_the_other_ends() -> None:
    unit, other = make_unit(), make_unit()
    make_code(unit, "H53.118", valid_to=date(2025, 7, 1))
    make_code(other, "H53.118", valid_from=date(2025, 7, 1))
    assert public.resolve_code(code=" h53.118 ", on=date(2025, 6, 30)).id == unit.id
    assert public.resolve_code(code="H53.118").id == other.id


def test_an_old_code_leads_to_the_unit_that_took_over() -> None:
    new = make_unit("UBND phường mới", valid_from=date(2025, 7, 1))
    middle = make_unit("UBND giữa", valid_to=date(2025, 7, 1), successor=new)
    old = make_unit("UBND xã cũ", valid_to=date(2024, 1, 1), successor=middle)
    make_code(old, "000.03.18.H53", scheme="qcvn102", valid_to=date(2024, 1, 1))
    assert public.resolve_code(code="000.03.18.H53").name == "UBND phường mới"
    assert public.resolve_code(code="000.03.18.H53", on=date(2024, 6, 1)).name == "UBND giữa"
    assert public.resolve_code(code="000.03.18.H53", on=date(2023, 6, 1)).name == "UBND xã cũ"
    with pytest.raises(LookupError, match="H99"):
        public.resolve_code(code="H99")


def test_units_know_their_code_in_force_and_their_path() -> None:
    province = make_unit("UBND tỉnh", kind="province")
    commune = make_unit("UBND phường", province)
    make_code(commune, "H53.1", valid_to=date(2025, 7, 1))
    make_code(commune, "H53.118", valid_from=date(2025, 7, 1))
    unit = public.get_unit(unit_id=commune.id)
    assert (unit.code, unit.path) == ("H53.118", (province.id, commune.id))
    assert [u.name for u in public.units(under=province.id, kind="commune")] == ["UBND phường"]
    assert [c.code for c in public.codes_of(unit_id=commune.id)] == ["H53.1", "H53.118"]


def test_questions_on_hot_paths_ask_the_database_nothing() -> None:
    unit = make_unit()
    person = make_official(unit)
    public.get_unit(unit_id=unit.id)
    with CaptureQueriesContext(connection) as queries:
        for _ in range(50):
            public.holders(unit_id=unit.id, role="specialist")
            public.held_posts(person_id=person.id)
            public.get_unit(unit_id=unit.id)
    assert len(queries) == 0


@pytest.mark.django_db(transaction=True)
def test_a_change_made_elsewhere_is_heard_within_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    unit = make_unit("Tên cũ")
    assert public.get_unit(unit_id=unit.id).name == "Tên cũ"
    with connection.cursor() as cursor:  # as another process would
        cursor.execute("UPDATE organizations_unit SET name = 'Tên mới' WHERE id = %s", [unit.id])
    assert public.get_unit(unit_id=unit.id).name == "Tên cũ"
    monkeypatch.setattr(revision, "CHECK_SECONDS", 0.0)
    assert public.get_unit(unit_id=unit.id).name == "Tên mới"


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_was_never_shown_to_others() -> None:
    unit = make_unit("Tên cũ")
    assert public.get_unit(unit_id=unit.id).name == "Tên cũ"
    with transaction.atomic():
        models.Unit.objects.filter(pk=unit.id).update(name="Tên nháp")
        assert public.get_unit(unit_id=unit.id).name == "Tên nháp"
        transaction.set_rollback(True)
    assert public.get_unit(unit_id=unit.id).name == "Tên cũ"
