"""After sending: the code, where the dossier is, and the receipt on paper."""

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from tinhso.foundation.accounts.public import AuthenticatedRequest, access
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.portal import drafts


@access("signed_in")
@require_http_methods(["GET"])
def sent(request: AuthenticatedRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The code, where it is and what comes next."""
    try:
        draft = drafts.mine(actor=request.actor, draft_id=draft_id)
    except LookupError as missing:
        raise Http404(str(missing).strip("'")) from missing
    if not draft.dossier_code:
        return redirect("portal:filing_resume", draft.pk)
    tracking = one_stop.track(code=draft.dossier_code, actor=request.actor, at=timezone.now())
    return render(
        request,
        "portal/filing_sent.html",
        {"draft": draft, "t": tracking, "receipt": reverse("portal:receipt", args=[draft.dossier_code])},
    )


@access("signed_in")
@require_http_methods(["GET"])
def receipt(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """The receipt and appointment as PDF/A, for its owner."""
    try:
        content = one_stop.receipt_pdf(code=code, actor=request.actor, at=timezone.now())
    except (LookupError, PermissionError) as missing:
        raise Http404(gettext("Không có hồ sơ này trong các hồ sơ của bạn.")) from missing
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="giay-tiep-nhan-{code}.pdf"'
    return response
