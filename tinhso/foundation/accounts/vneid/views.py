"""The way to VNeID and back, and the pages of the stand-in."""

import hashlib
import re
from urllib.parse import urlencode

from allauth.account.utils import perform_login
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tinhso.foundation.accounts import errors, services
from tinhso.foundation.accounts.access import access
from tinhso.foundation.accounts.models import Account
from tinhso.foundation.accounts.vneid import client, mode, stand_in


def _callback_address(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("accounts:vneid_callback"))


def safe_back(request: HttpRequest, address: str) -> str:
    """Only an address of ours; else the page after sign-in."""
    own = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if address and own else reverse("accounts:after_sign_in")


@access("public")
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """To VNeID; `next` says where to go on afterwards."""
    found = mode.current()
    if found is None:
        raise Http404
    back = safe_back(request, request.GET.get("next", ""))
    address = client.begin(found[0], request.session, redirect_uri=_callback_address(request), back=back)
    return HttpResponseRedirect(address)


@access("public")
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Back from VNeID, with a code or with a refusal."""
    found = mode.current()
    if found is None:
        raise Http404
    try:
        identity, back = client.finish(*found, request.session, request.GET.dict())
        with transaction.atomic():
            account = services.sign_in_identity(identity)
    except (client.SignInRefusedError, services.AccountClosedError) as refusal:
        return errors.page(
            request,
            403,
            title=_("Chưa đăng nhập được"),
            sentence=str(refusal),
            href=settings.LOGIN_URL,
            action=_("Đăng nhập lại"),
        )
    if request.user.is_authenticated and request.user.pk == account.pk:
        request.session.pop("locked", None)
        request.session.pop("seen_at", None)
        return HttpResponseRedirect(back)
    if request.user.is_authenticated:
        kept_back = back
        request.session.flush()
        return perform_login(request, _with_backend(account), redirect_url=kept_back)
    return perform_login(request, _with_backend(account), redirect_url=back)


def _with_backend(account: Account) -> Account:
    account.backend = settings.AUTHENTICATION_BACKENDS[0]  # type: ignore[attr-defined]
    return account


@access("public")
@require_http_methods(["GET", "POST"])
def stand_in_page(request: HttpRequest) -> HttpResponse:
    """The stand-in asks who one wants to be, and how it should fail."""
    if mode.current_mode() != "stand_in":
        raise Http404
    asked = (request.GET if request.method == "GET" else request.POST).dict()
    refusal = stand_in.refusal_of(asked, redirect_uri=_callback_address(request))
    if refusal:
        return errors.page(request, 400, title=_("VNeID mô phỏng không nhận yêu cầu này"), sentence=refusal)
    problems: dict[str, str] = {}
    if request.method == "POST":
        answer = {"state": asked.get("state", "")}
        if asked.get("fault") == "refuse":
            return _back_to(asked["redirect_uri"], {**answer, "error": "access_denied"})
        claims, problems = _typed_claims(asked)
        if not problems:
            code = stand_in.issue_code(asked, claims, asked.get("fault", ""))
            return _back_to(asked["redirect_uri"], {**answer, "code": code})
    people = Account.objects.exclude(demo_label="").exclude(kind="official").exclude(identity_number="")
    words = {
        "asked": {k: asked.get(k, "") for k in ASKED},
        "typed": asked,
        "problems": problems,
        "faults": list(stand_in.FAULTS.items()),
        "people": [(p.kind, p.identity_number, p.name) for p in people.order_by("pk")],
    }
    return render(request, "accounts/vneid_stand_in.html", words, status=422 if problems else 200)


ASKED = ("response_type", "client_id", "redirect_uri", "state", "nonce", "code_challenge", "code_challenge_method")


def _back_to(address: str, answer: dict[str, str]) -> HttpResponse:
    return HttpResponseRedirect(f"{address}?{urlencode(answer)}")


def _typed_claims(typed: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    if typed.get("who"):
        kind, number, name = [*typed["who"].split("|", 2), "", ""][:3]
    else:
        kind, number, name = typed.get("kind", "citizen"), typed.get("number", ""), typed.get("name", "")
    number, name = re.sub(r"\s", "", number), " ".join(name.split())
    problems: dict[str, str] = {}
    if not re.fullmatch(r"\d{10}(-?\d{3})?" if kind == "business" else r"\d{12}", number):
        problems["number"] = (
            _("Mã số doanh nghiệp có 10 chữ số.") if kind == "business" else _("Số định danh cá nhân có 12 chữ số.")
        )
    if not name:
        problems["name"] = _("Nhập họ và tên.")
    level = typed.get("level", "2")
    subject = hashlib.sha256(f"{kind}:{number}".encode()).hexdigest()[:24]
    claims = {"sub": subject, "TechID": f"TI-{subject[:12]}", "loAs": level if level in {"1", "2"} else "1"}
    if kind == "business":
        return {**claims, "LoaiTaiKhoan": "2", "MaSoDoanhNghiep": number, "TenDoanhNghiep": name}, problems
    return {**claims, "LoaiTaiKhoan": "1", "SoDinhDanh": number, "HoVaTen": name}, problems
