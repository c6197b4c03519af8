"""What a change of the calendar would do to open dossiers, without doing it."""

from collections.abc import Iterator
from datetime import datetime

from tinhso.systems.one_stop.models import Dossier, DossierEvent
from tinhso.systems.one_stop.services import clock
from tinhso.systems.one_stop.services.deadlines import open_ids
from tinhso.systems.one_stop.types import DueMoves

EXAMPLES = 8


def due_moves(*, at: datetime) -> DueMoves:
    """Reckon every open dossier by the calendar as the caller imagines it, and compare with the date it has."""
    checked = moved = 0
    examples: list[tuple[str, datetime, datetime]] = []
    for dossier, due_at in _reckoned(at):
        checked += 1
        if dossier.due_at and due_at and due_at != dossier.due_at:
            moved += 1
            if len(examples) < EXAMPLES:
                examples.append((dossier.code, dossier.due_at, due_at))
    return DueMoves(checked, moved, tuple(examples))


def _reckoned(at: datetime) -> Iterator[tuple[Dossier, datetime | None]]:
    last = 0
    while ids := open_ids(after=last):
        last = ids[-1]
        lines: dict[int, list[DossierEvent]] = {}
        for line in DossierEvent.objects.filter(dossier_id__in=ids, kind__in=clock.CLOCK_KINDS).order_by("at", "id"):
            lines.setdefault(line.dossier_id, []).append(line)
        for dossier in Dossier.objects.filter(id__in=ids).order_by("id"):
            reckoning = clock.reckon(
                dossier, at, clock.clock_events(lines.get(dossier.pk, [])), clock.parts_of(dossier)
            )
            yield dossier, reckoning.due_at if reckoning else None
