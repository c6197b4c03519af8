"""What a change of the case does to the dossier: state, clock, holder, next date, reason, events and messages.

The engine calls `on_case_change` in the transaction of whatever moved the case (an official, a timer, a message), so
the dossier's row is never a step behind its process.
"""

from dataclasses import replace
from datetime import datetime

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.statements import prepared
from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.public import CaseChange, WorkItem
from tinhso.systems.one_stop import events
from tinhso.systems.one_stop.models import Dossier, DossierEvent
from tinhso.systems.one_stop.services import asked, clock, messages, parts
from tinhso.systems.one_stop.services.doing import doing
from tinhso.systems.one_stop.services.history import note, tell
from tinhso.systems.one_stop.services.passage import Life, Passage, pass_on, settle, state_after
from tinhso.systems.one_stop.states import State, national

KIND = "dossier"
WHILE_ASKING = frozenset({State.RECEIVED, State.EXAMINING, State.STOPPED})  # states in which questions may wait


def on_case_change(change: CaseChange) -> None:
    """The listener of kind `dossier`."""
    dossier = parts.dossier_of(change)
    if dossier is None:
        return  # the start of a case whose row is still being written
    move(dossier, change)
    if dossier.parent_id:
        parts.tell_parent(dossier, change.at)


def life_of(dossier: Dossier) -> Life:
    """What the clock has seen of a dossier so far."""
    ((pay_by,),) = prepared(
        "SELECT min(pay_by) FROM one_stop_fee WHERE dossier_id = %s AND paid_at IS NULL", [dossier.pk]
    )
    return Life(events=clock.events_of(dossier), parts=clock.parts_of(dossier), pay_by=pay_by)


def move(dossier: Dossier, change: CaseChange) -> None:
    """Bring the dossier in line with its case, and write and tell what that means."""
    act, life = doing(), life_of(dossier)
    before = dossier.columns()
    change = replace(change, at=clock.in_order(dossier, life.events, change.at))
    passage = pass_on(dossier, change, life)
    if "reopened" in passage.kinds:
        DossierEvent.objects.filter(dossier=dossier, kind="finished").update(kind="finished_before_reopening")
    for kind in passage.kinds:
        note(dossier, kind, actor=act.actor, at=change.at, text=act.text, data=act.data)
    if passage.before in WHILE_ASKING and passage.after not in WHILE_ASKING:
        asked.stop_asking(dossier, at=change.at)
    lead = lead_item(change)
    settle(dossier, lead, change.at, life, text=act.text, keep_date=passage.before == passage.after and lead is None)
    if life.parts:
        parts.stretch(dossier)
    if lead is None and dossier.is_open and life.parts:
        parts.stand_on_parts(dossier)
    dossier.save_changes(before)
    if dossier.is_open:
        set_legal_due(dossier)
    _tell(dossier, passage, change.at)


def lead_item(change: CaseChange) -> WorkItem | None:
    """The open step that leads the case now."""
    if change.ended:
        return None
    opened = next((item for item in change.opened if item.is_lead and item.state == "open"), None)
    if opened is not None:
        return opened
    return next((i for i in workflow.open_items(kind=change.kind, subject=change.subject) if i.is_lead), None)


def step_taken(dossier_id: int, item: WorkItem, *, actor: Actor, at: datetime, text: str = "") -> None:
    """Somebody took the step in hand, or was given it: they answer now; a dossier just received is being handled."""
    dossier = Dossier.objects.select_for_update(of=("self",)).get(pk=dossier_id)
    before, life = dossier.state, life_of(dossier)
    dossier.state = state_after("", item.stage, None, was_received=True) if before == State.RECEIVED else before
    settle(dossier, item, at, life, text=text, keep_date=True)
    dossier.save()
    note(dossier, "assigned", actor=actor, at=at, text=text, data={"person_id": item.assignee_id, "step": item.name})
    _tell(dossier, Passage(before=before, after=State(dossier.state), kinds=()), at)


def set_legal_due(dossier: Dossier) -> None:
    """The legal date orders inboxes; while the clock stands still, or when the result is there, there is none."""
    workflow.set_legal_due(kind=KIND, due={subject_of(dossier): dossier.running_due_at})


def subject_of(dossier: Dossier) -> str:
    """As the engine names the dossier's case."""
    return f"{dossier.parent_id}/{dossier.part_key}" if dossier.parent_id else str(dossier.pk)


def _tell(dossier: Dossier, passage: Passage, at: datetime) -> None:
    if passage.before != passage.after:
        tell(
            events.DossierStateChanged, dossier, at,
            before=passage.before, after=passage.after.value, national_status=national(passage.after),
        )  # fmt: skip
    for kind in passage.kinds:
        _announce(dossier, kind, at)


def _announce(dossier: Dossier, kind: str, at: datetime) -> None:
    reason = doing().text
    if kind == "received":
        tell(events.DossierAccepted, dossier, at, due_at=dossier.due_at)
    elif kind == "supplement_requested":
        again = dossier.supplement_count > 1
        tell(events.SupplementRequested, dossier, at, answer_by=dossier.next_date, again=again)
    elif kind == "supplement_completed":
        tell(events.SupplementReceived, dossier, at)
    elif kind == "finished":
        tell(events.ResultReady, dossier, at, verdict=dossier.verdict)
    elif kind == "returned":
        tell(events.ResultReturned, dossier, at)
    elif kind in {"refused", "declined"}:
        tell(events.DossierRefused, dossier, at, reason=reason)
    elif kind == "closed":
        tell(events.DossierClosedByRule, dossier, at)
    elif kind == "withdrawn":
        tell(events.DossierWithdrawn, dossier, at, reason=reason)
    messages.send(dossier, kind, at)
