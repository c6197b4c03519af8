"""What happened to papers of the store, for whoever leaned on them; `key` orders delivery."""

from dataclasses import dataclass
from datetime import datetime

from tinhso.foundation.outbox.public import Event


@dataclass(frozen=True, slots=True)
class PaperKept(Event):
    """A paper came into a store; key = paper key."""

    paper_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PaperLapsed(Event):
    """A paper that a dossier leans on is no longer good; key = dossier code. why: revoked | replaced | expired."""

    paper_id: int
    paper_name: str
    why: str
    reason: str  # a sentence
    at: datetime


@dataclass(frozen=True, slots=True)
class PaperEnded(Event):
    """A paper was taken back or replaced, whether anybody leans on it or not; key = paper key.

    why: revoked | replaced. source, source_ref: as it was deposited. new_number: of what replaced it, or "".
    """

    source: str
    source_ref: str
    number: str
    why: str
    reason: str
    new_number: str
    at: datetime
