"""What others may hear of papers with a token."""

from dataclasses import dataclass

from tinhso.foundation.outbox.public import Event


@dataclass(frozen=True, slots=True)
class DocumentBound(Event):
    """The final bytes of a paper are known; its signatures are judged next. key: the token."""

    document_id: int
