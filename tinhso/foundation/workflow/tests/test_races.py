"""Two at once, with real threads on the real database."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import close_old_connections, connection, transaction

from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.models import CaseEvent, CaseRun, MessageInbox
from tinhso.foundation.workflow.models import WorkItem as Item
from tinhso.foundation.workflow.tests.factories import (
    AT,
    Office,
    both,
    bpmn,
    end,
    flows,
    later,
    publish,
    receive,
    start,
    start_case,
    timer,
    user,
)

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 12


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run acts at the same moment, each in its own transaction; results or exceptions, in order."""
    barrier = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            with transaction.atomic():
                results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


PARALLEL = bpmn(
    start(), both("f"), user("a"), user("b", role="clerk"), both("j"), user("c", role="leader"), end(),
    flows("start f a j c end", "f b j"),
)  # fmt: skip


def test_two_officials_finishing_parallel_branches_at_once_never_get_stuck() -> None:
    office = Office()
    version = publish(PARALLEL)
    for number in range(ROUNDS):
        with transaction.atomic():
            one, two = start_case(version, office, subject=f"D{number}").opened
        together(
            lambda item=one: workflow.complete(
                item_id=item.id, actor=office.actor("specialist"), outcome="", at=later(1)
            ),
            lambda item=two: workflow.complete(item_id=item.id, actor=office.actor("clerk"), outcome="", at=later(1)),
        )
    standing = Item.objects.filter(state="open").values_list("node", flat=True)
    assert list(standing) == ["c"] * ROUNDS


def test_of_two_officials_on_one_step_the_first_wins_and_the_second_is_told_who_and_when() -> None:
    office = Office()
    version = publish(bpmn(start(), user("a"), user("b", role="clerk"), end(), flows("start a b end")))
    actor = office.actor("specialist")
    for number in range(ROUNDS):
        with transaction.atomic():
            (item,) = start_case(version, office, subject=f"D{number}").opened
        act = lambda item=item: workflow.complete(item_id=item.id, actor=actor, outcome="", at=later(1))  # noqa: E731
        first, second = sorted(together(act, act), key=lambda r: isinstance(r, Exception))
        assert isinstance(first, workflow.CaseChange)
        assert isinstance(second, workflow.StaleWorkItemError)
        assert str(second) == "specialist UBND phường Mẫu đã làm xong việc «Bước a» lúc 10:00 ngày 18/11/2026."
    assert Item.objects.filter(state="open").count() == ROUNDS


def test_the_same_key_twice_at_once_acts_once_and_answers_the_same() -> None:
    office = Office()
    version = publish(bpmn(start(), user("a"), user("b", role="clerk"), end(), flows("start a b end")))
    with transaction.atomic():
        (item,) = start_case(version, office).opened
    actor = office.actor("specialist")
    act = lambda: workflow.complete(item_id=item.id, actor=actor, outcome="", at=later(1), once="k1")  # noqa: E731
    first, second = together(act, act)
    assert [i.id for i in first.opened] == [i.id for i in second.opened]
    assert CaseEvent.objects.filter(kind="complete").count() == 1


def test_a_timer_and_an_official_at_once_leave_one_outcome() -> None:
    office = Office()
    version = publish(
        bpmn(start(), user("a"), timer("late", "a", "P1D"), user("b"), end("done"), end("closed"),
             flows("start a b done", "late closed"))
    )  # fmt: skip
    for number in range(ROUNDS):
        with transaction.atomic():
            (item,) = start_case(version, office, subject=f"D{number}").opened
        _, official = together(
            lambda: workflow.fire_due_timers(at=later(days=2)),
            lambda item=item: workflow.complete(
                item_id=item.id, actor=office.actor("specialist"), outcome="", at=later(days=2)
            ),
        )
        workflow.fire_due_timers(at=later(days=2))  # what the other held at the time is fired now, if it still stands
        case = CaseRun.objects.get(subject=f"D{number}")
        if isinstance(official, workflow.StaleWorkItemError):
            assert case.ended == "closed"
            assert "đã được huỷ" in str(official)
        else:
            assert case.status == "open"
            assert [i.node for i in workflow.open_items(kind="test", subject=case.subject)] == ["b"]


def test_a_message_sent_twice_at_once_counts_once() -> None:
    office = Office()
    version = publish(bpmn(start(), receive("r"), user("a"), receive("r2"), end(), flows("start r a r2 end")))
    with transaction.atomic():
        start_case(version, office)
    send = lambda: workflow.send_message(  # noqa: E731
        name="answered", subject="D1", kind="test", variables={}, at=AT, once="m1"
    )
    results = together(send, send)
    assert sum(isinstance(r, workflow.CaseChange) for r in results) == 1, results
    assert MessageInbox.objects.count() == 1
    assert [i.node for i in workflow.open_items(kind="test", subject="D1")] == ["a"]


def test_parts_ending_at_the_same_moment_both_report_to_their_case() -> None:
    office = Office()
    publish(bpmn(start(), user("work", role="clerk"), end("returned"), flows("start work returned")), key="part")
    call = '<callActivity id="{0}" name="{0}" calledElement="part" tt:part="{0}"/>'
    version = publish(
        bpmn(start(), both("f"), call.format("x"), call.format("y"), both("j"), user("a"), end(),
             flows("start f x j a end", "f y j"))
    )  # fmt: skip
    for number in range(ROUNDS):
        with transaction.atomic():
            start_case(version, office, subject=f"D{number}")
        one, two = workflow.open_items(kind="test", subject=f"D{number}", with_parts=True)
        results = together(
            *(
                lambda item=item: workflow.complete(
                    item_id=item.id, actor=office.actor("clerk"), outcome="", at=later(1)
                )
                for item in (one, two)
            )
        )
        assert [r for r in results if isinstance(r, Exception)] == []
        assert [i.node for i in workflow.open_items(kind="test", subject=f"D{number}")] == ["a"]
