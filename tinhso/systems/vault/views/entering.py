"""Coming into a store: the person's own, or an organisation's they act for; anybody else finds nothing there."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext

from tinhso.foundation.accounts.public import Actor, AuthenticatedRequest
from tinhso.systems.vault import permissions
from tinhso.systems.vault.models import Paper, Store
from tinhso.systems.vault.permissions import Hand
from tinhso.systems.vault.selectors.papers import paper_by_key


@dataclass(frozen=True, slots=True)
class Entered:
    """A paper with what this person may do with it."""

    paper: Paper
    hand: Hand


def today() -> date:
    return timezone.localdate()


def entered(request: AuthenticatedRequest, key: UUID) -> Entered:
    """The paper, if it lies in a store this person may enter. Raises Http404."""
    try:
        paper = paper_by_key(key)
    except LookupError as missing:
        raise nothing() from missing
    hand = permissions.hand_on(request.actor, paper, today())
    if hand is None:
        raise nothing()
    return Entered(paper, hand)


def owned(request: AuthenticatedRequest, key: UUID) -> Paper:
    """The paper, if it is this person's own (not a delegate's). Raises Http404."""
    found = entered(request, key)
    if not found.hand.is_own:
        raise nothing()
    return found.paper


def own_store(actor: Actor) -> Store | None:
    """None while nothing ever came into it."""
    if not permissions.is_sure(actor):
        return None
    return Store.objects.filter(number=actor.identity_number).first()


def nothing() -> Http404:
    return Http404(gettext("Không có giấy tờ này trong kho của bạn."))
