"""Carrying running cases over to another version."""

import pytest

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.migration import CannotMigrateError, migrate_state
from tinhso.foundation.workflow.models import CaseRun, Timer
from tinhso.foundation.workflow.tests.factories import (
    Office,
    both,
    bpmn,
    end,
    flows,
    later,
    plan_of,
    publish,
    start,
    start_case,
    timer,
    user,
)

ADMIN = Actor(account_id=1, kind="official", name="Quản trị", person_id=1)
OLD = (
    start(), user("a"), both("f"), user("b"), user("c", role="clerk"), both("j"), user("d", role="leader"), end(),
    flows("start a f b j d end", "f c j"),
)  # fmt: skip
# a step more before the end, `c` renamed
NEW = (
    start(), user("a"), both("f"), user("b"), user("c2", role="clerk"), both("j"), user("check", role="unit_head"),
    user("d", role="leader"), timer("late", "d", "P3D"), end("gone"), end(),
    flows("start a f b j check d end", "f c2", "late gone"),
    '<sequenceFlow id="c_j" sourceRef="c2" targetRef="j"/>',
)  # fmt: skip
WITHOUT_JOIN = (start(), user("a"), user("b"), user("d", role="leader"), end(), flows("start a b d end"))
JOIN_OF_OTHERS = (
    start(), user("a"), both("f"), user("b"), user("x"), both("j"), user("d"), end(),
    flows("start a f b j d end", "f x j"),
)  # fmt: skip


def waiting_in_the_join() -> dict[str, object]:
    return {
        "tok": {"2": ["b", "f_b", ""], "4": ["j", "c_j", ""]}, "seq": 4, "mi": {}, "vars": {}, "out": {}
    }  # fmt: skip


def test_a_token_waiting_in_a_join_keeps_its_place() -> None:
    after = migrate_state(plan_of(*OLD), plan_of(*NEW), waiting_in_the_join(), {"c": "c2"})
    assert after["tok"] == {"2": ["b", "f_b", ""], "4": ["j", "c_j", ""]}


@pytest.mark.parametrize(
    ("new", "sentence"), [(WITHOUT_JOIN, "không còn"), (JOIN_OF_OTHERS, "không còn nhánh «c_j» đang chờ")]
)
def test_a_join_that_lost_the_waiting_branch_keeps_the_case_where_it_is(new: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CannotMigrateError, match=sentence):
        migrate_state(plan_of(*OLD), plan_of(*new), waiting_in_the_join(), {})


def test_a_marking_that_could_never_end_is_refused() -> None:
    state = waiting_in_the_join()
    state["tok"] = {"4": ["j", "c_j", ""]}
    with pytest.raises(CannotMigrateError, match="không đi tới cuối được"):
        migrate_state(plan_of(*OLD), plan_of(*NEW), state, {})


@pytest.mark.django_db
def test_open_cases_go_over_and_those_that_cannot_say_why() -> None:
    office = Office()
    first = publish(bpmn(*OLD))
    for number in range(3):
        start_case(first, office, subject=f"D{number}")
    for subject, nodes in (("D0", "a"), ("D1", "ac"), ("D2", "abc")):
        for node in nodes:
            item = next(i for i in workflow.open_items(kind="test", subject=subject) if i.node == node)
            workflow.complete(item_id=item.id, actor=office.actor(item.role), outcome="", at=later(1))
    second = publish(bpmn(*NEW))
    given = {"from_version": first, "to_version": second, "actor": ADMIN, "reason": "Thêm bước", "at": later(1.5)}
    tried = workflow.migrate_cases(**given)
    assert [r.problem for r in tried] == ["Bước «Bước c (c)» không còn; hãy chỉ bước thay thế.", "", ""]
    assert set(CaseRun.objects.values_list("version_id", flat=True)) == {first}
    workflow.migrate_cases(**given, node_map={"c": "c2"}, dry_run=False)
    assert set(CaseRun.objects.values_list("version_id", flat=True)) == {second}
    assert Timer.objects.get().fire_at == later(days=3, hours=1.5)  # the step of D2 got a timer
    assert {i.node for i in workflow.open_items(kind="test", subject="D0")} == {"b", "c2"}
    (item,) = workflow.open_items(kind="test", subject="D1")
    workflow.complete(item_id=item.id, actor=office.actor("specialist"), outcome="", at=later(2))
    assert [i.node for i in workflow.open_items(kind="test", subject="D1")] == ["check"]
    assert workflow.case_history(kind="test", subject="D1")[-2]["kind"] == "migrate"
