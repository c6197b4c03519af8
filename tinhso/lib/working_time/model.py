"""The words of working time: calendars, rules, histories and what is reckoned from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""Official time since 1975; a fixed offset, so that arithmetic never meets a missing or doubled hour."""

Slots = Mapping[int, tuple[tuple[time, time], ...]]
"""Open times by ISO weekday; a slot includes its first minute and not its last. A weekday not named is closed."""

OFFICE_SLOTS: Slots = {
    weekday: ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 0))) for weekday in (1, 2, 3, 4, 5)
}


@dataclass(frozen=True, slots=True)
class Calendar:
    """Off days, make-up days, open slots by ISO weekday, and the weekdays limits in days count.

    A make-up day opens like `makeup_weekday` (Monday): the law says only that it is worked.
    """

    holidays: frozenset[date]
    makeup_days: frozenset[date]
    slots: Slots
    counting_weekdays: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    makeup_weekday: int = 1
    compiled: Any = field(default=None, init=False, repr=False, compare=False)  # see compiled.py


@dataclass(frozen=True, slots=True)
class CalendarHistory:
    """The calendar and its amendments: (moment, calendar from then on), oldest first."""

    first: Calendar
    amendments: tuple[tuple[datetime, Calendar], ...] = ()
    moments: Any = field(default=None, init=False, repr=False, compare=False)  # amendments' moments in minutes


@dataclass(frozen=True, slots=True)
class Limit:
    value: Decimal
    unit: str  # working_hours | working_days (halves allowed) | calendar_days


@dataclass(frozen=True, slots=True)
class Policy:
    """What the law leaves open; the values here are the ones the published cases fix."""

    day_zero: str = "start"  # the day of the effective start; or `receipt`: the day on the receipt
    cutoff_on_supplement: bool = True  # the cut-off also holds for the supplement that restarts the clock
    roll_calendar_days: bool = True  # a last day that is no working day moves to the next one (Civil Code art. 148.5)
    keep_lateness: bool = True  # a pause or restart asked when already late does not heal the lateness
    amendments: str = "latest"  # the latest date any calendar in force gave; or `newest`: the newest calendar alone


STANDARD = Policy()


@dataclass(frozen=True, slots=True)
class Rule:
    """What the law says of one procedure's time."""

    limit: Limit | None
    cutoff: time | None = None
    on_supplement: str = "restart"  # restart | continue
    on_financial_duty: str = "continue"  # restart | continue
    compare: str = "date"  # date | minute: how the finish is judged against the due date
    due_soon_minutes: int | None = None
    legal_basis: str = ""
    policy: Policy = STANDARD


@dataclass(frozen=True, slots=True)
class Event:
    """received, supplement_requested, supplement_completed, financial_duty_requested, financial_duty_done, stopped,
    resumed, reappointed (with new_due), finished, returned. Moments are aware; seconds are cut off."""

    at: datetime
    kind: str
    new_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Child:
    """A sub-dossier of an interlinked one; listed after those named in `after`."""

    id: str
    rule: Rule
    after: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class ChildReckoning:
    id: str
    started: bool
    due_at: datetime | None
    verdict: str  # waiting, or as Reckoning.verdict


@dataclass(frozen=True, slots=True)
class Reckoning:
    due_at: datetime | None  # legal due; null while paused
    promised_at: datetime | None  # what the citizen was told; null while paused
    paused: bool
    used_working_minutes: int
    remaining_working_minutes: int | None  # negative when late
    verdict: str  # running | due_soon | overdue | early | on_time | late
    reappointed_count_ok: bool = True
    supplement_count_ok: bool = True
    started_at: datetime | None = None  # effective start
    children: tuple[ChildReckoning, ...] = field(default=())
    lateness_kept: bool = False  # a pause or restart was asked when it was late: it will end `late` whatever happens
