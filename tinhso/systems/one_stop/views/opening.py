"""Opening a dossier for a screen: there is none (404), or why this person may not see it (403 with the sentence)."""

from django.core.exceptions import PermissionDenied
from django.http import Http404

from tinhso.foundation.accounts.public import AuthenticatedRequest
from tinhso.systems.one_stop import selectors
from tinhso.systems.one_stop.models import Dossier


def opened(request: AuthenticatedRequest, code: str) -> Dossier:
    """The dossier, if this person may read it."""
    try:
        return selectors.dossier_for_official(code=code, actor=request.actor)
    except LookupError as missing:
        raise Http404(str(missing)) from missing
    except PermissionError as why:
        raise PermissionDenied(str(why)) from why
