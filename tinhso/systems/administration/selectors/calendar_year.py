"""A year of the calendar as twelve months of weeks."""

import calendar
from dataclasses import dataclass
from datetime import date

from tinhso.foundation.calendars import public as calendars
from tinhso.foundation.calendars.public import Day
from tinhso.lib.vietnamese import solar_to_lunar


@dataclass(frozen=True, slots=True)
class Cell:
    """A day in the grid. kind: work | weekend | off | makeup; note is read aloud and shown on pointing."""

    date: date
    kind: str
    note: str
    is_today: bool
    declaration_id: int | None


@dataclass(frozen=True, slots=True)
class Month:
    number: int
    weeks: tuple[tuple[Cell | None, ...], ...]
    working_days: int


def months_of(year: int, today: date) -> list[Month]:
    """The province's calendar; days of single units are listed beside, not drawn."""
    declared = {day.date: day for day in calendars.days(year=year) if day.unit_id is None}
    return [_month(year, number, declared, today) for number in range(1, 13)]


def _month(year: int, number: int, declared: dict[date, Day], today: date) -> Month:
    weeks = [
        tuple(_cell(day, declared.get(day), today) if day.month == number else None for day in week)
        for week in calendar.Calendar().monthdatescalendar(year, number)
    ]
    working = sum(1 for week in weeks for cell in week if cell and cell.kind in ("work", "makeup"))
    return Month(number, tuple(weeks), working)


def _cell(day: date, declared: Day | None, today: date) -> Cell:
    if declared is not None:
        return Cell(day, declared.kind, declared.name, day == today, declared.id)
    lunar = solar_to_lunar(day) if day.year in range(1901, 2199) else None
    note = f"{lunar.day}/{lunar.month} âm lịch" if lunar and lunar.day in (1, 15) else ""
    return Cell(day, "work" if day.isoweekday() < 6 else "weekend", note, day == today, None)
