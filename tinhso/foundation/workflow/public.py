"""The door of the process engine (quy trình).

A system registers one listener for its kind of subject; whatever moves a case (an official, a timer, a message, a move)
calls it in the same transaction with the change, so the system's own row is never a step behind.

In SQL: `workflow_start(subject, payload)` with what `plan_start` made.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.workflow import decisions, moving, plans, selectors, services, tasks, work
from tinhso.foundation.workflow.planning import CaseFacts
from tinhso.foundation.workflow.planning import plan_start as _plan_start
from tinhso.foundation.workflow.records import (
    CaseChange,
    Completion,
    InboxPage,
    MigrationView,
    MovableCase,
    PlannedStart,
    ProcessJudgement,
    ProcessRefusedError,
    StaleWorkItemError,
    StepView,
    WorkItem,
    WrongOutcomeError,
)
from tinhso.foundation.workflow.selectors import InboxFilter
from tinhso.lib.decisions import Decision, DecisionError

__all__ = [
    "CaseChange",
    "Completion",
    "Decision",
    "DecisionError",
    "InboxFilter",
    "InboxPage",
    "MigrationView",
    "MovableCase",
    "PlannedStart",
    "ProcessJudgement",
    "ProcessRefusedError",
    "StaleWorkItemError",
    "StepView",
    "WorkItem",
    "WrongOutcomeError",
    "assign",
    "awaited",
    "badges",
    "bulk_complete",
    "case_history",
    "case_steps",
    "change_step_hours",
    "claim",
    "complete",
    "decide",
    "decision_problems",
    "end_case",
    "fire_due_timers",
    "get_item",
    "inbox",
    "judge_process",
    "latest_decision",
    "latest_version",
    "lock_case",
    "migrate_batch",
    "migration",
    "migrations",
    "on_change",
    "open_counts",
    "open_items",
    "plan_start",
    "process_problems",
    "processes",
    "proposed_map",
    "publish_decision",
    "publish_process",
    "reassign_vacant",
    "return_targets",
    "revert_batch",
    "send_back",
    "send_message",
    "set_legal_due",
    "start_case",
    "start_migration",
    "try_migration",
]

# -- processes ------------------------------------------------------------------------------------------------


def process_problems(bpmn: bytes) -> list[tuple[str, str, str]]:
    """What keeps a process file from being published: (element, what is wrong, what to do); empty when nothing does."""
    return plans.process_problems(bpmn)


def judge_process(bpmn: bytes) -> ProcessJudgement:
    """Problems and warnings of a process file, for whoever draws it; a file without our own attributes is judged on
    its flow alone (a missing role or hour limit is a warning then)."""
    return plans.judge(bpmn)


def publish_process(*, key: str, name: str, bpmn: bytes, at: datetime, by: str = "") -> int:
    """Compile, check soundness and publish as the next version; id of the version (the same for the same bytes).

    Raises ProcessRefusedError.
    """
    return plans.publish(key=key, name=name, bpmn=bpmn, at=at, by=by)


def latest_version(*, key: str) -> int:
    """The version new cases follow. Raises LookupError."""
    return plans.latest_version(key)


def change_step_hours(*, version_id: int, hours: Mapping[str, str], at: datetime, by: str = "") -> int:
    """Publish the process anew with other working hours for some steps ("" for none); running cases stay as they are.

    Raises LookupError for a step that is not there, ProcessRefusedError.
    """
    return plans.change_hours(version_id=version_id, hours=dict(hours), at=at, by=by)


def processes() -> Sequence[Mapping[str, Any]]:
    """Processes in force with their steps: version_id, key, name, number, published_at, checks, steps."""
    return selectors.processes()


# -- decision tables -------------------------------------------------------------------------------------------


def decision_problems(dmn: bytes) -> tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]]:
    """What keeps a decision table (bảng quyết định, DMN) from being published, and what to look at: (place, what is
    wrong, what to do)."""
    return decisions.problems_of(dmn)


def publish_decision(*, dmn: bytes, at: datetime, by: str = "") -> int:
    """Publish a decision table as the next version of its key; id of the version. Raises ProcessRefusedError.

    Processes published from now on take it; those in force keep theirs.
    """
    return decisions.publish(dmn=dmn, at=at, by=by)


def latest_decision(*, key: str) -> int:
    """The version of a decision table in force. Raises LookupError."""
    return decisions.latest(key)


def decide(*, version_id: int, facts: Mapping[str, Any], at: datetime | None = None) -> Decision:
    """What a decision table answers for these facts, the rows that fired and their legal basis.

    Raises LookupError, DecisionError (rows that contradict each other).
    """
    return decisions.decide(version_id=version_id, facts=facts, at=at)


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


# -- running cases to another version ---------------------------------------------------------------------------


def proposed_map(*, from_version: int, to_version: int) -> tuple[dict[str, str], list[str]]:
    """Old step → new step where only the key changed, and steps with no counterpart, to be mapped by hand."""
    return moving.proposed_map(from_version=from_version, to_version=to_version)


def try_migration(
    *, from_version: int, to_version: int, node_map: Mapping[str, str], after_id: int = 0, limit: int = 1000
) -> list[MovableCase]:
    """Every running case with the reason it can or cannot go over to the other version; nothing is changed."""
    return moving.dry_run(
        from_version=from_version, to_version=to_version, node_map=node_map, after_id=after_id, limit=limit
    )


def start_migration(
    *, from_version: int, to_version: int, node_map: Mapping[str, str], timers: str, actor: Actor, reason: str,
    at: datetime,
) -> int:  # fmt: skip
    """Note a migration (chuyển phiên bản); the batches follow. timers: `keep` their moment, or `restart` from now.

    Raises ValueError with a Vietnamese sentence.
    """
    return moving.start(
        from_version=from_version, to_version=to_version, node_map=node_map, timers=timers, actor=actor, reason=reason,
        at=at,
    )  # fmt: skip


def migrate_batch(*, migration_id: int, at: datetime, size: int = moving.BATCH) -> int:
    """Carry the next cases over, each with its state before kept; how many were looked at, 0 at the end."""
    return moving.run_batch(migration_id=migration_id, at=at, size=size)


def revert_batch(*, migration_id: int, actor: Actor, at: datetime, size: int = moving.BATCH) -> int:
    """Bring the next cases back to exactly what they were; 0 at the end. One that has moved on since stays."""
    return moving.revert_batch(migration_id=migration_id, actor=actor, at=at, size=size)


def migration(*, migration_id: int) -> MigrationView:
    """Raises LookupError."""
    return moving.view(migration_id=migration_id)


def migrations(*, process_key: str = "") -> list[MigrationView]:
    """The latest migrations, newest first."""
    return moving.recent(process_key=process_key)


def open_counts(*, version_ids: Sequence[int]) -> dict[int, int]:
    """Running cases by version of the process."""
    return moving.open_counts(version_ids=version_ids)


# -- reading --------------------------------------------------------------------------------------------------


def open_items(*, kind: str, subject: str, with_parts: bool = False) -> list[WorkItem]:
    """Open steps of a subject's case, and of its parts where asked."""
    return selectors.open_items(kind=kind, subject=subject, with_parts=with_parts)


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
