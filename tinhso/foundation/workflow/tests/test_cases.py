"""Cases on the real database: starting, finishing steps, messages, timers, parts, ending."""

from datetime import date

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, InternalError

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.calendars import kept
from tinhso.foundation.calendars.tests.factories import make_day
from tinhso.foundation.organizations.tests.factories import make_official
from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.models import CaseEvent, CaseRun, MessageInbox, ProcessVersion, Subscription, Timer
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
    node,
    on_message,
    publish,
    receive,
    start,
    start_case,
    timer,
    user,
    xor,
)

pytestmark = pytest.mark.django_db

LINE = bpmn(
    start(),
    user("intake", role="desk_officer", unit="desk", stage="intake", outcomes="accept=Tiếp nhận;ask=Bổ sung"),
    xor("answer", "answer_approve"),
    node("receiveTask", "supplement", messageRef="m1", name="Chờ bổ sung", **{"tt:stage": "supplement",
         "tt:clock": "citizen"}),
    timer("late", "supplement"),
    end("closed"),
    user("approve", role="leader", unit="agency", stage="approval", hours="8"),
    end("returned"),
    flows("start intake answer approve returned", "supplement intake", "late closed"),
    flow("answer", "supplement", 'outcome = "ask"'),
)  # fmt: skip
SYSTEM = Actor(account_id=None, kind="system", name="Hệ thống", system="test")


def answer(office: Office, node_id: str, outcome: str = "", subject: str = "D1", **more: object) -> workflow.CaseChange:
    """The holder of the open step finishes it."""
    items = workflow.open_items(kind="test", subject=subject, with_parts=True)
    item = next(i for i in items if i.node == node_id)
    given = {"at": later(1), **more}
    return workflow.complete(item_id=item.id, actor=office.actor(item.role), outcome=outcome, **given)


@pytest.fixture
def told() -> list[workflow.CaseChange]:
    """What the listener of kind `test` heard."""
    heard: list[workflow.CaseChange] = []
    workflow.on_change("test", heard.append)
    return heard


def test_a_case_runs_from_start_to_end_with_one_responsible_person_at_each_step() -> None:
    office = Office()
    change = start_case(publish(LINE), office, due_at=later(days=3))
    (intake,) = change.opened
    assert (intake.node, intake.assignee_id, intake.stage) == ("intake", office.people["desk_officer"].pk, "intake")
    assert intake.outcomes == (("accept", "Tiếp nhận"), ("ask", "Bổ sung"))
    assert intake.legal_due_at == later(days=3)

    change = workflow.complete(item_id=intake.id, actor=office.actor("desk_officer"), outcome="accept", at=later(1))
    (approve,) = change.opened
    assert (approve.node, approve.assignee_id, change.stage) == ("approve", office.people["leader"].pk, "approval")
    assert change.closed == (intake.id,)
    assert approve.due_at == later(days=1, hours=1.5)  # eight working hours of days of seven and a half

    change = workflow.complete(item_id=approve.id, actor=office.actor("leader"), outcome="", at=later(2))
    assert change.ended == "returned"
    assert not workflow.open_items(kind="test", subject="D1")
    assert CaseRun.objects.get(subject="D1").status == "ended"
    assert [e.kind for e in CaseEvent.objects.order_by("number")] == ["start", "complete", "complete"]


def test_hours_of_a_step_pass_over_tet() -> None:
    office = Office()
    for day in range(16, 21):
        make_day(date(2026, 2, day))
    kept.forget()
    eve = AT.replace(year=2026, month=2, day=13, hour=16)  # the last Friday before Tết Bính Ngọ
    start_case(publish(LINE), office, at=eve)
    (item,) = answer(office, "intake", "accept", at=eve).opened
    assert item.due_at is not None
    assert item.due_at.date() == date(2026, 2, 23)


def test_the_listener_hears_every_change_in_the_same_transaction(told: list[workflow.CaseChange]) -> None:
    office = Office()
    start_case(publish(LINE), office)
    answer(office, "intake", "ask")
    assert [(c.event, c.stage, c.clock, c.waiting) for c in told] == [
        ("start", "intake", "running", ()),
        ("complete", "supplement", "citizen", ("answered",)),
    ]


def test_a_listener_that_fails_undoes_the_step() -> None:
    office = Office()
    start_case(publish(LINE), office)

    def fail(change: workflow.CaseChange) -> None:
        raise ValueError("no")

    workflow.on_change("test", fail)
    with pytest.raises(ValueError, match="no"), transaction.atomic():
        answer(office, "intake", "accept")
    workflow.on_change("test", lambda change: None)
    assert [i.node for i in workflow.open_items(kind="test", subject="D1")] == ["intake"]
    assert CaseEvent.objects.count() == 1


def test_a_supplement_brings_the_case_back_to_the_same_person() -> None:
    office = Office()
    for number in range(3):
        make_official(office.unit, "desk_officer", f"Người {number}")
    start_case(publish(LINE), office)
    (item,) = workflow.open_items(kind="test", subject="D1")
    workflow.complete(item_id=item.id, actor=actor_of(item.assignee_id or 0), outcome="ask", at=later(1))
    change = workflow.send_message(name="answered", subject="D1", kind="test", variables={}, at=later(2), once="a")
    assert change is not None
    assert [i.assignee_id for i in change.opened] == [item.assignee_id]
    assert not Timer.objects.exists()
    assert not Subscription.objects.exists()


def test_an_unanswered_supplement_ends_by_rule_after_fifteen_days_and_not_before() -> None:
    office = Office()
    start_case(publish(LINE), office)
    answer(office, "intake", "ask", at=AT)
    assert workflow.fire_due_timers(at=later(days=14, hours=23)) == 0
    assert workflow.fire_due_timers(at=later(days=15)) == 1
    assert CaseRun.objects.get(subject="D1").ended == "closed"
    assert workflow.fire_due_timers(at=later(days=16)) == 0


def test_a_message_before_its_receiver_waits_in_the_inbox() -> None:
    office = Office()
    start_case(publish(LINE), office)
    early = workflow.send_message(name="answered", subject="D1", kind="test", variables={"n": 1}, at=AT, once="a")
    assert early is None
    answer(office, "intake", "ask")
    assert [i.node for i in workflow.open_items(kind="test", subject="D1")] == ["intake"]
    assert CaseRun.objects.get(subject="D1").state["vars"]["n"] == 1
    assert MessageInbox.objects.get().delivered_at == later(1)


def test_a_message_before_its_case_waits_too() -> None:
    office = Office()
    version = publish(bpmn(start(), receive("r"), user("a"), end(), flows("start r a end")))
    workflow.send_message(name="answered", subject="D1", kind="test", variables={}, at=AT, once="a")
    start_case(version, office)
    assert [i.node for i in workflow.open_items(kind="test", subject="D1")] == ["a"]


def test_a_message_to_an_ended_case_does_nothing() -> None:
    office = Office()
    start_case(publish(LINE), office)
    workflow.end_case(kind="test", subject="D1", reason="withdrawn", actor=SYSTEM, at=later(1))
    assert workflow.send_message(name="answered", subject="D1", kind="test", variables={}, at=AT, once="a") is None


def test_ending_a_case_cancels_what_is_open_with_its_parts(told: list[workflow.CaseChange]) -> None:
    office, police = Office(), Office("Công an phường Mẫu")
    publish(bpmn(start(), user("work"), end("returned"), flows("start work returned")), key="part")
    version = publish(INTERLINKED)
    start_case(version, office, units={**office.units, "police": police.unit.pk})
    assert len(workflow.open_items(kind="test", subject="D1", with_parts=True)) == 2
    change = workflow.end_case(kind="test", subject="D1", reason="withdrawn", actor=SYSTEM, at=later(1))
    assert change.ended == "withdrawn"
    assert not Item.objects.filter(state="open").exists()
    assert set(CaseRun.objects.values_list("subject", "ended")) == {
        ("D1", "withdrawn"), ("D1/x", "withdrawn"), ("D1/y", "withdrawn")
    }  # fmt: skip
    assert [c.subject for c in told if c.ended] == ["D1/x", "D1/y", "D1"]
    with pytest.raises(workflow.StaleWorkItemError, match="đã kết thúc"):
        workflow.end_case(kind="test", subject="D1", reason="withdrawn", actor=SYSTEM, at=later(2))


CALL = '<callActivity id="{0}" name="{0}" calledElement="part" tt:part="{0}" tt:unit="{1}"/>'
INTERLINKED = bpmn(
    start(), both("f"), CALL.format("x", "handling"), CALL.format("y", "police"), both("j"), user("a"), end(),
    flows("start f x j a end", "f y j"),
)  # fmt: skip


def test_parts_are_handled_by_their_own_agencies_and_meet_again(told: list[workflow.CaseChange]) -> None:
    office, police = Office(), Office("Công an phường Mẫu")
    publish(bpmn(start(), user("work"), end("returned"), flows("start work returned")), key="part")
    start_case(publish(INTERLINKED), office, units={**office.units, "police": police.unit.pk})
    one, two = workflow.open_items(kind="test", subject="D1", with_parts=True)
    assert [(one.subject, one.unit_id), (two.subject, two.unit_id)] == [
        ("D1/x", office.unit.pk), ("D1/y", police.unit.pk)
    ]  # fmt: skip
    workflow.complete(item_id=two.id, actor=police.actor("specialist"), outcome="", at=later(1))
    assert not workflow.open_items(kind="test", subject="D1")
    workflow.complete(item_id=one.id, actor=office.actor("specialist"), outcome="", at=later(2))
    assert [i.node for i in workflow.open_items(kind="test", subject="D1")] == ["a"]
    assert [(c.subject, c.event, c.part, c.parent_subject) for c in told] == [
        ("D1", "start", "", ""), ("D1/x", "start", "x", "D1"), ("D1/y", "start", "y", "D1"),
        ("D1/y", "complete", "y", "D1"), ("D1", "child", "", ""),
        ("D1/x", "complete", "x", "D1"), ("D1", "child", "", ""),
    ]  # fmt: skip


def test_a_case_stays_on_its_version_while_new_ones_follow_the_next() -> None:
    office = Office()
    first = publish(LINE)
    start_case(first, office)
    second = workflow.change_step_hours(version_id=first, hours={"approve": "2"}, at=later(1))
    assert second != first
    assert workflow.latest_version(key="p") == second
    start_case(second, office, subject="D2")
    assert answer(office, "intake", "accept").opened[0].due_at == later(days=1, hours=1.5)
    assert answer(office, "intake", "accept", "D2").opened[0].due_at == later(5)  # over the noon break
    with pytest.raises(LookupError, match="không có bước «gone»"):
        workflow.change_step_hours(version_id=first, hours={"gone": "2"}, at=later(1))
    with pytest.raises(workflow.ProcessRefusedError, match="tt:hours"):
        workflow.change_step_hours(version_id=first, hours={"approve": "many"}, at=later(1))


def test_the_same_bytes_are_the_same_version() -> None:
    assert publish(LINE) == publish(LINE)
    assert ProcessVersion.objects.count() == 1


def test_a_published_version_and_the_history_cannot_be_rewritten() -> None:
    office = Office()
    version = publish(LINE)
    start_case(version, office)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        ProcessVersion.objects.update(plan={})
    for attempt in (CaseEvent.objects.all().delete, lambda: CaseEvent.objects.update(actor="x")):
        with pytest.raises((IntegrityError, InternalError), match="append-only"), transaction.atomic():
            attempt()


def test_a_planned_start_written_by_sql_is_the_same_as_a_start() -> None:
    office = Office()
    version = publish(LINE)
    one = start_case(version, office, subject="D1", due_at=later(days=3))
    planned = workflow.plan_start(
        kind="test", version_id=version, units=office.units, variables={}, title="Nguyễn Thị Mẫu",
        topic="Thủ tục mẫu", due_at=later(days=3), at=AT,
    )  # fmt: skip
    assert [(i.node, i.assignee_id) for i in planned.change.opened] == [(i.node, i.assignee_id) for i in one.opened]
    from tinhso.foundation.workflow.writing import call_sql

    call_sql("SELECT workflow_start(%s, %s::jsonb)", ["D2"], planned.payload)
    (first,), (second,) = (workflow.open_items(kind="test", subject=s) for s in ("D1", "D2"))
    for name in ("node", "name", "role", "unit_id", "assignee_id", "stage", "opened_at", "due_at", "legal_due_at"):
        assert getattr(first, name) == getattr(second, name)


def test_two_cases_of_one_subject_are_refused() -> None:
    office = Office()
    start_case(publish(LINE), office)
    with pytest.raises(IntegrityError), transaction.atomic():
        start_case(publish(LINE), office)


def test_finishing_a_step_takes_few_queries() -> None:
    office = Office()
    start_case(publish(LINE), office)
    (item,) = workflow.open_items(kind="test", subject="D1")
    actor = office.actor("desk_officer")
    with CountedQueries() as counted:
        workflow.complete(item_id=item.id, actor=actor, outcome="accept", at=later(1))
    assert counted.number <= 4, counted.statements


class CountedQueries:
    def __enter__(self) -> "CountedQueries":
        self.statements: list[str] = []
        self.hook = connection.execute_wrapper(self._note)
        self.hook.__enter__()
        return self

    def _note(self, execute: object, sql: str, params: object, many: object, context: object) -> object:
        self.statements.append(sql)
        return execute(sql, params, many, context)  # type: ignore[operator]

    def __exit__(self, *error: object) -> None:
        self.hook.__exit__(*error)

    @property
    def number(self) -> int:
        return len([sql for sql in self.statements if "workflow_" in sql])


def test_a_message_beside_the_main_step_opens_one_item_for_each_agency() -> None:
    office, others = Office(), [Office("Sở A"), Office("Sở B")]
    version = publish(
        bpmn(
            start(), user("a"), on_message("asked", "a", interrupts=False),
            user("consult", '<multiInstanceLoopCharacteristics tt:forEach="who"/>', role="unit_head", lead="false",
                 stage="consultation"),
            end("told", lead="false"), end(), flows("start a end", "asked consult told"),
        )
    )  # fmt: skip
    start_case(version, office)
    units = [other.unit.pk for other in others]
    change = workflow.send_message(
        name="asked", subject="D1", kind="test", variables={"who": units}, at=later(1), once="q1"
    )
    assert change is not None
    assert [(i.unit_id, i.is_lead) for i in change.opened] == [(unit, False) for unit in units]
    assert change.stage == ""
    answer(office, "a")
    assert CaseRun.objects.get().status == "open"
    for other, item in zip(others, change.opened, strict=True):
        workflow.complete(item_id=item.id, actor=other.actor("unit_head"), outcome="", at=later(2))
    assert CaseRun.objects.get().ended == "end"
