"""What the owner of a dossier sees: who has it, until when, why that date, what comes next."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.organizations import public as organizations
from tinhso.systems.one_stop import permissions
from tinhso.systems.one_stop.models import Dossier, DossierEvent, Rating
from tinhso.systems.one_stop.selectors.slips import slips_of
from tinhso.systems.one_stop.services import clock, standing
from tinhso.systems.one_stop.states import MEANING, State
from tinhso.systems.one_stop.types import PaperGiven, PartAhead, Step, Tracking
from tinhso.systems.procedures import public as procedures

SHOWN = {
    "submitted": "Nộp hồ sơ",
    "received": "Tiếp nhận, hẹn ngày trả",
    "supplement_requested": "Yêu cầu bổ sung",
    "supplemented": "Nộp bổ sung",
    "financial_duty_requested": "Yêu cầu thực hiện nghĩa vụ tài chính",
    "paid": "Nộp tiền",
    "consultation_asked": "Lấy ý kiến cơ quan liên quan",
    "consultation_answered": "Cơ quan được hỏi đã trả lời",
    "consultation_given_up": "Xử lý tiếp, không chờ ý kiến",
    "reappointed": "Xin lỗi, hẹn lại ngày trả",
    "stopped": "Tạm dừng xử lý",
    "resumed": "Tiếp tục xử lý",
    "finished": "Có kết quả",
    "returned": "Trả kết quả",
    "refused": "Không tiếp nhận",
    "declined": "Từ chối giải quyết",
    "withdrawn": "Rút hồ sơ",
    "closed": "Đóng hồ sơ vì không bổ sung",
}
AHEAD = (
    ("Tiếp nhận, hẹn ngày trả", {State.SUBMITTED}),
    ("Thẩm định", {State.SUBMITTED, State.RECEIVED, State.ASSIGNING}),
    ("Duyệt, ký", {State.SUBMITTED, State.RECEIVED, State.ASSIGNING, State.EXAMINING, State.DRAFTING, State.CHECKING}),
    ("Trả kết quả", {state for state in State if MEANING[state].is_open and state is not State.DONE}),
)


def tracking_of(dossier: Dossier, *, actor: Actor, at: datetime, full: bool) -> Tracking:
    """One dossier as its owner (full) or anybody with the code sees it."""
    state = State(dossier.state)
    is_open = MEANING[state].is_open
    unit_id = dossier.responsible_unit_id or dossier.handling_unit_id
    unpaid = sum(int(fee.amount) for fee in dossier.fees.all() if fee.paid_at is None) if full else 0
    rating = Rating.objects.filter(dossier=dossier).first() if full and not is_open else None
    return Tracking(
        code=dossier.code,
        procedure_code=dossier.procedure_code,
        procedure_name=dossier.procedure_name,
        applicant_name=dossier.applicant_name if full else masked(dossier.applicant_name),
        state=dossier.state,
        state_label=str(state.label),
        national_status=dossier.national_status,
        holder_name=_holder(dossier) if full and is_open else "",
        holder_title=str(standing.ROLE_LABELS.get(dossier.responsible_role, "")) if is_open else "",
        unit_name=organizations.get_unit(unit_id=unit_id).name,
        due_at=dossier.due_at,
        next_date=dossier.next_date if is_open else None,
        reason=dossier.visible_reason if full else str(state.label),
        explanation=clock.explain(dossier, at) if full and (is_open or dossier.due_at) else "",
        asks=_asks(dossier, unpaid) if full else "",
        steps=_steps(dossier) if full else (),
        can_supplement=full and not permissions.why_not_supplement(actor, dossier),
        can_withdraw=full and not permissions.why_not_withdraw(actor, dossier),
        can_rate=full and not permissions.why_not_rate(actor, dossier, rating=rating, at=at),
        parts=tuple(tracking_of(part, actor=actor, at=at, full=full) for part in _parts(dossier)),
        parts_ahead=_parts_ahead(dossier) if full else (),
        promised_at=dossier.promised_at,
        submitted_at=dossier.submitted_at,
        received_at=dossier.received_at,
        result_name=dossier.result_name,
        result_number=dossier.result_number if full else "",
        result_sha256=_result_file(dossier, unpaid) if full else "",
        wanted=_wanted(dossier) if full else (),
        to_pay=unpaid,
        papers=_papers(dossier) if full else (),
        is_full=full,
        finished_at=dossier.finished_at,
        verdict=dossier.verdict,
        rating=rating.score if rating else None,
        rating_comment=rating.comment if rating else "",
        slips=slips_of(dossier) if full else (),
    )


def brief(dossier: Dossier, *, actor: Actor) -> Tracking:
    """A line of the owner's list: no steps, no explanation, no further query."""
    state = State(dossier.state)
    unit_id = dossier.responsible_unit_id or dossier.handling_unit_id
    return Tracking(
        code=dossier.code,
        procedure_code=dossier.procedure_code,
        procedure_name=dossier.procedure_name,
        applicant_name=dossier.applicant_name,
        state=dossier.state,
        state_label=str(state.label),
        national_status=dossier.national_status,
        holder_name=_holder(dossier) if dossier.is_open else "",
        holder_title=str(standing.ROLE_LABELS.get(dossier.responsible_role, "")),
        unit_name=organizations.get_unit(unit_id=unit_id).name,
        due_at=dossier.due_at,
        next_date=dossier.next_date if dossier.is_open else None,
        reason=dossier.visible_reason,
        explanation="",
        asks=_asks(dossier, 0),
        steps=(),
        can_supplement=not permissions.why_not_supplement(actor, dossier),
        can_withdraw=not permissions.why_not_withdraw(actor, dossier),
        can_rate=not permissions.why_not_rate(actor, dossier),
        promised_at=dossier.promised_at,
        submitted_at=dossier.submitted_at,
        received_at=dossier.received_at,
        result_name=dossier.result_name,
        result_number=dossier.result_number,
        result_sha256=dossier.result_sha256 if not dossier.is_open else "",
        finished_at=dossier.finished_at,
        verdict=dossier.verdict,
    )


def masked(name: str) -> str:
    """«Nguyễn Văn An» → «N. V. An», for whoever holds only the code."""
    words = name.split()
    return " ".join([*(f"{word[0]}." for word in words[:-1]), *words[-1:]])


def _holder(dossier: Dossier) -> str:
    if dossier.responsible_person_id is None:
        return ""
    return organizations.person(person_id=dossier.responsible_person_id).name


def _parts(dossier: Dossier) -> Iterable[Dossier]:
    return dossier.parts.order_by("id") if dossier.parent_id is None else ()


def _result_file(dossier: Dossier, unpaid: int) -> str:
    """The result's file once it is the owner's: handed over, or asked for electronically with nothing left to pay."""
    is_ready = dossier.state == State.DONE and dossier.return_channel == "electronic" and not unpaid
    return dossier.result_sha256 if is_ready or not dossier.is_open else ""


def _parts_ahead(dossier: Dossier) -> tuple[PartAhead, ...]:
    """Of an interlinked dossier under way: the plan's parts that have not begun, in its order."""
    if not dossier.is_open or dossier.part_key:
        return ()
    planned = procedures.get_binding(binding_id=dossier.binding_id).children
    begun = set(dossier.parts.values_list("part_key", flat=True)) if planned else set()
    names = {child.key: child.name for child in planned}
    ahead = [child for child in planned if child.key not in begun]
    return tuple(PartAhead(child.name, tuple(names[key] for key in child.after)) for child in ahead)


def _asks(dossier: Dossier, unpaid: int) -> str:
    state = State(dossier.state)
    if state == State.EXAMINING and clock.has_parts(dossier):
        waiting = dossier.parts.filter(state__in=[State.AWAITING_SUPPLEMENT, State.AWAITING_PAYMENT]).order_by("id")
        return " ".join(f"{part.procedure_name}: {_asks(part, 0)}" for part in waiting)
    if state == State.AWAITING_SUPPLEMENT:
        return _("Xin nộp bổ sung theo phiếu yêu cầu.")
    if state == State.AWAITING_PAYMENT:
        return _("Xin thực hiện nghĩa vụ tài chính để hồ sơ được giải quyết tiếp.")
    if state == State.DONE:
        money = _(" Khi nhận, xin nộp %(amount)s đồng.") % {"amount": f"{unpaid:,}".replace(",", ".")} if unpaid else ""
        return _("Đã có kết quả, xin đến nhận hoặc tải bản điện tử.") + money
    return ""


def _wanted(dossier: Dossier) -> tuple[str, ...]:
    if dossier.state != State.AWAITING_SUPPLEMENT:
        return ()
    last = dossier.history.filter(kind="supplement_requested").order_by("-at", "-id").first()
    return tuple(last.data.get("items", ())) if last else ()


def _papers(dossier: Dossier) -> tuple[PaperGiven, ...]:
    return tuple(
        PaperGiven(key=p.key, name=p.name, sha256=p.sha256, file_name=p.file_name, kind=p.kind)
        for p in dossier.papers.all()
        if not p.is_replaced
    )


def _steps(dossier: Dossier) -> tuple[Step, ...]:
    lines = [line for line in dossier.history.order_by("at", "id") if line.kind in SHOWN]
    done = [_line(line, dossier) for line in lines]
    if not dossier.is_open:
        return tuple(done)
    unit = organizations.get_unit(unit_id=dossier.responsible_unit_id or dossier.handling_unit_id).name
    current = Step(
        name=str(State(dossier.state).label),
        at=None,
        who=_holder(dossier),
        unit=unit,
        state="current",
        note=dossier.visible_reason,
    )
    ahead = [
        Step(name=name, at=None, who="", unit="", state="ahead", note="")
        for name, before in AHEAD
        if State(dossier.state) in before
    ]
    return (*done, current, *ahead)


def _line(line: DossierEvent, dossier: Dossier) -> Step:
    unit_id = line.unit_id
    who = line.actor_name if line.actor.startswith("account:") else ""
    return Step(
        name=SHOWN[line.kind],
        at=line.at,
        who=who,
        unit=organizations.get_unit(unit_id=unit_id).name if unit_id else "",
        state="done",
        note=line.note if line.kind not in {"paid"} else "",
    )
