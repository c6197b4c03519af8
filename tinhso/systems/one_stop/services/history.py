"""Writing down what happened: a line of history, the audit trail, the event for others. Always in one transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from django.utils import timezone

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.outbox import public as outbox
from tinhso.foundation.statements import prepared
from tinhso.systems.one_stop import events
from tinhso.systems.one_stop.models import Dossier

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
) -> None:
    """One act: into the history people read and the clock counts, and into the audit chain of the dossier."""
    details = dict(data or {})
    unit_id = unit_id if unit_id is not None else _unit_of(actor)
    line = [dossier.pk, at, kind, actor.key, actor.name, unit_id, text, new_due, _json(details)]
    told = {"note": text, "at": at.isoformat(), **details}
    prepared(NOTE, [*line, dossier.code, f"dossier.{kind}", actor.key, actor.name, _json(told), timezone.now()])


# The line and the link of the chain in one round trip; `audit_append` is the door of the audit in SQL.
NOTE = """
WITH line AS (
    INSERT INTO one_stop_dossierevent (dossier_id, at, kind, actor, actor_name, unit_id, note, new_due, data)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb) RETURNING id
)
SELECT audit_append(%s, %s, %s, %s, %s::jsonb, %s) FROM line
"""


def _json(value: Mapping[str, Any]) -> str:
    return msgspec.json.encode(value).decode()


def _unit_of(actor: Actor) -> int | None:
    return actor.posts[0].unit_id if actor.posts else None


def tell(kind: type[Kind], dossier: Dossier, at: datetime, **values: Any) -> None:
    """Publish an event of this dossier."""
    outbox.publish(kind(key=dossier.code, dossier_id=dossier.pk, at=timezone.localtime(at), **values))
