"""What people, messages and timers do to cases. Each locks the whole family of the case first, in one order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.statements import prepared, prepared_rows
from tinhso.foundation.workflow import selectors
from tinhso.foundation.workflow.engine import Event, Plan, State, step, with_variables
from tinhso.foundation.workflow.errors import EngineError
from tinhso.foundation.workflow.models import CaseEvent, CaseRun, MessageInbox, Subscription, WorkItem
from tinhso.foundation.workflow.permissions import why_not_complete
from tinhso.foundation.workflow.planning import (
    Act,
    CaseFacts,
    Planner,
    Row,
    change_of,
    lead_node,
    plan_payload,
    waiting_for,
)
from tinhso.foundation.workflow.plans import plan_of
from tinhso.foundation.workflow.records import CaseChange, StaleWorkItemError, WrongOutcomeError
from tinhso.foundation.workflow.writing import call_sql, facts_of, rebuild

Listener = Callable[[CaseChange], None]

_listeners: dict[str, Listener] = {}


def listen(kind: str, listener: Listener) -> None:
    _listeners[kind] = listener


def tell(change: CaseChange) -> None:
    listener = _listeners.get(change.kind)
    if listener is not None:
        listener(change)


def tell_standing(case: CaseRun, old: Plan, before: State, at: datetime) -> None:
    """Tell the listener where a case stands now that it follows another version, if that is not what it knew."""
    now, was = lead_node(plan_of(case.version_id), case.state), lead_node(old, before)
    known = ("name", "stage", "clock", "role", "hours")
    if [(now or {}).get(word) for word in known] == [(was or {}).get(word) for word in known]:
        return
    stage = (now or {}).get("stage", "")
    CaseRun.objects.filter(pk=case.pk).update(stage=stage)
    tell(
        CaseChange(
            case_id=case.pk,
            kind=case.kind,
            subject=case.subject,
            at=at,
            opened=tuple(selectors.open_items(kind=case.kind, subject=case.subject, with_parts=False)),
            closed=(),
            waiting=waiting_for(plan_of(case.version_id), case.state),
            stage=stage,
            ended=None,
            clock=(now or {}).get("clock", "running"),
            event="migrate",
            node=str((now or {}).get("name", "")),
            outcome="",
            published=(),
            part=facts_of(case).part,
            parent_subject=facts_of(case).parent_subject,
            units=tuple(case.units.items()),
        )
    )


@dataclass(slots=True)
class Family:
    """A case with the cases it called and the one that called it, all held until the end of the transaction."""

    cases: dict[int, CaseRun]

    def of(self, case_id: int) -> CaseRun:
        return self.cases[case_id]

    def is_whole(self) -> bool:
        """False where a part began while we waited for the lock: it was not there when the query started."""
        called = [
            (case.pk, token)
            for case in self.cases.values()
            for token, place in case.state["tok"].items()
            if plan_of(case.version_id)["nodes"][place[0]]["kind"] == "call"
        ]
        return all(self.child(*call) is not None for call in called)

    def child(self, parent_id: int, token: str) -> CaseRun | None:
        return next((c for c in self.cases.values() if c.parent_id == parent_id and c.parent_token == token), None)


LOCK = "WHERE root_id = (SELECT root_id FROM workflow_caserun WHERE {}) ORDER BY id FOR UPDATE"


WHO_DID = (
    "SELECT assignee_id FROM workflow_workitem WHERE case_id = %s AND role = %s AND unit_id = %s AND state <> 'open' "
    "ORDER BY id DESC LIMIT 5"
)
EARLY = "WHERE kind = %s AND subject = %s AND delivered_at IS NULL ORDER BY id"


def lock_family(*, case_id: int) -> Family:
    """Root first, then its parts in the order they began, so that two people never hold each other's rows."""
    while True:
        family = Family({case.pk: case for case in prepared_rows(CaseRun, LOCK.format("id = %s"), [case_id])})
        if family.is_whole():
            return family


def lock_family_of_item(item_id: int) -> Family:
    """The family of the case of a work item, held; empty where there is no such item."""
    which = LOCK.format("id = (SELECT case_id FROM workflow_workitem WHERE id = %s)")
    while True:
        family = Family({case.pk: case for case in prepared_rows(CaseRun, which, [item_id])})
        if family.is_whole():
            return family


def lock_subject(kind: str, subject: str) -> CaseRun | None:
    """The open or ended case of a subject, its family held; None where it has none."""
    found = prepared_rows(CaseRun, LOCK.format("kind = %s AND subject = %s"), [kind, subject])
    return next((case for case in found if case.subject == subject), None)


# -- one step, written and told -----------------------------------------------------------------------------------


def advance(
    family: Family, case: CaseRun, event: Event, act: Act, at: datetime, state: State | None = None
) -> CaseChange:
    """Apply one event to a held case: write, tell the listener, go on with parts that began or ended and mail."""
    before = state if state is not None else case.state
    try:
        after, effects = step(plan_of(case.version_id), before, event)
    except EngineError as error:
        raise WrongOutcomeError(str(error)) from error
    facts = facts_of(case)
    planner = Planner(facts, after, act, at, _memory(case))
    change = planner.write(effects)
    written = call_sql("SELECT workflow_apply(%s, %s::jsonb)", [case.pk], change)
    case.state, case.rev, case.status = after, case.rev + 1, change["status"]
    case.stage, case.ended = change["stage"], change["ended"]
    result = change_of(facts, change, written, at, planner.published)
    for token in planner.uncalled:
        _cancel_part(family, case, token, act, at)
    tell(result)
    _begin_parts(family, facts, change, written, at)
    if result.ended and case.parent_id:
        _report_to_parent(family, case, at)
    elif "waits" in change:
        _deliver_early(family, case, at)
    return result


def _memory(case: CaseRun) -> Callable[[str, int], Sequence[int | None]]:
    def people(role: str, unit_id: int) -> list[int | None]:
        """Who did a step of this role in this unit for the case, the latest first: work comes back to them."""
        return [assignee for (assignee,) in prepared(WHO_DID, [case.pk, role, unit_id])]

    return people


def _begin_parts(family: Family, parent: CaseFacts, change: Row, written: Row, at: datetime) -> None:
    for payload, made in zip(change.get("children", ()), written.get("children", ()), strict=True):
        child = CaseRun.objects.get(pk=made["case_id"])
        family.cases[child.pk] = child
        facts = facts_of(child, parent.subject)
        tell(change_of(facts, payload["change"], made, at))
        _begin_parts(family, facts, payload["change"], made, at)
        if child.status == CaseRun.Status.ENDED:
            _report_to_parent(family, child, at)
        elif "waits" in payload["change"]:
            _deliver_early(family, child, at)


def _report_to_parent(family: Family, child: CaseRun, at: datetime) -> None:
    parent = family.of(child.parent_id or 0)
    if child.parent_token not in parent.state["tok"]:
        return
    end = plan_of(child.version_id)["nodes"].get(child.ended, {})
    event = ("child", child.parent_token, child.ended, end.get("code", "") if end.get("kind") == "error" else "")
    act = Act(
        "child", node=parent.state["tok"][child.parent_token][0], outcome=child.ended, data={"part": child.subject}
    )
    advance(family, parent, event, act, at)


def _cancel_part(family: Family, parent: CaseRun, token: str, act: Act, at: datetime) -> None:
    child = family.child(parent.pk, token)
    if child is None or child.status != CaseRun.Status.OPEN:
        return
    reason = parent.ended if parent.status == CaseRun.Status.ENDED and parent.ended else "stopped"
    told = replace(act, kind="cancel", once="", data={**act.data, "by_parent": True})
    advance(family, child, ("cancel", reason), told, at)


def _deliver_early(family: Family, case: CaseRun, at: datetime) -> None:
    """Messages that came before anybody waited for them."""
    for message in prepared_rows(MessageInbox, EARLY, [case.kind, case.subject]):
        if case.status != CaseRun.Status.OPEN:
            return
        _deliver(family, case, message, at)


def _deliver(family: Family, case: CaseRun, message: MessageInbox, at: datetime) -> CaseChange | None:
    waiting = Subscription.objects.filter(case_id=case.pk, message=message.name).order_by("id").first()
    if waiting is None:
        return None
    MessageInbox.objects.filter(pk=message.pk).update(delivered_at=at)
    act = Act("message", node=waiting.node, data={"token": waiting.token, "message": message.name})
    state = with_variables(case.state, message.variables)
    return advance(family, case, ("message", waiting.token, waiting.node), act, at, state)


# -- what the door offers -----------------------------------------------------------------------------------------


def start_case(case: CaseFacts, variables: Mapping[str, Any], at: datetime, parent_id: int | None) -> CaseChange:
    payload = plan_payload(case, variables, at)
    root = CaseRun.objects.values_list("root_id", flat=True).get(pk=parent_id) if parent_id else None
    written = call_sql("SELECT workflow_begin(%s, %s::jsonb, %s, %s)", [case.subject], payload, [parent_id, root])
    change = change_of(case, payload["change"], written, at)
    tell(change)
    if "waits" in payload["change"] or "children" in payload["change"]:
        family = lock_family(case_id=change.case_id)
        started = family.of(change.case_id)
        _begin_parts(family, case, payload["change"], written, at)
        _deliver_early(family, started, at)
    return change


def complete(
    *,
    item_id: int,
    actor: Actor,
    outcome: str,
    at: datetime,
    variables: Mapping[str, Any] | None,
    note: str,
    once: str,
    vouched: bool = False,
) -> CaseChange:
    family = lock_family_of_item(item_id)
    item = next(iter(prepared_rows(WorkItem, "WHERE id = %s", [item_id])), None)
    if item is None:
        raise StaleWorkItemError("Không tìm thấy việc này.")
    case = family.of(item.case_id)
    if once and (earlier := CaseEvent.objects.filter(case_id=case.pk, once=once).first()):
        return rebuild(case, earlier)
    if item.state != WorkItem.State.OPEN:
        raise StaleWorkItemError(stale_sentence(item))
    if not vouched and (why := why_not_complete(actor, item, at)):
        raise PermissionError(why)
    outcome = outcome or _only_outcome(case, item)
    act = Act(
        "complete", item.node, outcome, actor.key, actor.name, actor.person_id, note, once,
        data={"item": item_id, **({"note": note} if note else {})},
    )  # fmt: skip
    return advance(family, case, ("complete", item.token, outcome), act, at, with_variables(case.state, variables))


def _only_outcome(case: CaseRun, item: WorkItem) -> str:
    outcomes = plan_of(case.version_id)["nodes"][item.node].get("outcomes", ())
    return str(outcomes[0][0]) if len(outcomes) == 1 else ""


def stale_sentence(item: WorkItem) -> str:
    """Who was first, and when."""
    when = f"{timezone.localtime(item.done_at):%H:%M ngày %d/%m/%Y}" if item.done_at else ""
    if item.state == WorkItem.State.CANCELLED:
        return f"Việc «{item.name}» đã được huỷ lúc {when} vì hồ sơ chuyển sang bước khác."
    return f"{item.done_by_name or 'Người khác'} đã làm xong việc «{item.name}» lúc {when}."


def send_message(
    *, name: str, subject: str, kind: str, variables: Mapping[str, Any], at: datetime, once: str
) -> CaseChange | None:
    case = lock_subject(kind, subject)
    message, is_new = MessageInbox.objects.get_or_create(
        once=once,
        defaults={
            "kind": kind,
            "subject": subject,
            "name": name,
            "variables": dict(variables),
            "received_at": at,
        },
    )
    if not is_new or case is None or case.status != CaseRun.Status.OPEN:
        return None
    return _deliver(lock_family(case_id=case.pk), case, message, at)


def end_case(*, kind: str, subject: str, reason: str, actor: Actor, at: datetime) -> CaseChange:
    found = lock_subject(kind, subject)
    if found is None:
        raise LookupError(f"Không có quy trình nào đang chạy cho «{subject}».")
    family = lock_family(case_id=found.pk)
    case = family.of(found.pk)
    if case.status != CaseRun.Status.OPEN:
        when = f"{timezone.localtime(case.ended_at):%H:%M ngày %d/%m/%Y}" if case.ended_at else ""
        raise StaleWorkItemError(f"Hồ sơ đã kết thúc xử lý lúc {when}.")
    act = Act("cancel", outcome=reason, actor=actor.key, actor_name=actor.name, person_id=actor.person_id)
    return advance(family, case, ("cancel", reason), act, at)


def fire_timer(case_id: int, token: str, node: str, at: datetime) -> CaseChange | None:
    """A timer whose moment has come; None where its step was left meanwhile."""
    family = lock_family(case_id=case_id)
    case = family.of(case_id)
    armed = case.state["tok"].get(token)
    if armed is None or case.status != CaseRun.Status.OPEN:
        return None
    act = Act("timer", node=node, actor="job:timers", actor_name="Hẹn giờ của quy trình", data={"token": token})
    return advance(family, case, ("timer", token, node), act, at)


def due_timer(at: datetime, passed: Sequence[int]) -> tuple[int, int, str, str] | None:
    """The earliest timer due whose case nobody holds just now, its family held; (timer, case, token, node)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.id, t.case_id, t.token, t.node FROM workflow_timer t"
            " JOIN workflow_caserun c ON c.id = t.case_id JOIN workflow_caserun r ON r.id = c.root_id"
            " WHERE t.fire_at <= %s AND t.id <> ALL(%s) ORDER BY t.fire_at, t.id LIMIT 1 FOR UPDATE OF r SKIP LOCKED",
            [at, list(passed)],
        )
        return cursor.fetchone()
