"""A procedure as one file: given out, and taken in as drafts."""

import json

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.foundation.accounts.public import AuthenticatedRequest
from tinhso.systems.procedures import public as procedures
from tinhso.systems.studio import packages as carrying
from tinhso.systems.studio import services
from tinhso.systems.studio.views.common import studio


@studio
@require_http_methods(["GET", "POST"])
def packages(request: AuthenticatedRequest) -> HttpResponse:
    error, asked = "", request.GET.get("q", "").strip()[:200]
    file = request.FILES.get("file") if request.method == "POST" else None
    if request.method == "POST":
        try:
            package = carrying.read(file.read(carrying.MAX_BYTES + 1) if file else b"")
            with transaction.atomic():
                brought = carrying.bring_in(
                    package=package, with_fees="fees" in request.POST, actor=request.actor, at=timezone.now(),
                    on=timezone.localdate(),
                )  # fmt: skip
            said = _("Đã nhận gói thủ tục %(code)s: %(n)d bản nháp để chỉnh và ban hành, %(fees)d khoản thu.")
            messages.success(request, said % {"code": brought.code, "n": len(brought.drafts), "fees": brought.fees})
            return redirect("studio:home")
        except (carrying.PackageError, services.DraftError) as refusal:
            error = str(refusal)
    found = procedures.search(text=asked, limit=20, online_only=True) if asked else []
    context = {"asked": asked, "found": found, "error": error}
    return render(request, "studio/packages.html", context, status=422 if error else 200)


@studio
def download(request: AuthenticatedRequest, code: str) -> HttpResponse:
    try:
        package = carrying.export(code=code, on=timezone.localdate())
    except LookupError:
        raise Http404 from None
    answer = HttpResponse(json.dumps(package, ensure_ascii=False, indent=1), content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="thu-tuc-{code}.json"'
    return answer
