"""The room's places in the officials' rail."""

from django.http import HttpRequest

from tinhso.design.navigation import Entry, add
from tinhso.foundation.accounts.public import Right
from tinhso.systems.certified_copies import permissions, selectors


def _waiting(request: HttpRequest) -> int:
    actor = request.actor  # type: ignore[attr-defined]
    return selectors.waiting_for(permissions.units_of(actor, Right.APPROVE), permissions.units_of(actor, Right.NUMBER))


def add_entries() -> None:
    """Called once when the apps are ready."""
    rights = (Right.RECEIVE, Right.APPROVE, Right.NUMBER)
    add(Entry("rail", 45, "Chứng thực bản sao", "checks", "certified_copies:copies", rights, _waiting, key="b"))
