"""The register of certified copies (sổ chứng thực bản sao): on the screen, on paper, as a spreadsheet."""

import csv
import io

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from tinhso.foundation.accounts.public import AuthenticatedRequest, Right, access
from tinhso.foundation.organizations import public as organizations
from tinhso.systems.certified_copies import permissions, selectors
from tinhso.systems.certified_copies.models import CertifiedCopy

RIGHTS = (Right.RECEIVE, Right.APPROVE, Right.NUMBER)
COLUMNS = ("Số", "Quyển số", "Ngày chứng thực", "Bản chính", "Nơi cấp", "Người yêu cầu", "Số trang", "Người ký",
           "Phí (đồng)", "Tình trạng", "Mã hồ sơ")  # fmt: skip


@access("official", *RIGHTS)
@require_GET
def register(request: AuthenticatedRequest) -> HttpResponse:
    """A year of the official's commune, by number."""
    unit, year = _which(request)
    first = timezone.localdate().year
    context = {
        "rows": list(selectors.register(unit.id, year)[:2000]) if unit else [],
        "unit": unit,
        "year": year,
        "years": [(str(one), f"?year={one}", one == year, None) for one in range(first, first - 3, -1)],
    }
    return render(request, "certified_copies/register.html", context)


@access("official", *RIGHTS)
@require_GET
def register_csv(request: AuthenticatedRequest) -> HttpResponse:
    """The same as a spreadsheet; a cell that begins like a formula is made text."""
    unit, year = _which(request)
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(COLUMNS)
    for copy in selectors.register(unit.id, year) if unit else []:
        sheet.writerow([_plain(value) for value in _cells(copy)])
    answer = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="so-chung-thuc-{year}.csv"'
    return answer


def _which(request: AuthenticatedRequest) -> tuple[organizations.Unit | None, int]:
    typed = request.GET.get("year", "") or str(timezone.localdate().year)
    if not (typed.isdigit() and len(typed) == 4):
        raise Http404
    units = permissions.units_of(request.actor, *RIGHTS)
    return (organizations.get_unit(unit_id=units[0]) if units else None), int(typed)


def _cells(copy: CertifiedCopy) -> list[str]:
    day = f"{copy.certified_on:%d/%m/%Y}" if copy.certified_on else ""
    return [
        str(copy.number), copy.book, day, copy.name, copy.issuer, copy.owner_name, str(copy.pages), copy.signer_name,
        f"{copy.fee:.0f}", str(copy.get_state_display()), copy.dossier_code,
    ]  # fmt: skip


def _plain(value: str) -> str:
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t") else value
