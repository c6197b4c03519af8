"""Writing down what happened: a line of history, the audit trail, the event for others. Always in one transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.utils import timezone

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.audit import public as audit
from tinhso.foundation.outbox import public as outbox
from tinhso.systems.one_stop import events
from tinhso.systems.one_stop.models import Dossier, DossierEvent

Kind = TypeVar("Kind", bound=events.OfDossier)


def note(
    dossier: Dossier,
    kind: str,
    *,
    actor: Actor,
    at: datetime,
    text: str = "",
    unit_id: int | None = None,
    new_due: datetime | None = None,
    data: Mapping[str, Any] | None = None,
) -> DossierEvent:
    """One act: into the history people read and the clock counts, and into the audit chain of the dossier."""
    line = DossierEvent.objects.create(
        dossier=dossier,
        at=at,
        kind=kind,
        actor=actor.key,
        actor_name=actor.name,
        unit_id=unit_id if unit_id is not None else _unit_of(actor),
        note=text,
        new_due=new_due,
        data=dict(data or {}),
    )
    audit.record(
        subject=dossier.code,
        act=f"dossier.{kind}",
        actor=actor.key,
        actor_name=actor.name,
        data={"note": text, "at": at.isoformat(), **(data or {})},
    )
    return line


def _unit_of(actor: Actor) -> int | None:
    return actor.posts[0].unit_id if actor.posts else None


def tell(kind: type[Kind], dossier: Dossier, at: datetime, **values: Any) -> None:
    """Publish an event of this dossier."""
    outbox.publish(kind(key=dossier.code, dossier_id=dossier.pk, at=timezone.localtime(at), **values))
