"""The history of a dossier folded into runs of the clock and pauses."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tinhso.lib.working_time.compiled import DAY, CompiledCalendar, minutes_of
from tinhso.lib.working_time.model import VIETNAM, Event, Rule

_PAUSES = {
    "supplement_requested": "supplement_completed",
    "financial_duty_requested": "financial_duty_done",
    "stopped": "resumed",
}
_ENDS = ("finished", "returned")


@dataclass(slots=True)
class Pause:
    """A pause that continues; `counts` is false where it was asked when the dossier was already late."""

    kind: str
    asked: int
    resumed: int | None = None
    counts: bool = True


@dataclass(slots=True)
class Run:
    """The clock from one start: the receipt, or the completion of a supplement that restarts it."""

    received: int
    after_cutoff: bool
    pauses: list[Pause] = field(default_factory=list)
    restart_asked: int | None = None
    restart_kind: str = ""

    def start(self, calendar: CompiledCalendar) -> int:
        """The effective start: the next open minute, or the next opening after a missed cut-off."""
        if self.after_cutoff:
            return calendar.next_opening(self.received // DAY)
        return calendar.next_open(self.received)

    def counted(self) -> list[Pause]:
        """Closed pauses that move the due date."""
        return [pause for pause in self.pauses if pause.counts and pause.resumed is not None]


@dataclass(slots=True)
class Life:
    """What is known of a dossier at a moment."""

    received: int
    runs: list[Run]
    until: int  # the end, or now
    ended: bool = False
    open_pause: Pause | None = None
    supplements: int = 0
    appointments: list[int] = field(default_factory=list)

    @property
    def run(self) -> Run:
        return self.runs[-1]

    @property
    def waits_for_restart(self) -> bool:
        return self.run.restart_asked is not None


def missed_cutoff(event: Event, rule: Rule) -> bool:
    """Later than the cut-off of its day; sharp is not later."""
    cutoff = rule.cutoff
    return cutoff is not None and event.at.astimezone(VIETNAM).time() > cutoff


def _continues(kind: str, rule: Rule) -> bool:
    if kind == "supplement_requested":
        return rule.on_supplement == "continue"
    if kind == "financial_duty_requested":
        return rule.on_financial_duty == "continue"
    return True


def read_life(events: Sequence[Event], rule: Rule, now: int) -> Life | None:
    """Fold the events known by now; None before the receipt. What follows the end is not read."""
    known = [(minutes_of(event.at), event) for event in events]
    if len(known) > 1:
        known.sort(key=lambda pair: pair[0])
    life: Life | None = None
    for at, event in known:
        if at > now:
            break
        kind = event.kind
        if life is None:
            if kind == "received":
                life = Life(at, [Run(at, missed_cutoff(event, rule))], now)
        elif kind in _ENDS:
            _end(life, at)
            break
        else:
            _apply(life, at, event, rule)
    return life


def _apply(life: Life, at: int, event: Event, rule: Rule) -> None:
    kind, run = event.kind, life.run
    if kind == "supplement_requested":
        life.supplements += 1
    if kind == "reappointed":
        if event.new_due is not None:
            life.appointments.append(minutes_of(event.new_due))
    elif kind in _PAUSES:
        # Pauses do not overlap: what is asked during one waits with it.
        if life.open_pause is not None or life.waits_for_restart:
            return
        if _continues(kind, rule):
            life.open_pause = Pause(kind, at)
            run.pauses.append(life.open_pause)
        else:
            run.restart_asked, run.restart_kind = at, kind
    elif life.open_pause is not None:
        if _PAUSES[life.open_pause.kind] == kind:
            life.open_pause.resumed = at
            life.open_pause = None
    elif life.waits_for_restart and _PAUSES[run.restart_kind] == kind:
        late = rule.policy.cutoff_on_supplement and missed_cutoff(event, rule)
        life.runs.append(Run(at, late))


def _end(life: Life, at: int) -> None:
    life.until, life.ended = at, True
    if life.open_pause is not None:  # the finish resumes it at that instant
        life.open_pause.resumed = at
        life.open_pause = None
