"""Reads for the studio's screens."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tinhso.foundation.forms import public as forms
from tinhso.foundation.workflow import public as workflow
from tinhso.systems.procedures import public as procedures
from tinhso.systems.studio.models import Draft


@dataclass(frozen=True, slots=True)
class Thing:
    """A process, form or table in force, with its open draft where there is one."""

    kind: str
    key: str
    name: str
    number: int
    procedures: int
    draft: Draft | None


def things(on: date) -> list[Thing]:
    """Everything in force that the studio can change, by kind and name."""
    drafts = {(one.kind, one.key): one for one in open_drafts()}
    found = [
        Thing("process", row["key"], row["name"], row["number"],
              len(procedures.codes_of_process(process_key=row["key"], on=on)), drafts.get(("process", row["key"])))
        for row in workflow.processes()
    ]  # fmt: skip
    found += [
        Thing("form", one.key, one.name, one.number, len(procedures.codes_of_form(form_key=one.key, on=on)),
              drafts.get(("form", one.key)))
        for one in forms.forms_in_use()
    ]  # fmt: skip
    found += [
        Thing("decision", row["key"], row["name"], row["number"], 0, drafts.get(("decision", row["key"])))
        for row in workflow.decision_tables()
    ]
    return found


def open_drafts() -> list[Draft]:
    return list(Draft.objects.filter(status__in=("editing", "review")).order_by("-edited_at"))


def get_draft(draft_id: int) -> Draft:
    """Raises LookupError."""
    draft = Draft.objects.filter(pk=draft_id).first()
    if draft is None:
        raise LookupError("Không có bản nháp này.")
    return draft


def history(draft: Draft, limit: int = 20) -> list[dict[str, Any]]:
    return [dict(row) for row in draft.revisions.order_by("-rev").values("rev", "what", "by_name", "at")[:limit]]


def published(kind: str, key: str, limit: int = 20) -> list[Draft]:
    """Drafts of a thing that were published, newest first."""
    return list(Draft.objects.filter(kind=kind, key=key, status="published").order_by("-published_at")[:limit])


def is_second_person(draft: Draft, actor_key: str) -> bool:
    return actor_key not in (draft.submitted_by, draft.edited_by)


def month_before(at: datetime) -> datetime:
    """Thirty-one days: last month's histories, whatever the day."""
    return at - timedelta(days=31)
