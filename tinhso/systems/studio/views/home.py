"""What there is to change, what is being changed, and how a new thing begins."""

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from tinhso.foundation.accounts.public import AuthenticatedRequest
from tinhso.lib.vietnamese import fold
from tinhso.systems.studio import selectors, services
from tinhso.systems.studio.kinds import KINDS
from tinhso.systems.studio.views.common import studio, text_of
from tinhso.systems.studio.words import DRAFTS, STATUSES


@studio
def home(request: AuthenticatedRequest) -> HttpResponse:
    """Everything in force, found by name; drafts that wait for somebody first."""
    asked = request.GET.get("q", "").strip()[:200]
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in KINDS else ""
    words = fold(asked).split()
    things = [
        one
        for one in selectors.things(timezone.localdate())
        if (not kind or one.kind == kind) and all(word in fold(f"{one.name} {one.key}") for word in words)
    ]
    context = {
        "things": things,
        "drafts": selectors.open_drafts(),
        "asked": asked,
        "kind": kind,
        "kinds": DRAFTS,
        "statuses": STATUSES,
    }
    return render(request, "studio/home.html", context)


@studio
@require_POST
def open_draft(request: AuthenticatedRequest, kind: str, key: str) -> HttpResponse:
    if kind not in KINDS:
        raise Http404
    try:
        with transaction.atomic():
            draft = services.open_draft(kind=kind, key=key, actor=request.actor, at=timezone.now())
    except LookupError:
        raise Http404 from None
    return redirect("studio:draft", draft.pk)


@studio
@require_http_methods(["GET", "POST"])
def new(request: AuthenticatedRequest, kind: str) -> HttpResponse:
    """A new thing: blank, or from a file made elsewhere."""
    if kind not in KINDS:
        raise Http404
    error, name = "", request.POST.get("name", "")[:300]
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            content = text_of(file) if file is not None else ""
            with transaction.atomic():
                draft = services.new_draft(
                    kind=kind, name=name, content=content, actor=request.actor, at=timezone.now()
                )
            return redirect("studio:draft", draft.pk)
        except services.DraftError as refusal:
            error = str(refusal)
    context = {"kind": kind, "word": DRAFTS[kind], "name": name, "error": error, "suffix": KINDS[kind].suffix}
    return render(request, "studio/new.html", context, status=422 if error else 200)
