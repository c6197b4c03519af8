"""Opening a dossier for a screen: there is none (404), or why this person may not see it (403 with the sentence)."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from tinhso.foundation.accounts.public import AuthenticatedRequest
from tinhso.foundation.audit import public as audit
from tinhso.systems.one_stop import permissions, selectors
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.vault import public as vault


def opened(request: AuthenticatedRequest, code: str) -> Dossier:
    """The dossier, if this person may read it."""
    try:
        return selectors.dossier_for_official(code=code, actor=request.actor)
    except LookupError as missing:
        raise Http404(str(missing)) from missing
    except PermissionError as why:
        raise PermissionDenied(str(why)) from why


def note_reading(request: AuthenticatedRequest, dossier: Dossier, what: str, *, sha256: str = "") -> None:
    """Every official look at a person's data stands on that person's own page.

    sha256: of the file that is handed out; a paper of a data store has its row there too.
    """
    if permissions.is_owner(request.actor, dossier):
        return
    with transaction.atomic():
        if sha256:
            vault.note_dossier_reading(
                dossier_code=dossier.code, owner_number=dossier.identity_number, sha256=sha256, actor=request.actor,
                at=timezone.now(),
            )  # fmt: skip
        audit.record_reading(
            owner=dossier.identity_number,
            actor=request.actor.key,
            actor_name=request.actor.name,
            unit_name=request.actor.posts[0].unit_name if request.actor.posts else request.actor.name,
            what=what,
            purpose=_("Giải quyết hồ sơ"),
            subject=dossier.code,
        )
