"""The passage of a dossier from one state to another, a pure change of the row: the listener and the bulk path use it.

Nothing is read or written here but the row given and the list of what its clock has seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tinhso.foundation.workflow.public import CaseChange, WorkItem
from tinhso.lib.working_time import Child, Event
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.services import clock, standing
from tinhso.systems.one_stop.states import IN_HAND, MEANING, STATE_OF_STAGE, State, may_follow, state_of_end

BEFORE_RECEIPT = frozenset({State.SUBMITTED, State.AWAITING_SUPPLEMENT, State.REFUSED, State.WITHDRAWN, State.CLOSED})
NO_SUPPLEMENT_CAME = frozenset({State.CLOSED, State.WITHDRAWN, State.DECLINED, State.REFUSED})
LAST = frozenset({State.RETURNED, State.REFUSED, State.DECLINED, State.CLOSED, State.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Passage:
    """What happened: states, and the kinds of history it writes, in order."""

    before: str
    after: State
    kinds: tuple[str, ...]


@dataclass(slots=True)
class Life:
    """What the clock has seen of a dossier, and the parts it waits for."""

    events: list[Event]
    parts: Sequence[Child] = ()
    pay_by: datetime | None = None


def state_after(before: str, stage: str, ended: str | None, *, was_received: bool, is_new_step: bool = True) -> State:
    """The state a case's stage or end means for a dossier that was in another before.

    Just received stays so until somebody takes the first step in hand or it is done.
    """
    if ended:
        return state_of_end(ended, was_received=was_received)
    if before == State.STOPPED:
        return State.STOPPED  # only an official lets it go on
    after = STATE_OF_STAGE.get(stage, State.EXAMINING)
    if after not in IN_HAND:
        return after
    return State.RECEIVED if not was_received or (before == State.RECEIVED and not is_new_step) else after


def kinds_of(before: str, after: State, *, was_received: bool) -> tuple[str, ...]:
    """Kinds of history the passage writes, in order."""
    kinds: list[str] = []
    if not was_received and after not in BEFORE_RECEIPT:
        kinds.append("received")
    if before == State.AWAITING_SUPPLEMENT and after != before and after not in NO_SUPPLEMENT_CAME:
        kinds.insert(0, "supplement_completed")
    if before == State.AWAITING_PAYMENT and after != before and MEANING[after].is_open:
        kinds.append("financial_duty_done")
    if after == State.AWAITING_SUPPLEMENT and before != after:
        kinds.append("supplement_requested")
    if after == State.AWAITING_PAYMENT and before != after:
        kinds.append("financial_duty_requested")
    if before == State.DONE and after not in {State.DONE, State.RETURNED}:
        kinds.append("reopened")
    if after in {State.DONE, State.RETURNED} and before != State.DONE:
        kinds.append("finished")
    if after in LAST:
        kinds.append(after.value)
    return tuple(kinds)


def pass_on(dossier: Dossier, change: CaseChange, life: Life) -> Passage:
    """Move the row to the state its case is in now: state, times of receipt and end, the clock's events.

    Raises ValueError for a passage the table of states does not know.
    """
    before, was_received = dossier.state, dossier.received_at is not None
    is_new_step = any(item.is_lead for item in change.opened)
    after = state_after(before, change.stage, change.ended, was_received=was_received, is_new_step=is_new_step)
    if not may_follow(before, after):
        raise ValueError(f"{dossier.code}: {before} may not become {after}")
    kinds = kinds_of(before, after, was_received=was_received)
    dossier.state = after
    for kind in kinds:
        _mark(dossier, kind, change.at, life)
    return Passage(before=before, after=after, kinds=kinds)


def _mark(dossier: Dossier, kind: str, at: datetime, life: Life) -> None:
    if kind == "received":
        dossier.received_at = at
    elif kind == "finished":
        dossier.finished_at = at
    elif kind == "returned":
        dossier.returned_at = at
    elif kind == "supplement_requested":
        dossier.supplement_count += 1
    elif kind == "reopened":
        dossier.finished_at, dossier.verdict = None, ""
        life.events = [event for event in life.events if event.kind != "finished"]
    if kind in clock.CLOCK_KINDS and (life.events or kind == "received"):
        life.events.append(Event(at=at, kind=kind))


def settle(
    dossier: Dossier, lead: WorkItem | None, at: datetime, life: Life, *, text: str = "", keep_date: bool = False
) -> None:
    """Due date, holder, next date and reason from the state the dossier is in."""
    clock.set_due(dossier, at, life.events, life.parts)
    if not dossier.is_open:
        dossier.ended_at = dossier.ended_at or at
        dossier.is_paused = False
        dossier.visible_reason = standing.last_reason(State(dossier.state), text)
        return
    standing.set_holder(dossier, lead)
    if not keep_date or dossier.next_date is None:
        dossier.next_date = standing.next_date_of(dossier, lead, at, life.pay_by)
    dossier.visible_reason = standing.reason_of(dossier, lead, text)
