"""Reads for screens: the inbox, badges, the way and the history of a case."""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.statements import prepared_rows
from tinhso.foundation.workflow.models import CaseEvent, CaseRun, ProcessVersion, Subscription, WorkItem
from tinhso.foundation.workflow.planning import outcomes_of
from tinhso.foundation.workflow.plans import plan_of
from tinhso.foundation.workflow.records import CasePlace, InboxPage, StepView
from tinhso.foundation.workflow.records import WorkItem as Item
from tinhso.foundation.workflow.ways import way_ahead
from tinhso.foundation.workflow.writing import record_of


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """Which work to show. whose: `mine` (I am responsible) or `posts` (of the posts I hold, whoever is responsible)."""

    whose: str = "mine"
    kind: str = ""
    stages: tuple[str, ...] = ()
    overdue_at: datetime | None = None  # only what was due before this moment
    due_before: datetime | None = None


def inbox(*, actor: Actor, wanted: InboxFilter, after: str | None, limit: int) -> InboxPage:
    found = heapq.merge(
        *(_page(query, after, limit) for query in _queries(actor, wanted)), key=lambda item: (item.sort_at, item.pk)
    )
    unique = list({item.pk: item for item in found}.values())
    page = unique[:limit]
    more = len(unique) > limit
    key = f"{page[-1].sort_at.isoformat()}|{page[-1].pk}" if page and more else None
    return InboxPage(tuple(record_of(item) for item in page), key)


def _queries(actor: Actor, wanted: InboxFilter) -> list[QuerySet[WorkItem]]:
    """One query per index range, each already in the order of the page."""
    query = WorkItem.objects.filter(state="open")
    if wanted.kind:
        query = query.filter(kind=wanted.kind)
    if wanted.stages:
        query = query.filter(stage__in=wanted.stages)
    for moment in (wanted.overdue_at, wanted.due_before):
        if moment is not None:
            query = query.filter(sort_at__lt=moment)
    if wanted.whose == "posts":
        pairs = sorted({(post.unit_id, post.role) for post in actor.posts})
        return [query.filter(unit_id=unit_id, role=role) for unit_id, role in pairs]
    return [query.filter(assignee_id=actor.person_id)] if actor.person_id is not None else []


def _page(query: QuerySet[WorkItem], after: str | None, limit: int) -> list[WorkItem]:
    if after:
        moment, _, number = after.partition("|")
        try:
            at, last = datetime.fromisoformat(moment), int(number)
        except ValueError:
            at, last = None, 0
        if at is not None:
            query = query.filter(Q(sort_at__gt=at) | Q(sort_at=at, id__gt=last), sort_at__gte=at)
    return list(query.order_by("sort_at", "id")[: limit + 1])


def awaited(*, kind: str, subject: str) -> frozenset[str]:
    waiting = Subscription.objects.filter(case__kind=kind, case__subject=subject)
    return frozenset(waiting.values_list("message", flat=True))


def badges(*, actor: Actor, at: datetime, cap: int, only: Sequence[str]) -> dict[str, int]:
    """Counts never above `cap` + 1: nobody reads more, and counting stays cheap."""
    wanted = {"mine": InboxFilter(), "overdue": InboxFilter(overdue_at=at), "posts": InboxFilter(whose="posts")}
    return {name: _count(actor, wanted[name], cap) for name in only}


def _count(actor: Actor, wanted: InboxFilter, cap: int) -> int:
    total = sum(len(query.values_list("id")[: cap + 1]) for query in _queries(actor, wanted))
    return min(total, cap + 1)


# A planner that has no statistics yet would walk all cases (for a join) or all open items (for `state = 'open'`).
OPEN_ITEMS = """
WHERE starts_with(state, 'open') AND case_id = ANY(ARRAY(
    SELECT id FROM workflow_caserun
    WHERE root_id = (SELECT root_id FROM workflow_caserun WHERE kind = %s AND subject = %s)
    AND (subject = %s OR starts_with(subject, %s))
)) ORDER BY id
"""


def open_items(*, kind: str, subject: str, with_parts: bool) -> list[Item]:
    parts = f"{subject}/" if with_parts else "\n"
    return [record_of(item) for item in prepared_rows(WorkItem, OPEN_ITEMS, [kind, subject, subject, parts])]


def get_item(*, item_id: int) -> Item:
    item = WorkItem.objects.filter(pk=item_id).first()
    if item is None:
        raise LookupError("Không tìm thấy việc này.")
    return record_of(item)


def case_steps(*, kind: str, subject: str, with_ahead: bool) -> list[StepView]:
    case = CaseRun.objects.filter(kind=kind, subject=subject).first()
    if case is None:
        return []
    plan = plan_of(case.version_id)
    items = list(case.items.order_by("opened_at", "id"))
    steps = [_item_step(plan, item) for item in items]
    steps += _silent_steps(plan, case)
    steps.sort(key=lambda s: (s.opened_at, s.done_at is None))
    if with_ahead and case.status == CaseRun.Status.OPEN:
        steps += [_coming_step(plan, node, case.units, subject) for node in way_ahead(plan, case.state)]
    return steps


_STATES = {"open": "current", "done": "done", "cancelled": "cancelled"}


def _item_step(plan: Any, item: WorkItem) -> StepView:
    return StepView(
        node=item.node,
        name=item.name,
        stage=item.stage,
        state=_STATES[item.state],
        role=item.role,
        unit_id=item.unit_id,
        person_id=item.done_by_id or item.assignee_id,
        who=item.done_by_name or person_name(item.assignee_id),
        opened_at=item.opened_at,
        done_at=item.done_at,
        due_at=item.due_at,
        outcome=item.outcome,
        outcome_label=dict(outcomes_of(plan, item.node)).get(item.outcome, "Trả lại" if item.outcome else ""),
        note=item.note,
        is_lead=item.is_lead,
        subject=item.subject,
    )


def person_name(person_id: int | None) -> str:
    if person_id is None:
        return ""
    try:
        return organizations.person(person_id=person_id).name
    except LookupError:
        return ""


def _silent_steps(plan: Any, case: CaseRun) -> Iterable[StepView]:
    """Steps nobody works on (waiting for a supplement, for another agency), told by the history."""
    open_at: dict[str, datetime] = {}
    found: list[tuple[str, datetime, datetime | None]] = []
    for at, data in CaseEvent.objects.filter(case=case).order_by("number").values_list("at", "data"):
        for node in data.get("left", ()):
            if node in open_at:
                found.append((node, open_at.pop(node), at))
        for node in data.get("entered", ()):
            open_at[node] = at
    ended = case.ended_at
    found += [(node, at, ended) for node, at in open_at.items()]
    for node_id, opened, done in found:
        node = plan["nodes"][node_id]
        if node["name"]:
            yield _blank(plan, node_id, case.subject, "done" if done else "current", opened, done)


def _coming_step(plan: Any, node_id: str, units: dict[str, int], subject: str) -> StepView:
    node = plan["nodes"][node_id]
    unit_id = units.get(node.get("unit", "handling"), units.get("handling"))
    return _blank(plan, node_id, subject, "ahead", None, None, unit_id)


def _blank(
    plan: Any,
    node_id: str,
    subject: str,
    state: str,
    opened: datetime | None,
    done: datetime | None,
    unit_id: int | None = None,
) -> StepView:
    node = plan["nodes"][node_id]
    return StepView(
        node=node_id, name=node["name"], stage=node.get("stage", ""), state=state, role=node.get("role", ""),
        unit_id=unit_id, person_id=None, who="", opened_at=opened, done_at=done, due_at=None, outcome="",
        outcome_label="", note="", is_lead=node.get("lead", True), subject=subject,
    )  # fmt: skip


def case_place(*, kind: str, subject: str) -> CasePlace:
    """Raises LookupError."""
    case = CaseRun.objects.filter(kind=kind, subject=subject).first()
    if case is None:
        raise LookupError(f"Không có quy trình nào của «{subject}».")
    here = tuple(dict.fromkeys(place[0] for place in case.state["tok"].values()))
    done = WorkItem.objects.filter(case=case, state=WorkItem.State.DONE).order_by("done_at")
    been = dict.fromkeys([*done.values_list("node", flat=True), *([case.ended] if case.ended else [])])
    return CasePlace(case.version_id, here, tuple(been))


def history(*, kind: str, subject: str) -> list[dict[str, Any]]:
    """Events of the case and its parts, oldest first, as plain data."""
    cases = CaseRun.objects.filter(Q(subject=subject) | Q(subject__startswith=f"{subject}/"), kind=kind)
    events = CaseEvent.objects.filter(case__in=cases).select_related("case").order_by("at", "id")
    return [
        {
            "at": event.at, "subject": event.case.subject, "kind": event.kind, "node": event.node,
            "actor": event.actor, "actor_name": event.actor_name, "data": event.data,
        }
        for event in events
    ]  # fmt: skip


def processes() -> Sequence[dict[str, Any]]:
    """Published versions with their steps, for the administrator's screens."""

    versions = (
        ProcessVersion.objects.filter(status="published").select_related("definition").order_by("definition__key")
    )
    return [
        {
            "version_id": version.pk, "key": version.definition.key, "name": version.definition.name,
            "number": version.number, "published_at": version.published_at, "checks": version.checks,
            "steps": [
                {
                    "node": node, **{key: version.plan["nodes"][node].get(key, "") for key in
                    ("name", "kind", "role", "unit", "stage", "clock", "hours")},
                    "outcomes": outcomes_of(version.plan, node),
                }
                for node in version.plan["order"]
            ],
        }
        for version in versions
    ]  # fmt: skip


def live_subjects(*, kind: str, subjects: Sequence[str]) -> frozenset[str]:
    """Those of the subjects whose case is open and goes on: a step open, a message or a timer or a part waited for."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.subject FROM workflow_caserun c
            WHERE c.kind = %s AND c.subject = ANY(%s) AND c.status = 'open' AND (
                EXISTS (SELECT FROM workflow_workitem w WHERE w.case_id = c.id AND w.state = 'open')
                OR EXISTS (SELECT FROM workflow_subscription s WHERE s.case_id = c.id)
                OR EXISTS (SELECT FROM workflow_timer t WHERE t.case_id = c.id)
                OR EXISTS (SELECT FROM workflow_caserun p WHERE p.parent_id = c.id AND p.status = 'open'))
            """,
            [kind, list(subjects)],
        )
        return frozenset(row[0] for row in cursor.fetchall())
