"""Between rows and records."""

from collections.abc import Sequence
from typing import Any

import msgspec

from tinhso.foundation.statements import prepared
from tinhso.foundation.workflow import models
from tinhso.foundation.workflow.planning import CaseFacts, Row, lead_node, outcomes_of, waiting_for
from tinhso.foundation.workflow.plans import plan_of
from tinhso.foundation.workflow.records import CaseChange, WorkItem


def call_sql(sql: str, before: Sequence[Any], payload: Row, after: Sequence[Any] = ()) -> Row:
    """The JSON answer of one of our SQL functions."""
    (answer,) = prepared(sql, [*before, msgspec.json.encode(payload).decode(), *after])[0]
    found: Row = msgspec.json.decode(answer)
    return found


def facts_of(case: models.CaseRun, parent_subject: str = "") -> CaseFacts:
    """A part's subject is its parent's with the key of the part behind the last slash."""
    above, _, part = case.subject.rpartition("/") if case.parent_id else ("", "", "")
    return CaseFacts(
        kind=case.kind,
        version_id=case.version_id,
        units=case.units,
        title=case.title,
        topic=case.topic,
        due_at=case.due_at,
        priority=case.priority,
        part=part,
        subject=case.subject,
        parent_subject=parent_subject or above,
    )


def record_of(item: models.WorkItem) -> WorkItem:
    return WorkItem(
        id=item.pk,
        case_id=item.case_id,
        subject=item.subject,
        node=item.node,
        name=item.name,
        role=item.role,
        unit_id=item.unit_id,
        assignee_id=item.assignee_id,
        stage=item.stage,
        clock=item.clock,
        outcomes=outcomes_of(plan_of(item.version_id), item.node),
        opened_at=item.opened_at,
        due_at=item.due_at,
        state=item.state,
        is_lead=item.is_lead,
        token=item.token,
        legal_due_at=item.legal_due_at,
        title=item.title,
        topic=item.topic,
        priority=item.priority,
        claimed_at=item.claimed_at,
        kind=item.kind,
    )


def rebuild(case: models.CaseRun, event: models.CaseEvent) -> CaseChange:
    """The change an earlier event made, as far as it can still be told; nothing is written and nobody is told again."""
    plan = plan_of(case.version_id)
    facts = facts_of(case)
    lead = lead_node(plan, case.state)
    opened = models.WorkItem.objects.filter(pk__in=event.data["opened"]).order_by("id")
    return CaseChange(
        case_id=case.pk,
        kind=case.kind,
        subject=case.subject,
        at=event.at,
        opened=tuple(record_of(item) for item in opened),
        closed=tuple(event.data["closed"]),
        waiting=waiting_for(plan, case.state),
        stage=case.stage,
        ended=case.ended if case.status == models.CaseRun.Status.ENDED else None,
        clock=lead.get("clock", "running") if lead else "running",
        event=event.kind,
        node=event.node,
        outcome=event.data.get("outcome", ""),
        part=facts.part,
        parent_subject=facts.parent_subject,
        units=tuple(case.units.items()),
    )
