"""Who may do what with a step, in sentences."""

from datetime import datetime

from tinhso.foundation.accounts.public import Actor, Right
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.workflow import assignment
from tinhso.foundation.workflow.models import WorkItem
from tinhso.lib.feel.values import VIETNAM

ROLE_NAMES = {
    "desk_officer": "công chức bộ phận Một cửa",
    "specialist": "chuyên viên",
    "unit_head": "lãnh đạo đơn vị",
    "leader": "lãnh đạo cơ quan",
    "clerk": "văn thư",
    "citizen": "người nộp hồ sơ",
}


def is_holder(actor: Actor, item: WorkItem, at: datetime) -> bool:
    """Whether the actor is the responsible person or holds the post of the step in its unit (or its successor)."""
    if actor.person_id is not None and actor.person_id == item.assignee_id:
        return True
    if any(post.role == item.role and post.unit_id == item.unit_id for post in actor.posts):
        return True
    unit_id = assignment.unit_now(item.unit_id, at.astimezone(VIETNAM).date()) if actor.posts else 0
    return any(post.role == item.role and post.unit_id == unit_id for post in actor.posts)


def why_not_complete(actor: Actor, item: WorkItem, at: datetime) -> str:
    """Empty where the actor may finish the step; the first who does so wins."""
    if actor.kind == "system" or is_holder(actor, item, at):
        return ""
    if item.role == "citizen" and actor.account_id is not None and not actor.posts:
        return ""  # whose dossier it is, its system has checked
    return f"Việc «{item.name}» thuộc {_where(item)}; tài khoản này không giữ vị trí đó."


def why_not_reassign(actor: Actor, item: WorkItem, at: datetime) -> str:
    """The responsible person may hand over; a head or leader of the unit or above may assign."""
    if actor.kind == "system" or (actor.person_id is not None and actor.person_id == item.assignee_id):
        return ""
    path = organizations.get_unit(unit_id=item.unit_id).path
    if actor.has(Right.CHECK, unit_path=path) or actor.has(Right.APPROVE, unit_path=path):
        return ""
    return f"Chỉ người đang phụ trách hoặc lãnh đạo {_where(item)} được giao lại việc này."


def _where(item: WorkItem) -> str:
    try:
        unit = organizations.get_unit(unit_id=item.unit_id).name
    except LookupError:
        unit = f"đơn vị {item.unit_id}"
    return f"{ROLE_NAMES.get(item.role, item.role)} của {unit}"
