"""Signing confirmed papers of a batch in one go, and taking a wrong confirmation back."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.public import AuthenticatedRequest, access
from tinhso.foundation.signing.public import SigningRefusedError
from tinhso.systems.digitisation import selectors, services
from tinhso.systems.digitisation.permissions import WORK
from tinhso.systems.digitisation.views.opening import opened

Ordered = Callable[[datetime | None, datetime], int]


@access("official", *WORK)
@require_POST
def sign(request: AuthenticatedRequest, batch_id: int) -> HttpResponse:
    """The officer signs what they confirmed in this batch."""
    batch = opened(lambda: selectors.batch_for(batch_id=batch_id, actor=request.actor))
    return _order(
        request,
        batch_id,
        lambda shown, at: services.sign(batch=batch, actor=request.actor, confirmed_at=shown, at=at),
    )


@access("official", *WORK)
@require_POST
def seal(request: AuthenticatedRequest, batch_id: int) -> HttpResponse:
    """The clerk sets the agency's signature on what officers have signed."""
    batch = opened(lambda: selectors.batch_for(batch_id=batch_id, actor=request.actor))
    return _order(
        request,
        batch_id,
        lambda shown, at: services.seal(batch=batch, actor=request.actor, confirmed_at=shown, at=at),
    )


def _order(request: AuthenticatedRequest, batch_id: int, ordered: Ordered) -> HttpResponse:
    """Give the order; whoever has not shown who they are of late is asked for it and comes back here."""
    back = reverse("digitisation:batch", args=[batch_id])
    try:
        count = ordered(accounts.confirmed_at(request=request), timezone.now())
    except SigningRefusedError as error:
        messages.error(request, str(error))
        if error.code == "confirm":
            return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}")
    except LookupError as error:
        messages.error(request, str(error))
    else:
        if count:
            messages.success(request, f"Đang ký {count} giấy. Đồng chí làm việc khác được.")
        else:
            messages.info(request, "Không còn giấy nào chờ ký ở bước này.")
    return redirect(back)


@access("official", *WORK)
@require_POST
def take_back(request: AuthenticatedRequest, document_id: int) -> HttpResponse:
    """The paper was put in the wrong place: out of the dossier and the store, with a reason."""
    opened(lambda: selectors.document_for(document_id=document_id, actor=request.actor))
    try:
        with transaction.atomic():
            document = services.take_back(
                document_id=document_id, reason=request.POST.get("reason", ""), actor=request.actor, at=timezone.now()
            )
    except PermissionError as error:
        raise PermissionDenied(str(error)) from error
    except (LookupError, ValueError) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Đã rút «{document.name}» khỏi hồ sơ {document.dossier_code}.")
    return redirect("digitisation:document", document_id)
