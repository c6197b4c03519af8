"""What officials do with a dossier: one function = one thing a person does; it checks the right, acts, records, tells.

All take `code`, `actor` and `at`, and need a transaction. They raise LookupError (no such dossier), PermissionError
(the sentence says who may), RefusedError (what is missing or why not now) and StaleWorkItemError (somebody was first).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tinhso.foundation.accounts.public import Actor, Right
from tinhso.foundation.calendars import public as calendars
from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.public import CaseChange, WorkItem
from tinhso.lib.working_time import Event, Limit, Rule
from tinhso.systems.one_stop import permissions
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.selectors.one import dossier_by_code
from tinhso.systems.one_stop.services import ask_once, asked, progress, verifying
from tinhso.systems.one_stop.services.doing import as_actor
from tinhso.systems.one_stop.services.history import note
from tinhso.systems.one_stop.states import State
from tinhso.systems.one_stop.types import Finding, RefusedError, refuse

KIND = progress.KIND
subject_of = progress.subject_of
RIGHT_OF_ROLE = {
    "desk_officer": Right.RECEIVE,
    "specialist": Right.PROCESS,
    "unit_head": Right.CHECK,
    "leader": Right.APPROVE,
    "clerk": Right.NUMBER,
}
HAND_OVER = Rule(limit=Limit(Decimal(0), "working_hours"), cutoff=time(15), legal_basis="NĐ 118/2025/NĐ-CP, Điều 18.2")


@contextmanager
def refusing() -> Iterator[None]:
    """What does not fit the process is refused with its sentence."""
    try:
        yield
    except workflow.WrongOutcomeError as error:
        raise refuse(str(error)) from error


def lead_step(dossier: Dossier, *stages: str) -> WorkItem:
    """The open lead step, of one of the stages. Raises RefusedError naming where the dossier stands instead."""
    if dossier.state == State.STOPPED:
        raise refuse(_("Hồ sơ đang tạm dừng; hãy cho tiếp tục xử lý trước."))
    for item in workflow.open_items(kind=KIND, subject=subject_of(dossier)):
        if item.is_lead and (not stages or item.stage in stages):
            return item
    raise refuse(
        _("Hồ sơ %(code)s đang ở bước «%(state)s» nên không làm được việc này.")
        % {"code": dossier.code, "state": State(dossier.state).label}
    )


def complete_step(
    *,
    code: str,
    actor: Actor,
    outcome: str,
    at: datetime,
    stages: Sequence[str] = (),
    text: str = "",
    data: Mapping[str, Any] | None = None,
    variables: Mapping[str, Any] | None = None,
    item_id: int | None = None,
    once: str = "",
    dossier: Dossier | None = None,
) -> CaseChange:
    """Finish the open step of a dossier with one of its outcomes.

    item_id: the step the official saw; another one open now means that somebody was first (StaleWorkItemError).
    dossier: the row, where the caller has just read it.
    """
    dossier = dossier or dossier_by_code(code)
    item = lead_step(dossier, *stages)
    if item_id is not None and item.id != item_id:
        raise workflow.StaleWorkItemError(
            _("Bước này đã có người làm xong; hồ sơ đang ở bước «%(step)s».") % {"step": item.name}
        )
    _check_right(actor, dossier, item)
    if item.outcomes and outcome not in dict(item.outcomes):
        raise refuse(_("Bước «%(step)s» không có lựa chọn này.") % {"step": item.name})
    _check_words(dossier, outcome, text, data or {})
    if outcome == "supplement":
        ask_once.guard(dossier, data or {}, actor=actor, at=at)
    if item.stage == "examination" and outcome not in _BACKWARDS:
        asked.go_on_without(dossier, subject_of(dossier), text, actor=actor, at=at)
    with as_actor(actor, text, data), refusing():
        return workflow.complete(
            item_id=item.id, actor=actor, outcome=outcome, at=at, variables=variables, note=text, once=once
        )


PAY_OUTCOMES = frozenset({"pay", "duty", "financial_duty"})


def _check_words(dossier: Dossier, outcome: str, text: str, data: Mapping[str, Any]) -> None:
    """What leaves the citizen waiting must say for what: else nobody could ever go on. Raises RefusedError."""
    if outcome == "supplement" and not data.get("items"):
        raise refuse(_("Xin liệt kê đầy đủ giấy tờ, nội dung cần bổ sung."), "items")
    if outcome == "refuse" and len(text.strip()) < 5:
        raise refuse(_("Xin ghi rõ lý do từ chối (ít nhất 5 ký tự)."), "reasons")
    if outcome in PAY_OUTCOMES and not dossier.fees.filter(paid_at__isnull=True, when="duty").exists():
        raise refuse(_("Xin ghi khoản phải nộp và số tiền trước khi yêu cầu nghĩa vụ tài chính."), "amount")


def _check_right(actor: Actor, dossier: Dossier, item: WorkItem) -> None:
    """Whoever the step was given to, or who holds its right over its unit. Raises PermissionError."""
    right = RIGHT_OF_ROLE.get(item.role)
    if right is None or (actor.person_id is not None and actor.person_id == item.assignee_id):
        return
    if why := permissions.why_not(actor, right, dossier, unit_id=item.unit_id):
        raise PermissionError(why)


def require(text: str, what: str, place: str) -> str:
    """A reason that must be written. Raises RefusedError."""
    text = text.strip()
    if len(text) < 5:
        raise refuse(_("Xin ghi rõ %(what)s (ít nhất 5 ký tự).") % {"what": what}, place)
    if len(text) > 4000:
        raise refuse(_("Phần %(what)s dài quá 4.000 ký tự.") % {"what": what}, place)
    return text


# -- at the desk -----------------------------------------------------------------------------------------------


def hand_over_by(*, desk_unit_id: int, at: datetime) -> datetime:
    """Until when papers go to the agency: the same day; received after 15:00, the start of the next working day."""
    reckoning = calendars.reckon(unit_id=desk_unit_id, rule=HAND_OVER, events=[Event(at=at, kind="received")], at=at)
    return reckoning.due_at or at


def accept_dossier(*, code: str, actor: Actor, at: datetime, text: str = "", item_id: int | None = None) -> CaseChange:
    """Take a dossier in (tiếp nhận): the legal clock starts, the receipt with the date of return can be printed."""
    dossier = dossier_by_code(code)
    by = hand_over_by(desk_unit_id=dossier.receiving_unit_id, at=at)
    return complete_step(
        code=code, actor=actor, outcome="accept", at=at, stages=("intake",), text=text,
        data={"hand_over_by": by.isoformat()}, item_id=item_id, dossier=dossier,
    )  # fmt: skip


def request_supplement(
    *,
    code: str,
    actor: Actor,
    items: Sequence[str],
    reason: str,
    at: datetime,
    again: bool = False,
    item_id: int | None = None,
    held_reason: str = "",
) -> CaseChange:
    """Ask for everything that is missing, once (yêu cầu bổ sung, mẫu 02).

    A second request is refused with a warning unless `again` says the official insists; it is then flagged for good.
    What the owner's data store or a register holds is refused unless `held_reason` says why; that is counted.
    """
    wanted = [item.strip() for item in items if item.strip()]
    if not wanted:
        raise refuse(_("Xin liệt kê đầy đủ giấy tờ, nội dung cần bổ sung."), "items")
    dossier = dossier_by_code(code)
    if dossier.supplement_count and not again:
        raise RefusedError(
            [
                Finding(
                    "again",
                    _(
                        "Hồ sơ này đã được yêu cầu bổ sung một lần. Theo NĐ 118/2025/NĐ-CP chỉ được yêu cầu một lần; "
                        "nếu vẫn cần, xin xác nhận, và lần này sẽ bị ghi nhận là yêu cầu lặp lại."
                    ),
                    blocking=False,
                )
            ]
        )
    data = {
        "items": wanted,
        "reason": require(reason, _("lý do"), "reason"),
        "again": bool(dossier.supplement_count),
        **({ask_once.REASON: held_reason.strip()} if held_reason.strip() else {}),
    }
    return complete_step(
        code=code, actor=actor, outcome="supplement", at=at, text="; ".join(wanted), data=data, item_id=item_id
    )


def refuse_dossier(
    *, code: str, actor: Actor, reasons: Sequence[str], at: datetime, item_id: int | None = None
) -> CaseChange:
    """Refuse at intake, or refuse to resolve within the time limit (từ chối, mẫu 03), with reasons in writing."""
    given = [reason.strip() for reason in reasons if reason.strip()]
    text = require("; ".join(given), _("lý do từ chối"), "reasons")
    return complete_step(
        code=code, actor=actor, outcome="refuse", at=at, text=text, data={"reasons": given}, item_id=item_id
    )


def hand_over(*, code: str, actor: Actor, at: datetime, receiver: str = "") -> None:
    """Note that the papers went from the desk to the agency (chuyển hồ sơ): a line of the control slip, mẫu 06."""
    dossier = dossier_by_code(code)
    if why := permissions.why_not(actor, Right.RECEIVE, dossier, unit_id=dossier.receiving_unit_id):
        raise PermissionError(why)
    if dossier.received_at is None:
        raise refuse(_("Hồ sơ chưa được tiếp nhận nên chưa bàn giao được."))
    limit = hand_over_by(desk_unit_id=dossier.receiving_unit_id, at=dossier.received_at)
    note(
        dossier, "handed_over", actor=actor, at=at, text=receiver,
        data={"by": limit.isoformat(), "late": at > limit, "to_unit": dossier.handling_unit_id},
    )  # fmt: skip


# -- in the agency ---------------------------------------------------------------------------------------------


def take_over(*, code: str, actor: Actor, at: datetime) -> None:
    """Take a step that waits for anybody of the post (nhận việc)."""
    dossier = dossier_by_code(code)
    item = lead_step(dossier)
    _check_right(actor, dossier, item)
    workflow.claim(item_id=item.id, actor=actor, at=at)
    progress.step_taken(dossier.pk, item, actor=actor, at=at)


def assign(*, code: str, actor: Actor, person_id: int, at: datetime, text: str = "") -> None:
    """Name who does the open step (phân công): oneself, or another by the head of the unit."""
    dossier = dossier_by_code(code)
    item = lead_step(dossier)
    if person_id != actor.person_id and (why := permissions.why_not(actor, Right.CHECK, dossier, unit_id=item.unit_id)):
        raise PermissionError(why)
    with refusing():
        workflow.assign(item_id=item.id, person_id=person_id, actor=actor, at=at, note=text)
    progress.step_taken(dossier.pk, replace(item, assignee_id=person_id), actor=actor, at=at, text=text)


def assign_at_step(*, code: str, actor: Actor, person_id: int, at: datetime, text: str = "") -> CaseChange:
    """The head's own step (phân công thụ lý): finish it naming the specialist who will examine."""
    return complete_step(
        code=code, actor=actor, outcome="assign", at=at, stages=("assignment",), text=text,
        variables={"assignee": person_id}, data={"person_id": person_id},
    )  # fmt: skip


def finish_examination(*, code: str, actor: Actor, at: datetime, text: str = "", outcome: str = "") -> CaseChange:
    """The specialist found the dossier good (đủ điều kiện): on to the draft."""
    item = lead_step(dossier_by_code(code), "examination")
    outcome = outcome or next((k for k, _l in item.outcomes if k not in {"supplement", "refuse", "pay"}), "done")
    return complete_step(code=code, actor=actor, outcome=outcome, at=at, stages=("examination",), text=text)


def draft_result(
    *, code: str, actor: Actor, draft: Mapping[str, Any], at: datetime, finish: bool = True, text: str = ""
) -> CaseChange | None:
    """Write the draft of the result (dự thảo kết quả); with `finish`, send it to be checked."""
    dossier = dossier_by_code(code)
    item = lead_step(dossier, "drafting", "examination")
    _check_right(actor, dossier, item)
    Dossier.objects.filter(pk=dossier.pk).update(result_draft=dict(draft))
    note(dossier, "drafted", actor=actor, at=at, text=text)
    return _forward(code, actor, ("drafting",), at, text) if finish else None


def check_draft(*, code: str, actor: Actor, at: datetime, text: str = "") -> CaseChange:
    """The head of the unit agrees with the draft (kiểm tra)."""
    return _forward(code, actor, ("checking",), at, text)


def approve(
    *, code: str, actor: Actor, at: datetime, text: str = "", signature: Mapping[str, Any] | None = None
) -> CaseChange:
    """The leader approves (ký duyệt). signature: what the signing room hands over; kept with the line of history."""
    dossier = dossier_by_code(code)
    if dossier.result_sha256 or signature:
        note(dossier, "signed", actor=actor, at=at, data=dict(signature or {}))
    return _forward(code, actor, ("approval",), at, text)


def check_may(actor: Actor, dossier: Dossier, stage: str) -> WorkItem:
    """The open lead step of the stage, which this actor may finish. Raises RefusedError, PermissionError."""
    item = lead_step(dossier, stage)
    _check_right(actor, dossier, item)
    return item


def check_number(dossier: Dossier, number: str, day: date) -> None:
    """Raises RefusedError for a number or date a result cannot bear."""
    if not number or len(number) > 60:
        raise refuse(_("Xin ghi số của kết quả (tối đa 60 ký tự)."), "number")
    if dossier.received_at and day < timezone.localdate(dossier.received_at):
        raise refuse(_("Ngày của kết quả không thể trước ngày tiếp nhận hồ sơ."), "day")


def number_result(
    *,
    code: str,
    actor: Actor,
    number: str,
    day: date,
    at: datetime,
    sha256: str = "",
    text: str = "",
) -> CaseChange:
    """The clerk numbers and seals the result (cấp số, đóng dấu)."""
    number = number.strip()
    dossier = dossier_by_code(code)
    check_number(dossier, number, day)
    check_may(actor, dossier, "numbering")
    changes: dict[str, Any] = {"result_number": number, "result_date": day}
    if sha256:
        verifying.bind_result(dossier, sha256=sha256, number=number, day=day, at=at)
        changes["result_sha256"] = sha256
    Dossier.objects.filter(pk=dossier.pk).update(**changes)
    return _forward(code, actor, ("numbering",), at, text or number)


def return_result(
    *, code: str, actor: Actor, at: datetime, how: str = "electronic", receiver: str = "", text: str = ""
) -> CaseChange:
    """The desk gives the result to its owner (trả kết quả). how: electronic | paper | both | post."""
    dossier = dossier_by_code(code)
    if dossier.fees.filter(paid_at__isnull=True).exclude(amount=0).exists() and how != "electronic":
        unpaid = sum(f.amount for f in dossier.fees.filter(paid_at__isnull=True))
        raise refuse(_("Còn %(amount)s đồng phí, lệ phí chưa nộp.") % {"amount": f"{unpaid:,.0f}".replace(",", ".")})
    return complete_step(
        code=code, actor=actor, outcome=_forward_outcome(lead_step(dossier, "return")), at=at, stages=("return",),
        text=text, data={"how": how, "receiver": receiver},
    )  # fmt: skip


def return_to_step(
    *, code: str, actor: Actor, at: datetime, reason: str, node: str = "", keep_others: bool = True
) -> CaseChange:
    """Give the dossier back to an earlier step (trả lại bước trước) with a reason.

    node: the step, of `workflow.return_targets`; "" uses the drawn outcome `back` of the step.
    """
    reason = require(reason, _("lý do trả lại"), "reason")
    dossier = dossier_by_code(code)
    item = lead_step(dossier)
    _check_right(actor, dossier, item)
    drawn = next((key for key, _label in item.outcomes if key in {"back", "return", "reject"}), "")
    if not node and drawn:
        return complete_step(code=code, actor=actor, outcome=drawn, at=at, text=reason)
    with as_actor(actor, reason), refusing():
        note(dossier, "returned_to_step", actor=actor, at=at, text=reason, data={"from": item.name})
        return workflow.send_back(item_id=item.id, node=node, actor=actor, reason=reason, at=at)


_BACKWARDS = frozenset({"supplement", "refuse", "back", "return", "reject", "pay", "duty", "stop"})


def _forward_outcome(item: WorkItem) -> str:
    """The outcome that leads on: the first drawn that is no refusal, return or request."""
    return next((key for key, _label in item.outcomes if key not in _BACKWARDS), "done")


def _forward(code: str, actor: Actor, stages: Sequence[str], at: datetime, text: str) -> CaseChange:
    item = lead_step(dossier_by_code(code), *stages)
    return complete_step(code=code, actor=actor, outcome=_forward_outcome(item), at=at, stages=stages, text=text)
