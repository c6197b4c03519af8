"""A slow reference for `reckon`: it walks the calendar minute by minute and knows no arithmetic of calendars."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING

from tinhso.lib.working_time import VIETNAM, Calendar, CalendarHistory, Event, Reckoning, Rule

MINUTE, ONE_DAY = timedelta(minutes=1), timedelta(days=1)
RESUMES = {
    "supplement_completed": "supplement_requested",
    "financial_duty_done": "financial_duty_requested",
    "resumed": "stopped",
}


def slots_of(calendar: Calendar, day: date):
    if day in calendar.holidays:
        return ()
    weekday = calendar.makeup_weekday if day in calendar.makeup_days else day.isoweekday()
    return sorted(calendar.slots.get(weekday, ()))


def is_open(calendar: Calendar, moment: datetime) -> bool:
    return any(a <= moment.time() < b for a, b in slots_of(calendar, moment.date()))


def is_working(calendar: Calendar, day: date) -> bool:
    counted = day.isoweekday() in calendar.counting_weekdays or day in calendar.makeup_days
    return counted and day not in calendar.holidays


def next_open(calendar: Calendar, moment: datetime) -> datetime:
    while not is_open(calendar, moment):
        moment += MINUTE
    return moment


def after_working_days(calendar: Calendar, day: date, count: int) -> date:
    while count:
        day += ONE_DAY
        count -= is_working(calendar, day)
    return day


def from_working_day(calendar: Calendar, day: date) -> date:
    while not is_working(calendar, day):
        day += ONE_DAY
    return day


def closing(calendar: Calendar, day: date, slot: int = -1) -> datetime:
    return datetime.combine(day, slots_of(calendar, day)[slot][1], VIETNAM)


def count_open(calendar: Calendar, first: datetime, last: datetime) -> int:
    if last < first:
        return -count_open(calendar, last, first)
    total = 0
    while first < last:
        total += is_open(calendar, first)
        first += MINUTE
    return total


@dataclass
class Run:
    at: datetime
    missed: bool
    pauses: list = field(default_factory=list)  # [asked, resumed or None, counts]


def start_of(calendar: Calendar, run: Run) -> datetime:
    if not run.missed:
        return next_open(calendar, run.at)
    day = run.at.date() + ONE_DAY
    while not slots_of(calendar, day):
        day += ONE_DAY
    return datetime.combine(day, slots_of(calendar, day)[0][0], VIETNAM)


def due_in(calendar: Calendar, rule: Rule, run: Run, pauses) -> datetime:
    start = start_of(calendar, run)
    value, unit = rule.limit.value, rule.limit.unit
    effective = [(max(next_open(calendar, a), start), max(next_open(calendar, b), start)) for a, b in pauses]
    if unit == "working_hours":
        left = int((value * 60).to_integral_value(ROUND_CEILING))
        moment = start
        while left:
            left -= is_open(calendar, moment) and not any(a <= moment < b for a, b in effective)
            moment += MINUTE
        return moment
    if unit == "calendar_days":
        day = start.date() + ONE_DAY * int(value) + sum((b.date() - a.date() for a, b in effective), timedelta())
        return closing(calendar, from_working_day(calendar, day))
    if not value:
        due = closing(calendar, from_working_day(calendar, start.date()))
    else:
        whole = int(value.to_integral_value(ROUND_CEILING))
        due = closing(calendar, after_working_days(calendar, start.date(), whole), -1 if whole == value else 0)
    for a, b in effective:
        day = a.date()
        while day < b.date():
            day += ONE_DAY
            if is_working(calendar, day):
                due = datetime.combine(after_working_days(calendar, due.date(), 1), due.time(), VIETNAM)
    return due


def in_force(history: CalendarHistory, first: datetime, last: datetime) -> list[Calendar]:
    spans = [(datetime.min.replace(tzinfo=VIETNAM), history.first), *history.amendments]
    found = []
    for number, (since, calendar) in enumerate(spans):
        until = spans[number + 1][0] if number + 1 < len(spans) else None
        if since <= last and (until is None or until > first) and since != until:
            found.append(calendar)
    return found


def is_late(rule: Rule, at: datetime, due: datetime) -> bool:
    return at > due if rule.compare == "minute" else at.date() > due.date()


def walk(history: CalendarHistory, rule: Rule, events: list[Event], now: datetime) -> Reckoning:
    known = [event for event in events if event.at <= now]
    ends = [event.at for event in known if event.kind in ("finished", "returned")]
    until = min(ends, default=now)
    received = known[0].at
    late = restart = False
    asked = None
    supplements, promises = 0, []

    def missed(at: datetime) -> bool:
        return rule.cutoff is not None and at.time() > rule.cutoff

    def due_of(run: Run, last: datetime) -> datetime:
        counted = [(a, b) for a, b, counts in run.pauses if counts and b is not None]
        return max(due_in(calendar, rule, run, counted) for calendar in in_force(history, received, last))

    run = Run(received, missed(received))
    for event in known[1:]:
        if ends and event.kind in ("finished", "returned"):
            break
        if event.kind == "reappointed":
            promises.append(event.new_due)
        elif event.kind in RESUMES:
            if restart:
                run, restart = Run(event.at, missed(event.at)), False
            else:
                run.pauses[-1][1] = event.at
            asked = None
        else:
            supplements += event.kind == "supplement_requested"
            was_late = is_late(rule, event.at, due_of(run, event.at))
            late = late or was_late
            asked = event.at
            restart = event.kind == "supplement_requested" and rule.on_supplement == "restart"
            if not restart:
                run.pauses.append([event.at, None, not was_late])
    if ends and asked is not None and not restart:
        run.pauses[-1][1] = until
        asked = None
    newest = in_force(history, received, until)[-1]
    due, start = due_of(run, until), start_of(newest, run)
    stop = asked or until
    used = 0
    moment = start
    while moment < stop:
        used += is_open(newest, moment) and not any(b is not None and a <= moment < b for a, b, _ in run.pauses)
        moment += MINUTE
    remaining = None if restart else count_open(newest, max(asked or until, start), due)
    if ends:
        end, limit = (asked or until, due) if rule.compare == "minute" else ((asked or until).date(), due.date())
        verdict = "late" if late or end > limit else "on_time" if end == limit else "early"
    elif due < now if asked is None else late:
        verdict = "overdue"
    elif asked is None and rule.due_soon_minutes is not None and remaining <= rule.due_soon_minutes:
        verdict = "due_soon"
    else:
        verdict = "running"
    shown = None if asked is not None else due
    return Reckoning(
        due_at=shown,
        promised_at=max([shown, *promises[:1]]) if shown else None,
        paused=asked is not None and not ends,
        used_working_minutes=used,
        remaining_working_minutes=remaining,
        verdict=verdict,
        reappointed_count_ok=len(promises) <= 1,
        supplement_count_ok=supplements <= 1,
        started_at=start,
        lateness_kept=late,
    )
