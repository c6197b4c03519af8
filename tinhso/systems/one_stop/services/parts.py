"""Interlinked dossiers (liên thông): each part is a dossier of its own agency and clock under one receipt."""

from collections.abc import Sequence
from datetime import datetime

from tinhso.foundation.statements import prepared_rows
from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.public import CaseChange
from tinhso.systems.one_stop import events
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.permissions import agency_of
from tinhso.systems.one_stop.searching import search_text_of
from tinhso.systems.one_stop.services import clock, numbering, standing
from tinhso.systems.one_stop.services.history import tell
from tinhso.systems.one_stop.states import State
from tinhso.systems.procedures import public as procedures


def dossier_of(change: CaseChange) -> Dossier | None:
    """The dossier whose case changed, locked; a part that begins gets its row here. None while it is being written."""
    parent_id, _, part_key = change.subject.partition("/")
    if not part_key:
        return next(iter(prepared_rows(Dossier, "WHERE id = %s FOR UPDATE", [int(parent_id)])), None)
    query = Dossier.objects.select_for_update(of=("self",))
    part = query.filter(parent_id=int(parent_id), part_key=part_key).first()
    return part or begin(query.get(pk=int(parent_id)), part_key, change)


def begin(parent: Dossier, part_key: str, change: CaseChange) -> Dossier:
    """Open the row of a part, with a code of its own agency; its clock starts now."""
    binding = procedures.get_binding(binding_id=parent.binding_id)
    child = next(c for c in binding.children if c.key == part_key)
    unit_id = int(parent.units.get(child.unit, parent.handling_unit_id))
    part = Dossier(
        parent=parent,
        part_key=part_key,
        procedure_code=child.procedure_code,
        procedure_name=child.name,
        procedure_version_id=parent.procedure_version_id,
        binding_id=parent.binding_id,
        form_version_id=parent.form_version_id,
        channel=parent.channel,
        return_channel=parent.return_channel,
        receiving_unit_id=parent.receiving_unit_id,
        handling_unit_id=unit_id,
        units={**parent.units, "handling": unit_id},
        state=State.SUBMITTED,
        submitted_at=change.at,
        data=parent.data,
        **{name: getattr(parent, name) for name in OWNER},
    )
    part.search_text = search_text_of(
        applicant_name=part.applicant_name,
        phone=part.phone,
        procedure_code=part.procedure_code,
        unit_ids=(part.receiving_unit_id, unit_id),
        submitted_at=change.at,
    )
    holder = standing.holder_of(unit_id, "specialist")
    part.responsible_person_id, part.responsible_unit_id = holder.person_id, holder.unit_id
    part.responsible_role, part.next_date, part.visible_reason = holder.role, parent.due_at or change.at, child.name
    part.code = numbering.next_code(agency_of(unit_id).code, change.at)
    part.save()
    return part


OWNER = ("applicant_kind", "applicant_name", "identity_number", "phone", "email", "address", "owner_account_id")


def tell_parent(part: Dossier, at: datetime) -> None:
    """The whole dossier's date and reason follow its parts."""
    parent = Dossier.objects.select_for_update(of=("self",)).get(pk=part.parent_id or 0)
    if not parent.is_open:
        return
    clock.set_due(parent, at, clock.events_of(parent), clock.parts_of(parent))
    stretch(parent)
    if not any(item.is_lead for item in workflow.open_items(kind="dossier", subject=str(parent.pk))):
        stand_on_parts(parent)
    before = parent.state
    if before == State.RECEIVED and part.state not in {State.SUBMITTED, State.RECEIVED}:
        parent.state = State.EXAMINING
    parent.save()
    if parent.state != before:
        tell(
            events.DossierStateChanged, parent, at,
            before=before, after=parent.state, national_status=parent.national_status,
        )  # fmt: skip


def stretch(parent: Dossier) -> None:
    """The whole is due no earlier than its parts: one that waits for its owner holds the whole; the caller saves.

    The clock's plan does not know that a later part was supplemented and began its own time anew.
    """
    hold(parent, list(parent.parts.filter(supplement_count__gt=0).exclude(state=State.WITHDRAWN)))


def hold(parent: Dossier, held: Sequence[Dossier]) -> None:
    """As `stretch`, for parts at hand that were asked for a supplement."""
    if any(part.is_open and part.is_paused for part in held):
        parent.due_at, parent.is_paused = None, True
        return
    dates = [part.due_at for part in held if part.due_at is not None]
    if parent.due_at is None or not dates or max(dates) <= parent.due_at:
        return
    parent.due_at = max(dates)
    if parent.verdict == Dossier.Verdict.LATE and parent.finished_at and parent.finished_at <= parent.due_at:
        parent.verdict = Dossier.Verdict.ON_TIME


def stand_on_parts(parent: Dossier) -> None:
    """While parts are under way the whole stands where they stand: the first holder, nearest date, all reasons."""
    under_way = [part for part in parent.parts.order_by("id") if part.is_open]
    if not under_way:
        return
    parent.visible_reason = " ".join(f"{part.procedure_name}: {part.visible_reason}" for part in under_way)
    parent.next_date = min(part.next_date for part in under_way if part.next_date)
    parent.responsible_person_id = under_way[0].responsible_person_id
    parent.responsible_unit_id = under_way[0].responsible_unit_id
    parent.responsible_role = under_way[0].responsible_role
