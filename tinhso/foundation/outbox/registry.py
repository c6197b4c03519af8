"""What the code of this release handles and runs regularly; filled by decorators while the apps start."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(frozen=True, slots=True)
class Subscriber:
    name: str
    kind: type[Any]
    call: Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class RegularJob:
    """A job run each `every`, or once a day at `at` (local time)."""

    name: str
    label: str
    every: timedelta
    at: time | None
    call: Callable[[], object]

    def next_after(self, moment: datetime) -> datetime:
        if self.at is None:
            return moment + self.every
        local = moment.astimezone(LOCAL)
        today = datetime.combine(local.date(), self.at, LOCAL)
        return today if today > local else today + timedelta(days=1)

    @property
    def patience(self) -> timedelta:
        """How long after its last end the job may stay silent before that is a fault."""
        return self.every + min(max(self.every, timedelta(minutes=1)), timedelta(hours=1))


subscribers: dict[str, Subscriber] = {}
kinds: dict[str, type[Any]] = {}
regular_jobs: dict[str, RegularJob] = {}


def name_of(function: Callable[..., Any]) -> str:
    """`notifications.tell_owner`: app and function, so that moving a file keeps what waits for the handler."""
    parts = [part for part in function.__module__.split(".") if part not in {"handlers", "tasks"}]
    return f"{parts[-1]}.{function.__name__}"


def subscribe(kind: type[Any], function: Callable[[Any], None]) -> None:
    known = kinds.setdefault(kind.__name__, kind)
    if known is not kind:
        raise ValueError(f"two events are called {kind.__name__}: {known.__module__} and {kind.__module__}")
    name = f"{name_of(function)}:{kind.__name__}"
    there = subscribers.setdefault(name, Subscriber(name, kind, function))
    if there.call is not function:
        raise ValueError(f"two handlers are called {name}")


def schedule(function: Callable[[], object], *, label: str, every: timedelta, at: time | None) -> None:
    name = name_of(function)
    there = regular_jobs.setdefault(name, RegularJob(name, label, every, at, function))
    if there.call is not function:
        raise ValueError(f"two regular jobs are called {name}")
