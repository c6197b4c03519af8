"""Which units have a part in a dossier: the desk that receives, the unit that handles, agencies of its parts."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tinhso.foundation.accounts.public import Actor, Right
from tinhso.foundation.organizations import public as organizations
from tinhso.systems.one_stop.permissions import agency_of
from tinhso.systems.procedures import public as procedures

Role = organizations.Role
Unit = organizations.Unit


@dataclass(frozen=True, slots=True)
class Units:
    """Roles of units in the process → ids; and the agency under whose code the dossier is numbered."""

    receiving: int
    handling: int
    roles: dict[str, int]
    agency_code: str


def units_for(*, binding: procedures.Binding, unit_key: str, channel: str, actor: Actor, at: datetime) -> Units:
    """Raises LookupError with a sentence where the unit cannot take the dossier."""
    agency = handling_agency(binding, unit_key)
    own_desk = desk_of_actor(actor) if channel in {"desk", "post"} else None
    desk = own_desk or desk_of(agency)
    if binding.handling_role:
        agency = part_unit(binding.handling_role, agency)  # the police of the same place, say
    handling = working_unit(agency, binding)
    roles = {"desk": desk.id, "handling": handling.id}
    if handling.id != agency.id and not binding.children:
        roles["agency"] = agency.id  # a part's own agency is the unit that handles the part
    for child in binding.children:
        roles.setdefault(child.unit, part_unit(child.unit, agency).id)
    return Units(receiving=desk.id, handling=handling.id, roles=roles, agency_code=code_of(desk))


def handling_agency(binding: procedures.Binding, unit_key: str) -> Unit:
    """The commune chosen, or the department the procedure belongs to; vanished units lead to their successors."""
    key = unit_key if binding.handling == "commune" else binding.handling
    try:
        unit = organizations.unit_by_key(key=key)
    except LookupError:
        unit = _by_code(key)
    while unit.valid_to is not None and unit.successor_id is not None:
        unit = organizations.get_unit(unit_id=unit.successor_id)
    unit = agency_of(unit.id)
    if unit.valid_to is not None:
        raise LookupError(_("%(unit)s không còn hoạt động và chưa có đơn vị kế thừa.") % {"unit": unit.name})
    if binding.handling == "commune" and unit.kind != "commune":
        raise LookupError(_("Thủ tục này do Uỷ ban nhân dân xã, phường giải quyết; xin chọn xã, phường."))
    return unit


def _by_code(key: str) -> Unit:
    try:
        return organizations.resolve_code(code=key)
    except LookupError:
        raise LookupError(
            _("Không có đơn vị «%(key)s». Đơn vị có thể đã sắp xếp lại; xin chọn lại nơi giải quyết.")
            % {"key": key[:60]}
        ) from None


def working_unit(agency: Unit, binding: procedures.Binding) -> Unit:
    """The unit in the agency that has specialists: itself, or the division the procedure's field belongs to."""
    if organizations.holders(unit_id=agency.id, role=Role.SPECIALIST):
        return agency
    divisions = [
        unit
        for unit in organizations.units(under=agency.id)
        if unit.kind == "division" and organizations.holders(unit_id=unit.id, role=Role.SPECIALIST)
    ]
    if not divisions:
        return agency
    return divisions[0]


def desk_of(agency: Unit) -> Unit:
    """The desk that receives for an agency: its own, else the provincial centre's."""
    below = organizations.units(under=agency.id)
    desks = [unit for unit in below if unit.kind == "desk"]
    if not desks:
        centres = organizations.units(kind="centre")
        desks = [desk for c in centres for desk in organizations.units(under=c.id) if desk.kind == "desk"] + centres
    staffed = [unit for unit in desks if organizations.holders(unit_id=unit.id, role=Role.DESK_OFFICER)]
    if staffed:
        return staffed[0]
    if organizations.holders(unit_id=agency.id, role=Role.DESK_OFFICER):
        return agency
    if desks:
        return desks[0]
    raise LookupError(_("%(unit)s chưa có bộ phận Một cửa.") % {"unit": agency.name})


def desk_of_actor(actor: Actor) -> Unit | None:
    """The desk at which an official receives."""
    for unit_id in actor.unit_ids(Right.RECEIVE):
        return organizations.get_unit(unit_id=unit_id)
    return None


def part_unit(role: str, agency: Unit) -> Unit:
    """The agency of a part: a unit of that key, or in the agency's place (`police` → `cong-an-…`)."""
    if role in {"handling", "desk"}:
        return agency
    for unit in organizations.units():
        if unit.place_code == agency.place_code and unit.key.startswith(f"{role}-"):
            return unit
    try:
        return organizations.unit_by_key(key=role)
    except LookupError:
        return agency


def agency_code_of(unit_id: int) -> str:
    """The agency code in force for codes issued by a unit."""
    return code_of(organizations.get_unit(unit_id=unit_id))


def code_of(desk: Unit) -> str:
    """The agency code in force that codes of dossiers begin with."""
    unit = desk
    while not unit.code and unit.parent_id is not None:
        unit = organizations.get_unit(unit_id=unit.parent_id)
    if not unit.code:
        raise LookupError(_("%(unit)s chưa có mã định danh cơ quan.") % {"unit": desk.name})
    return unit.code
