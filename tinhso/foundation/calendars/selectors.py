"""Reading the calendar: the history of a unit's calendar, and its days as people see them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from tinhso.foundation.calendars import kept
from tinhso.foundation.calendars.models import CalendarDay, SlotSet
from tinhso.foundation.calendars.records import Day, OpenTimes
from tinhso.foundation.organizations import public as organizations
from tinhso.lib.working_time import OFFICE_SLOTS, VIETNAM, Calendar, CalendarHistory, Slots


@dataclass(frozen=True, slots=True)
class UnitCalendar:
    """A unit's calendar as it stands and stood, with the names of its off days."""

    history: CalendarHistory
    names: Mapping[date, str]

    @property
    def newest(self) -> Calendar:
        amendments = self.history.amendments
        return amendments[-1][1] if amendments else self.history.first


@dataclass(frozen=True, slots=True)
class _Declarations:
    """All rows, once per revision."""

    days: tuple[Day, ...]
    slot_sets: Mapping[int | None, tuple[OpenTimes, ...]]
    special_units: frozenset[int]  # units with days of their own


def parse_slots(raw: Mapping[Any, Any]) -> dict[int, tuple[tuple[time, time], ...]]:
    """{"1": [["07:30", "11:30"]]} → {1: ((07:30, 11:30),)}."""
    return {
        int(weekday): tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in slots)
        for weekday, slots in raw.items()
    }


def _day(row: CalendarDay) -> Day:
    return Day(
        row.id, row.date, row.kind, row.name, row.legal_basis, row.status, row.unit_id, row.declared_at,
        row.withdrawn_at,
    )  # fmt: skip


def _open_times(row: SlotSet) -> OpenTimes:
    return OpenTimes(row.id, row.unit_id, row.valid_from, parse_slots(row.slots), row.legal_basis)


def _declarations() -> _Declarations:
    days = tuple(_day(row) for row in CalendarDay.objects.order_by("date", "id"))
    sets: dict[int | None, list[OpenTimes]] = {}
    for row in SlotSet.objects.order_by("valid_from", "id"):
        sets.setdefault(row.unit_id, []).append(_open_times(row))
    return _Declarations(
        days,
        {unit: tuple(found) for unit, found in sets.items()},
        frozenset(day.unit_id for day in days if day.unit_id is not None),
    )


def declarations() -> _Declarations:
    return kept.kept("declarations", _declarations)


def unit_calendar(unit_id: int) -> UnitCalendar:
    """The calendar of a unit; units without open times or days of their own share one."""
    imagined = _imagined.get()
    if imagined is not None:
        copies = imagined.calendars

        def keep(key: Any, make: Callable[[], UnitCalendar]) -> UnitCalendar:
            if key not in copies:
                copies[key] = make()
            return copies[key]

        return keep(unit_id, lambda: _unit_calendar(unit_id, imagined.declarations, keep))
    return kept.kept(unit_id, lambda: _unit_calendar(unit_id, declarations(), kept.kept))


def _unit_calendar(
    unit_id: int, known: _Declarations, keep: Callable[[Any, Callable[[], UnitCalendar]], UnitCalendar]
) -> UnitCalendar:
    try:
        path: tuple[int, ...] = organizations.get_unit(unit_id=unit_id).path
    except LookupError:
        path = (unit_id,)
    with_slots = next((unit for unit in reversed(path) if unit in known.slot_sets), None)
    with_days = frozenset(path) & known.special_units
    return keep((with_slots, with_days), lambda: _build(known, with_slots, with_days))


def _build(known: _Declarations, slots_of: int | None, units: frozenset[int]) -> UnitCalendar:
    days = [day for day in known.days if day.unit_id is None or day.unit_id in units]
    sets = known.slot_sets.get(slots_of, ())
    moments = sorted(
        {day.declared_at for day in days}
        | {day.withdrawn_at for day in days if day.withdrawn_at is not None}
        | {_midnight(times.valid_from) for times in sets}
    )
    names = {day.date: day.name for day in days if day.kind == "off" and day.withdrawn_at is None}
    first = _calendar((), sets[0].slots if sets else OFFICE_SLOTS)
    amendments = tuple((moment, _calendar_at(days, sets, moment)) for moment in moments)
    return UnitCalendar(CalendarHistory(first, amendments), names)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), VIETNAM)


def _calendar_at(days: Sequence[Day], sets: Sequence[OpenTimes], moment: datetime) -> Calendar:
    standing = [
        day for day in days if day.declared_at <= moment and (day.withdrawn_at is None or day.withdrawn_at > moment)
    ]
    slots: Slots = sets[0].slots if sets else OFFICE_SLOTS
    for times in sets:
        if _midnight(times.valid_from) <= moment:
            slots = times.slots
    return _calendar(standing, slots)


def _calendar(days: Iterable[Day], slots: Slots) -> Calendar:
    off: set[date] = set()
    makeup: set[date] = set()
    for day in days:
        (off if day.kind == "off" else makeup).add(day.date)
    return Calendar(frozenset(off), frozenset(makeup), slots)


def counted_days(unit_id: int, first: date, last: date) -> list[tuple[date, str]]:
    known = unit_calendar(unit_id)
    calendar = known.newest
    found = []
    for number in range(max((last - first).days + 1, 0)):
        day = first + timedelta(number)
        if day in calendar.holidays:
            found.append((day, known.names.get(day, "off")))
        elif day in calendar.makeup_days or day.isoweekday() in calendar.counting_weekdays:
            found.append((day, "counted"))
        else:
            found.append((day, "off"))
    return found


def days(year: int, *, withdrawn: bool = False) -> list[Day]:
    return [day for day in declarations().days if day.date.year == year and (withdrawn or day.withdrawn_at is None)]


def get_day(day_id: int) -> Day | None:
    return next((day for day in declarations().days if day.id == day_id), None)


def open_times() -> list[OpenTimes]:
    found = [times for sets in declarations().slot_sets.values() for times in sets]
    return sorted(found, key=lambda times: (times.unit_id or 0, times.valid_from))


@dataclass(slots=True)
class _Imagined:
    declarations: _Declarations
    calendars: dict[Any, UnitCalendar]


_imagined: ContextVar[_Imagined | None] = ContextVar("imagined_calendar", default=None)


@contextmanager
def imagine(
    *, declared: Iterable[tuple[str, date, str, int | None]], withdrawn: Collection[int], at: datetime
) -> Iterator[None]:
    """Inside, due dates are reckoned as if these days were declared, and these declarations withdrawn, at a moment."""
    known = declarations()
    moment = at.replace(second=0, microsecond=0)
    days = [
        replace(day, withdrawn_at=moment) if day.id in withdrawn and day.withdrawn_at is None else day
        for day in known.days
    ]
    days += [
        Day(-number, day, kind, name, "", "imagined", unit_id, moment, None)
        for number, (kind, day, name, unit_id) in enumerate(declared, start=1)
    ]
    units = frozenset(day.unit_id for day in days if day.unit_id is not None)
    token = _imagined.set(_Imagined(_Declarations(tuple(days), known.slot_sets, units), {}))
    try:
        yield
    finally:
        _imagined.reset(token)
