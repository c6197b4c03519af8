"""Finding dossiers: the list with its filters, and the register (sổ theo dõi) with print and export."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from tinhso.foundation.accounts.public import AuthenticatedRequest, Right, access
from tinhso.foundation.organizations import public as organizations
from tinhso.lib.days import day_of
from tinhso.systems.one_stop import permissions, printing, selectors
from tinhso.systems.one_stop.due_words import due_words
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.selectors import DossierRow, Filter
from tinhso.systems.one_stop.states import OPEN, State

GROUPS = {
    "open": (lambda: tuple(OPEN), "Đang giải quyết"),
    "intake": (lambda: (State.SUBMITTED,), "Chờ tiếp nhận"),
    "paused": (lambda: (State.AWAITING_SUPPLEMENT, State.AWAITING_PAYMENT, State.STOPPED), "Tạm dừng"),
    "done": (lambda: (State.DONE,), "Chờ trả kết quả"),
    "returned": (lambda: (State.RETURNED,), "Đã trả"),
    "refused": (lambda: (State.REFUSED, State.DECLINED), "Từ chối"),
    "ended": (lambda: (State.WITHDRAWN, State.CLOSED), "Rút, đóng"),
}


def shown(rows: list[DossierRow] | tuple[DossierRow, ...], at: datetime) -> list[dict[str, object]]:
    """Rows with the words a list shows."""
    return [
        {
            "row": row,
            "due": due_words(
                due_at=row.promised_at or row.due_at,
                at=at,
                unit_id=row.handling_unit_id,
                state=row.state,
                finished_at=row.finished_at or row.returned_at,
            ),
            "unit": organizations.get_unit(unit_id=row.handling_unit_id).name,
        }
        for row in rows
    ]


@access("official", Right.READ_DOSSIERS)
def dossier_list(request: AuthenticatedRequest) -> HttpResponse:
    """Search by code, number or name; or browse by group, newest or nearest date first."""
    at = timezone.now()
    text = request.GET.get("q", "").strip()[:200]
    group = request.GET.get("group", "")
    scope, side = _view_of(request)
    if text:
        rows: list[DossierRow] | tuple[DossierRow, ...] = selectors.search_dossiers(text=text, scope=scope, at=at)
        after = ""
    else:
        states = GROUPS[group][0]() if group in GROUPS else ()
        by = Filter(
            scope=scope,
            side=side,
            states=tuple(str(s) for s in states),
            channel=request.GET.get("channel", "") if request.GET.get("channel") in Dossier.Channel.values else "",
            order="due" if request.GET.get("order") == "due" else "newest",
            overdue_at=at if group == "overdue" else None,
        )
        page = selectors.dossier_page(by=by, after=request.GET.get("after", ""))
        rows, after = page.rows, page.after
    return render(
        request,
        "one_stop/dossier_list.html",
        {"items": shown(rows, at), "after": after, "text": text, "group": group, "groups": chips(group), "at": at},
    )


def _view_of(request: AuthenticatedRequest) -> tuple[permissions.Scope, str]:
    """A desk sees what it took in; everybody else what their units handle."""
    works_on = (Right.PROCESS, Right.CHECK, Right.APPROVE, Right.NUMBER)
    if any(request.actor.unit_ids(right) for right in works_on):
        return permissions.scope_of(request.actor), "handling"
    return permissions.scope_of(request.actor, Right.RECEIVE), "receiving"


def chips(current: str) -> list[tuple[str, str, bool, str | None]]:
    named = [("", _("Tất cả"), None), ("overdue", _("Quá hạn"), "warning")]
    named += [(key, _(label), None) for key, (_states, label) in GROUPS.items()]
    return [(label, f"?group={key}" if key else "?", key == current, icon) for key, label, icon in named]


def _day(text: str | None, otherwise: date) -> date:
    return day_of(text or "") or otherwise


def _period(request: AuthenticatedRequest) -> tuple[date, date]:
    """From–to of the register; this month where nothing sensible was typed."""
    today = timezone.localdate()
    first = _day(request.GET.get("from"), today.replace(day=1))
    last = _day(request.GET.get("to"), today)
    return (first, last) if first <= last else (last, first)


def _desk_filter(request: AuthenticatedRequest, first: date, last: date) -> Filter:
    zone = timezone.get_current_timezone()
    return Filter(
        scope=permissions.scope_of(request.actor, Right.RECEIVE),
        side="receiving",
        since=datetime.combine(first, time(), zone),
        until=datetime.combine(last + timedelta(days=1), time(), zone),
    )


def _every(by: Filter) -> Iterator[DossierRow]:
    after, more = "", True
    while more:
        page = selectors.dossier_page(by=by, after=after, limit=500)
        yield from page.rows
        after, more = page.after, bool(page.after)


@access("official", Right.RECEIVE)
def register(request: AuthenticatedRequest) -> HttpResponse:
    """Sổ theo dõi hồ sơ of the desks in which the official sits."""
    first, last = _period(request)
    page = selectors.dossier_page(by=_desk_filter(request, first, last), after=request.GET.get("after", ""), limit=50)
    at = timezone.now()
    return render(
        request,
        "one_stop/register.html",
        {"items": shown(page.rows, at), "after": page.after, "first": first, "last": last},
    )


@access("official", Right.RECEIVE)
def register_pdf(request: AuthenticatedRequest) -> HttpResponse:
    """The register as form 07, at most 2,000 lines a print."""
    first, last = _period(request)
    rows = [row.id for row, _n in zip(_every(_desk_filter(request, first, last)), range(2000), strict=False)]
    unit_id = request.actor.unit_ids(Right.RECEIVE)[0]
    pdf = printing.register(
        unit_id=unit_id,
        period=f"Từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}",
        dossiers=Dossier.objects.filter(id__in=rows).order_by("submitted_at", "id"),
        at=timezone.now(),
    )
    return HttpResponse(pdf, content_type="application/pdf", headers={"Content-Disposition": "inline"})


@access("official", Right.RECEIVE)
def register_csv(request: AuthenticatedRequest) -> StreamingHttpResponse:
    """The register for a spreadsheet; a cell never begins with a formula."""
    first, last = _period(request)

    def lines() -> Iterator[str]:
        yield "\ufeff" + _csv_line(
            ["Mã hồ sơ", "Thủ tục", "Người nộp", "Nơi giải quyết", "Nộp", "Tiếp nhận", "Hẹn trả", "Trả", "Trạng thái"]
        )
        for row in _every(_desk_filter(request, first, last)):
            moments = (row.submitted_at, row.received_at, row.promised_at or row.due_at, row.returned_at)
            yield _csv_line(
                [
                    row.code,
                    row.procedure_name,
                    row.applicant_name,
                    organizations.get_unit(unit_id=row.handling_unit_id).name,
                    *(f"{timezone.localtime(m):%d/%m/%Y %H:%M}" if m else "" for m in moments),
                    row.state_label,
                ]
            )

    name = f"so-theo-doi-{first:%Y%m%d}-{last:%Y%m%d}.csv"
    return StreamingHttpResponse(
        lines(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _csv_line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([f"'{c}" if c[:1] in ("=", "+", "-", "@", "\t") else c for c in cells])
    return out.getvalue()
