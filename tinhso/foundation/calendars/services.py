"""Changing the calendar: declare and withdraw days, set open times. Callers open the transaction."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.public import Actor, Right
from tinhso.foundation.audit import public as audit
from tinhso.foundation.calendars import kept
from tinhso.foundation.calendars.events import CalendarChanged
from tinhso.foundation.calendars.models import CalendarDay, SlotSet, of_unit
from tinhso.foundation.calendars.records import CalendarRefusedError
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.outbox import public as outbox
from tinhso.lib.working_time import VIETNAM, Slots

SUBJECT = "calendar"
_DAYS_BACK = 31  # a storm day may be put on record after the storm
_DAYS_AHEAD = 5 * 366
_KINDS = {"off": "day_off_declared", "makeup": "makeup_day_declared"}


def declare_day(
    *, kind: str, day: date, name: str, legal_basis: str, unit_id: int | None, actor: Actor, at: datetime
) -> int:
    """Declare a day off or a make-up day; id of the declaration. Raises CalendarRefusedError, PermissionError."""
    _check_right(actor, unit_id)
    name, legal_basis = " ".join(name.split()), " ".join(legal_basis.split())
    errors = _errors_of_day(day, name, legal_basis, at)
    standing = CalendarDay.objects.filter(of_unit(unit_id), date=day, withdrawn_at__isnull=True).first()
    if standing is not None:
        word = "ngày nghỉ" if standing.kind == "off" else "ngày làm bù"
        errors.setdefault("day", f"Ngày {day:%d/%m/%Y} đã là {word} «{standing.name}». Rút lại trước khi khai báo mới.")
    if kind == "makeup" and "day" not in errors and day.isoweekday() < 6:
        errors["day"] = f"Ngày {day:%d/%m/%Y} vốn là ngày làm việc, không cần khai báo làm bù."
    if errors:
        raise CalendarRefusedError(errors)
    row = CalendarDay.objects.create(
        kind=kind, date=day, name=name, legal_basis=legal_basis, unit_id=unit_id, declared_at=_whole_minute(at)
    )
    _tell(_KINDS[kind], row, actor, at)
    return row.id


def _errors_of_day(day: date, name: str, legal_basis: str, at: datetime) -> dict[str, str]:
    errors = {}
    today = at.astimezone(VIETNAM).date()
    if day < today - timedelta(_DAYS_BACK):
        errors["day"] = f"Ngày {day:%d/%m/%Y} đã qua hơn {_DAYS_BACK} ngày; thời hạn các hồ sơ khi đó đã chốt."
    elif day > today + timedelta(_DAYS_AHEAD):
        errors["day"] = "Ngày quá xa: chỉ khai báo trong vòng 5 năm tới."
    if not name:
        errors["name"] = "Ghi tên ngày, ví dụ «Nghỉ phòng, chống bão số 9»."
    elif len(name) > 200:
        errors["name"] = "Tên ngày dài quá 200 ký tự."
    if not legal_basis:
        errors["legal_basis"] = "Ghi căn cứ: số, ngày của văn bản công bố."
    elif len(legal_basis) > 300:
        errors["legal_basis"] = "Căn cứ dài quá 300 ký tự."
    return errors


def withdraw_day(*, day_id: int, actor: Actor, at: datetime) -> None:
    """Withdraw a declaration; it stays on record. Raises LookupError, PermissionError, CalendarRefusedError."""
    row = CalendarDay.objects.select_for_update(of=("self",)).filter(id=day_id).first()
    if row is None:
        raise LookupError(f"Không có khai báo số {day_id}.")
    _check_right(actor, row.unit_id)
    if row.withdrawn_at is not None:
        raise CalendarRefusedError({"day": "Khai báo này đã được rút lại trước đó."})
    row.withdrawn_at = max(_whole_minute(at), row.declared_at)
    row.save(update_fields=["withdrawn_at"])
    _tell("day_withdrawn", row, actor, at)


def set_slots(
    *, unit_id: int | None, slots: Slots, valid_from: date, legal_basis: str, actor: Actor, at: datetime
) -> int:
    """Open times of a unit (None: the province) from a day on. Raises CalendarRefusedError, PermissionError."""
    _check_right(actor, unit_id)
    errors = dict(check_slots(slots))
    if valid_from < at.astimezone(VIETNAM).date():
        errors["valid_from"] = "Khung giờ chỉ đổi được từ hôm nay trở đi; ngày đã qua giữ nguyên."
    if errors:
        raise CalendarRefusedError(errors)
    standing = SlotSet.objects.filter(of_unit(unit_id), valid_from=valid_from).first()
    row = standing or SlotSet(unit_id=unit_id, valid_from=valid_from)
    row.slots, row.legal_basis = dump_slots(slots), legal_basis
    row.save()
    kept.forget()
    _record("slots_set", actor, at, {"unit_id": unit_id, "valid_from": valid_from.isoformat(), "slots": row.slots})
    _publish("slots_set", valid_from, unit_id)
    return row.id


def check_slots(slots: Slots) -> Mapping[str, str]:
    """Field `slots` → what is wrong with open times; empty when nothing is."""
    if not any(slots.values()):
        return {"slots": "Phải có ít nhất một khung giờ mở cửa trong tuần."}
    if not slots.get(1):
        return {"slots": "Thứ Hai phải có giờ mở cửa: ngày làm bù mở cửa theo giờ thứ Hai."}
    for weekday in sorted(slots):
        last = time()
        for opens, closes in sorted(slots[weekday]):
            if closes <= opens:
                return {
                    "slots": f"{_weekday(weekday)}: giờ đóng cửa {closes:%H:%M} không sau giờ mở cửa {opens:%H:%M}."
                }
            if opens < last:
                return {"slots": f"{_weekday(weekday)}: hai khung giờ chồng lên nhau lúc {opens:%H:%M}."}
            last = closes
    return {}


def _weekday(weekday: int) -> str:
    return ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")[weekday - 1]


def dump_slots(slots: Slots) -> dict[str, list[list[str]]]:
    return {
        str(weekday): [[f"{a:%H:%M}", f"{b:%H:%M}"] for a, b in sorted(pairs)]
        for weekday, pairs in sorted(slots.items())
        if pairs
    }


def _check_right(actor: Actor, unit_id: int | None) -> None:
    path = None if unit_id is None else organizations.get_unit(unit_id=unit_id).path
    if not accounts.administers(actor, Right.MANAGE_CALENDAR, unit_path=path):
        whose = "của cả tỉnh" if unit_id is None else "của đơn vị này"
        raise PermissionError(f"Bạn không quản trị lịch làm việc {whose}.")


def _whole_minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _tell(change: str, row: CalendarDay, actor: Actor, at: datetime) -> None:
    kept.forget()
    _record(
        change,
        actor,
        at,
        {
            "date": row.date.isoformat(),
            "kind": row.kind,
            "name": row.name,
            "legal_basis": row.legal_basis,
            "unit_id": row.unit_id,
        },
    )
    _publish(change, row.date, row.unit_id)


def _record(change: str, actor: Actor, at: datetime, data: Mapping[str, Any]) -> None:
    audit.record(subject=SUBJECT, act=change, actor=actor.key, actor_name=actor.name, data=data, at=at)


def _publish(change: str, first_day: date, unit_id: int | None) -> None:
    outbox.publish(
        CalendarChanged(
            key=SUBJECT,
            change=change,
            first_day=first_day.isoformat(),
            unit_id=unit_id,
            revision=kept.current_number(),
        )
    )


def forget_and_publish(change: str, first_day: date, unit_id: int | None = None) -> None:
    """For the loader: everyone reckons anew from this day on."""
    kept.forget()
    _publish(change, first_day, unit_id)
