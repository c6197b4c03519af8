"""The trust list (danh sách tin cậy): whose signatures are believed; one administrator proposes, another decides."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.public import AuthenticatedRequest, Right, access
from tinhso.foundation.signing import public as signing
from tinhso.foundation.signing.public import TrustRefusedError
from tinhso.systems.administration.forms import Typed

PURPOSES = (
    ("official", "Chữ ký số chuyên dùng công vụ"),
    ("public", "Chữ ký số công cộng"),
    ("timestamps", "Dấu thời gian"),
)
LARGEST = 100_000  # bytes; a certificate has a few thousand
NAMES = ("name", "reason", "from", "to")


@access("official", Right.MANAGE_ORGANIZATION)
@require_http_methods(["GET", "POST"])
def trust(request: AuthenticatedRequest) -> HttpResponse:
    """Who is trusted, what waits for a second person, and a proposal."""
    if not accounts.administers(request.actor, Right.MANAGE_ORGANIZATION):
        raise PermissionDenied(_("Danh sách tin cậy dùng chung cả tỉnh: chỉ quản trị viên cấp tỉnh xem và đổi."))
    typed = Typed.read(request.POST, *NAMES)
    if request.method == "GET":
        return _page(request, typed)
    do = request.POST.get("do", "")
    try:
        with transaction.atomic():
            said = _decide(request) if do in ("approve", "refuse") else _propose(request, typed, do)
    except LookupError as missing:
        messages.warning(request, str(missing).strip("'"))
        return redirect("administration:trust")
    except TrustRefusedError as refused:
        if do == "propose":
            typed.wrong("certificate", str(refused))
            return _page(request, typed)
        messages.warning(request, str(refused))
        return redirect("administration:trust")
    if not said:
        return _page(request, typed)
    messages.success(request, said)
    return redirect("administration:trust")


def _decide(request: AuthenticatedRequest) -> str:
    number = request.POST.get("change", "")
    change_id = int(number) if number.isascii() and number.isdigit() and len(number) < 15 else 0
    approved = request.POST["do"] == "approve"
    version = signing.decide_trust(change_id=change_id, approved=approved, by=request.actor, at=timezone.now())
    if not approved:
        return _("Đã từ chối đề nghị; danh sách giữ nguyên.")
    return _("Danh sách tin cậy nay là phiên bản %(n)s; các kết quả kiểm tra sẽ được xét lại.") % {"n": version}


def _propose(request: AuthenticatedRequest, typed: Typed, do: str) -> str:
    at = timezone.now()
    if do == "withdraw":
        signing.propose_withdrawal(
            fingerprint=request.POST.get("fingerprint", "")[:64], reason=typed["reason"], by=request.actor, at=at
        )
        return _("Đã đề nghị bỏ; chờ người thứ hai duyệt.")
    sent = request.FILES.get("certificate")
    typed.text("reason", _("Ghi lý do, kèm số văn bản công bố."), 500)
    begins, ends = _moment(typed, "from"), _moment(typed, "to")
    if sent is None or (sent.size or 0) > LARGEST:
        typed.wrong("certificate", _("Chọn tệp chứng thư gốc (PEM hoặc DER), tối đa 100 KB."))
    if typed.errors or sent is None:
        return ""
    signing.propose_trust(
        certificate=sent.read(), purposes=request.POST.getlist("purposes"), reason=typed["reason"], by=request.actor,
        at=at, name=typed["name"], trusted_from=begins, trusted_to=ends,
    )  # fmt: skip
    return _("Đã đề nghị thêm; chờ người thứ hai duyệt.")


def _moment(typed: Typed, name: str) -> datetime | None:
    day = typed.day(name)
    return timezone.make_aware(datetime(day.year, day.month, day.day)) if day else None


def _page(request: AuthenticatedRequest, typed: Typed) -> HttpResponse:
    labels = dict(PURPOSES)
    context: dict[str, Any] = {
        "trusted": [(one, [labels[key] for key in one.purposes]) for one in signing.trusted_authorities()],
        "waiting": [(one, [labels[key] for key in one.purposes]) for one in signing.trust_changes()],
        "purposes": PURPOSES,
        "chosen": request.POST.getlist("purposes"),
        "typed": typed,
        "own_key": request.actor.key,
    }
    return render(request, "administration/trust.html", context, status=422 if typed.errors else 200)
