"""Asking other agencies (lấy ý kiến): one thing with two sides, a row with question and answer and a step of the case.

The main step stays with whoever examines; each agency asked gets a step of its own beside it, due by the date of the
question. Whoever ends the examination before all have answered must say why.
"""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from tinhso.foundation.accounts.public import Actor, Right
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.public import WorkItem
from tinhso.systems.one_stop import permissions
from tinhso.systems.one_stop.models import Consultation, Dossier
from tinhso.systems.one_stop.selectors.one import dossier_by_code
from tinhso.systems.one_stop.services.asked import STAGE, names_of, waiting
from tinhso.systems.one_stop.services.handling import KIND, lead_step, require, subject_of
from tinhso.systems.one_stop.services.history import note
from tinhso.systems.one_stop.types import refuse

__all__ = ["answer_consultation", "ask_agencies", "may_answer", "may_ask", "names_of", "step_of", "waiting"]

MOST_AGENCIES = 20
MESSAGE = "consultation_asked"
Role = organizations.Role
WHO_ANSWERS = (Role.UNIT_HEAD, Role.LEADER, Role.SPECIALIST)  # the first of them that somebody holds
ANSWERING = (Right.PROCESS, Right.CHECK, Right.APPROVE)


def ask_agencies(
    *, code: str, actor: Actor, unit_ids: Sequence[int], question: str, due_at: datetime, at: datetime
) -> list[Consultation]:
    """Put one question to several agencies in parallel; each gets a step of its own, due by `due_at`."""
    question = require(question, _("nội dung xin ý kiến"), "question")
    wanted = list(dict.fromkeys(unit_ids))
    if not wanted or len(wanted) > MOST_AGENCIES:
        raise refuse(_("Xin chọn từ 1 đến %(most)s cơ quan.") % {"most": MOST_AGENCIES}, "unit_ids")
    dossier = dossier_by_code(code)
    workflow.lock_case(kind=KIND, subject=subject_of(dossier))
    item = lead_step(dossier, "examination")
    if why := permissions.why_not(actor, Right.PROCESS, dossier, unit_id=item.unit_id):
        raise PermissionError(why)
    _check_dates(dossier, due_at, at)
    names = _names(dossier, item, wanted)
    made = Consultation.objects.bulk_create(
        [
            Consultation(
                dossier=dossier,
                unit_id=unit_id,
                question=question,
                asked_by=actor.key,
                asked_by_name=actor.name,
                asked_by_unit_id=item.unit_id,
                asked_at=at,
                due_at=due_at,
            )
            for unit_id in wanted
        ]
    )
    note(dossier, "consultation_asked", actor=actor, at=at, text=question, data={"units": wanted, "names": names})
    _open_steps(dossier, made, at)
    return made


def _check_dates(dossier: Dossier, due_at: datetime, at: datetime) -> None:
    if due_at <= at:
        raise refuse(_("Hạn trả lời phải ở sau lúc này."), "due_at")
    if dossier.due_at and due_at > dossier.due_at:
        raise refuse(_("Hạn trả lời nằm trong hạn giải quyết: phải trước hạn trả hồ sơ."), "due_at")


def _names(dossier: Dossier, item: WorkItem, wanted: Sequence[int]) -> str:
    """Names of the agencies, when each may be asked now. Raises RefusedError."""
    try:
        units = [organizations.get_unit(unit_id=unit_id) for unit_id in wanted]
    except LookupError as error:
        raise refuse(_("Có cơ quan được chọn không còn trong danh mục."), "unit_ids") from error
    if own := [unit.name for unit in units if unit.id in permissions.path_of(item.unit_id)]:
        raise refuse(_("%(name)s đang giải quyết hồ sơ này nên không tự hỏi mình.") % {"name": own[0]}, "unit_ids")
    asked = set(waiting(dossier).values_list("unit_id", flat=True))
    if twice := ", ".join(unit.name for unit in units if unit.id in asked):
        raise refuse(_("Đang chờ trả lời của: %(names)s.") % {"names": twice}, "unit_ids")
    return "; ".join(unit.name for unit in units)


def _open_steps(dossier: Dossier, made: Sequence[Consultation], at: datetime) -> None:
    asked = [
        {"unit": row.unit_id, "role": _who_answers(row.unit_id, at), "due": row.due_at.isoformat()} for row in made
    ]
    change = workflow.send_message(
        name=MESSAGE, kind=KIND, subject=subject_of(dossier), variables={"consulted": asked}, at=at,
        once=f"{dossier.code}:consultation:{made[-1].pk}",
    )  # fmt: skip
    if change is None:
        raise refuse(_("Quy trình của thủ tục này không có bước hỏi ý kiến cơ quan khác tại đây."), "unit_ids")


def _who_answers(unit_id: int, at: datetime) -> str:
    today = timezone.localtime(at).date()
    held = (role for role in WHO_ANSWERS if organizations.holders(unit_id=unit_id, role=role, on=today))
    return next(held, Role.UNIT_HEAD)


def answer_consultation(
    *, consultation_id: int, actor: Actor, answer: str, agrees: bool | None, at: datetime
) -> Consultation:
    """Answer for one's unit (trả lời ý kiến): the row and the step are one act, recorded with the dossier for good."""
    answer = require(answer, _("nội dung trả lời"), "answer")
    asked = Consultation.objects.select_related("dossier__parent").filter(pk=consultation_id).first()
    if asked is None:
        raise LookupError(_("Không có yêu cầu xin ý kiến này."))
    workflow.lock_case(kind=KIND, subject=subject_of(asked.dossier))
    consultation = Consultation.objects.select_for_update(of=("self",)).get(pk=consultation_id)
    dossier = consultation.dossier
    if not may_answer(actor, consultation.unit_id):
        unit = organizations.get_unit(unit_id=consultation.unit_id)
        raise PermissionError(_("Câu hỏi này gửi cho %(unit)s.") % {"unit": unit.name})
    if consultation.answered_at:
        raise refuse(_("%(who)s đã trả lời câu hỏi này.") % {"who": consultation.answered_by_name})
    if consultation.cancelled_at:
        raise refuse(_("Cơ quan hỏi đã thôi hỏi."))
    consultation.answer, consultation.agrees = answer, agrees
    consultation.answered_by_name, consultation.answered_at = actor.name, at
    consultation.save()
    note(
        dossier, "consultation_answered", actor=actor, at=at, text=answer,
        unit_id=consultation.unit_id, data={"agrees": agrees, "late": at > consultation.due_at},
    )  # fmt: skip
    if item := step_of(consultation):
        workflow.complete(item_id=item.id, actor=actor, outcome="answer", at=at, note=answer[:500], vouched=True)
    return consultation


def may_answer(actor: Actor, unit_id: int) -> bool:
    """Specialists, heads and leaders of the unit asked, of what lies under it, or above it."""
    unit_id = organizations.successor_of(unit_id=unit_id).id
    path = permissions.path_of(unit_id)
    if any(actor.has(right, unit_path=path) for right in ANSWERING):
        return True
    return any(post.role in WHO_ANSWERS and unit_id in permissions.path_of(post.unit_id) for post in actor.posts)


def may_ask(dossier: Dossier) -> bool:
    """Whether the process lets other agencies be asked at the step where the dossier stands."""
    return MESSAGE in workflow.awaited(kind=KIND, subject=subject_of(dossier))


def step_of(consultation: Consultation) -> WorkItem | None:
    """The open step in which the unit asked answers; None where the process has none."""
    unit_id = organizations.successor_of(unit_id=consultation.unit_id).id
    units = {unit_id, consultation.unit_id}
    items = workflow.open_items(kind=KIND, subject=subject_of(consultation.dossier))
    return next((item for item in items if item.stage == STAGE and item.unit_id in units), None)
