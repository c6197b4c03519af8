"""Who may do what with a dossier: functions that give "" for yes, or the sentence why not; and what lists may show."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from tinhso.foundation.accounts.public import Actor, Right
from tinhso.foundation.organizations import public as organizations
from tinhso.systems.one_stop.models import Dossier, Rating
from tinhso.systems.one_stop.states import MEANING, State

RATING_CHANGES = timedelta(days=30)  # how long the owner may change a rating given


@dataclass(frozen=True, slots=True)
class Scope:
    """Units whose dossiers an official may list; `everything` for those who see the whole province."""

    everything: bool
    unit_ids: tuple[int, ...]


def scope_of(actor: Actor, right: Right = Right.READ_DOSSIERS) -> Scope:
    """The units a right reaches: those of the posts held and all that lies under them."""
    ids: set[int] = set()
    for unit_id in actor.unit_ids(right):
        unit = organizations.get_unit(unit_id=unit_id)
        if unit.parent_id is None:
            return Scope(everything=True, unit_ids=())
        ids |= {unit_id, *(u.id for u in organizations.units(under=unit_id))}
    return Scope(everything=False, unit_ids=tuple(sorted(ids)))


def path_of(unit_id: int) -> tuple[int, ...]:
    """From the province down to the unit."""
    return organizations.get_unit(unit_id=unit_id).path


AGENCY_KINDS = ("commune", "department", "province", "centre")


def agency_of(unit_id: int) -> organizations.Unit:
    """The agency a unit is part of: the nearest with a code of its own that takes decisions."""
    unit = organizations.get_unit(unit_id=unit_id)
    while unit.kind not in AGENCY_KINDS and unit.parent_id is not None:
        unit = organizations.get_unit(unit_id=unit.parent_id)
    return unit


def unit_ids_of(dossier: Dossier) -> set[int]:
    """Every unit that has a part in the dossier."""
    ids = {dossier.receiving_unit_id, dossier.handling_unit_id}
    if dossier.responsible_unit_id:
        ids.add(dossier.responsible_unit_id)
    return ids | {int(unit_id) for unit_id in dossier.units.values()}


def has_over(actor: Actor, right: Right, unit_id: int) -> bool:
    return actor.has(right, unit_path=path_of(unit_id))


def is_owner(actor: Actor, dossier: Dossier) -> bool:
    """Whether the dossier is the actor's own: by account, or by a number proved at sign-in."""
    if actor.account_id is not None and dossier.owner_account_id == actor.account_id:
        return True
    if actor.kind == "system":
        return dossier.sources.get("_system") == actor.system
    return bool(actor.identity_number) and actor.assurance >= 2 and actor.identity_number == dossier.identity_number


def why_not_read(actor: Actor, dossier: Dossier, *, is_consulted: bool = False) -> str:
    """Official reading of a dossier: its own units, those above, and the agencies consulted."""
    if is_owner(actor, dossier) or is_consulted:
        return ""
    if any(has_over(actor, Right.READ_DOSSIERS, unit_id) for unit_id in unit_ids_of(dossier)):
        return ""
    return _("Hồ sơ này do cơ quan khác giải quyết. Đồng chí không có quyền xem.")


def why_not_receive(actor: Actor) -> str:
    """Any desk of the province takes any dossier (phi địa giới)."""
    if actor.has(Right.RECEIVE):
        return ""
    return _("Chỉ công chức bộ phận Một cửa được tiếp nhận hồ sơ.")


def why_not(actor: Actor, right: Right, dossier: Dossier, *, unit_id: int | None = None) -> str:
    """Whether a right is held over the unit that has the dossier now."""
    where = unit_id or dossier.responsible_unit_id or dossier.handling_unit_id
    if has_over(actor, right, where):
        return ""
    unit = organizations.get_unit(unit_id=where)
    return _("Việc này thuộc thẩm quyền của %(unit)s. Đồng chí không giữ chức vụ được làm việc này ở đó.") % {
        "unit": unit.name
    }


_WITHDRAWABLE = frozenset(
    {state for state, meaning in MEANING.items() if meaning.is_open} - {State.DONE, State.APPROVING, State.NUMBERING}
)


def why_not_withdraw(actor: Actor, dossier: Dossier) -> str:
    """Stop at request: only while no decision has been made (TT 03/2025/TT-VPCP, art. 7)."""
    if not is_owner(actor, dossier) and not has_over(actor, Right.RECEIVE, dossier.receiving_unit_id):
        return _("Chỉ người nộp hồ sơ được rút hồ sơ.")
    if dossier.parent_id:
        return _("Đây là một phần của hồ sơ liên thông; hãy rút hồ sơ chung.")
    if State(dossier.state) not in _WITHDRAWABLE:
        return _("Hồ sơ đã có quyết định hoặc đã kết thúc nên không rút được nữa.")
    return ""


def why_not_supplement(actor: Actor, dossier: Dossier) -> str:
    if not is_owner(actor, dossier) and not actor.has(Right.RECEIVE):
        return _("Chỉ người nộp hồ sơ hoặc bộ phận Một cửa được nộp bổ sung.")
    if dossier.state != State.AWAITING_SUPPLEMENT:
        return _("Hồ sơ không ở bước chờ bổ sung.")
    return ""


def why_not_rate(actor: Actor, dossier: Dossier, *, rating: Rating | None = None, at: datetime | None = None) -> str:
    """rating: the one already given, which may be changed for thirty days."""
    if not is_owner(actor, dossier):
        return _("Chỉ người nộp hồ sơ được đánh giá.")
    if State(dossier.state) not in {State.RETURNED, State.DECLINED, State.REFUSED, State.CLOSED}:
        return _("Hồ sơ chưa kết thúc; hãy đánh giá sau khi nhận kết quả.")
    if rating and at and at - rating.at > RATING_CHANGES:
        return _("Đánh giá đã gửi quá 30 ngày nên không đổi được nữa.")
    return ""
