"""The door of the audit trail (nhật ký). In SQL: `audit_append(subject, act, actor, actor_name, data, at)`."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from tinhso.foundation.audit import models, services
from tinhso.foundation.audit.records import Act, Entry, Reading, Seal, Verdict

__all__ = [
    "Act",
    "Entry",
    "Reading",
    "Seal",
    "Verdict",
    "readings_of",
    "record",
    "record_many",
    "record_reading",
    "seal",
    "trail",
    "verify",
]


def record(
    *,
    subject: str,
    act: str,
    actor: str,
    actor_name: str = "",
    data: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Write one act into the chain of `subject` (a dossier code, `unit:12`, `calendar`), in the caller's transaction.

    `actor` is `account:<id>`, `system:<name>` or `job:<name>`; `at` is when it was done (now). Each subject has its own
    chain, so that two dossiers never wait for each other; the hourly seal ties all chains together.
    """
    services.append(Act(subject, act, actor, at or timezone.now(), actor_name, data))


def record_many(acts: Iterable[Act]) -> None:
    """The same for many acts in one round trip, in the order given."""
    services.append_many(acts)


def record_reading(
    *, owner: str, actor: str, actor_name: str, unit_name: str, what: str, purpose: str, subject: str
) -> None:
    """Note that `owner` (identity number)'s data were read; repeated readings within 10 minutes count once."""
    services.note_reading(
        services.reading(
            owner=owner,
            actor=actor,
            actor_name=actor_name,
            unit_name=unit_name,
            what=what,
            purpose=purpose,
            subject=subject,
            at=timezone.now(),
        )
    )


def readings_of(*, owner: str, limit: int = 50) -> list[Reading]:
    """Who read this person's data, latest first. An empty owner has no readings."""
    if not owner:
        return []
    columns = ("at", "actor_name", "unit_name", "what", "purpose", "subject")
    rows = models.Reading.objects.filter(owner=owner).order_by("-at", "-id").values_list(*columns)
    return [Reading(*row) for row in rows[:limit]]


def trail(*, subject: str, limit: int = 200) -> list[Entry]:
    """The last acts on the subject, oldest first."""
    rows = models.Entry.objects.filter(subject=subject).order_by("-number")[:limit]
    return [
        Entry(
            sequence=row.number,
            subject=row.subject,
            act=row.act,
            actor=row.actor,
            actor_name=row.actor_name,
            at=row.at,
            data=row.data,
            hash=bytes(row.hash).hex(),
        )
        for row in reversed(rows)
    ]


def seal() -> Seal | None:
    """Close over all acts since the last seal; None when there were none. Call outside a transaction, hourly."""
    return services.seal()


def verify() -> Verdict:
    """Recompute every chain and every seal (minutes on millions of rows)."""
    return services.verify()
