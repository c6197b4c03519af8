"""How often people were asked again for what was held: in public, unit by unit, with the command that counts it."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from tinhso.foundation.accounts.public import AuthenticatedRequest, Right, access
from tinhso.foundation.organizations import public as organizations
from tinhso.systems.vault.models import AskedAgain
from tinhso.systems.vault.services import asking

SPAN = timedelta(days=365)


@access("public")
@require_GET
def asked_again(request: AuthenticatedRequest) -> HttpResponse:
    """Numbers for everybody; the reasons for officials who see figures of that unit."""
    until = timezone.now()
    found = asking.figures(since=until - SPAN, until=until)
    context: dict[str, Any] = {
        "units": found,
        "reused": sum(one.reused for one in found),
        "asked": sum(one.asked_again for one in found),
        "since": until - SPAN,
        "until": until,
        "reasons": _reasons(request) if request.actor.has(Right.SEE_FIGURES) else None,
    }
    return render(request, "vault/asked_again.html", context)


def _reasons(request: AuthenticatedRequest) -> list[AskedAgain]:
    """The latest overrides of the units the official leads."""
    ids: set[int] = set()
    for unit_id in request.actor.unit_ids(Right.SEE_FIGURES):
        ids |= {unit_id, *(unit.id for unit in organizations.units(under=unit_id))}
    return list(AskedAgain.objects.filter(unit_id__in=ids).order_by("-at", "-pk")[:100])
