"""What the screens share: finding a copy for who may see it, and its page with what the person may do there."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from tinhso.foundation.accounts.public import AuthenticatedRequest, Right
from tinhso.systems.certified_copies import permissions, selectors
from tinhso.systems.certified_copies.models import CertifiedCopy
from tinhso.systems.certified_copies.reasons import REASONS
from tinhso.systems.certified_copies.services.receiving import CopyRefusedError

Errors = list[tuple[str, str]]
State = CertifiedCopy.State


def opened(request: AuthenticatedRequest, key: UUID) -> CertifiedCopy:
    """The copy, where it exists and is of an agency of the official's."""
    try:
        copy = selectors.copy_by_key(key)
    except LookupError as missing:
        raise Http404(str(missing)) from missing
    if why := permissions.why_not_see(request.actor, copy):
        raise PermissionDenied(why)
    return copy


def refusal_of(request: AuthenticatedRequest, copy: CertifiedCopy, act: Callable[..., object]) -> HttpResponse | None:
    """Do it in one transaction; the page with the reason where it is refused. Raises PermissionDenied."""
    try:
        with transaction.atomic():
            act(actor=request.actor, at=timezone.now())
    except CopyRefusedError as problem:
        return show(request, copy, errors=[(problem.field, str(problem))])
    except PermissionError as denied:
        raise PermissionDenied(str(denied)) from denied
    return None


def said(request: AuthenticatedRequest, sentence: str, page: str, *place: object) -> HttpResponse:
    """To that page, which says what was done."""
    messages.success(request, sentence)
    return redirect(page, *place)


def show(request: AuthenticatedRequest, copy: CertifiedCopy, *, errors: Errors | None = None) -> HttpResponse:
    """The copy beside its scan."""
    may = {
        right: not permissions.why_not(request.actor, right, copy)
        for right in (Right.RECEIVE, Right.APPROVE, Right.NUMBER)
    }
    waits = copy.state in (State.COMPARING, State.AWAITING_SIGNATURE)
    context: dict[str, Any] = {
        "copy": copy,
        "facts": facts(copy),
        "due": due(copy),
        "errors": errors or [],
        "reasons": list(REASONS.items()),
        "can_compare": copy.state == State.COMPARING and may[Right.RECEIVE],
        "can_refuse": waits and may[Right.RECEIVE if copy.state == State.COMPARING else Right.APPROVE],
        "following": selectors.next_unseen(copy, request.actor.person_id or 0) if may[Right.APPROVE] else None,
        "can_send_back": copy.state == State.AWAITING_SIGNATURE and may[Right.APPROVE],
        "can_sign": copy.state == State.AWAITING_SIGNATURE and may[Right.APPROVE],
        "can_sign_again": copy.state == State.SIGNING and bool(copy.problem or not copy.batch_id)
        and may[Right.APPROVE],
        "can_seal": copy.state == State.AWAITING_SEAL and may[Right.NUMBER],
        "can_recall": copy.state == State.ISSUED and may[Right.APPROVE],
    }  # fmt: skip
    return render(request, "certified_copies/copy.html", context, status=422 if errors else 200)


def facts(copy: CertifiedCopy) -> list[tuple[str, str]]:
    day = f"{copy.original_date:%d/%m/%Y}" if copy.original_date else ""
    rows = [
        ("Bản chính", ", ".join(part for part in (copy.name, copy.original_number, day) if part)),
        ("Nơi cấp bản chính", copy.issuer),
        ("Người yêu cầu", f"{copy.owner_name} ({copy.owner_number})"),
        ("Số trang", str(copy.pages)),
        ("Phí", f"{copy.fee:,.0f} đồng".replace(",", ".")),
        ("Ai đang giữ", copy.responsible_name),
        ("Đối chiếu", f"{copy.compared_by}, {_moment(copy.compared_at)}" if copy.compared_at else ""),
        ("Số chứng thực", f"{copy.number}, quyển {copy.book}" if copy.number else ""),
        ("Người ký", f"{copy.signer_name}, {copy.signer_title}" if copy.signer_name else ""),
        ("Cấp lúc", _moment(copy.issued_at)),
    ]
    return [(label, value) for label, value in rows if value]


def due(copy: CertifiedCopy) -> tuple[str, str] | None:
    """State and words of the design's due tag, while somebody still has to do something."""
    if not copy.responsible_name or copy.due_at is None:
        return None
    words = f"Trả trước {_moment(copy.due_at)}"
    return ("over", f"Quá hạn {_moment(copy.due_at)}") if copy.due_at < timezone.now() else ("ontime", words)


def _moment(value: Any) -> str:
    return f"{timezone.localtime(value):%H:%M %d/%m/%Y}" if value else ""
