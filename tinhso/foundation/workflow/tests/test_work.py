"""Who is responsible, taking and giving work, sending back, many at once."""

from datetime import date

import pytest

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.organizations.models import Assignment, Unit
from tinhso.foundation.organizations.tests.factories import make_official, make_unit
from tinhso.foundation.workflow import assignment
from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.models import CaseRun
from tinhso.foundation.workflow.models import WorkItem as Item
from tinhso.foundation.workflow.tests.factories import (
    AT,
    Office,
    actor_of,
    both,
    bpmn,
    end,
    flow,
    flows,
    later,
    publish,
    start,
    start_case,
    user,
    xor,
)

pytestmark = pytest.mark.django_db

ONE = bpmn(start(), user("a"), user("b", role="leader", unit="agency"), end(), flows("start a b end"))


@pytest.fixture(autouse=True)
def _count_anew() -> None:
    assignment.forget_loads()


def test_work_goes_to_the_holder_with_least_to_do() -> None:
    office = Office()
    second = make_official(office.unit, "specialist", "Người thứ hai")
    version = publish(ONE)
    given = [start_case(version, office, subject=f"D{n}").opened[0].assignee_id for n in range(6)]
    first = office.people["specialist"].pk
    assert given == [first, second.pk] * 3


def test_where_nobody_holds_the_post_the_head_is_responsible_then_the_unit_above() -> None:
    above = Office("UBND tỉnh Mẫu", roles=("leader",))
    headed = Office("Phòng có trưởng", roles=("unit_head",), parent=above.unit)
    empty = Office("Phòng trống", roles=(), parent=above.unit)
    version = publish(ONE)
    (item,) = start_case(version, headed, subject="D1").opened
    assert item.assignee_id == headed.people["unit_head"].pk
    (item,) = start_case(version, empty, subject="D2").opened
    assert item.assignee_id == above.people["leader"].pk
    assert workflow.complete(item_id=item.id, actor=above.actor("leader"), outcome="", at=later(1)).opened


def test_any_holder_of_the_post_may_finish_the_step_and_nobody_else() -> None:
    office, other = Office(), Office("UBND xã Khác")
    colleague = make_official(office.unit, "specialist", "Đồng nghiệp")
    (item,) = start_case(publish(ONE), office).opened
    for wrong in (other.actor("specialist"), office.actor("leader"), office.actor("clerk")):
        with pytest.raises(PermissionError, match="thuộc chuyên viên của UBND phường Mẫu"):
            workflow.complete(item_id=item.id, actor=wrong, outcome="", at=later(1))
    citizen = Actor(account_id=1, kind="citizen", name="Dân")
    with pytest.raises(PermissionError):
        workflow.complete(item_id=item.id, actor=citizen, outcome="", at=later(1))
    assert workflow.complete(item_id=item.id, actor=actor_of(colleague.pk), outcome="", at=later(1)).opened


def test_claiming_and_giving_move_the_responsibility_and_are_kept_in_the_history() -> None:
    office = Office()
    colleague = make_official(office.unit, "specialist", "Đồng nghiệp")
    (item,) = start_case(publish(ONE), office).opened
    workflow.claim(item_id=item.id, actor=actor_of(colleague.pk), at=later(1))
    claimed = workflow.get_item(item_id=item.id)
    assert (claimed.assignee_id, claimed.claimed_at) == (colleague.pk, later(1))
    workflow.assign(
        item_id=item.id, person_id=office.people["specialist"].pk, actor=office.actor("leader"), at=later(2)
    )
    assert workflow.get_item(item_id=item.id).assignee_id == office.people["specialist"].pk
    with pytest.raises(PermissionError, match="Chỉ người đang phụ trách hoặc lãnh đạo"):
        workflow.assign(item_id=item.id, person_id=colleague.pk, actor=office.actor("clerk"), at=later(3))
    with pytest.raises(workflow.WrongOutcomeError, match="không giữ vị trí"):
        workflow.assign(item_id=item.id, person_id=office.people["clerk"].pk, actor=office.actor("leader"), at=later(3))
    with pytest.raises(PermissionError):
        workflow.claim(item_id=item.id, actor=office.actor("clerk"), at=later(3))
    kinds = [event["kind"] for event in workflow.case_history(kind="test", subject="D1")]
    assert kinds == ["start", "assign", "assign"]
    workflow.complete(item_id=item.id, actor=office.actor("specialist"), outcome="", at=later(4))


def test_the_head_names_who_examines() -> None:
    office = Office()
    people = [office.people["specialist"].pk, *(make_official(office.unit, "specialist", f"N{n}").pk for n in range(4))]
    version = publish(
        bpmn(
            start(), user("share", role="unit_head"), user("a", assignee="assignee"), end(), flows("start share a end")
        )
    )
    for number, person in enumerate(people):
        (item,) = start_case(version, office, subject=f"D{number}").opened
        change = workflow.complete(
            item_id=item.id, actor=office.actor("unit_head"), outcome="", at=later(1), variables={"assignee": person}
        )
        assert change.opened[0].assignee_id == person


RETURNING = bpmn(
    start(), user("a"), user("b"), both("f"), user("c"), user("d", role="clerk"), both("j"),
    user("e", role="leader", outcomes="ok=Duyệt;back=Trả lại"), xor("x", "x_end"), end(),
    flows("start a b f c j e x end", "f d j"), flow("x", "b", 'outcome = "back"'),
)  # fmt: skip


def finish(office: Office, *nodes: str) -> None:
    for name in nodes:
        item = next(i for i in workflow.open_items(kind="test", subject="D1") if i.node == name)
        workflow.complete(
            item_id=item.id, actor=office.actor(item.role), outcome="ok" if name == "e" else "", at=later(1)
        )


def open_nodes() -> list[str]:
    return sorted(i.node for i in workflow.open_items(kind="test", subject="D1"))


def test_a_step_may_be_sent_back_to_earlier_ones_with_a_reason() -> None:
    office = Office()
    start_case(publish(RETURNING), office)
    finish(office, "a", "b", "c", "d")
    (item,) = workflow.open_items(kind="test", subject="D1")
    assert workflow.return_targets(item_id=item.id) == [
        ("a", "Bước a"), ("b", "Bước b"), ("c", "Bước c"), ("d", "Bước d")
    ]  # fmt: skip
    leader = office.actor("leader")
    with pytest.raises(workflow.WrongOutcomeError, match="lý do"):
        workflow.send_back(item_id=item.id, node="a", actor=leader, reason=" ", at=later(2))
    with pytest.raises(workflow.WrongOutcomeError, match="Không trả lại được"):
        workflow.send_back(item_id=item.id, node="e", actor=leader, reason="Thiếu", at=later(2))
    with pytest.raises(PermissionError):
        workflow.send_back(item_id=item.id, node="a", actor=office.actor("clerk"), reason="Thiếu", at=later(2))
    workflow.send_back(item_id=item.id, node="a", actor=leader, reason="Thiếu căn cứ", at=later(2))
    assert open_nodes() == ["a"]
    done = Item.objects.get(pk=item.id)
    assert (done.state, done.outcome, done.note, done.done_by_name) == (
        "done", "returned", "Thiếu căn cứ", "leader UBND phường Mẫu"
    )  # fmt: skip
    finish(office, "a", "b", "d", "c", "e")
    assert CaseRun.objects.get().ended == "end"


def test_sending_back_stops_the_other_branches_or_is_refused_where_they_could_never_meet() -> None:
    office = Office()
    start_case(publish(RETURNING), office)
    finish(office, "a", "b", "d")
    (item,) = workflow.open_items(kind="test", subject="D1")
    specialist = office.actor("specialist")
    with pytest.raises(workflow.WrongOutcomeError, match="Giữ các nhánh khác thì hồ sơ sẽ tắc"):
        workflow.send_back(item_id=item.id, node="b", actor=specialist, reason="Sai", at=later(2), keep_others=True)
    workflow.send_back(item_id=item.id, node="b", actor=specialist, reason="Sai", at=later(2))
    finish(office, "b", "c", "d", "e")
    assert CaseRun.objects.get().ended == "end"


def test_many_steps_at_once_stand_or_fall_each_for_itself() -> None:
    office, other = Office(), Office("UBND xã Khác")
    version = publish(ONE)
    items = [start_case(version, office, subject=f"D{n}").opened[0].id for n in range(3)]
    foreign = start_case(version, other, subject="F1").opened[0].id
    actor = office.actor("specialist")
    workflow.complete(item_id=items[1], actor=actor, outcome="", at=later(1))
    results = workflow.bulk_complete(item_ids=[*items, foreign, 10**9], actor=actor, outcome="", at=later(2))
    assert [bool(r.change) for r in results] == [True, False, True, False, False]
    assert "đã làm xong" in results[1].error
    assert "thuộc chuyên viên của UBND xã Khác" in results[3].error
    assert results[4].error == "Không tìm thấy việc này."
    assert Item.objects.filter(node="b", state="open").count() == 3


def test_an_outcome_the_step_does_not_offer_is_refused_in_words() -> None:
    office = Office()
    start_case(publish(RETURNING), office)
    finish(office, "a", "b", "c", "d")
    (item,) = workflow.open_items(kind="test", subject="D1")
    for outcome in ("", "maybe", "OK"):
        with pytest.raises(workflow.WrongOutcomeError, match="không có trong các kết quả"):
            workflow.complete(item_id=item.id, actor=office.actor("leader"), outcome=outcome, at=later(2))
    assert open_nodes() == ["e"]


def test_work_of_people_who_left_goes_to_who_holds_the_post_now() -> None:
    office = Office()
    (item,) = start_case(publish(ONE), office).opened
    assert workflow.reassign_vacant(at=later(1)) == 0
    Assignment.objects.filter(person=office.people["specialist"]).update(valid_to=date(2026, 11, 20))
    assert workflow.reassign_vacant(at=later(days=5)) == 1
    assert workflow.get_item(item_id=item.id).assignee_id == office.people["unit_head"].pk
    successor = make_official(office.unit, "specialist", "Người kế nhiệm")
    assert workflow.reassign_vacant(at=later(days=5)) == 1
    assert workflow.get_item(item_id=item.id).assignee_id == successor.pk


def test_work_of_a_merged_unit_goes_to_its_successor() -> None:
    old, new = Office("UBND xã Cũ"), Office("UBND xã Mới")
    (item,) = start_case(publish(ONE), old).opened
    Unit.objects.filter(pk=old.unit.pk).update(valid_to=date(2026, 11, 20), successor=new.unit)
    Assignment.objects.filter(post__unit=old.unit).update(valid_to=date(2026, 11, 20))
    moment = later(days=5)
    assert workflow.reassign_vacant(at=moment) == 1
    moved = workflow.get_item(item_id=item.id)
    assert (moved.unit_id, moved.assignee_id) == (new.unit.pk, new.people["specialist"].pk)
    (second,) = workflow.complete(item_id=item.id, actor=new.actor("specialist"), outcome="", at=moment).opened
    assert (second.unit_id, second.assignee_id) == (new.unit.pk, new.people["leader"].pk)


def test_the_legal_due_date_reaches_open_items_and_their_order() -> None:
    office = Office()
    version = publish(ONE)
    for number in range(3):
        start_case(version, office, subject=f"D{number}", due_at=later(days=number + 1))
    workflow.set_legal_due(kind="test", due={"D0": later(days=9), "D1": None, "gone": AT})
    page = workflow.inbox(actor=office.actor("specialist"))
    assert [i.subject for i in page.items] == ["D2", "D0", "D1"]
    assert [i.legal_due_at for i in page.items] == [later(days=3), later(days=9), None]


def test_a_unit_that_is_missing_is_said() -> None:
    office = Office()
    with pytest.raises(workflow.WrongOutcomeError, match="chưa có đơn vị"):
        start_case(publish(ONE), office, units={"desk": make_unit().pk})
