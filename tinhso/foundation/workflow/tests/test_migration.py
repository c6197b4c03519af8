"""Carrying running cases over to another version."""

import pytest

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.migration import CannotMigrateError, Carrier, moved_marking
from tinhso.foundation.workflow.models import CaseRun, Subscription, Timer, WorkItem
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
    after = moved_marking(plan_of(*OLD), plan_of(*NEW), waiting_in_the_join(), {"c": "c2"})
    assert after["tok"] == {"2": ["b", "f_b", ""], "4": ["j", "c_j", ""]}


@pytest.mark.parametrize(
    ("new", "sentence"), [(WITHOUT_JOIN, "không còn"), (JOIN_OF_OTHERS, "không còn nhánh «c_j» đang chờ")]
)
def test_a_join_that_lost_the_waiting_branch_keeps_the_case_where_it_is(new: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CannotMigrateError, match=sentence):
        moved_marking(plan_of(*OLD), plan_of(*new), waiting_in_the_join(), {})


@pytest.mark.django_db
def test_a_marking_that_could_never_end_is_refused() -> None:
    carrier = Carrier(publish(bpmn(*OLD)), publish(bpmn(*NEW)), {})
    state = waiting_in_the_join()
    state["tok"] = {"4": ["j", "c_j", ""]}
    with pytest.raises(CannotMigrateError, match="không đi tới cuối được"):
        carrier.after(state)


def world() -> tuple[Office, int, int]:
    """Three cases at different places of the first version, and the second version."""
    office = Office()
    first = publish(bpmn(*OLD))
    for number in range(3):
        start_case(first, office, subject=f"D{number}")
    for subject, nodes in (("D0", "a"), ("D1", "ac"), ("D2", "abc")):
        for node in nodes:
            item = next(i for i in workflow.open_items(kind="test", subject=subject) if i.node == node)
            workflow.complete(item_id=item.id, actor=office.actor(item.role), outcome="", at=later(1))
    return office, first, publish(bpmn(*NEW))


def begin(first: int, second: int, node_map: dict[str, str], timers: str = "keep") -> int:
    return workflow.start_migration(
        from_version=first, to_version=second, node_map=node_map, timers=timers, actor=ADMIN, reason="Thêm bước",
        at=later(1.5),
    )  # fmt: skip


def everything() -> list[object]:
    """All that can be seen of running cases, but for the history, which only grows."""
    return [
        list(CaseRun.objects.order_by("id").values("id", "version_id", "state", "status", "stage", "units", "due_at")),
        list(WorkItem.objects.order_by("id").values()),
        list(Timer.objects.order_by("case_id", "token", "node").values("case_id", "token", "node", "fire_at")),
        list(Subscription.objects.order_by("case_id", "token", "node").values("case_id", "token", "node", "message")),
    ]


@pytest.mark.django_db
def test_open_cases_go_over_and_those_that_cannot_say_why() -> None:
    office, first, second = world()
    tried = workflow.try_migration(from_version=first, to_version=second, node_map={})
    assert [(one.subject, one.problem) for one in tried] == [
        ("D0", "Bước «Bước c (c)» không còn; hãy chỉ bước thay thế."), ("D1", ""), ("D2", ""),
    ]  # fmt: skip
    assert workflow.proposed_map(from_version=first, to_version=second) == ({}, ["c"])
    assert set(CaseRun.objects.values_list("version_id", flat=True)) == {first}
    done = begin(first, second, {})
    assert workflow.migrate_batch(migration_id=done, at=later(1.5), size=2) == 2
    assert workflow.migration(migration_id=done).left == 1
    assert workflow.migrate_batch(migration_id=done, at=later(1.5)) == 1
    assert workflow.migrate_batch(migration_id=done, at=later(1.5)) == 0
    found = workflow.migration(migration_id=done)
    assert (found.moved, [subject for subject, _ in found.stayed], found.left) == (2, ["D0"], 0)
    assert Timer.objects.get().fire_at == later(days=3, hours=1.5)  # the step of D2 got a timer
    again = begin(first, second, {"c": "c2"})
    workflow.migrate_batch(migration_id=again, at=later(1.5))
    assert {i.node for i in workflow.open_items(kind="test", subject="D0")} == {"b", "c2"}
    (item,) = workflow.open_items(kind="test", subject="D1")
    workflow.complete(item_id=item.id, actor=office.actor("specialist"), outcome="", at=later(2))
    assert [i.node for i in workflow.open_items(kind="test", subject="D1")] == ["check"]
    assert workflow.case_history(kind="test", subject="D1")[-2]["kind"] == "migrate"


@pytest.mark.django_db
def test_a_revert_is_exact_and_leaves_alone_what_has_moved_on() -> None:
    office, first, second = world()
    before = everything()
    done = begin(first, second, {"c": "c2"})
    while workflow.migrate_batch(migration_id=done, at=later(1.5), size=2):
        pass
    assert everything() != before
    while workflow.revert_batch(migration_id=done, actor=ADMIN, at=later(1.6), size=2):
        pass
    assert everything() == before
    once_more = begin(first, second, {"c": "c2"})
    workflow.migrate_batch(migration_id=once_more, at=later(1.7))
    (item,) = workflow.open_items(kind="test", subject="D1")
    workflow.complete(item_id=item.id, actor=office.actor("specialist"), outcome="", at=later(2))
    workflow.revert_batch(migration_id=once_more, actor=ADMIN, at=later(3))
    found = workflow.migration(migration_id=once_more)
    assert (found.reverted, [subject for subject, _ in found.not_reverted]) == (2, ["D1"])
    assert workflow.revert_batch(migration_id=once_more, actor=ADMIN, at=later(4)) == 0


@pytest.mark.django_db
def test_timers_keep_their_date_unless_told_otherwise() -> None:
    def version(days: int) -> int:
        return publish(
            bpmn(start(), user("a"), timer("late", "a", f"P{days}D"), end("e2"), end(), flows("start a end", "late e2"))
        )

    office, first = Office(), version(15)
    start_case(first, office)
    second = version(30)
    workflow.migrate_batch(migration_id=begin(first, second, {}), at=later(1.5))
    assert Timer.objects.get().fire_at == later(days=15)
    third = version(40)
    workflow.migrate_batch(migration_id=begin(second, third, {}, timers="restart"), at=later(1.5))
    assert Timer.objects.get().fire_at == later(days=40, hours=1.5)


@pytest.mark.django_db
def test_a_step_that_got_another_role_goes_to_whoever_holds_it() -> None:
    office, first = Office(), publish(bpmn(start(), user("a"), end(), flows("start a end")))
    start_case(first, office)
    second = publish(bpmn(start(), user("a", role="clerk"), end(), flows("start a end")))
    workflow.migrate_batch(migration_id=begin(first, second, {}), at=later(1))
    (item,) = workflow.open_items(kind="test", subject="D1")
    assert (item.role, item.assignee_id) == ("clerk", office.people["clerk"].pk)


@pytest.mark.django_db
@pytest.mark.parametrize(("change", "sentence"), [({"reason": " "}, "lý do"), ({"to_version": 0}, "hai phiên bản")])
def test_a_migration_that_makes_no_sense_is_refused(change: dict[str, object], sentence: str) -> None:
    _, first, second = world()
    given = {"from_version": first, "to_version": second, "node_map": {}, "timers": "keep", "reason": "Thêm bước"}
    with pytest.raises(ValueError, match=sentence):
        workflow.start_migration(**{**given, **change}, actor=ADMIN, at=later(1))  # type: ignore[arg-type]
