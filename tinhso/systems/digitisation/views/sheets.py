"""Separator sheets for a dossier, printed at the desk and laid before each paper."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tinhso.foundation.accounts.public import AuthenticatedRequest, access
from tinhso.systems.digitisation import printing
from tinhso.systems.digitisation.permissions import WORK
from tinhso.systems.one_stop import public as one_stop


def _list_of(request: AuthenticatedRequest) -> one_stop.PaperList | None:
    """The dossier asked for; None where none is. Raises LookupError, PermissionError."""
    code = request.GET.get("dossier", "").strip().upper()[:60]
    if not code:
        return None
    if why := one_stop.why_not_scan(code=code, actor=request.actor):
        raise PermissionError(why)
    return one_stop.papers_wanted(code=code)


@access("official", *WORK)
def separators(request: AuthenticatedRequest) -> HttpResponse:
    """Name the dossier, tick the papers, print."""
    context: dict[str, Any] = {"list": None, "errors": [], "code": request.GET.get("dossier", "")[:60]}
    try:
        context["list"] = _list_of(request)
    except (LookupError, PermissionError) as error:
        context["errors"] = [("dossier", str(error))]
    return render(request, "digitisation/separators.html", context, status=422 if context["errors"] else 200)


@access("official", *WORK)
def separators_pdf(request: AuthenticatedRequest) -> HttpResponse:
    """One sheet a paper."""
    try:
        wanted = _list_of(request)
    except LookupError as error:
        raise Http404(str(error)) from error
    except PermissionError as error:
        raise PermissionDenied(str(error)) from error
    keys = set(request.GET.getlist("paper"))
    papers = [paper for paper in wanted.papers if paper.key in keys] if wanted else []
    if wanted is None or not papers:
        raise Http404("Chưa chọn giấy nào để in tờ phân cách.")
    counts = {paper.key: _count(request.GET.get(f"pages-{paper.key}", "")) for paper in papers}
    content = printing.separator_sheets(wanted, papers, counts=counts, at=timezone.now())
    answer = HttpResponse(content, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="to-phan-cach-{wanted.code}.pdf"'
    return answer


def _count(typed: str) -> int:
    return int(typed) if typed.isdigit() and len(typed) <= 3 else 0
