"""Opening a dossier for a screen: there is none (404), or why this person may not see it (403 with the sentence)."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from tinhso.foundation.accounts.public import AuthenticatedRequest
from tinhso.foundation.audit import public as audit
from tinhso.systems.one_stop import permissions, selectors
from tinhso.systems.one_stop.models import Dossier


def opened(request: AuthenticatedRequest, code: str) -> Dossier:
    """The dossier, if this person may read it."""
    try:
        return selectors.dossier_for_official(code=code, actor=request.actor)
    except LookupError as missing:
        raise Http404(str(missing)) from missing
    except PermissionError as why:
        raise PermissionDenied(str(why)) from why


def note_reading(request: AuthenticatedRequest, dossier: Dossier, what: str) -> None:
    """Every official look at a person's data stands on that person's own page."""
    if permissions.is_owner(request.actor, dossier):
        return
    with transaction.atomic():
        audit.record_reading(
            owner=dossier.identity_number,
            actor=request.actor.key,
            actor_name=request.actor.name,
            unit_name=request.actor.posts[0].unit_name if request.actor.posts else request.actor.name,
            what=what,
            purpose=_("Giải quyết hồ sơ"),
            subject=dossier.code,
        )
