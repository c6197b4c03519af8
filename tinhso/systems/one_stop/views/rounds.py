"""Signing in the inbox: a round of results, looked through one by one, signed or sealed by one order."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.public import AuthenticatedRequest, access
from tinhso.foundation.files import public as files
from tinhso.foundation.signing.public import SigningRefusedError
from tinhso.lib.days import day_of
from tinhso.systems.one_stop.models import RoundLine, SigningRound
from tinhso.systems.one_stop.signatures import rounds
from tinhso.systems.one_stop.types import RefusedError
from tinhso.systems.one_stop.views import confirming
from tinhso.systems.one_stop.views.opening import note_reading, opened

State = RoundLine.State
DONE = (State.DONE, State.FAILED)
MARKS = {"seen": State.SEEN, "leave": State.LEFT_OUT, "again": State.CHOSEN}


def _round(request: AuthenticatedRequest, round_id: UUID) -> SigningRound:
    try:
        return rounds.round_of(round_id=round_id, actor=request.actor)
    except LookupError as missing:
        raise Http404(str(missing)) from missing


@access("official")
@require_GET
def overview(request: AuthenticatedRequest, round_id: UUID) -> HttpResponse:
    """The round: what was seen, the order to sign, and how far it is."""
    return _overview(request, _round(request, round_id), {}, 200)


def _overview(request: AuthenticatedRequest, found: SigningRound, typed: Any, status: int, **more: Any) -> HttpResponse:
    context = {
        "found": found,
        "is_seal": found.kind == SigningRound.Kind.SEAL,
        "confirm_href": ""
        if found.ordered_at or confirming.is_fresh(request)
        else confirming.confirm_href(request.path.removesuffix("/signature")),
        "today": timezone.localdate(),
        "typed": typed,
        "errors": [],
        **_progress(found),
        **more,
    }
    return render(request, "one_stop/signing_round.html", context, status=status)


def _progress(found: SigningRound) -> dict[str, Any]:
    count = rounds.counts(found)
    ended = count["done"] + count["failed"]
    ordered = ended + count["ordered"]
    return {
        "found": found,
        "count": count,
        "ordered": ordered,
        "ended": ended,
        "ready": count["seen"] + (count["chosen"] if found.kind == SigningRound.Kind.SEAL else 0),
        "is_running": bool(found.ordered_at) and count["ordered"] > 0,
        "lines": list(found.lines.select_related("dossier")),
    }


@access("official")
@require_GET
def progress(request: AuthenticatedRequest, round_id: UUID) -> HttpResponse:
    """The part of the page that tells how far the signing is."""
    return render(request, "one_stop/_signing_progress.html", _progress(_round(request, round_id)))


def _line(found: SigningRound, position: int) -> RoundLine:
    line = found.lines.select_related("dossier", "round").filter(position=position).first()
    if line is None:
        raise Http404(_("Lượt này không có bản ấy."))
    return line


@access("official")
@require_http_methods(["GET", "POST"])
def reader(request: AuthenticatedRequest, round_id: UUID, position: int) -> HttpResponse:
    """One result under the eyes of who signs; POST marks it and goes to the next."""
    found = _round(request, round_id)
    line = _line(found, position)
    dossier = opened(request, line.dossier.code)
    if request.method == "POST":
        try:
            with transaction.atomic():
                rounds.mark(line, seen=request.POST.get("seen", ""), state=MARKS.get(request.POST.get("do", ""), ""))
        except RefusedError as refused:
            messages.warning(request, str(refused))
            return redirect("one_stop:round_line", found.pk, position)
        following = found.lines.filter(position__gt=position, state=State.CHOSEN).first()
        waiting = following or found.lines.filter(state=State.CHOSEN).first()
        return (
            redirect("one_stop:round_line", found.pk, waiting.position)
            if waiting
            else redirect("one_stop:round", found.pk)
        )
    with transaction.atomic():
        sha256 = rounds.show(line, request.actor)
    count = rounds.counts(found)
    context = {
        "found": found, "line": line, "dossier": dossier, "sha256": sha256, "count": count,
        "draft": [text for text in str(dossier.result_draft.get("content", "")).splitlines() if text.strip()],
        "before": position - 1, "after": position + 1 if position < count["total"] else 0,
    }  # fmt: skip
    return render(request, "one_stop/signing_reader.html", context)


@access("official")
@require_GET
def document(request: AuthenticatedRequest, round_id: UUID, position: int) -> HttpResponseBase:
    """The bytes of the result as it will be signed."""
    line = _line(_round(request, round_id), position)
    dossier = opened(request, line.dossier.code)
    if not line.sha256:
        raise Http404
    note_reading(request, dossier, _("Dự thảo kết quả"), sha256=line.sha256)
    return files.response(sha256=line.sha256, name=f"ket-qua-{dossier.code}.pdf", inline=True)


@access("official")
@require_POST
def sign(request: AuthenticatedRequest, round_id: UUID) -> HttpResponse:
    """Order the signatures of all that was seen."""
    found = _round(request, round_id)
    typed = request.POST
    try:
        with transaction.atomic():
            rounds.order(
                round_id=found.pk, actor=request.actor, confirmed_at=accounts.confirmed_at(request=request),
                at=timezone.now(), first=_first(typed.get("first", "")), symbol=typed.get("symbol", ""),
                day=day_of(typed.get("day", "")),
            )  # fmt: skip
    except RefusedError as refused:
        return _overview(request, found, typed, 422, errors=[(f.place, f.sentence) for f in refused.findings])
    except SigningRefusedError as refused:
        return _overview(request, found, typed, 422, errors=[("", str(refused))])
    return redirect(reverse("one_stop:round", args=[found.pk]))


def _first(text: str) -> int:
    return int(text) if text.strip().isascii() and text.strip().isdigit() and len(text) < 8 else 0
