"""Signing and sealing, one by one and in bulk; progress of a batch; taking a copy back."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.public import Actor, AuthenticatedRequest, Right, access
from tinhso.foundation.signing import public as signatures
from tinhso.systems.certified_copies import permissions, selectors
from tinhso.systems.certified_copies.models import CertifiedCopy
from tinhso.systems.certified_copies.services import certifying
from tinhso.systems.certified_copies.services.receiving import CopyRefusedError
from tinhso.systems.certified_copies.views.showing import Errors, due, opened, refusal_of, said, show

State = CertifiedCopy.State
Bulk = Callable[..., str]


@access("official", Right.APPROVE)
@require_http_methods(["GET", "POST"])
def signing_queue(request: AuthenticatedRequest) -> HttpResponse:
    """What waits for the leader; only what was opened can be ticked."""
    return _queue(request, Right.APPROVE, State.AWAITING_SIGNATURE, certifying.sign, kind="personal")


@access("official", Right.NUMBER)
@require_http_methods(["GET", "POST"])
def sealing_queue(request: AuthenticatedRequest) -> HttpResponse:
    """What waits for the agency's seal."""
    return _queue(request, Right.NUMBER, State.AWAITING_SEAL, certifying.seal, kind="seal")


def _queue(request: AuthenticatedRequest, right: Right, state: str, act: Bulk, *, kind: str) -> HttpResponse:
    found = selectors.queue(permissions.units_of(request.actor, right), state)
    errors: Errors = []
    if request.method == "POST":
        wanted = set(request.POST.getlist("copies"))
        chosen = [copy for copy in found if str(copy.key) in wanted]
        answer, errors = _do(request, act, chosen)
        if answer is not None:
            return answer
    person = request.actor.person_id
    rows = [(copy, due(copy), kind == "seal" or person in copy.seen_by) for copy in found]
    context = {
        "rows": rows,
        "ready": sum(may for _copy, _due, may in rows),
        "unseen": next((copy for copy, _due, may in rows if not may), None),
        "all": kind == "seal" or request.GET.get("chosen") == "all",
        "kind": kind,
        "able": signatures.can_sign(actor=request.actor, kind=kind, at=timezone.now()),
        "errors": errors,
        "confirm": _again(request),
        "needs_confirmation": not signatures.is_confirmed(confirmed_at=accounts.confirmed_at(request=request)),
    }
    return render(request, "certified_copies/queue.html", context, status=422 if errors else 200)


def _do(
    request: AuthenticatedRequest, act: Bulk, chosen: Sequence[CertifiedCopy]
) -> tuple[HttpResponse | None, Errors]:
    """Sign or seal in one transaction: refused, no number is taken."""
    try:
        with transaction.atomic():
            batch_id = act(
                chosen, actor=request.actor, confirmed_at=accounts.confirmed_at(request=request), at=timezone.now()
            )
    except signatures.SigningRefusedError as refused:
        if refused.code == "confirm":
            return redirect(_again(request)), []
        return None, [("", str(refused))]
    except CopyRefusedError as refused:
        return None, [(refused.field, str(refused))]
    except PermissionError as denied:
        raise PermissionDenied(str(denied)) from denied
    if batch_id:
        return redirect("certified_copies:batch", batch_id), []
    messages.success(
        request, "Đã ký." if act is not certifying.seal else "Đã đóng dấu, bản sao vào kho của người yêu cầu."
    )
    return redirect(request.path if request.path.endswith(("signing", "sealing")) else _page(chosen)), []


def _page(chosen: Sequence[CertifiedCopy]) -> str:
    return reverse("certified_copies:copy", args=[chosen[0].key])


def _again(request: AuthenticatedRequest) -> str:
    """Where the person confirms who they are, and comes back from."""
    here = request.path if request.path.endswith(("signing", "sealing")) else request.path.rsplit("/", 1)[0]
    return f"{reverse('account_reauthenticate')}?{urlencode({'next': here})}"


@access("official", Right.APPROVE)
@require_POST
def signature(request: AuthenticatedRequest, key: UUID) -> HttpResponse:
    """The leader signs the copy in view; one that failed in a batch is signed again."""
    found = opened(request, key)
    act = _sign_again if found.state == State.SIGNING else certifying.sign
    answer, errors = _do(request, act, [found])
    return answer or show(request, found, errors=errors)


def _sign_again(copies: Sequence[CertifiedCopy], *, actor: Actor, confirmed_at: datetime | None, at: datetime) -> str:
    certifying.sign_again(copies[0], actor=actor, confirmed_at=confirmed_at, at=at)
    return ""


@access("official", Right.NUMBER)
@require_POST
def seal(request: AuthenticatedRequest, key: UUID) -> HttpResponse:
    """The clerk sets the agency's seal on the copy in view."""
    found = opened(request, key)
    answer, errors = _do(request, certifying.seal, [found])
    return answer or show(request, found, errors=errors)


@access("official", Right.APPROVE)
@require_POST
def recall(request: AuthenticatedRequest, key: UUID) -> HttpResponse:
    """A copy certified wrongly is taken back."""
    found = opened(request, key)
    reason = request.POST.get("recall_reason", "").replace("\x00", "")[:2000]
    done = "Đã thu hồi. Kho của người yêu cầu và trang xác minh ghi rõ."
    return refusal_of(request, found, partial(certifying.recall, found, reason=reason)) or said(
        request, done, "certified_copies:copy", key
    )


@access("official", Right.APPROVE, Right.NUMBER)
@require_GET
def batch(request: AuthenticatedRequest, batch_id: UUID) -> HttpResponse:
    """How far a batch is, copy by copy, and why one was not signed."""
    units = permissions.units_of(request.actor, Right.APPROVE, Right.NUMBER)
    try:
        status = signatures.batch_status(batch_id=str(batch_id))
    except LookupError as missing:
        raise Http404(str(missing)) from missing
    copies = selectors.copies_of([paper.sha256 for paper in status.papers])
    if not copies or not {copy.unit_id for copy in copies.values()} <= set(units):
        raise Http404
    context = {
        "status": status,
        "rows": [(copies.get(paper.sha256), paper) for paper in status.papers],
        "is_seal": all(copy.document_sha256 not in (p.sha256 for p in status.papers) for copy in copies.values()),
    }
    return render(request, "certified_copies/batch.html", context)
