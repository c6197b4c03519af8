"""Looking up a dossier by its code without signing in: the code and how far it is, nothing of a person."""

import re

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from tinhso.foundation.accounts.public import AuthenticatedRequest, access
from tinhso.lib.rate_limit import RateLimit
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.portal import wording

CODE = re.compile(r"[A-Z0-9.]{2,30}-\d{6}-\d{4,6}")
limit = RateLimit()


@access("public")
@require_GET
def track(request: AuthenticatedRequest) -> HttpResponse:
    """Thông tư 04/2025/TT-VPCP: who has no account sees the code and whether the dossier is finished."""
    typed = " ".join(request.GET.get("code", "").split())[:60]
    code = typed.upper().replace(" ", "")
    context: dict[str, object] = {"typed": typed, "errors": [], "found": None}
    if not typed:
        return render(request, "portal/track.html", context)
    if not CODE.fullmatch(code):
        sentence = gettext("Mã hồ sơ có dạng H53.118.02-261118-0007: mã cơ quan, ngày nộp, số thứ tự")
        return _refused(request, context, sentence, 422)
    if not limit.allows(request.META.get("REMOTE_ADDR", "")):
        return _refused(request, context, gettext("Bạn đã tra quá nhiều lần. Đợi một phút rồi tra tiếp."), 429)
    try:
        found = one_stop.track(code=code, actor=request.actor, at=timezone.now())
    except (LookupError, PermissionError):
        return _refused(request, context, gettext("Không có hồ sơ %(code)s. Xem lại từng số.") % {"code": code}, 404)
    if found.is_full and request.actor.account_id and not request.actor.is_official:
        return redirect("portal:dossier", code)
    context |= {"found": found, "is_finished": found.state in wording.FINISHED | wording.CLOSED}
    return render(request, "portal/track.html", context)


def _refused(request: AuthenticatedRequest, context: dict[str, object], sentence: str, status: int) -> HttpResponse:
    return render(request, "portal/track.html", context | {"errors": [("code", sentence)]}, status=status)
