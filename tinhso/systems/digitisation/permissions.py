"""Who may see and work on a batch: functions that give "" for yes, or the sentence why not."""

from dataclasses import dataclass

from tinhso.foundation.accounts.public import Actor, Right
from tinhso.foundation.organizations import public as organizations
from tinhso.systems.digitisation.models import Batch

WORK = (Right.RECEIVE, Right.NUMBER)  # the desk scans papers, the clerk results


@dataclass(frozen=True, slots=True)
class Scope:
    """Units whose papers an official may see; `everything` in an office of the province."""

    everything: bool
    unit_ids: tuple[int, ...]


def scope_of(actor: Actor, *rights: Right) -> Scope:
    """The units in which one of the rights is held, and all under them."""
    ids: set[int] = set()
    for unit_id in {unit_id for right in rights for unit_id in actor.unit_ids(right)}:
        if organizations.get_unit(unit_id=unit_id).parent_id is None:
            return Scope(everything=True, unit_ids=())
        ids |= {unit_id, *(unit.id for unit in organizations.units(under=unit_id))}
    return Scope(everything=False, unit_ids=tuple(sorted(ids)))


def why_not_work(actor: Actor, batch: Batch) -> str:
    path = organizations.get_unit(unit_id=batch.unit_id).path
    if any(actor.has(right, unit_path=path) for right in WORK):
        return ""
    return "Lô quét này của đơn vị khác. Đồng chí không có quyền xem."


def unit_of(actor: Actor) -> int:
    """The unit in whose name the actor scans. Raises PermissionError."""
    for right in WORK:
        if ids := actor.unit_ids(right):
            return ids[0]
    raise PermissionError("Chỉ bộ phận Một cửa và văn thư được gửi lô quét.")
