"""The leader's view: what is late, whose, since when."""

from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from tinhso.design.jinja import short_day
from tinhso.foundation.accounts.public import AuthenticatedRequest, Right, access
from tinhso.foundation.organizations import public as organizations
from tinhso.systems.one_stop import permissions, selectors
from tinhso.systems.one_stop.due_words import Due, due_words
from tinhso.systems.one_stop.selectors import DossierRow, Filter
from tinhso.systems.one_stop.selectors.lateness import lateness_by_person, lateness_by_unit
from tinhso.systems.one_stop.views.lists import shown


@access("official", Right.SEE_FIGURES)
def by_unit(request: AuthenticatedRequest) -> HttpResponse:
    """First press: units, the latest first."""
    at = timezone.now()
    scope = permissions.scope_of(request.actor, Right.SEE_FIGURES)
    rows = lateness_by_unit(scope=scope, at=at)
    total = {
        "open": sum(r.open for r in rows),
        "overdue": sum(r.overdue for r in rows),
        "due_today": sum(r.due_today for r in rows),
        "paused": sum(r.paused for r in rows),
        "ended": sum(r.ended for r in rows),
        "on_time": sum(r.on_time for r in rows),
    }
    return render(request, "one_stop/lateness.html", {"rows": rows, "total": total, "at": at})


def _late_by_law(row: DossierRow, at: datetime) -> Due:
    """Late against the legal date: a new date given with an apology does not hide it."""
    return due_words(due_at=row.due_at, at=at, unit_id=row.handling_unit_id, state=row.state)


@access("official", Right.SEE_FIGURES)
def of_unit(request: AuthenticatedRequest, unit_id: int) -> HttpResponse:
    """Second press: the late dossiers of one unit and who holds them."""
    try:
        unit = organizations.get_unit(unit_id=unit_id)
    except LookupError as missing:
        raise Http404 from missing
    if not request.actor.has(Right.SEE_FIGURES, unit_path=unit.path):
        raise Http404
    at = timezone.now()
    by = Filter(order="due", overdue_at=at).within([unit_id])
    page = selectors.dossier_page(by=by, after=request.GET.get("after", ""), limit=50)
    people = [
        (
            p.name or _("Chưa giao cho ai"),
            _("%(n)d hồ sơ, chậm nhất từ %(d)s") % {"n": p.overdue, "d": short_day(p.oldest_due_at)},
        )
        for p in lateness_by_person(unit_id=unit_id, at=at)
    ]
    return render(
        request,
        "one_stop/lateness_unit.html",
        {
            "unit": unit,
            "people_rows": people,
            "items": [
                {**item, "due": _late_by_law(row, at)}
                for row, item in zip(page.rows, shown(page.rows, at), strict=True)
            ],
            "after": page.after,
            "at": at,
        },
    )
