"""A calendar compiled to running totals, so that any due date is two look-ups.

Moments are whole minutes of Vietnamese time counted from day 0 of the proleptic calendar: `ordinal * 1440 + minute`.
"""

from bisect import bisect_left
from datetime import date, datetime, time, timedelta

from tinhso.lib.working_time.model import VIETNAM, Calendar, CalendarHistory

DAY = 1440
_FIRST = date(1900, 1, 1).toordinal()
_LAST = date(2300, 1, 1).toordinal()
_ORIGIN = datetime(2000, 1, 1, tzinfo=VIETNAM)
_ORIGIN_MINUTES = _ORIGIN.toordinal() * DAY


class NeverOpenError(ValueError):
    """The calendar has no open minute or no working day: no date can be reckoned with it."""


def minutes_of(moment: datetime) -> int:
    """A moment as minutes; its seconds are cut off."""
    if moment.tzinfo is not VIETNAM:
        if moment.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {moment.isoformat()}")
        moment = moment.astimezone(VIETNAM)
    return moment.toordinal() * DAY + moment.hour * 60 + moment.minute


def moment_of(minutes: int) -> datetime:
    return _ORIGIN + timedelta(minutes=minutes - _ORIGIN_MINUTES)


def day_of(minutes: int) -> date:
    return date.fromordinal(minutes // DAY)


def _minute(value: time) -> int:
    return value.hour * 60 + value.minute


class CompiledCalendar:
    """Open minutes and working days of one calendar, kept for a window of years that grows when asked beyond it."""

    __slots__ = (
        "base", "calendar", "closing", "days", "first_closing", "next_open_day", "open_before", "size", "through",
        "week", "working", "zero",
    )  # fmt: skip

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.week = {
            weekday: tuple((_minute(a), _minute(b)) for a, b in sorted(slots) if a < b)
            for weekday, slots in calendar.slots.items()
        }
        ends = [end for slots in self.week.values() for _, end in slots]
        if not ends or not (calendar.counting_weekdays or calendar.makeup_days):
            raise NeverOpenError("the calendar has no open minute or no working day")
        # A counted weekday without slots still needs an hour at which it ends: the usual closing time.
        self.closing = max(ends)
        self.first_closing = min(slots[0][1] for slots in self.week.values() if slots)
        self.base = self.size = 0
        self.zero = 0

    def _cover(self, first: int, last: int) -> None:
        """Widen the window to hold these days; positions already given out stay right."""
        if first < _FIRST or last >= _LAST:
            raise NeverOpenError("no date within the calendar's reach")
        if self.size:
            first, last = min(first, self.base), max(last, self.base + self.size)
            span = last - first
            first, last = max(first, _FIRST), min(last + span // 2, _LAST)
        else:
            self.zero = first
            first, last = max(first - 400, _FIRST), min(last + 1500, _LAST)
        self._fill(first, last)

    def _fill(self, first: int, last: int) -> None:
        calendar, week = self.calendar, self.week
        off = {day.toordinal() for day in calendar.holidays}
        makeup = {day.toordinal() for day in calendar.makeup_days} - off
        counted, makeup_slots = calendar.counting_weekdays, week.get(calendar.makeup_weekday, ())
        days: list[tuple[tuple[int, int], ...]] = []
        open_before, through, working = [0], [], []
        for ordinal in range(first, last):
            weekday = (ordinal + 6) % 7 + 1
            if ordinal in off:
                slots: tuple[tuple[int, int], ...] = ()
            elif ordinal in makeup:
                slots = makeup_slots
                working.append(ordinal)
            else:
                slots = week.get(weekday, ())
                if weekday in counted:
                    working.append(ordinal)
            days.append(slots)
            through.append(len(working))
            open_before.append(open_before[-1] + sum(end - begin for begin, end in slots))
        shift = open_before[self.zero - first]
        self.open_before = [total - shift for total in open_before]
        self.days, self.through, self.working = days, through, working
        self.base, self.size = first, last - first
        self.next_open_day = self._next_open_days()

    def _next_open_days(self) -> list[int]:
        """For each day the next later day with slots, -1 where the window ends before it."""
        found, following = [-1] * self.size, -1
        for index in range(self.size - 1, -1, -1):
            found[index] = following
            if self.days[index]:
                following = self.base + index
        return found

    def _index(self, day: int) -> int:
        index = day - self.base
        if not 0 <= index < self.size:
            self._cover(day, day)
            index = day - self.base
        return index

    def position(self, minutes: int) -> int:
        """Open minutes before this moment, from a fixed zero: differences of positions are open minutes."""
        day, minute = divmod(minutes, DAY)
        index = self._index(day)
        total = self.open_before[index]
        for begin, end in self.days[index]:
            if minute <= begin:
                break
            total += (minute if minute < end else end) - begin
        return total

    def moment_at(self, position: int) -> int:
        """The instant at which the minute before this position has run (17:00, not 07:30 of the next day)."""
        while position > self.open_before[-1]:
            self._cover(self.base, self.base + self.size + DAY)
        index = bisect_left(self.open_before, position) - 1
        left = position - self.open_before[index]
        for begin, end in self.days[index]:
            if left <= end - begin:
                return (self.base + index) * DAY + begin + left
            left -= end - begin
        raise AssertionError("a position lies inside a day with slots")

    def next_open(self, minutes: int) -> int:
        """This moment where it is open, else the next open minute."""
        day, minute = divmod(minutes, DAY)
        index = self._index(day)
        for begin, end in self.days[index]:
            if minute < end:
                return minutes if minute >= begin else day * DAY + begin
        return self.next_opening(day)

    def next_opening(self, day: int) -> int:
        """The first slot of the next later day with slots."""
        index = self._index(day)
        while (following := self.next_open_day[index]) < 0:
            self._cover(day, self.base + self.size + DAY)
            index = self._index(day)
        return following * DAY + self.days[following - self.base][0][0]

    def is_open_day(self, day: int) -> bool:
        """Whether the day has slots."""
        index = self._index(day)
        return bool(self.days[index])

    def is_working(self, day: int) -> bool:
        index = self._index(day)
        if index == 0:
            self._cover(day - 1, day)
            index = self._index(day)
        return self.through[index] != self.through[index - 1]

    def working_day(self, day: int, count: int) -> int:
        """The count-th working day after this day (count ≥ 1)."""
        index = self._index(day)
        rank = self.through[index] + count - 1
        while rank >= len(self.working):
            self._cover(day, self.base + self.size + max(DAY, count))
            rank = self.through[day - self.base] + count - 1
        return self.working[rank]

    def working_day_from(self, day: int) -> int:
        """This day where it is a working day, else the next one."""
        return day if self.is_working(day) else self.working_day(day, 1)

    def working_days_between(self, after: int, through: int) -> int:
        """Working days after one day up to and including another."""
        self._index(after)
        last = self._index(through)
        return self.through[last] - self.through[after - self.base]

    def end_of(self, day: int) -> int:
        """The end of the day's last slot."""
        index = self._index(day)
        slots = self.days[index]
        return day * DAY + (slots[-1][1] if slots else self.closing)

    def end_of_first_slot(self, day: int) -> int:
        index = self._index(day)
        slots = self.days[index]
        return day * DAY + (slots[0][1] if slots else self.first_closing)


def compile_calendar(calendar: Calendar) -> CompiledCalendar:
    """The companion of a calendar, made once and kept on it."""
    compiled: CompiledCalendar | None = calendar.compiled
    if compiled is None:
        compiled = CompiledCalendar(calendar)
        object.__setattr__(calendar, "compiled", compiled)
    return compiled


def calendars_in_force(history: CalendarHistory, first: int, last: int) -> list[CompiledCalendar]:
    """Calendars in force at any time from first to last, both included, oldest first."""
    if not history.amendments:
        return [compile_calendar(history.first)]
    moments: list[int] | None = history.moments
    if moments is None:
        moments = [minutes_of(at) for at, _ in history.amendments]
        object.__setattr__(history, "moments", moments)
    found = [history.first]
    for index, at in enumerate(moments):
        if at > last:
            break
        # What an amendment of the same minute replaces was never in force.
        if at <= first or (index and moments[index - 1] == at):
            found.pop()
        found.append(history.amendments[index][1])
    return [compile_calendar(calendar) for calendar in found]
