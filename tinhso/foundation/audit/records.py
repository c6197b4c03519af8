"""What the door hands out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One act in the chain of its subject."""

    sequence: int
    subject: str
    act: str
    actor: str
    actor_name: str
    at: datetime
    data: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Somebody read a person's data (lượt xem dữ liệu cá nhân)."""

    at: datetime
    actor_name: str
    unit_name: str
    what: str
    purpose: str
    subject: str


@dataclass(frozen=True, slots=True)
class Act:
    """One act to be written; see `record`."""

    subject: str
    act: str
    actor: str
    at: datetime
    actor_name: str = ""
    data: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Seal:
    """A closed epoch."""

    epoch: int
    rows: int
    sealed_at: datetime
    hash: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the whole trail found: no problems means that nothing sealed was changed, added or removed."""

    rows: int
    seals: int
    unsealed: int  # rows since the last seal
    problems: tuple[str, ...]
