"""The calendar of the year: see it, declare and withdraw a day after counting what moves."""

from datetime import date, datetime

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.foundation.accounts.public import AuthenticatedRequest, Right, access
from tinhso.foundation.calendars import public as calendars
from tinhso.foundation.calendars.public import CalendarRefusedError, Day
from tinhso.foundation.organizations import public as organizations
from tinhso.systems.administration.forms import Typed
from tinhso.systems.administration.fresh import fresh
from tinhso.systems.administration.selectors.calendar_year import months_of
from tinhso.systems.one_stop import public as one_stop

FIRST_YEAR, LAST_YEAR = 2018, 2035
FIELDS = ("kind", "day", "name", "legal_basis", "unit")


@fresh
@access("official", Right.MANAGE_CALENDAR)
def year(request: AuthenticatedRequest) -> HttpResponse:
    """Twelve months, the days declared and those withdrawn since."""
    today = timezone.localdate()
    number = _year(request, today)
    declared = calendars.days(year=number, withdrawn=True)
    context = {
        "year": number,
        "months": months_of(number, today),
        "days": [_row(day) for day in declared if day.withdrawn_at is None],
        "withdrawn": [_row(day) for day in declared if day.withdrawn_at is not None],
        "years": [
            (str(n), f"{reverse('administration:calendar')}?year={n}", n == number, None)
            for n in range(max(number - 2, FIRST_YEAR), min(number + 2, LAST_YEAR) + 1)
        ],
    }
    return render(request, "administration/calendar.html", context)


def _year(request: HttpRequest, today: date) -> int:
    text = request.GET.get("year", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else today.year
    return number if FIRST_YEAR <= number <= LAST_YEAR else today.year


def _row(day: Day) -> dict[str, object]:
    return {"day": day, "unit": _unit_name(day.unit_id)}


def _unit_name(unit_id: int | None) -> str:
    if unit_id is None:
        return _("Cả tỉnh")
    try:
        return organizations.get_unit(unit_id=unit_id).name
    except LookupError:
        return _("Đơn vị không còn")


@fresh
@access("official", Right.MANAGE_CALENDAR)
@require_http_methods(["GET", "POST"])
def declare(request: AuthenticatedRequest) -> HttpResponse:
    """Type the day; see how many due dates would move; declare it."""
    if request.method == "GET":
        typed = Typed.read({"kind": "off", **request.GET.dict()}, *FIELDS)
        return _declare_page(request, typed, None)
    typed, at = Typed.read(request.POST, *FIELDS), timezone.now()
    if request.POST.get("step") == "edit":
        return _declare_page(request, typed, None)
    day, unit_id = _read_day(typed)
    if typed.errors or day is None:
        return _declare_page(request, typed, None)
    try:
        if request.POST.get("step") == "declare":
            with transaction.atomic():
                _declare(request, typed, day, unit_id, at)
            messages.success(request, _("Đã khai báo %(day)s. Hạn các hồ sơ đang được tính lại.") % {"day": _said(day)})
            return redirect(f"{reverse('administration:calendar')}?year={day.year}")
        # Tried and taken back: every rule of the declaration itself is checked before anything is counted.
        with transaction.atomic():
            _declare(request, typed, day, unit_id, at)
            transaction.set_rollback(True)
    except CalendarRefusedError as refusal:
        typed.errors.update(refusal.errors)
        return _declare_page(request, typed, None)
    except PermissionError as refusal:
        typed.wrong("unit", str(refusal))
        return _declare_page(request, typed, None)
    with calendars.imagine(declared=[(typed["kind"], day, typed["name"], unit_id)], at=at):
        moves = one_stop.due_moves(at=at)
    return _declare_page(request, typed, moves)


def _said(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _read_day(typed: Typed) -> tuple[date | None, int | None]:
    if typed["kind"] not in ("off", "makeup"):
        typed.wrong("kind", _("Chọn ngày nghỉ hoặc ngày làm bù."))
    day = typed.day("day", _("Ghi ngày, ví dụ 24/11/2026."))
    typed.text("name", _("Ghi tên ngày, ví dụ «Nghỉ phòng, chống bão số 9»."), 200)
    typed.text("legal_basis", _("Ghi căn cứ: số, ngày của văn bản công bố."), 300)
    if not typed["unit"]:
        return day, None
    try:
        return day, organizations.unit_by_key(key=typed["unit"]).id
    except LookupError:
        typed.wrong("unit", _("Không có đơn vị này; chọn lại trong danh sách."))
        return day, None


def _declare(request: AuthenticatedRequest, typed: Typed, day: date, unit_id: int | None, at: datetime) -> None:
    act = calendars.declare_day_off if typed["kind"] == "off" else calendars.declare_makeup_day
    act(day=day, name=typed["name"], legal_basis=typed["legal_basis"], unit_id=unit_id, actor=request.actor, at=at)


def _declare_page(request: AuthenticatedRequest, typed: Typed, moves: one_stop.DueMoves | None) -> HttpResponse:
    units = [
        (unit.key, unit.name) for unit in organizations.units() if unit.kind in ("department", "commune", "centre")
    ]
    context = {"typed": typed, "moves": moves, "units": units}
    return render(request, "administration/calendar_declare.html", context, status=422 if typed.errors else 200)


@fresh
@access("official", Right.MANAGE_CALENDAR)
@require_http_methods(["GET", "POST"])
def withdraw(request: AuthenticatedRequest, day_id: int) -> HttpResponse:
    """Withdraw a declaration, after saying what that does and does not move."""
    at = timezone.now()
    day = _declaration(day_id)
    if request.method == "POST":
        try:
            with transaction.atomic():
                calendars.withdraw_day(day_id=day_id, actor=request.actor, at=at)
        except (CalendarRefusedError, PermissionError) as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Đã rút lại khai báo ngày %(day)s.") % {"day": _said(day.date)})
        return redirect(f"{reverse('administration:calendar')}?year={day.date.year}")
    with calendars.imagine(withdrawn=[day_id], at=at):
        moves = one_stop.due_moves(at=at)
    context = {"day": day, "unit": _unit_name(day.unit_id), "moves": moves}
    return render(request, "administration/calendar_withdraw.html", context)


def _declaration(day_id: int) -> Day:
    day = calendars.get_day(day_id=day_id)
    if day is None:
        raise Http404
    return day
