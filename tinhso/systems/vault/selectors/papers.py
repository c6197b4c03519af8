"""Papers of a store: keyset pages, search that forgives, counts for the filters. Never the bytes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from tinhso.systems.vault.matching import search_words
from tinhso.systems.vault.models import Paper, Store
from tinhso.systems.vault.records import Held

SHOWN = (
    "key", "name", "number", "issuer_name", "issued_on", "valid_from", "valid_to", "status", "weight", "has_file",
    "zone", "hidden_at", "added_at",
)  # fmt: skip
VALIDITY = ("good", "lapsed")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the owner chose to see. validity: "" | good | lapsed."""

    text: str = ""
    zone: str = ""
    kind: str = ""
    validity: str = ""
    hidden: bool = False

    @property
    def is_any(self) -> bool:
        return bool(self.text or self.zone or self.kind or self.validity or self.hidden)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many papers by zone and kind, hidden ones apart; waiting: consents to answer (of a store with papers)."""

    whole: int
    hidden: int
    waiting: int
    zones: dict[str, int]
    kinds: dict[str, int]


def cursor_of(paper: Paper) -> str:
    return f"{paper.added_at.timestamp():.6f}_{paper.pk}"


def page(
    stores: Sequence[Store], filters: Filters, *, on: date, after: str = "", limit: int = 30
) -> tuple[list[Paper], str]:
    """Papers newest first, and the cursor of the next page or ""."""
    papers = _filtered(Paper.objects.filter(store__in=[store.pk for store in stores]), filters, on)
    if place := _place(after):
        at, last = place
        papers = papers.filter(Q(added_at__lt=at) | Q(added_at=at, pk__lt=last))
    found = list(papers.only(*SHOWN).order_by("-added_at", "-pk")[: limit + 1])
    return found[:limit], cursor_of(found[limit - 1]) if len(found) > limit else ""


def _place(after: str) -> tuple[datetime, int] | None:
    head, _, tail = after.partition("_")
    try:
        return datetime.fromtimestamp(float(head), tz=UTC), int(tail)
    except (ValueError, OverflowError, OSError):
        return None


def _filtered(papers: QuerySet[Paper], filters: Filters, on: date) -> QuerySet[Paper]:
    papers = papers.filter(hidden_at__isnull=not filters.hidden)
    if filters.zone:
        papers = papers.filter(zone=filters.zone)
    if filters.kind:
        papers = papers.filter(kind="" if filters.kind == "other" else filters.kind)
    if filters.validity:
        good = Q(status=Paper.Status.GOOD) & (Q(valid_to__isnull=True) | Q(valid_to__gte=on))
        papers = papers.filter(good if filters.validity == "good" else ~good)
    for word in search_words(filters.text):
        papers = papers.filter(search_text__contains=f" {word}")
    return papers


_COUNTED = """
select zone, kind, hidden_at is not null, count(*),
  (select count(*) from vault_consent c where c.store_id = %(store)s and c.state = 'asked')
from vault_paper where store_id = %(store)s group by 1, 2, 3
"""


def counts(store: Store | None) -> Counts:
    """Grouped by the database: a dozen rows, however many papers."""
    if store is None:
        return Counts(0, 0, 0, {}, {})
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, {"store": store.pk})
        rows = cursor.fetchall()
    zones: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    hidden = waiting = 0
    for zone, kind, out_of_sight, number, asked in rows:
        waiting = asked
        if out_of_sight:
            hidden += number
            continue
        zones[zone] += number
        kinds[kind] += number
    return Counts(sum(zones.values()), hidden, waiting, dict(zones), dict(kinds))


def paper_by_key(key: str | UUID) -> Paper:
    """Raises LookupError."""
    try:
        return Paper.objects.select_related("store").get(key=key if isinstance(key, UUID) else UUID(str(key)))
    except (Paper.DoesNotExist, ValueError):
        raise LookupError("Không có giấy tờ này trong kho.") from None


def held(paper: Paper, on: date) -> Held:
    """The facts of a paper."""
    return Held(
        key=str(paper.key),
        kind=paper.kind,
        name=paper.name,
        number=paper.number,
        issuer_name=paper.issuer_name,
        issued_on=paper.issued_on,
        valid_to=paper.valid_to,
        weight=paper.weight,
        weight_label=str(Paper.Weight(paper.weight).label),
        signature=paper.signature,
        signature_label=str(Paper.Signature(paper.signature).label),
        zone=paper.zone,
        store_name=paper.store.name,
        stands=paper.may_stand_for(on),
        place=f"Kho dữ liệu điện tử của {paper.store.name}",
    )


def good_of_kinds(stores: Sequence[Store], kinds: Sequence[str], on: date) -> list[Paper]:
    """Good papers of these kinds with a file, the weightiest and newest first; hidden ones stay out of sight."""
    papers = Paper.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on),
        store__in=[store.pk for store in stores],
        kind__in=list(kinds),
        status=Paper.Status.GOOD,
        has_file=True,
        hidden_at__isnull=True,
    )
    return list(papers.select_related("store").order_by("weight", "-issued_on", "-pk"))
