"""Links to one paper: made and ended by the owner, opened by whoever holds one, tried slowly by anybody else."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from tinhso.foundation.accounts.public import AuthenticatedRequest, access
from tinhso.foundation.files import public as files
from tinhso.lib.rate_limit import RateLimit
from tinhso.lib.vietnamese import abridged_name
from tinhso.systems.vault import words
from tinhso.systems.vault.models import Share, Store
from tinhso.systems.vault.services import sharing
from tinhso.systems.vault.views.entering import nothing, own_store, owned, today
from tinhso.systems.vault.views.home import show_paper

limit = RateLimit()


@access("signed_in")
@require_POST
def make(request: AuthenticatedRequest, key: UUID) -> HttpResponse:
    """The new link is shown once, on this very answer: only its digest is kept."""
    paper = owned(request, key)
    days = request.POST.get("days", "")
    try:
        with transaction.atomic():
            token = sharing.make(
                paper, actor=request.actor, note=request.POST.get("note", "").replace("\x00", ""),
                days=int(days) if days.isdigit() and len(days) < 4 else 0, at=timezone.now(),
            )  # fmt: skip
    except ValueError as refused:
        return show_paper(request, paper, is_own=True, errors=[("note", str(refused))], typed=request.POST)
    address = request.build_absolute_uri(reverse("vault:shared", args=[token]))
    return show_paper(request, paper, is_own=True, link=address)


@access("signed_in")
@require_POST
def end(request: AuthenticatedRequest, key: UUID) -> HttpResponse:
    """The link stops at once."""
    store = own_store(request.actor)
    share = Share.objects.select_related("paper").filter(key=key, paper__store=store).first() if store else None
    if share is None:
        raise nothing()
    with transaction.atomic():
        sharing.end(share, actor=request.actor, at=timezone.now())
    messages.success(request, gettext("Liên kết đã thu hồi, không ai mở được nữa."))
    return redirect("vault:paper", share.paper.key)


@access("public")
@require_GET
def shared(request: AuthenticatedRequest, token: str) -> HttpResponse:
    """What the link shows: which paper, from whom, how long it is good; the owner's name abridged."""
    share = _share(request, token)
    if isinstance(share, HttpResponse):
        return share
    try:
        with transaction.atomic():
            sharing.look_at_shared(share, at=timezone.now())
    except LookupError as ended:
        raise Http404(str(ended)) from ended
    context: dict[str, Any] = {
        "paper": share.paper,
        "due": words.validity(share.paper, today()),
        "weight": words.weight(share.paper),
        "facts": words.facts(share.paper),
        "owner": _holder(share.paper.store),
        "until": share.valid_until,
        "href": reverse("vault:shared_file", args=[token]),
        "errors": [],
    }
    return _private(render(request, "vault/shared.html", context))


@access("public")
@require_GET
def shared_file(request: AuthenticatedRequest, token: str) -> HttpResponseBase:
    """The file; that it was opened is on the owner's page."""
    share = _share(request, token)
    if isinstance(share, HttpResponse):
        return share
    try:
        with transaction.atomic():  # the row stands, also where the bytes then cannot be read
            lent = sharing.open_shared(share, at=timezone.now())
        answer = files.response(sha256=lent.sha256, name=lent.file_name, inline=True)
    except LookupError as missing:
        raise Http404 from missing
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _share(request: AuthenticatedRequest, token: str) -> Share | HttpResponse:
    if not limit.allows(request.META.get("REMOTE_ADDR", "")):
        context = {"paper": None, "errors": [("", gettext("Bạn đã mở quá nhiều lần. Đợi một phút rồi mở lại."))]}
        return _private(render(request, "vault/shared.html", context, status=429))
    try:
        return sharing.by_token(token, at=timezone.now())
    except LookupError as missing:
        raise Http404(str(missing)) from missing


def _private(answer: HttpResponse) -> HttpResponse:
    """The address is the key: it goes into no cache, no index and no other site's log."""
    answer.headers["Referrer-Policy"] = "same-origin"  # with no-referrer the page's language form posts «Origin: null»
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _holder(store: Store) -> str:
    """A person's name abridged; an organisation's is public."""
    return abridged_name(store.name) if store.kind == Store.Kind.CITIZEN else store.name
