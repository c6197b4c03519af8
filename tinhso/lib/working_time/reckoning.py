"""What a dossier's history comes to at a moment: due date, promise, minutes, verdict."""

from collections.abc import Sequence
from datetime import date, datetime

from tinhso.lib.working_time.case import Case, judged, open_case, standing
from tinhso.lib.working_time.clock import due_of
from tinhso.lib.working_time.compiled import DAY, compile_calendar, minutes_of, moment_of
from tinhso.lib.working_time.interlinked import reckon_children, unstarted
from tinhso.lib.working_time.life import Run, missed_cutoff
from tinhso.lib.working_time.model import Calendar, CalendarHistory, Child, Event, Reckoning, Rule


def _used(case: Case) -> int:
    """Open minutes since the last start of the clock, pauses left out, up to now, the pause or the end."""
    life, calendar, start = case.life, case.newest, case.start
    run = life.run
    stop = life.until
    if life.open_pause is not None:
        stop = life.open_pause.asked
    elif run.restart_asked is not None:
        stop = run.restart_asked
    if stop <= start:
        return 0
    used = calendar.position(stop) - calendar.position(start)
    for pause in run.pauses:
        if pause.resumed is not None:
            begin, end = max(pause.asked, start), max(pause.resumed, start)
            used -= calendar.position(end) - calendar.position(begin)
    return used


def _remaining(case: Case) -> int | None:
    """Open minutes from now (the pause, the end; not before the start) to the due date."""
    life = case.life
    due = case.standing_due
    if due is None or life.waits_for_restart:
        return None
    since = max(life.open_pause.asked if life.open_pause is not None else life.until, case.start)
    return case.newest.position(due) - case.newest.position(since)


def _verdict(case: Case, remaining: int | None) -> str:
    life, rule = case.life, case.rule
    if life.ended:
        if case.was_late:
            return "late"
        # Ended while waiting for a supplement: the day of the request stands in for the end.
        end = life.run.restart_asked if life.run.restart_asked is not None else life.until
        return "on_time" if case.standing_due is None else judged(rule, end, case.standing_due)
    if case.due is None:
        return "overdue" if case.was_late else "running"
    return standing(rule, case.now, case.due, remaining)


def _promised(case: Case) -> int | None:
    """The later of the legal due date and the one re-appointment the law allows."""
    if case.due is None or not case.life.appointments:
        return case.due
    return max(case.due, case.life.appointments[0])


def reckon(
    calendars: CalendarHistory, rule: Rule, events: Sequence[Event], at: datetime, children: Sequence[Child] = ()
) -> Reckoning:
    """Everything the clock says of a dossier at a moment; events later than it are not yet known.

    Before the receipt nothing runs: no due date, verdict `running`. Raises ValueError for a moment without a time zone
    or a rule that cannot be reckoned, NeverOpenError for a calendar that never opens.
    """
    case = open_case(calendars, rule, events, at, children)
    if case is None:
        waiting = tuple(unstarted(child) for child in children)
        return Reckoning(None, None, False, 0, None, "running", children=waiting)
    life = case.life
    remaining = _remaining(case)
    promised = _promised(case)
    return Reckoning(
        None if case.due is None else moment_of(case.due),
        None if promised is None else moment_of(promised),
        case.paused,
        _used(case),
        remaining,
        _verdict(case, remaining),
        len(life.appointments) <= 1,
        life.supplements <= 1,
        moment_of(case.start),
        reckon_children(case) if children else (),
        case.was_late,
    )


def due_date(calendar: Calendar, rule: Rule, received_at: datetime) -> datetime:
    """The due date of a dossier received at a moment, in one calendar: the quickest way where nothing else happened."""
    compiled = compile_calendar(calendar)
    received = minutes_of(received_at)
    run = Run(received, rule.cutoff is not None and missed_cutoff(Event(received_at, "received"), rule))
    start = run.start(compiled)
    zero = (received if rule.policy.day_zero == "receipt" else start) // DAY
    return moment_of(due_of(compiled, rule, start, zero))


def open_minutes(calendar: Calendar, first: datetime, last: datetime) -> int:
    """Open minutes between two moments; negative where the last is the earlier."""
    compiled = compile_calendar(calendar)
    return compiled.position(minutes_of(last)) - compiled.position(minutes_of(first))


def next_open(calendar: Calendar, moment: datetime) -> datetime:
    """The moment itself where it is open, else the next open minute."""
    return moment_of(compile_calendar(calendar).next_open(minutes_of(moment)))


def working_days_between(calendar: Calendar, after: date, through: date) -> int:
    """Working days after one day up to and including another."""
    return compile_calendar(calendar).working_days_between(after.toordinal(), through.toordinal())
