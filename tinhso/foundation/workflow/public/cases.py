"""The door for whoever moves cases: start, complete, send back, tell, read.

A system registers one listener for its kind of subject; whatever moves a case (an official, a timer, a message, a move)
calls it in the same transaction with the change, so the system's own row is never a step behind.

In SQL: `workflow_start(subject, payload)` with what `plan_start` made.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.workflow import selectors, services, tasks, work
from tinhso.foundation.workflow.planning import CaseFacts
from tinhso.foundation.workflow.planning import plan_start as _plan_start
from tinhso.foundation.workflow.records import (
    CaseChange,
    CasePlace,
    Completion,
    InboxPage,
    PlannedStart,
    StaleWorkItemError,
    StepView,
    WorkItem,
    WrongOutcomeError,
)
from tinhso.foundation.workflow.selectors import InboxFilter

__all__ = [
    "CaseChange",
    "CasePlace",
    "Completion",
    "InboxFilter",
    "InboxPage",
    "PlannedStart",
    "StaleWorkItemError",
    "StepView",
    "WorkItem",
    "WrongOutcomeError",
    "assign",
    "awaited",
    "badges",
    "bulk_complete",
    "case_history",
    "case_place",
    "case_steps",
    "claim",
    "complete",
    "end_case",
    "fire_due_timers",
    "get_item",
    "inbox",
    "live_subjects",
    "lock_case",
    "on_change",
    "open_items",
    "plan_start",
    "reassign_vacant",
    "return_targets",
    "send_back",
    "send_message",
    "set_legal_due",
    "start_case",
]

# -- cases ----------------------------------------------------------------------------------------------------


def on_change(kind: str, listener: Callable[[CaseChange], None]) -> None:
    """Register the one listener of a kind of subject."""
    services.listen(kind, listener)


def plan_start(
    *,
    kind: str,
    version_id: int,
    units: Mapping[str, int],
    variables: Mapping[str, Any],
    title: str,
    topic: str,
    due_at: datetime | None,
    at: datetime,
    priority: int = 0,
) -> PlannedStart:
    """Work out a start without writing: its payload goes to the SQL door `workflow_start(subject, payload)`.

    Whoever writes it that way tells the listener itself (`change`: ids 0 and subject "" still).
    """
    case = CaseFacts(kind, version_id, dict(units), title, topic, due_at, priority)
    return _plan_start(case, variables, at)


def start_case(
    *,
    kind: str,
    subject: str,
    version_id: int,
    units: Mapping[str, int],
    variables: Mapping[str, Any],
    title: str,
    topic: str,
    due_at: datetime | None,
    at: datetime,
    parent_case_id: int | None = None,
    priority: int = 0,
) -> CaseChange:
    """Start a case. units: role of the unit in the process (`desk`, `handling`, `province`) → unit id.

    title (applicant), topic (procedure) and due_at (legal) are kept with its work items for the inbox.
    """
    case = CaseFacts(kind, version_id, dict(units), title, topic, due_at, priority, subject=subject)
    return services.start_case(case, variables, at, parent_case_id)


def lock_case(*, kind: str, subject: str) -> None:
    """Hold the case of a subject with its parts until the end of the transaction; lock it before rows of your own."""
    services.lock_subject(kind, subject)


def complete(
    *,
    item_id: int,
    actor: Actor,
    outcome: str,
    at: datetime,
    variables: Mapping[str, Any] | None = None,
    note: str = "",
    once: str = "",
    vouched: bool = False,
) -> CaseChange:
    """Finish a step: its responsible person or any holder of its post in the unit; the first wins.

    Locks the case. Raises StaleWorkItemError (who was first, and when), PermissionError and WrongOutcomeError, all with
    a Vietnamese sentence. once: the same key again gives the first answer and does nothing. vouched: the
    system whose subject it is has judged by its own rights that the actor may.
    """
    return services.complete(
        item_id=item_id, actor=actor, outcome=outcome, at=at, variables=variables, note=note, once=once, vouched=vouched
    )


def bulk_complete(
    *, item_ids: Sequence[int], actor: Actor, outcome: str, at: datetime, note: str = ""
) -> list[Completion]:
    """Finish many steps; each stands or falls for itself, with its own sentence."""
    return work.complete_many(item_ids=item_ids, actor=actor, outcome=outcome, at=at, note=note)


def claim(*, item_id: int, actor: Actor, at: datetime) -> None:
    """Take an open step of one's post upon oneself. Raises StaleWorkItemError, PermissionError."""
    work.claim(item_id=item_id, actor=actor, at=at)


def assign(*, item_id: int, person_id: int, actor: Actor, at: datetime, note: str = "") -> None:
    """Make somebody who holds the post responsible: by whoever is so now, or a head or leader of the unit or above.

    Raises StaleWorkItemError, PermissionError, WrongOutcomeError (not a holder).
    """
    work.assign(item_id=item_id, person_id=person_id, actor=actor, at=at, note=note)


def return_targets(*, item_id: int) -> list[tuple[str, str]]:
    """(step, name) to which this step may send the case back."""
    return work.targets_of(item_id=item_id)


def send_back(
    *, item_id: int, node: str, actor: Actor, reason: str, at: datetime, keep_others: bool = False, once: str = ""
) -> CaseChange:
    """Return the case to an earlier step (trả lại bước trước), with a reason.

    Other branches are cancelled; with keep_others they go on, where the case can still end so. Raises as `complete`.
    """
    return work.send_back(
        item_id=item_id, node=node, actor=actor, reason=reason, at=at, keep_others=keep_others, once=once
    )


def send_message(
    *, name: str, subject: str, kind: str, variables: Mapping[str, Any], at: datetime, once: str
) -> CaseChange | None:
    """Deliver a message to the case of a subject; kept in the inbox when nobody waits for it yet.

    once: unique key of the message; the same again does nothing. None where nothing moved.
    """
    return services.send_message(name=name, subject=subject, kind=kind, variables=variables, at=at, once=once)


def end_case(*, kind: str, subject: str, reason: str, actor: Actor, at: datetime) -> CaseChange:
    """End at once (withdrawn, closed) with its parts: open items are cancelled, timers deleted.

    Raises LookupError where there is no case, StaleWorkItemError where it has ended.
    """
    return services.end_case(kind=kind, subject=subject, reason=reason, actor=actor, at=at)


def fire_due_timers(*, at: datetime, limit: int = 500) -> int:
    """Fire timers due by `at`, each in its own transaction; how many moved a case. For the worker and for tests."""
    return tasks.fire_due_timers(at, limit)


def set_legal_due(*, kind: str, due: Mapping[str, datetime | None]) -> None:
    """Write the legal due date of many subjects into their cases and open work items."""
    work.set_legal_due(kind=kind, due=due)


def reassign_vacant(*, at: datetime) -> int:
    """Give open items of people who left their post to who holds it now; how many moved. Done hourly by the worker."""
    return work.reassign_vacant(at=at)


# -- reading --------------------------------------------------------------------------------------------------


def open_items(*, kind: str, subject: str, with_parts: bool = False) -> list[WorkItem]:
    """Open steps of a subject's case, and of its parts where asked."""
    return selectors.open_items(kind=kind, subject=subject, with_parts=with_parts)


def case_place(*, kind: str, subject: str) -> CasePlace:
    """Where a case stands on its drawing. Raises LookupError."""
    return selectors.case_place(kind=kind, subject=subject)


def awaited(*, kind: str, subject: str) -> frozenset[str]:
    """Names of the messages the subject's case waits for now."""
    return selectors.awaited(kind=kind, subject=subject)


def get_item(*, item_id: int) -> WorkItem:
    """Raises LookupError."""
    return selectors.get_item(item_id=item_id)


def inbox(*, actor: Actor, wanted: InboxFilter | None = None, after: str | None = None, limit: int = 20) -> InboxPage:
    """Open work in order of legal deadline, a page at a time."""
    return selectors.inbox(actor=actor, wanted=wanted or InboxFilter(), after=after, limit=limit)


def badges(
    *, actor: Actor, at: datetime, cap: int = 99, only: Sequence[str] = ("mine", "overdue", "posts")
) -> dict[str, int]:
    """Counts `mine`, `overdue`, `posts`, none above cap + 1."""
    return selectors.badges(actor=actor, at=at, cap=cap, only=only)


def case_steps(*, kind: str, subject: str, with_ahead: bool = True) -> list[StepView]:
    """The way of a case: steps done and cancelled, those it stands at, and those usually ahead."""
    return selectors.case_steps(kind=kind, subject=subject, with_ahead=with_ahead)


def case_history(*, kind: str, subject: str) -> list[dict[str, Any]]:
    """Everything that happened to the case and its parts, oldest first."""
    return selectors.history(kind=kind, subject=subject)


def live_subjects(*, kind: str, subjects: Sequence[str]) -> frozenset[str]:
    """Those of the subjects whose case is open and goes on: nothing stands still without a step, a wait or a timer."""
    return selectors.live_subjects(kind=kind, subjects=subjects)
