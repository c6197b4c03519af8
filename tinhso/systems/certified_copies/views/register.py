"""The register of certified copies (sổ chứng thực bản sao): on the screen, on paper, as a spreadsheet."""

import csv
import io
from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, StreamingHttpResponse
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
    """A year of the official's commune, by number, page by page; or what a search finds in it."""
    unit, year, text = _which(request)
    after = request.GET.get("after", "")
    seen = int(after) if after.isascii() and after.isdigit() and len(after) < 8 else 0
    found = selectors.register(unit.id, year, text=text, after=seen) if unit else []
    rows = found[: selectors.PAGE]
    here = {"year": year, **({"q": text} if text else {})}
    first = timezone.localdate().year
    context = {
        "rows": rows,
        "unit": unit,
        "year": year,
        "text": text,
        "years": [(str(one), f"?year={one}", one == year, None) for one in range(first, first - 3, -1)],
        "sheet": urlencode(here),
        "start": f"?{urlencode(here)}" if seen else None,
        "following": f"?{urlencode({**here, 'after': rows[-1].number})}" if len(found) > len(rows) else None,
    }
    return render(request, "certified_copies/register.html", context)


@access("official", *RIGHTS)
@require_GET
def register_csv(request: AuthenticatedRequest) -> StreamingHttpResponse:
    """The same as a spreadsheet, however long; a cell that begins like a formula is made text."""
    unit, year, text = _which(request)

    def lines() -> Iterator[str]:
        yield "\ufeff" + _line(COLUMNS)
        for copy in selectors.whole_register(unit.id, year, text=text) if unit else []:
            yield _line([_plain(value) for value in _cells(copy)])

    name = f'attachment; filename="so-chung-thuc-{year}.csv"'
    return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _which(request: AuthenticatedRequest) -> tuple[organizations.Unit | None, int, str]:
    typed = request.GET.get("year", "") or str(timezone.localdate().year)
    if not (typed.isdigit() and len(typed) == 4):
        raise Http404
    units = permissions.units_of(request.actor, *RIGHTS)
    text = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:200]
    return (organizations.get_unit(unit_id=units[0]) if units else None), int(typed), text


def _cells(copy: CertifiedCopy) -> list[str]:
    day = f"{copy.certified_on:%d/%m/%Y}" if copy.certified_on else ""
    return [
        str(copy.number), copy.book, day, copy.name, copy.issuer, copy.owner_name, str(copy.pages), copy.signer_name,
        f"{copy.fee:.0f}", str(copy.get_state_display()), copy.dossier_code,
    ]  # fmt: skip


def _plain(value: str) -> str:
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t") else value
