"""Officials in stores: only by a consent to their agency; and the leader who takes back what the agency issued."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from tinhso.foundation.accounts.public import AuthenticatedRequest, Right, access
from tinhso.foundation.files import public as files
from tinhso.systems.vault import permissions, words
from tinhso.systems.vault.models import Consent
from tinhso.systems.vault.selectors.papers import paper_by_key
from tinhso.systems.vault.services import consenting, lapsing
from tinhso.systems.vault.views.entering import today


@access("official")
@require_GET
def consented(request: AuthenticatedRequest) -> HttpResponse:
    """Who lets the official's agency read papers, for what, until when; no paper is named yet."""
    found = consenting.of_units(request.actor, at=timezone.now())
    lines = [{"key": one.key, "who": one.store.name, "purpose": one.purpose, "until": one.valid_until} for one in found]
    return render(request, "vault/consented.html", {"lines": lines})


def _consent(request: AuthenticatedRequest, key: UUID) -> Consent:
    consent = Consent.objects.select_related("store").filter(key=key).first()
    if consent is None or consent.unit_id not in permissions.units_of(request.actor):
        raise Http404
    if consenting.state_of(consent, at=timezone.now()) != "given":
        raise Http404
    return consent


@access("official")
@require_GET
def consent(request: AuthenticatedRequest, key: UUID) -> HttpResponse:
    """The papers of one consent; that they were shown is on the owner's page."""
    found, at = _consent(request, key), timezone.now()
    with transaction.atomic():
        papers = consenting.shown_papers(found, most=100, actor=request.actor, at=at)
    rows = [
        {"key": one.key, "name": one.name, "facts": words.facts(one), "weight": words.weight(one),
         "signed": one.get_signature_display(), "due": words.validity(one, today())}
        for one in papers
    ]  # fmt: skip
    return render(request, "vault/consent.html", {"consent": found, "papers": rows})


@access("official")
@require_GET
def consented_file(request: AuthenticatedRequest, key: UUID, paper: UUID) -> HttpResponseBase:
    """One file, by the consent."""
    found = _consent(request, key)
    try:
        with transaction.atomic():
            lent = consenting.open_for_official(found, paper_by_key(paper), actor=request.actor, at=timezone.now())
        return files.response(sha256=lent.sha256, name=lent.file_name, inline=True)
    except LookupError as missing:
        raise Http404 from missing


@access("official", Right.APPROVE)
@require_http_methods(["GET", "POST"])
def revocation(request: AuthenticatedRequest, key: UUID) -> HttpResponse:
    """The leader of the issuing agency takes a result back; every dossier that leans on it hears of it."""
    try:
        paper = paper_by_key(key)
    except LookupError as missing:
        raise Http404 from missing
    if why := permissions.why_not_revoke(request.actor, paper):
        raise PermissionDenied(why)
    errors: list[tuple[str, str]] = []
    reason = request.POST.get("reason", "").replace("\x00", "").strip()[:2000]
    if request.method == "POST":
        try:
            with transaction.atomic():
                told = lapsing.revoke(paper, actor=request.actor, reason=reason, at=timezone.now())
        except ValueError as refused:
            errors.append(("reason", str(refused)))
        else:
            messages.success(request, f"Đã thu hồi «{paper.name}». {told} hồ sơ đang dùng giấy này được báo.")
            return redirect("vault:revocation", key)
    context = {"paper": paper, "facts": words.facts(paper), "errors": errors, "reason": reason}
    return render(request, "vault/revocation.html", context, status=422 if errors else 200)
