"""Who may do what with a copy: functions that give "" for yes, or the sentence why not."""

from tinhso.foundation.accounts.public import Actor, Right
from tinhso.foundation.organizations import public as organizations
from tinhso.systems.certified_copies.models import CertifiedCopy

DOES = {
    Right.RECEIVE: "công chức Một cửa tiếp nhận, đối chiếu",
    Right.APPROVE: "lãnh đạo ký chứng thực",
    Right.NUMBER: "văn thư đóng dấu",
}


def agency_of(unit_id: int) -> organizations.Unit | None:
    """The commune a desk or post belongs to: the authority that certifies; None for other agencies."""
    unit: organizations.Unit | None = organizations.get_unit(unit_id=unit_id)
    while unit is not None and unit.kind != "commune":
        unit = organizations.get_unit(unit_id=unit.parent_id) if unit.parent_id else None
    return unit


def units_of(actor: Actor, *rights: Right) -> list[int]:
    """The communes in which the actor holds one of the rights."""
    found = {agency_of(unit_id) for right in rights for unit_id in actor.unit_ids(right)}
    return sorted(unit.id for unit in found if unit is not None)


def why_not_see(actor: Actor, copy: CertifiedCopy) -> str:
    if copy.unit_id in units_of(actor, Right.RECEIVE, Right.APPROVE, Right.NUMBER):
        return ""
    return "Bản sao này do cơ quan khác chứng thực."


def why_not(actor: Actor, right: Right, copy: CertifiedCopy) -> str:
    """Whether the actor does this in the copy's agency."""
    if copy.unit_id in units_of(actor, right):
        return ""
    return f"Việc này của {DOES[right]} ở cơ quan chứng thực. Đồng chí không giữ vị trí đó."
