"""The clocks of the parts of an interlinked dossier (hồ sơ liên thông)."""

from datetime import datetime

from tinhso.lib.working_time.case import Case, judged, standing
from tinhso.lib.working_time.clock import child_due, is_late, plan
from tinhso.lib.working_time.compiled import DAY, calendars_in_force, minutes_of, moment_of
from tinhso.lib.working_time.life import Run, missed_cutoff
from tinhso.lib.working_time.model import Child, ChildReckoning, Event


def unstarted(child: Child) -> ChildReckoning:
    return ChildReckoning(child.id, False, None, "waiting")


def reckon_children(case: Case) -> tuple[ChildReckoning, ...]:
    """Each part by its own clock: the plan, until all its predecessors have finished; then from the last of these."""
    finishes = {child.id: finish for child in case.children if (finish := _finish(child, case.now)) is not None}
    return tuple(_reckon(case, child, finishes) for child in case.children)


def _finish(child: Child, now: int) -> datetime | None:
    known = [
        event.at for event in child.events if event.kind in ("finished", "returned") and minutes_of(event.at) <= now
    ]
    return min(known, default=None)


def _reckon(case: Case, child: Child, finishes: dict[str, datetime]) -> ChildReckoning:
    started = all(name in finishes for name in child.after)
    finish = minutes_of(finishes[child.id]) if child.id in finishes else None
    if started and child.after:
        due = _own_due(case, child, max(finishes[name] for name in child.after), finish)
    else:
        due = _planned_due(case, child, finish)
    shown = None if case.due is None else moment_of(due)
    return ChildReckoning(child.id, started, shown, _verdict(case, child, due, finish) if started else "waiting")


def _own_due(case: Case, child: Child, received_at: datetime, finish: int | None) -> int:
    """Received at the last finish of its predecessors, with its own cut-off."""
    received = minutes_of(received_at)
    run = Run(received, missed_cutoff(Event(received_at, "received"), child.rule))
    pauses = [pause for run in case.life.runs for pause in run.counted()]
    dues = []
    for calendar in calendars_in_force(case.calendars, received, case.now if finish is None else finish):
        start = run.start(calendar)
        dues.append(child_due(calendar, child, start, start // DAY, pauses))
    return max(dues)


def _planned_due(case: Case, child: Child, finish: int | None) -> int:
    until = case.life.until if finish is None else finish
    run = case.life.run
    return max(
        plan(calendar, case.rule, run, run.counted(), case.children)[child.id]
        for calendar in calendars_in_force(case.calendars, case.life.received, until)
    )


def _verdict(case: Case, child: Child, due: int, finish: int | None) -> str:
    if finish is not None:
        return judged(child.rule, finish, due)
    if case.paused:
        pause = case.life.open_pause
        asked = pause.asked if pause is not None else case.life.run.restart_asked
        return "overdue" if asked is not None and is_late(child.rule, asked, due) else "running"
    remaining = case.newest.position(due) - case.newest.position(max(case.now, case.start))
    return standing(child.rule, case.now, due, remaining)
