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
