"""What others may hear of signing."""

from dataclasses import dataclass

from tinhso.foundation.outbox.public import Event


@dataclass(frozen=True, slots=True)
class FileSigned(Event):
    """A paper was signed; the signed file is a new blob. key: the digest of what was signed."""

    original_sha256: str
    signed_sha256: str
    purpose: str
    kind: str  # personal | seal
    signer: str
    post_id: int
    level: str
    batch_id: str
    at: str  # ISO 8601


@dataclass(frozen=True, slots=True)
class SigningFailed(Event):
    """A paper of a batch could not be signed and will not be tried again. key: its digest."""

    original_sha256: str
    purpose: str
    batch_id: str
    problem: str


@dataclass(frozen=True, slots=True)
class SignatureStrengthened(Event):
    """A signed file got a timestamp it lacked, or a newer one: who keeps it points to the new blob. key: the old."""

    former_sha256: str
    sha256: str
    original_sha256: str
    level: str


@dataclass(frozen=True, slots=True)
class TrustListChanged(Event):
    """An authority was added or withdrawn; verdicts are given anew. key: `trust`."""

    version: int
    change: str
