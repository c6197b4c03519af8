"""Words on digitised papers, and the figures of digitisation."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tinhso.foundation.accounts.public import AuthenticatedRequest, access
from tinhso.systems.digitisation import selectors
from tinhso.systems.digitisation.permissions import WORK
from tinhso.systems.digitisation.reading import tesseract


@access("official")
def search(request: AuthenticatedRequest) -> HttpResponse:
    """Full text, with or without marks, of what this official may see."""
    asked = request.GET.get("q", "").strip()[:200]
    hits = selectors.search(text=asked, actor=request.actor) if asked else []
    notice = "" if tesseract.is_there() else tesseract.MISSING
    return render(request, "digitisation/search.html", {"asked": asked, "hits": hits, "notice": notice})


@access("official", *WORK)
def figures(request: AuthenticatedRequest) -> HttpResponse:
    """Thirty days: pages, hours of the machine, what waits."""
    at = timezone.now()
    return render(
        request, "digitisation/figures.html", {"found": selectors.figures(actor=request.actor, at=at), "at": at}
    )
