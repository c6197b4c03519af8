"""Calendars and administrators for tests."""

from datetime import date, datetime

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.calendars.models import CalendarDay, SlotSet
from tinhso.foundation.organizations.models import Unit
from tinhso.foundation.organizations.public import HeldPost, Role
from tinhso.foundation.organizations.tests.factories import make_unit
from tinhso.lib.working_time import VIETNAM

BEFORE = datetime(2026, 1, 1, tzinfo=VIETNAM)


def make_day(day: date, kind: str = "off", **fields: object) -> CalendarDay:
    values = {"name": "Ngày nghỉ mẫu", "legal_basis": "Thông báo mẫu", "declared_at": BEFORE, **fields}
    return CalendarDay.objects.create(date=day, kind=kind, **values)


def make_slots(slots: dict[str, list[list[str]]], **fields: object) -> SlotSet:
    return SlotSet.objects.create(slots=slots, **{"valid_from": date(2025, 1, 1), **fields})


def make_administrator(unit: Unit | None = None, role: str = Role.ADMINISTRATOR) -> Actor:
    """An administrator of a unit; of the province where none is given."""
    unit = unit or make_unit("Sở Mẫu", kind="department")
    post = HeldPost(1, unit.pk, tuple(unit.path), unit.name, role, "Quản trị")
    return Actor(account_id=7, kind="official", name="Người Mẫu", posts=(post,))
