"""Dates that move: re-appointment with an apology, stop and resume, and recomputing when a calendar changes."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from tinhso.foundation.accounts.public import Actor, Right
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.workflow import public as workflow
from tinhso.systems.one_stop import events, permissions
from tinhso.systems.one_stop.models import Dossier, DossierEvent
from tinhso.systems.one_stop.selectors.one import dossier_by_code
from tinhso.systems.one_stop.services import clock, holders, messages, parts, passage, progress
from tinhso.systems.one_stop.services.handling import KIND, require, subject_of
from tinhso.systems.one_stop.services.history import note, tell
from tinhso.systems.one_stop.states import OPEN, State, may_follow
from tinhso.systems.one_stop.types import refuse

REVIEW_DAYS = 30  # calendar days after which a stopped dossier is looked at again


def _lock(code: str) -> Dossier:
    """The dossier, held until the end of the transaction; its case first, as the engine does."""
    dossier = dossier_by_code(code)
    workflow.lock_case(kind=KIND, subject=subject_of(dossier))
    return Dossier.objects.select_for_update(of=("self",)).get(pk=dossier.pk)


def reappoint(*, code: str, actor: Actor, new_due: datetime, reason: str, at: datetime) -> Dossier:
    """Apologise and give a new date (xin lỗi và hẹn lại, mẫu 04): once, and before the legal date has passed.

    The legal date and the verdict do not move: an extension never counts as on time (NĐ 118/2025/NĐ-CP, art. 19.6).
    """
    reason = require(reason, _("lý do xin lỗi và hẹn lại"), "reason")
    dossier = _lock(code)
    rights = [(Right.APPROVE, dossier.handling_unit_id), (Right.CHECK, dossier.handling_unit_id)]
    if all(permissions.why_not(actor, right, dossier, unit_id=unit) for right, unit in rights):
        raise PermissionError(_("Chỉ lãnh đạo cơ quan giải quyết được xin lỗi và hẹn lại ngày trả."))
    if why := why_not_reappoint(dossier, at):
        raise refuse(why, "new_due")
    if dossier.due_at is None or new_due <= dossier.due_at:
        raise refuse(_("Ngày hẹn lại phải sau hạn trả hiện nay."), "new_due")
    at = clock.in_order(dossier, clock.events_of(dossier), at)
    dossier.reappointed_at = at
    note(
        dossier, "reappointed", actor=actor, at=at, text=reason, new_due=new_due,
        data={"due_at": dossier.due_at.isoformat(), "short_notice": at > dossier.due_at - timedelta(days=1)},
    )  # fmt: skip
    clock.set_due(dossier, at, clock.events_of(dossier), clock.parts_of(dossier))
    dossier.save()
    tell(events.DossierReappointed, dossier, at, new_due=new_due, reason=reason)
    messages.send(dossier, "reappointed", at, reason=reason)
    return dossier


def why_not_reappoint(dossier: Dossier, at: datetime) -> str:
    """Why the law leaves no new date to give, or nothing."""
    if dossier.reappointed_at:
        return _("Hồ sơ đã được hẹn lại một lần; pháp luật chỉ cho hẹn lại một lần.")
    if dossier.due_at is None or not dossier.is_open or dossier.state == State.DONE:
        return _("Hồ sơ chưa có hoặc không còn hạn trả nên không hẹn lại được.")
    if at > dossier.due_at:
        return _("Đã quá hạn trả; phải xin lỗi và hẹn lại trước khi đến hạn.")
    return ""


def stop_dossier(*, code: str, actor: Actor, reason: str, at: datetime, review_at: datetime | None = None) -> Dossier:
    """Pause the handling (tạm dừng, mẫu 05); the clock stands still, a day for looking again is kept."""
    reason = require(reason, _("lý do tạm dừng"), "reason")
    dossier = _lock(code)
    rights = (Right.APPROVE, Right.CHECK)
    if all(permissions.why_not(actor, right, dossier, unit_id=dossier.handling_unit_id) for right in rights):
        raise PermissionError(_("Chỉ lãnh đạo đơn vị giải quyết được cho tạm dừng hồ sơ."))
    if dossier.received_at is None or not may_follow(dossier.state, State.STOPPED) or dossier.state == State.STOPPED:
        raise refuse(
            _("Hồ sơ đang ở bước «%(state)s» nên không tạm dừng được.") % {"state": State(dossier.state).label}
        )
    if dossier.is_paused:
        raise refuse(_("Đồng hồ của hồ sơ đang dừng sẵn vì đang chờ người nộp."))
    at = clock.in_order(dossier, clock.events_of(dossier), at)
    before, dossier.state = dossier.state, State.STOPPED
    note(dossier, "stopped", actor=actor, at=at, text=reason)
    passage.settle(dossier, _lead(dossier), at, progress.life_of(dossier), text=reason)
    dossier.next_date = review_at or at + timedelta(days=REVIEW_DAYS)
    dossier.save()
    progress.set_legal_due(dossier)
    _tell_state(dossier, before, at)
    tell(events.DossierStopped, dossier, at, reason=reason)
    messages.send(dossier, "stopped", at, reason=reason)
    return dossier


def resume_dossier(*, code: str, actor: Actor, at: datetime, text: str = "") -> Dossier:
    """Go on with a stopped dossier (tiếp tục xử lý) at the step where it stood."""
    dossier = _lock(code)
    rights = (Right.APPROVE, Right.CHECK)
    if all(permissions.why_not(actor, right, dossier, unit_id=dossier.handling_unit_id) for right in rights):
        raise PermissionError(_("Chỉ lãnh đạo đơn vị giải quyết được cho tiếp tục xử lý hồ sơ."))
    if dossier.state != State.STOPPED:
        raise refuse(_("Hồ sơ không ở trạng thái tạm dừng."))
    at, lead = clock.in_order(dossier, clock.events_of(dossier), at), _lead(dossier)
    dossier.state = passage.state_after("", lead.stage if lead else "", None, was_received=True)
    note(dossier, "resumed", actor=actor, at=at, text=text)
    passage.settle(dossier, lead, at, progress.life_of(dossier), text=text)
    dossier.save()
    progress.set_legal_due(dossier)
    _tell_state(dossier, State.STOPPED, at)
    tell(events.DossierResumed, dossier, at)
    messages.send(dossier, "resumed", at)
    return dossier


def _lead(dossier: Dossier) -> workflow.WorkItem | None:
    items = workflow.open_items(kind=KIND, subject=subject_of(dossier))
    return next((item for item in items if item.is_lead), None)


def _tell_state(dossier: Dossier, before: str, at: datetime) -> None:
    tell(
        events.DossierStateChanged, dossier, at,
        before=str(before), after=dossier.state, national_status=dossier.national_status,
    )  # fmt: skip


BATCH = 500


def open_ids(*, unit_ids: Iterable[int] | None = None, after: int = 0, limit: int = BATCH) -> list[int]:
    """Ids of open dossiers handled by these units (all of them by default), in batches by id."""
    query = Dossier.objects.filter(state__in=OPEN, id__gt=after)
    if unit_ids is not None:
        query = query.filter(handling_unit_id__in=list(unit_ids))
    return list(query.order_by("id").values_list("id", flat=True)[:limit])


def recompute_all(*, unit_id: int | None, at: datetime) -> int:
    """Due dates of every open dossier (of a unit and what lies under it) anew; how many moved."""
    units = None if unit_id is None else [unit_id, *(u.id for u in organizations.units(under=unit_id))]
    moved, after = 0, 0
    while ids := open_ids(unit_ids=units, after=after):
        moved += recompute(ids=ids, at=at)
        after = ids[-1]
    return moved


def recompute(*, ids: list[int], at: datetime) -> int:
    """Reckon the due dates of a batch anew (a holiday was declared): one read, one write; how many dates moved."""
    dossiers = list(Dossier.objects.select_for_update(of=("self",)).filter(id__in=ids).order_by("id"))
    lines: dict[int, list[DossierEvent]] = {}
    for line in DossierEvent.objects.filter(dossier_id__in=ids, kind__in=clock.CLOCK_KINDS).order_by("at", "id"):
        lines.setdefault(line.dossier_id, []).append(line)
    moved = []
    for dossier in dossiers:
        before = (dossier.due_at, dossier.promised_at)
        planned = clock.parts_of(dossier)
        counted = clock.events_of(dossier) if planned else clock.clock_events(lines.get(dossier.pk, []))
        clock.set_due(dossier, at, counted, planned)
        if planned:
            parts.stretch(dossier)
        if (dossier.due_at, dossier.promised_at) != before:
            if dossier.next_date == before[0] and dossier.due_at:
                dossier.next_date = dossier.due_at
            moved.append(dossier)
    Dossier.objects.bulk_update(moved, ["due_at", "promised_at", "next_date", "is_paused", "verdict"], batch_size=BATCH)
    workflow.set_legal_due(kind=KIND, due={subject_of(d): d.running_due_at for d in moved if not d.is_paused})
    for dossier in moved:
        messages.send(dossier, "due_moved", at)
    return len(moved)


def count_open(*, unit_ids: Iterable[int]) -> int:
    """Open dossiers in which any of these units has a part, for the dry run of a merger."""
    ids = list(unit_ids)
    concerned = Q(handling_unit_id__in=ids) | Q(receiving_unit_id__in=ids) | Q(responsible_unit_id__in=ids)
    return Dossier.objects.filter(concerned, state__in=OPEN).count()


def move_units(*, successors: dict[int, int], at: datetime) -> int:
    """After a merger open dossiers are the successors' (đơn vị kế thừa); codes and past lines stay. How many moved."""
    workflow.reassign_vacant(at=at)
    gone = list(successors)
    concerned = Dossier.objects.select_for_update(of=("self",)).filter(
        Q(handling_unit_id__in=gone) | Q(receiving_unit_id__in=gone) | Q(responsible_unit_id__in=gone), state__in=OPEN
    )
    moved = list(concerned.order_by("id"))
    for dossier in moved:
        dossier.handling_unit_id = successors.get(dossier.handling_unit_id, dossier.handling_unit_id)
        dossier.receiving_unit_id = successors.get(dossier.receiving_unit_id, dossier.receiving_unit_id)
        responsible = dossier.responsible_unit_id or dossier.receiving_unit_id
        dossier.responsible_unit_id = successors.get(responsible, responsible)
        dossier.units = {role: successors.get(int(unit), int(unit)) for role, unit in dossier.units.items()}
        lexemes = (f"u{unit_id}" for unit_id in dossier.units.values())
        dossier.search_text = " ".join(dict.fromkeys([*dossier.search_text.split(), *lexemes]))
        holders.name_holder(dossier)
    fields = ["handling_unit_id", "receiving_unit_id", "units", "search_text", *holders.HOLDER]
    Dossier.objects.bulk_update(moved, fields, batch_size=BATCH)
    holders.move_questions(successors)
    for whole in sorted({dossier.parent_id for dossier in moved if dossier.parent_id}):
        holders.name_again(whole)
    return len(moved)
