"""Lists of dossiers: filtered by unit inside the plan, keyset pages, never an exact count of everything."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from tinhso.foundation.accounts.public import Actor
from tinhso.systems.one_stop.models import Dossier, Submission
from tinhso.systems.one_stop.permissions import Scope
from tinhso.systems.one_stop.states import OPEN, State, national

COLUMNS = (
    "id", "code", "procedure_code", "procedure_name", "applicant_name", "identity_number", "channel", "state",
    "submitted_at", "received_at", "due_at", "promised_at", "finished_at", "returned_at", "verdict", "is_paused",
    "receiving_unit_id", "handling_unit_id", "responsible_person_id", "responsible_unit_id", "responsible_role",
    "next_date", "visible_reason", "supplement_count", "parent_id",
)  # fmt: skip


MOST_UNITS_MERGED = 6


@dataclass(frozen=True, slots=True)
class DossierRow:
    """One line of a list."""

    id: int
    code: str
    procedure_code: str
    procedure_name: str
    applicant_name: str
    identity_number: str
    channel: str
    state: str
    submitted_at: datetime
    received_at: datetime | None
    due_at: datetime | None
    promised_at: datetime | None
    finished_at: datetime | None
    returned_at: datetime | None
    verdict: str
    is_paused: bool
    receiving_unit_id: int
    handling_unit_id: int
    responsible_person_id: int | None
    responsible_unit_id: int | None
    responsible_role: str
    next_date: datetime | None
    visible_reason: str
    supplement_count: int
    parent_id: int | None

    @property
    def state_label(self) -> str:
        return str(State(self.state).label)

    @property
    def national_status(self) -> int:
        return national(self.state)

    def is_overdue(self, at: datetime) -> bool:
        """Open, running and past its legal date."""
        return self.state in OPEN and self.state != State.DONE and self.due_at is not None and self.due_at < at


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list shows. side: which unit column the scope is held against. order: newest | due."""

    scope: Scope = field(default_factory=lambda: Scope(everything=False, unit_ids=()))
    side: str = "handling"  # handling | receiving
    states: tuple[str, ...] = ()
    procedure_code: str = ""
    channel: str = ""
    holder_id: int | None = None
    overdue_at: datetime | None = None  # only those open and late at this moment
    since: datetime | None = None
    until: datetime | None = None
    order: str = "newest"

    def within(self, unit_ids: Iterable[int]) -> "Filter":
        return replace(self, scope=Scope(everything=False, unit_ids=tuple(unit_ids)))


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, and the cursor of the next page or ""."""

    rows: tuple[DossierRow, ...]
    after: str


def row_of(values: Sequence[Any]) -> DossierRow:
    return DossierRow(*values)


def scoped(query: QuerySet[Dossier], scope: Scope, side: str = "handling") -> QuerySet[Dossier]:
    if scope.everything:
        return query
    column = f"{side}_unit_id"
    if len(scope.unit_ids) == 1:
        return query.filter(**{column: scope.unit_ids[0]})
    return query.filter(**{f"{column}__in": scope.unit_ids})


def filtered(by: Filter) -> QuerySet[Dossier]:
    query = scoped(Dossier.objects.all(), by.scope, by.side)
    if by.states:
        query = query.filter(state=by.states[0]) if len(by.states) == 1 else query.filter(state__in=by.states)
    if by.procedure_code:
        query = query.filter(procedure_code=by.procedure_code)
    if by.channel:
        query = query.filter(channel=by.channel)
    if by.holder_id is not None:
        query = query.filter(responsible_person_id=by.holder_id, state__in=OPEN)
    if by.overdue_at is not None:
        query = query.filter(state__in=OPEN, due_at__lt=by.overdue_at).exclude(state=State.DONE)
    if by.since is not None:
        query = query.filter(submitted_at__gte=by.since)
    if by.until is not None:
        query = query.filter(submitted_at__lt=by.until)
    return query


def cursor_of(at: datetime, dossier_id: int) -> str:
    return f"{round(at.timestamp() * 1_000_000)}-{dossier_id}"


def read_cursor(cursor: str) -> tuple[datetime, int] | None:
    """None for a cursor that was not made here: the list starts again."""
    moment, dash, dossier_id = cursor.partition("-")
    if not (dash and moment.isdigit() and dossier_id.isdigit() and len(moment) < 18 and len(dossier_id) < 18):
        return None
    return datetime.fromtimestamp(int(moment) / 1_000_000, tz=timezone.get_current_timezone()), int(dossier_id)


def dossier_page(*, by: Filter, after: str = "", limit: int = 20) -> Page:
    """A page of a list, newest first or nearest legal date first."""
    queries = [filtered(one) for one in _unit_by_unit(by)]
    if by.order == "due":
        running = [query.filter(state__in=OPEN, due_at__isnull=False) for query in queries]
        return _page(running, "due_at", after, limit, ascending=True)
    return _page(queries, "submitted_at", after, limit, ascending=False)


def _unit_by_unit(by: Filter) -> list[Filter]:
    """A page of a few units is the best of a page of each: an index gives each in order, not all of them together."""
    if by.scope.everything or not 1 < len(by.scope.unit_ids) <= MOST_UNITS_MERGED:
        return [by]
    return [by.within([unit_id]) for unit_id in by.scope.unit_ids]


def _page(queries: Sequence[QuerySet[Dossier]], column: str, after: str, limit: int, *, ascending: bool) -> Page:
    order = (column, "id") if ascending else (f"-{column}", "-id")
    pages = [
        _after(query, column, after, ascending=ascending).order_by(*order).values_list(*COLUMNS)[: limit + 1]
        for query in queries
    ]
    merged = pages[0] if len(pages) == 1 else pages[0].union(*pages[1:], all=True).order_by(*order)[: limit + 1]
    found = list(merged)
    rows = tuple(row_of(values) for values in found[:limit])
    more = len(found) > limit
    return Page(rows=rows, after=cursor_of(getattr(rows[-1], column), rows[-1].id) if more else "")


def _after(query: QuerySet[Dossier], column: str, after: str, *, ascending: bool) -> QuerySet[Dossier]:
    """What comes after the cursor."""
    compare = "gt" if ascending else "lt"
    if start := read_cursor(after):
        moment, last_id = start
        query = query.filter(
            Q(**{f"{column}__{compare}e": moment})
            & ~Q(**{column: moment, f"id__{'lte' if ascending else 'gte'}": last_id})
        )
    return query


def my_page(*, account_id: int, after: str = "", limit: int = 20) -> Page:
    """A citizen's own dossiers, parts of interlinked ones left out."""
    query = Dossier.objects.filter(owner_account_id=account_id, parent__isnull=True)
    return _page([query], "submitted_at", after, limit, ascending=False)


def my_dossiers_after(*, actor: Actor, after: str = "", limit: int = 20) -> list[Dossier]:
    """The actor's own, as whole dossiers: a person's by the account, a system's by what it sent."""
    if actor.kind == "system":
        sent = Submission.objects.filter(owner=actor.key, what="submit").values("dossier_id")
        query = Dossier.objects.filter(id__in=sent)
    else:
        query = Dossier.objects.filter(owner_account_id=actor.account_id, parent__isnull=True)
    if start := read_cursor(after):
        moment, last_id = start
        query = query.filter(Q(submitted_at__lte=moment) & ~Q(submitted_at=moment, id__gte=last_id))
    return list(query.order_by("-submitted_at", "-id")[:limit])


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of the open dossiers of a scope, capped so that a badge never costs a scan."""

    by_state: dict[str, int]
    overdue: int
    due_today: int


def figures(*, scope: Scope, at: datetime, side: str = "handling") -> Figures:
    """Open dossiers by state, late ones, and those due before the end of the day."""
    from django.db.models import Count

    opened = scoped(Dossier.objects.filter(state__in=OPEN), scope, side)
    tomorrow = timezone.localtime(at).replace(hour=23, minute=59, second=59)
    counted = opened.aggregate(
        **{state: Count("id", filter=Q(state=state)) for state in OPEN},
        overdue=Count("id", filter=Q(due_at__lt=at) & ~Q(state=State.DONE)),
        due_today=Count("id", filter=Q(due_at__gte=at, due_at__lte=tomorrow) & ~Q(state=State.DONE)),
    )
    overdue, due_today = counted.pop("overdue"), counted.pop("due_today")
    return Figures(by_state={k: v for k, v in counted.items() if v}, overdue=overdue, due_today=due_today)
