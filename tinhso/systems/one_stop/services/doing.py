"""Who is acting, and in what words, while the engine moves a case: the listener writes it into the lines of history."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from tinhso.foundation.accounts.public import Actor

ENGINE = Actor(account_id=None, kind="system", name="Tỉnh Số", system="workflow")


@dataclass(frozen=True, slots=True)
class Doing:
    """One act under way. text: what a person wrote; data: its parts, for printed forms."""

    actor: Actor = ENGINE
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


_ENGINE_AT_WORK = Doing()
_now: ContextVar[Doing] = ContextVar("doing", default=_ENGINE_AT_WORK)


def doing() -> Doing:
    """The act under way; the engine's own where no person acts (a timer, a message)."""
    return _now.get()


@contextmanager
def as_actor(actor: Actor, text: str = "", data: Mapping[str, Any] | None = None) -> Iterator[None]:
    token = _now.set(Doing(actor, text, data or {}))
    try:
        yield
    finally:
        _now.reset(token)
