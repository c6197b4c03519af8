"""The invariant on live data: every open dossier has one responsible person (or a post with somebody in it), one next
date, one visible reason, and a case that goes on: a step open, a message or a timer waited for, a part under way."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.workflow import public as workflow
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.states import OPEN

BATCH = 2000
FIELDS = (
    "id", "code", "state", "responsible_person_id", "responsible_unit_id", "responsible_role", "next_date",
    "visible_reason", "parent_id", "part_key",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offender:
    """An open dossier in limbo, and what it lacks."""

    code: str
    state: str
    lacks: str


@dataclass(frozen=True, slots=True)
class Limbo:
    """How many open dossiers were looked at, and those in limbo."""

    looked_at: int
    offenders: tuple[Offender, ...]


def limbo(*, at: datetime) -> Limbo:
    """Look at every open dossier, in batches by id."""
    posts: dict[tuple[int, str], frozenset[int]] = {}
    looked_at, offenders = 0, []
    for batch in _batches():
        subjects = {_subject(row): row for row in batch}
        alive = workflow.live_subjects(kind="dossier", subjects=list(subjects))
        looked_at += len(batch)
        for subject, row in subjects.items():
            lacks = _lacks(row, posts, is_alive=subject in alive)
            if lacks:
                offenders.append(Offender(code=row["code"], state=row["state"], lacks=lacks))
    return Limbo(looked_at=looked_at, offenders=tuple(offenders))


def _batches() -> Iterator[list[dict]]:
    last = 0
    while True:
        query = Dossier.objects.filter(state__in=OPEN, id__gt=last).order_by("id").values(*FIELDS)[:BATCH]
        batch = list(query)
        if not batch:
            return
        yield batch
        last = batch[-1]["id"]


def _subject(row: dict) -> str:
    return f"{row['parent_id']}/{row['part_key']}" if row["parent_id"] else str(row["id"])


def _lacks(row: dict, posts: dict[tuple[int, str], frozenset[int]], *, is_alive: bool) -> str:
    if row["responsible_unit_id"] is None or not row["responsible_role"]:
        return "không ai chịu trách nhiệm"
    key = (row["responsible_unit_id"], row["responsible_role"])
    if key not in posts:
        posts[key] = frozenset(person.id for person in organizations.holders(unit_id=key[0], role=key[1]))
    if row["responsible_person_id"] is None and not posts[key]:
        return "vị trí chịu trách nhiệm đang trống"
    if row["responsible_person_id"] is not None and row["responsible_person_id"] not in posts[key]:
        return "người chịu trách nhiệm không còn giữ vị trí"
    if row["next_date"] is None:
        return "không có mốc kế tiếp"
    if not row["visible_reason"]:
        return "không có lý do"
    return "" if is_alive else "quy trình không còn bước nào chờ"
