"""Open times of the province and its units."""

from datetime import time

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.foundation.accounts.public import AuthenticatedRequest, Right, access
from tinhso.foundation.calendars import public as calendars
from tinhso.foundation.calendars.public import CalendarRefusedError, OpenTimes
from tinhso.foundation.organizations import public as organizations
from tinhso.lib.working_time import OFFICE_SLOTS, Slots
from tinhso.systems.administration.forms import WEEKDAYS, Typed, slots_in_words, slots_of
from tinhso.systems.administration.fresh import fresh

DAYS = tuple(f"day{number}" for number in range(1, 8))
FIELDS = ("unit", "valid_from", "legal_basis", *DAYS)


@fresh
@access("official", Right.MANAGE_CALENDAR)
def open_times(request: AuthenticatedRequest) -> HttpResponse:
    """Every set of open times; a unit without one follows the unit above it."""
    today = timezone.localdate()
    rows = [_row(times) for times in calendars.open_times()]
    return render(request, "administration/open_times.html", {"rows": rows, "today": today})


def _row(times: OpenTimes) -> dict[str, object]:
    try:
        unit = organizations.get_unit(unit_id=times.unit_id) if times.unit_id is not None else None
    except LookupError:
        unit = None
    return {
        "unit": unit.name if unit else _("Cả tỉnh"),
        "key": unit.key if unit else "",
        "valid_from": times.valid_from,
        "week": week_in_words(times.slots),
        "legal_basis": times.legal_basis,
    }


def week_in_words(slots: Slots) -> list[tuple[str, str]]:
    """Weekdays with the same hours in one line: («Thứ Hai đến Thứ Sáu», «07:30–11:30, 13:30–17:00»)."""
    lines: list[tuple[int, int, str]] = []
    for weekday in range(1, 8):
        words = slots_in_words(slots.get(weekday, ()))
        if not words:
            continue
        if lines and lines[-1][1] == weekday - 1 and lines[-1][2] == words:
            lines[-1] = (lines[-1][0], weekday, words)
        else:
            lines.append((weekday, weekday, words))
    return [
        (WEEKDAYS[a - 1] if a == b else _("%(a)s đến %(b)s") % {"a": WEEKDAYS[a - 1], "b": WEEKDAYS[b - 1]}, words)
        for a, b, words in lines
    ]


@fresh
@access("official", Right.MANAGE_CALENDAR)
@require_http_methods(["GET", "POST"])
def edit(request: AuthenticatedRequest) -> HttpResponse:
    """Set the week of a unit from a day on."""
    if request.method == "GET":
        return _page(request, Typed.read(_as_it_stands(request.GET.get("unit", "")), *FIELDS))
    typed = Typed.read(request.POST, *FIELDS)
    slots: dict[int, tuple[tuple[time, time], ...]] = {}
    for weekday, name in enumerate(DAYS, start=1):
        found = slots_of(typed[name])
        if found is None:
            typed.wrong(
                name,
                _("%(day)s: ghi dạng 07:30–11:30, 13:30–17:00; để trống nếu đóng cửa.")
                % {"day": WEEKDAYS[weekday - 1]},
            )
        elif found:
            slots[weekday] = found
    valid_from = typed.day("valid_from", _("Ghi ngày bắt đầu áp dụng."))
    typed.text("legal_basis", _("Ghi căn cứ: số, ngày của quyết định về giờ làm việc."))
    unit_id = _unit_id(typed)
    if not typed.errors and valid_from is not None:
        try:
            with transaction.atomic():
                calendars.set_slots(
                    unit_id=unit_id,
                    slots=slots,
                    valid_from=valid_from,
                    legal_basis=typed["legal_basis"],
                    actor=request.actor,
                    at=timezone.now(),
                )
        except CalendarRefusedError as refusal:
            for field, sentence in refusal.errors.items():
                typed.wrong("day1" if field == "slots" else field, sentence)
        except PermissionError as refusal:
            typed.wrong("unit", str(refusal))
        else:
            messages.success(request, _("Đã đặt giờ mở cửa. Hạn các hồ sơ đang được tính lại."))
            return redirect("administration:open_times")
    return _page(request, typed)


def _unit_id(typed: Typed) -> int | None:
    if not typed["unit"]:
        return None
    try:
        return organizations.unit_by_key(key=typed["unit"]).id
    except LookupError:
        typed.wrong("unit", _("Không có đơn vị này; chọn lại trong danh sách."))
        return None


def _as_it_stands(key: str) -> dict[str, str]:
    """The week in force of a unit, to start from."""
    try:
        unit_id = organizations.unit_by_key(key=key).id if key else None
    except LookupError:
        key, unit_id = "", None
    slots = OFFICE_SLOTS
    for times in calendars.open_times():
        if times.unit_id in (None, unit_id):
            slots = times.slots
    values = {f"day{number}": slots_in_words(slots.get(number, ())) for number in range(1, 8)}
    return {"unit": key, "valid_from": f"{timezone.localdate():%d/%m/%Y}", **values}


def _page(request: AuthenticatedRequest, typed: Typed) -> HttpResponse:
    units = [(unit.key, unit.name) for unit in organizations.units()]
    weekdays = list(zip(DAYS, WEEKDAYS, strict=True))
    context = {"typed": typed, "units": units, "weekdays": weekdays}
    return render(request, "administration/open_times_edit.html", context, status=422 if typed.errors else 200)
