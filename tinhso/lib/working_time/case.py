"""One dossier at one moment: its history read, its pauses judged, its due date found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tinhso.lib.working_time.clock import is_late, run_due
from tinhso.lib.working_time.compiled import DAY, CompiledCalendar, calendars_in_force, minutes_of
from tinhso.lib.working_time.life import Life, Pause, Run, read_life
from tinhso.lib.working_time.model import CalendarHistory, Child, Event, Rule


@dataclass(slots=True)
class Case:
    """One dossier at one moment, with everything its answers and its explanation need, in minutes."""

    calendars: CalendarHistory
    rule: Rule
    children: Sequence[Child]
    life: Life
    now: int
    newest: CompiledCalendar
    start: int  # effective start of the run, in the newest calendar
    due: int | None = None  # null while paused
    standing_due: int | None = None  # as `due`, while paused the date before the pause
    was_late: bool = False  # a pause or restart was asked when it was already late

    @property
    def paused(self) -> bool:
        return self.life.open_pause is not None or (self.life.waits_for_restart and not self.life.ended)

    def due_by(self, run: Run, pauses: Sequence[Pause], until: int) -> int | None:
        """The latest date that any calendar in force between the receipt and a moment gives."""
        in_force = calendars_in_force(self.calendars, self.life.received, until)
        if len(in_force) == 1 or self.rule.policy.amendments == "newest":
            return run_due(in_force[-1], self.rule, run, pauses, self.children)
        dues = [run_due(calendar, self.rule, run, pauses, self.children) for calendar in in_force]
        return max((due for due in dues if due is not None), default=None)


def open_case(
    calendars: CalendarHistory, rule: Rule, events: Sequence[Event], at: datetime, children: Sequence[Child] = ()
) -> Case | None:
    """Read a history; None before the receipt."""
    now = minutes_of(at)
    life = read_life(events, rule, now)
    if life is None:
        return None
    newest = calendars_in_force(calendars, life.received, life.until)[-1]
    case = Case(calendars, rule, children, life, now, newest, life.run.start(newest))
    _judge_pauses(case)
    case.standing_due = case.due_by(life.run, life.run.counted(), life.until)
    case.due = None if life.open_pause is not None or life.waits_for_restart else case.standing_due
    return case


def _judge_pauses(case: Case) -> None:
    """Mark the pauses asked too late: they leave the due date as it was, and the lateness is kept."""
    if not case.rule.policy.keep_lateness:
        return
    for run in case.life.runs:
        closed: list[Pause] = []
        for pause in run.pauses:
            if is_late(case.rule, pause.asked, case.due_by(run, closed, pause.asked)):
                pause.counts = False
                case.was_late = True
            elif pause.resumed is not None:
                closed.append(pause)
        asked = run.restart_asked
        if asked is not None and is_late(case.rule, asked, case.due_by(run, closed, asked)):
            case.was_late = True


def judged(rule: Rule, end: int, due: int) -> str:
    """early, on_time or late, as the rule compares."""
    if rule.compare != "minute":
        end, due = end // DAY, due // DAY
    return "early" if end < due else "on_time" if end == due else "late"


def standing(rule: Rule, now: int, due: int, remaining: int | None) -> str:
    """overdue, due_soon or running, to the minute."""
    if due < now:
        return "overdue"
    if rule.due_soon_minutes is not None and remaining is not None and remaining <= rule.due_soon_minutes:
        return "due_soon"
    return "running"
