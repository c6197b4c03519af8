"""Lines beside the papers: where used, who read, links, consents, delegates."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q

from tinhso.systems.vault.models import Consent, Paper, Reading, Share, Store, Use


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """Who read what, as the owner sees it."""

    id: int
    at: datetime
    reader_name: str
    post: str
    unit_name: str
    what: str  # file | facts
    purpose: str
    subject: str
    paper_name: str
    paper_key: str


COLUMNS = (
    "id", "at", "reader_name", "post", "unit_name", "what", "purpose", "subject", "paper__name", "paper__key",
)  # fmt: skip


def readings_of_paper(paper: Paper, *, limit: int) -> list[ReadingLine]:
    """The latest first."""
    found = Reading.objects.filter(paper=paper).order_by("-at", "-id")
    return [ReadingLine(*row) for row in found.values_list(*COLUMNS)[:limit]]


def readings_of_store(store: Store, *, after: str, limit: int) -> tuple[list[ReadingLine], str]:
    """A page of who read what, the latest first, and the cursor of the next page or ""."""
    found = Reading.objects.filter(store=store)
    head, _, tail = after.partition("_")
    try:
        at, last = datetime.fromtimestamp(float(head), tz=UTC), int(tail)
    except (ValueError, OverflowError, OSError):
        pass
    else:
        found = found.filter(Q(at__lt=at) | Q(at=at, pk__lt=last))
    lines = [ReadingLine(*row) for row in found.order_by("-at", "-id").values_list(*COLUMNS)[: limit + 1]]
    more = lines[limit - 1] if len(lines) > limit else None
    return lines[:limit], f"{more.at.timestamp():.6f}_{more.id}" if more else ""


def uses_of(paper: Paper) -> list[Use]:
    """Dossiers that lean on the paper, the latest first."""
    return list(Use.objects.filter(paper=paper).order_by("-at", "-pk")[:50])


def shares_of(paper: Paper, *, at: datetime) -> list[Share]:
    """Links that still work."""
    return list(
        Share.objects.filter(paper=paper, revoked_at__isnull=True, valid_until__gt=at).order_by("-made_at", "-pk")
    )


def consents_of(store: Store) -> list[Consent]:
    """The latest first."""
    return list(Consent.objects.filter(store=store).order_by("-asked_at", "-pk")[:100])
