"""The public pages: what a paper is worth, whether a file is that paper, and its file for who proves whose it is.

A token that is unknown, being prepared, or mistyped is answered alike, in the same time and at most so often.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import date
from functools import wraps
from time import monotonic, sleep
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tinhso.foundation.accounts.public import AuthenticatedRequest, access
from tinhso.foundation.files import intake
from tinhso.foundation.files import public as files
from tinhso.lib.days import day_of
from tinhso.lib.rate_limit import RateLimit
from tinhso.systems.verification import offline, selectors, tokens, words
from tinhso.systems.verification.models import Document
from tinhso.systems.verification.services import counting, proving

LEAST_SECONDS = 0.06  # every answer takes at least so long: how long a look-up takes tells nothing
SHA256 = re.compile(r"[0-9a-f]{64}")
limit = RateLimit()
proof_limit = RateLimit(most=6)
Errors = list[tuple[str, str]]
View = Callable[..., HttpResponseBase]


def levelled(view: View) -> View:
    """Asked at most so often by one address, answered never sooner than `LEAST_SECONDS`; for no cache, index, log."""

    @wraps(view)
    def answer(request: AuthenticatedRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        began = monotonic()
        if limit.allows(request.META.get("REMOTE_ADDR", "")):
            response = view(request, *args, **kwargs)
        else:
            response = _form(request, [("", gettext("Bạn đã tra quá nhiều lần. Đợi một phút rồi tra tiếp."))], 429)
        response.headers["Referrer-Policy"] = "same-origin"  # no-referrer would make forms post «Origin: null»
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Cache-Control"] = "no-store"
        sleep(max(0.0, LEAST_SECONDS - (monotonic() - began)))
        return response

    return answer


@access("public")
@require_http_methods(["GET", "POST"])
@levelled
def paper(request: AuthenticatedRequest, token: str) -> HttpResponseBase:
    """What the paper is worth; a file sent is compared and kept nowhere."""
    read = tokens.read(token)
    if read and read != token and request.method == "GET":
        return redirect("verification:paper", read)
    document = selectors.shown(read) if read else None
    if document is None:
        return _unknown(request)
    if request.method == "GET":
        counting.count("shown", at=timezone.now())
        return _show(request, document)
    digest, errors = _digest_sent(request)
    if errors:
        return _show(request, document, errors=errors, status=422)
    is_same = document.forms.filter(sha256=digest).exists()
    counting.count("same_file" if is_same else "other_file", at=timezone.now())
    return _show(request, document, is_same=is_same)


@access("public")
@require_http_methods(["GET", "POST"])
@levelled
def verify(request: AuthenticatedRequest) -> HttpResponseBase:
    """The token typed, an offline code pasted, or a file sent: whichever the person has."""
    if request.method == "GET":
        return _find(request, request.GET.get("code", ""), request.GET.get("sha256", "").lower())
    if request.POST.get("code", "").strip():
        return _find(request, request.POST["code"], "")
    digest, errors = _digest_sent(request)
    return _form(request, errors, 422) if errors else _find(request, "", digest)


@access("public")
@require_POST
@levelled
def file(request: AuthenticatedRequest, token: str) -> HttpResponseBase:
    """The file of the paper, to who knows the last four signs of the number and the date; the owner sees it."""
    document = selectors.shown(tokens.read(token))
    if document is None:
        return _unknown(request)
    if not proof_limit.allows(request.META.get("REMOTE_ADDR", "")):
        sentence = gettext("Bạn đã thử quá nhiều lần. Đợi một phút rồi thử tiếp.")
        return _show(request, document, errors=[("last4", sentence)], status=429)
    at = timezone.now()
    try:
        with transaction.atomic():  # a wrong try is counted, so it is no error here
            proven = proving.check(document.token, last4=_last4(request), day=_day(request), at=at)
        if proven is None:
            counting.count("wrong_proof", at=at)
            sentence = gettext("Bốn số cuối hoặc ngày không đúng với giấy này.")
            return _show(request, document, errors=[("last4", sentence)], status=422)
        with transaction.atomic():
            lent = proving.open_file(proven, at=at)
            counting.count("opened", at=at)
        return files.response(sha256=lent.sha256, name=lent.file_name, inline=True)
    except (proving.ProofRefusedError, LookupError) as refused:
        return _show(request, document, errors=[("last4", str(refused))], status=422)


@access("public")
@require_GET
@levelled
def offline_qr(request: AuthenticatedRequest, token: str) -> HttpResponseBase:
    """The code that is checked without us, as a picture to print at 30 mm."""
    document = selectors.shown(tokens.read(token))
    if document is None or not document.offline_code:
        return _unknown(request)
    return HttpResponse(tokens.qr_svg(document.offline_code, border=4), content_type="image/svg+xml")


@access("public")
@require_GET
def keys(request: AuthenticatedRequest) -> HttpResponse:
    """The public keys of offline codes (JWKS)."""
    answer = JsonResponse(offline.jwks())
    answer.headers["Cache-Control"] = "public, max-age=3600"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _find(request: AuthenticatedRequest, typed: str, sha256: str) -> HttpResponseBase:
    typed = typed.replace("\x00", "").strip()[:2000]
    if typed.startswith(f"{offline.PREFIX}:"):
        return _read_offline(request, typed)
    if typed:
        token = tokens.read(typed)
        if not token:
            sentence = gettext("Mã xác minh có 16 chữ và số, in dưới mã QR: ABCD EFGH IJKL MNOP.")
            return _form(request, [("code", sentence)], 422, typed)
        return redirect("verification:paper", token)
    if not sha256:
        return _form(request, [], 200)
    found = selectors.of_file(sha256) if SHA256.fullmatch(sha256) else None
    if found is not None:
        counting.count("same_file", at=timezone.now())
        return _show(request, found, is_same=True)
    counting.count("other_file", at=timezone.now())
    sentence = gettext("Tệp này không phải tệp nào đã phát hành ở đây. Chỉ khác một chữ cũng là tệp khác.")
    return _form(request, [("file", sentence)], 404)


def _read_offline(request: AuthenticatedRequest, code: str) -> HttpResponse:
    counting.count("offline", at=timezone.now())
    try:
        facts = offline.read(code)
    except offline.OfflineCodeError as refused:
        return _form(request, [("code", str(refused))], 422, code)
    context = {"facts": facts, "digest": words.short_digest(facts.sha256), "document": selectors.of_file(facts.sha256)}
    return render(request, "verification/offline.html", context)


def _digest_sent(request: AuthenticatedRequest) -> tuple[str, Errors]:
    """SHA-256 of the file sent, read in pieces and kept nowhere."""
    sent = request.FILES.get("file")
    if intake.over_limit(request):
        return "", [("file", gettext("Tệp quá nặng để so ở đây."))]
    if intake.without_space(request):
        return "", [("file", str(intake.no_space()))]
    if not isinstance(sent, UploadedFile):
        return "", [("file", gettext("Chọn tệp cần so."))]
    if not sent.size:
        return "", [("file", gettext("Tệp rỗng (0 byte): tải lại tệp rồi chọn lần nữa."))]
    digest = hashlib.sha256()
    for piece in sent.chunks():
        digest.update(piece)
    return digest.hexdigest(), []


def _last4(request: AuthenticatedRequest) -> str:
    return request.POST.get("last4", "").replace("\x00", "").strip()[:20]


def _day(request: AuthenticatedRequest) -> date | None:
    return day_of(request.POST.get("day", "")[:20])


def _show(
    request: AuthenticatedRequest,
    document: Document,
    *,
    is_same: bool | None = None,
    errors: Errors | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "document": document,
        "kind": words.kind(document),
        "state": words.state(document),
        "signature": words.signature(document),
        "signers": words.signers(document),
        "digest": words.short_digest(document.sha256),
        "digests": " ".join(document.forms.order_by("pk").values_list("sha256", flat=True)),
        "printed": tokens.grouped(document.token),
        "can_open": proving.can_be_proven(document),
        "is_same": is_same,
        "errors": errors or [],
    }
    return render(request, "verification/paper.html", context, status=status)


def _unknown(request: AuthenticatedRequest) -> HttpResponse:
    counting.count("unknown", at=timezone.now())
    sentence = gettext(
        "Không có giấy nào mang mã này. Xem lại từng chữ; nếu đúng như trên giấy thì giấy không do nơi đây phát hành."
    )
    return _form(request, [("code", sentence)], 404)


def _form(request: AuthenticatedRequest, errors: Errors, status: int, typed: str = "") -> HttpResponse:
    context = {
        "errors": errors,
        "wrong": dict(errors),
        "typed": typed[:60],
        "limit_mb": f"{files.size_limit() // 1_000_000} MB",
    }
    return render(request, "verification/verify.html", context, status=status)
