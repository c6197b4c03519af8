"""The door of calendars (lịch làm việc): the statutory calendar, desk slots and due dates that explain themselves."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from pathlib import Path

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.calendars import kept, loading, selectors, services
from tinhso.foundation.calendars.records import CalendarRefusedError, Day, LoadReport, OpenTimes
from tinhso.lib import working_time
from tinhso.lib.working_time import Calendar, CalendarHistory, Child, Event, Reckoning, Rule, Slots

__all__ = [
    "CalendarRefusedError",
    "Day",
    "LoadReport",
    "OpenTimes",
    "calendar_now",
    "calendar_of",
    "counted_days",
    "days",
    "declare_day_off",
    "declare_makeup_day",
    "explain",
    "get_day",
    "imagine",
    "load",
    "look_again",
    "open_times",
    "reckon",
    "revision_number",
    "set_slots",
    "withdraw_day",
    "working_days_between",
    "working_hours_between",
]


def calendar_of(*, unit_id: int) -> CalendarHistory:
    """The calendar of a unit with its amendments; cached in the process until the calendar's revision moves."""
    return selectors.unit_calendar(unit_id).history


def calendar_now(*, unit_id: int) -> Calendar:
    """The unit's calendar as it stands now."""
    return selectors.unit_calendar(unit_id).newest


def reckon(
    *, unit_id: int, rule: Rule, events: Sequence[Event], at: datetime, children: Sequence[Child] = ()
) -> Reckoning:
    """Due date, verdict, minutes of a history at a moment, by the unit's calendar."""
    return working_time.reckon(calendar_of(unit_id=unit_id), rule, events, at, children)


def explain(*, unit_id: int, rule: Rule, events: Sequence[Event], at: datetime, children: Sequence[Child] = ()) -> str:
    """The due date in one Vietnamese sentence with its legal basis."""
    known = selectors.unit_calendar(unit_id)
    return working_time.explain(known.history, rule, events, at, children, known.names)


def counted_days(*, unit_id: int, first: date, last: date) -> list[tuple[date, str]]:
    """Each day from first to last with `counted`, `off` or the name of the holiday, for the picture of a deadline."""
    return selectors.counted_days(unit_id, first, last)


def working_days_between(*, unit_id: int, after: date, through: date) -> int:
    """Working days after one day up to and including another; 0 where there are none."""
    if through <= after:
        return 0
    return working_time.working_days_between(calendar_now(unit_id=unit_id), after, through)


def working_hours_between(*, unit_id: int, start: datetime, end: datetime) -> float:
    """Hours the unit was open from one moment to another; 0 where the end comes first."""
    return working_time.open_minutes(calendar_now(unit_id=unit_id), start, end) / 60 if end > start else 0.0


def days(*, year: int, withdrawn: bool = False) -> list[Day]:
    """Days declared for a year, by date; with `withdrawn` also those withdrawn since."""
    return selectors.days(year, withdrawn=withdrawn)


def get_day(*, day_id: int) -> Day | None:
    """A declaration, also a withdrawn one."""
    return selectors.get_day(day_id)


def open_times() -> list[OpenTimes]:
    """Every set of open times, the province's first."""
    return selectors.open_times()


def declare_day_off(
    *, day: date, name: str, legal_basis: str, actor: Actor, at: datetime, unit_id: int | None = None
) -> int:
    """Declare a day off for the province or a unit; running due dates move later, never earlier.

    Writes the audit and publishes CalendarChanged in the caller's transaction. Raises CalendarRefusedError,
    PermissionError. Returns the id of the declaration.
    """
    return services.declare_day(
        kind="off", day=day, name=name, legal_basis=legal_basis, unit_id=unit_id, actor=actor, at=at
    )


def declare_makeup_day(
    *, day: date, name: str, legal_basis: str, actor: Actor, at: datetime, unit_id: int | None = None
) -> int:
    """Declare a weekend day worked; otherwise as `declare_day_off`."""
    return services.declare_day(
        kind="makeup", day=day, name=name, legal_basis=legal_basis, unit_id=unit_id, actor=actor, at=at
    )


def withdraw_day(*, day_id: int, actor: Actor, at: datetime) -> None:
    """Withdraw a declaration; it stays on record. Raises LookupError, CalendarRefusedError, PermissionError."""
    services.withdraw_day(day_id=day_id, actor=actor, at=at)


def imagine(
    *,
    declared: Iterable[tuple[str, date, str, int | None]] = (),
    withdrawn: Collection[int] = (),
    at: datetime,
) -> AbstractContextManager[None]:
    """Inside, due dates are reckoned as if days (kind, day, name, unit) were declared, or declarations withdrawn.

    For the dry run of a change: nothing is written, and other threads see nothing of it.
    """
    return selectors.imagine(declared=declared, withdrawn=withdrawn, at=at)


def set_slots(
    *, unit_id: int | None, slots: Slots, valid_from: date, legal_basis: str, actor: Actor, at: datetime
) -> int:
    """Set open times of a unit (None: the province) from a day on. Raises CalendarRefusedError, PermissionError."""
    return services.set_slots(
        unit_id=unit_id, slots=slots, valid_from=valid_from, legal_basis=legal_basis, actor=actor, at=at
    )


def load(*, folder: Path, at: datetime) -> LoadReport:
    """Load `calendar_days.csv` and `slots.csv` of a pack; repeatable, all or nothing, in the caller's transaction."""
    return loading.load(folder, at)


def revision_number() -> int:
    """Changes whenever the calendar changed (one query)."""
    return kept.current_number()


def look_again() -> None:
    """See what was changed a moment ago, also by another process (copies are up to a second old)."""
    kept.look_again()
