"""An organisation names who acts in its store."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from tinhso.foundation.accounts.public import AuthenticatedRequest, access
from tinhso.lib.days import day_of
from tinhso.systems.vault import permissions
from tinhso.systems.vault.models import Delegate, Store
from tinhso.systems.vault.services import delegating, keeping
from tinhso.systems.vault.views.entering import nothing, own_store, today


@access("signed_in")
@require_http_methods(["GET", "POST"])
def delegates(request: AuthenticatedRequest) -> HttpResponse:
    """Who acts for the organisation now; POST names another. Nothing here for a person's own account."""
    if request.actor.kind != "business" or not permissions.is_sure(request.actor):
        raise nothing()
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        errors = _name(request)
        if not errors:
            messages.success(request, gettext("Đã uỷ quyền. Người đó vào kho của tổ chức bằng tài khoản của mình."))
            return redirect("vault:delegates")
    store = own_store(request.actor)
    current = Delegate.objects.filter(store=store, ended_at__isnull=True) if store else Delegate.objects.none()
    context = {
        "delegates": [
            {"key": one.key, "name": one.name, "number": one.identity_number, "power": one.get_power_display(),
             "until": one.valid_to}
            for one in current.order_by("name", "pk")
        ],
        "powers": [(power.value, gettext(str(power.label))) for power in Delegate.Power],
        "errors": errors,
        "typed": request.POST,
    }  # fmt: skip
    return render(request, "vault/delegates.html", context, status=422 if errors else 200)


def _name(request: AuthenticatedRequest) -> list[tuple[str, str]]:
    typed = request.POST
    ends, wrong = _day(typed.get("valid_to", "").strip())
    if wrong:
        return [("valid_to", wrong)]
    at = timezone.now()
    try:
        with transaction.atomic():
            store: Store = keeping.store_for(
                number=request.actor.identity_number, kind="business", name=request.actor.name, at=at
            )
            delegating.name_delegate(
                store, identity_number=typed.get("identity_number", "").replace("\x00", "")[:35],
                name=typed.get("name", "").replace("\x00", ""), power=typed.get("power", ""), valid_to=ends,
                actor=request.actor, at=at, today=today(),
            )  # fmt: skip
    except ValueError as refused:
        return [("identity_number", str(refused))]
    return []


def _day(typed: str) -> tuple[date | None, str]:
    if not typed:
        return None, ""
    found = day_of(typed)
    return found, "" if found else gettext("Ghi ngày như 31/12/2026")


@access("signed_in")
@require_POST
def end(request: AuthenticatedRequest, key: UUID) -> HttpResponse:
    """The person no longer acts for the organisation."""
    store = own_store(request.actor)
    delegate = Delegate.objects.filter(key=key, store=store).first() if store else None
    if delegate is None:
        raise nothing()
    with transaction.atomic():
        delegating.end(delegate, actor=request.actor, at=timezone.now())
    messages.success(request, gettext("%(name)s không còn vào được kho của tổ chức.") % {"name": delegate.name})
    return redirect("vault:delegates")
