"""The door of the outbox (hộp thư đi). In SQL: `outbox_publish(kind, key, payload)`.

An event is a frozen dataclass with plain values, in the past tense. It is written in the transaction that caused it;
the worker delivers it to every handler, each in one transaction with the mark «delivered», in order for events of one
key.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, TypeVar

from tinhso.foundation.outbox import registry, selectors, services
from tinhso.foundation.outbox.selectors import DeadLetter, Health, KindBalance

__all__ = [
    "DeadLetter",
    "Event",
    "Health",
    "KindBalance",
    "deliver_pending",
    "handles",
    "health",
    "periodic",
    "publish",
]

Handler = TypeVar("Handler", bound=Callable[[Any], None])
Job = TypeVar("Job", bound=Callable[[], object])


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events; `key` orders delivery (usually a dossier code)."""

    key: str


def publish(event: Event) -> None:
    """Write the event in the caller's transaction; RuntimeError outside of one."""
    services.publish(event)


def handles(kind: type[Event]) -> Callable[[Handler], Handler]:
    """Register a handler; called with the event inside the transaction that marks it delivered. Must be idempotent.

    Handlers stand in `handlers.py` of each app, which the outbox imports when the apps are ready.
    """

    def register(function: Handler) -> Handler:
        registry.subscribe(kind, function)
        return function

    return register


def periodic(*, label: str, every: timedelta = timedelta(days=1), at: time | None = None) -> Callable[[Job], Job]:
    """Run a function of `tasks.py` regularly in the worker, one run at a time in the whole installation.

    label: Vietnamese name shown to operators. every: from the end of a run to the next. at: local time of a daily run
    instead. The function opens its own transactions and must do no harm when run twice. A job that falls silent turns
    `/healthz` bad.
    """

    def register(function: Job) -> Job:
        registry.schedule(function, label=label, every=every, at=at)
        return function

    return register


def deliver_pending(*, limit: int = 1000) -> int:
    """Deliver what waits, now; how many deliveries were made. Tests and the worker call this."""
    return services.deliver_pending(limit=limit)


def health(*, at: datetime) -> Health:
    """What waits, what is dead, which regular jobs are silent. Raises OperationalError where the database is gone."""
    return selectors.health(at=at)
