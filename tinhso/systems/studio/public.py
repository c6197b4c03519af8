"""The door of the studio (xưởng quy trình)."""

from django.utils import timezone

from tinhso.foundation.accounts.public import Actor
from tinhso.systems.studio import services


def new_draft(*, kind: str, name: str, actor: Actor, content: str = "") -> int:
    """Begin a draft of a process, form or decision table, blank or from a file; its id.

    Raises PermissionDenied, services.DraftError (a ValueError with a Vietnamese sentence).
    """
    return services.new_draft(kind=kind, name=name, content=content, actor=actor, at=timezone.now()).pk
