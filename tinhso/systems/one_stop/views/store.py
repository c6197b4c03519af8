"""What the owner's data store already holds for a dossier: taken from there instead of asked for."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.foundation.accounts.public import AuthenticatedRequest, access
from tinhso.systems.one_stop import permissions
from tinhso.systems.one_stop.services import leaning
from tinhso.systems.one_stop.types import RefusedError
from tinhso.systems.one_stop.views.opening import opened


@access("official")
@require_http_methods(["GET", "POST"])
def store(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """Papers held that fit what the procedure asks; POST takes one into the dossier."""
    found, at = opened(request, code), timezone.now()
    if not found.is_open or permissions.is_owner(request.actor, found):
        return redirect("one_stop:dossier", found.code)
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        place, _colon, key = request.POST.get("take", "").partition(":")
        try:
            with transaction.atomic():
                leaning.take_from_store(code=found.code, actor=request.actor, paper_key=place, held_key=key, at=at)
        except RefusedError as refused:
            errors.append(("", str(refused)))
        else:
            messages.success(request, _("Đã đưa giấy tờ từ kho vào hồ sơ."))
            return redirect("one_stop:dossier", found.code)
    with transaction.atomic():
        held = leaning.held_for(found, actor=request.actor, at=at)
    names = {one.key: one.name for one in leaning.papers_of(found)}
    rows = [{"place": place, "wanted": names[place], "held": one} for place, one in held.items()]
    context = {"dossier": found, "rows": rows, "errors": errors}
    return render(request, "one_stop/store.html", context, status=422 if errors else 200)
