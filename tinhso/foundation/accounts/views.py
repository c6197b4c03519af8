"""The pages of one's own account."""

import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tinhso.design.jinja import moment
from tinhso.foundation.accounts import idle, sign_in
from tinhso.foundation.accounts.access import access
from tinhso.foundation.accounts.models import Account
from tinhso.foundation.accounts.public import AuthenticatedRequest, Right
from tinhso.foundation.accounts.vneid import mode
from tinhso.foundation.accounts.vneid.views import safe_back
from tinhso.foundation.audit import public as audit

ADMINISTRATIVE = (Right.MANAGE_CATALOGUE, Right.MANAGE_ORGANIZATION, Right.OPERATE)
OFFICE = (Right.RECEIVE, Right.PROCESS, Right.CHECK, Right.APPROVE, Right.NUMBER)


@access("signed_in")
@require_GET
def after_sign_in(request: AuthenticatedRequest) -> HttpResponse:
    """Everybody to their own work: officials to their inbox, the administrator to administration, others to «my»."""
    actor = request.actor
    if any(actor.has(right) for right in OFFICE):
        return HttpResponseRedirect("/inbox")
    if any(actor.has(right) for right in ADMINISTRATIVE):
        return HttpResponseRedirect("/admin")
    return HttpResponseRedirect("/my")


@access("signed_in")
@require_GET
def my_account(request: AuthenticatedRequest) -> HttpResponse:
    """Tài khoản của tôi: who I am here, how I sign in, where I am signed in, who looked at my data."""
    account = request.user
    assert isinstance(account, Account)  # noqa: S101  # signed_in says so
    factors = list(Authenticator.objects.filter(user=account).order_by("created_at"))
    words = {
        "account": account,
        "has_password": account.has_usable_password(),
        "has_totp": any(f.type == Authenticator.Type.TOTP for f in factors),
        "passkeys": [f for f in factors if f.type == Authenticator.Type.WEBAUTHN],
        "sessions": _sessions(request, account),
        "readings": audit.readings_of(owner=account.identity_number, limit=5),
        "needs_second_factor": not factors and any(request.actor.has(right) for right in ADMINISTRATIVE),
        "layout": "workspace.html" if request.actor.is_official else "citizen.html",
    }
    return render(request, "accounts/my_account.html", words)


def _sessions(request: HttpRequest, account: Account) -> list[dict[str, Any]]:
    UserSession.objects.purge_and_list(account)
    return [
        {
            "id": row.pk,
            "device": device_name(row.user_agent),
            "address": row.ip,
            "since": row.created_at,
            "is_this": row.session_key == request.session.session_key,
        }
        for row in UserSession.objects.filter(user=account).order_by("-created_at")
    ]


BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("coc_coc", "Cốc Cốc"), ("Firefox", "Firefox"), ("Chrome", "Chrome"))
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"))


def device_name(user_agent: str) -> str:
    """«Chrome trên Windows»: enough to know one's own devices."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "Linux" if "Linux" in user_agent else "")
    browser = browser or ("Safari" if "Safari" in user_agent else _("Trình duyệt khác"))
    return _("%(browser)s trên %(system)s") % {"browser": browser, "system": system} if system else browser


@access("signed_in")
@require_POST
def end_other_sessions(request: AuthenticatedRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    others = UserSession.objects.filter(user=request.user).exclude(session_key=request.session.session_key)
    count = 0
    for row in others:
        row.end()
        count += 1
    messages.success(request, _("Đã đăng xuất khỏi %(count)d thiết bị khác.") % {"count": count})
    return HttpResponseRedirect(reverse("accounts:my_account"))


@access("signed_in")
@require_GET
def my_readings(request: AuthenticatedRequest) -> HttpResponse:
    """Ai đã xem dữ liệu của tôi."""
    words = {
        "readings": audit.readings_of(owner=request.actor.identity_number, limit=200),
        "layout": "workspace.html" if request.actor.is_official else "citizen.html",
    }
    return render(request, "accounts/my_readings.html", words)


@access("public")
@require_http_methods(["GET", "POST"])
def unlock(request: HttpRequest) -> HttpResponse:
    """Nobody was at the keyboard for a while: the password again, then on with what was being done."""
    back = safe_back(request, request.GET.get("next", "") or request.POST.get("next", ""))
    account = request.user
    if not isinstance(account, Account) or not request.session.get("locked"):
        return HttpResponseRedirect(back)
    problem = ""
    if request.method == "POST":
        problem = _try_unlock(request, account, request.POST.get("password", ""))
        if not problem:
            kept = idle.take_kept(request)
            if kept is not None:
                return render(request, "accounts/resume.html", {"address": kept[0], "fields": kept[1]})
            return HttpResponseRedirect(back)
    words = {
        "account": account,
        "back": back,
        "problem": problem,
        "has_password": account.has_usable_password(),
        "vneid_mode": mode.current_mode(),
    }
    return render(request, "accounts/unlock.html", words, status=422 if problem else 200)


def _try_unlock(request: HttpRequest, account: Account, password: str) -> str:
    until = sign_in.locked_until(account.username, at=timezone.now())
    if until is not None:
        return _("Tên đăng nhập này bị khoá đến %(until)s vì sai mật khẩu nhiều lần.") % {"until": moment(until)}
    if not password or authenticate(request, username=account.username, password=password) is None:
        return _("Mật khẩu không đúng.")
    idle.unlock(request, now=time.time())
    return ""
