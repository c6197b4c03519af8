"""Reads of signing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asn1crypto import x509

from tinhso.foundation.signing import credentials
from tinhso.foundation.signing.models import Batch, Credential, SigningOrder, TrustChange, TrustedAuthority


@dataclass(frozen=True, slots=True)
class PaperStatus:
    """One paper of a batch."""

    sha256: str
    name: str
    purpose: str
    state: str  # waiting | requested | signed | failed | stopped
    state_label: str
    problem: str
    signed_sha256: str
    level: str


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """How far a batch is."""

    id: str
    total: int
    signed: int
    failed: int
    stopped: int
    waiting: int
    papers: tuple[PaperStatus, ...]

    @property
    def is_done(self) -> bool:
        return self.waiting == 0


@dataclass(frozen=True, slots=True)
class TrustedView:
    """An authority of the trust list."""

    name: str
    fingerprint: str
    purposes: tuple[str, ...]  # official | public | timestamps
    valid_to: datetime
    trusted_from: datetime | None
    trusted_to: datetime | None


@dataclass(frozen=True, slots=True)
class PendingChange:
    """A change of the trust list that waits for a second person."""

    id: int
    act: str
    name: str
    fingerprint: str
    purposes: tuple[str, ...]
    reason: str
    proposed_by: str  # key of the actor
    proposed_by_name: str
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class KeyView:
    """A certificate in use."""

    subject: str
    serial: str
    issuer: str
    adapter: str
    adapter_label: str
    valid_to: datetime
    problem: str  # why it cannot be used now; empty where it can


def keys_of(person_ids: Collection[int], unit_ids: Collection[int], at: datetime) -> dict[tuple[str, int], KeyView]:
    of_people = Credential.objects.filter(kind="personal", ended_at=None, person_id__in=list(person_ids))
    of_units = Credential.objects.filter(kind="seal", ended_at=None, unit_id__in=list(unit_ids))
    rows = [*of_people.order_by("pk"), *of_units.order_by("pk")]
    return {(row.kind, row.person_id or row.unit_id or 0): _key(row, at) for row in rows}


def _key(row: Credential, at: datetime) -> KeyView:
    certificate = credentials.certificate_of(row)
    return KeyView(
        row.subject, f"{certificate.serial_number:x}", common_name_of_issuer(certificate), row.adapter,
        str(Credential.Adapter(row.adapter).label), row.valid_to, credentials.usable(row, at),
    )  # fmt: skip


def common_name_of_issuer(certificate: x509.Certificate) -> str:
    return str(certificate.issuer.native.get("common_name", "") or certificate.issuer.human_friendly)


def batch(batch_id: str) -> Batch:
    """Raises LookupError."""
    try:
        return Batch.objects.get(pk=UUID(str(batch_id)))
    except (Batch.DoesNotExist, ValueError):
        raise LookupError("Không có lô ký này") from None


def batch_status(batch_id: str) -> BatchStatus:
    """Raises LookupError."""
    rows = list(batch(batch_id).orders.order_by("position"))
    papers = tuple(_paper(row) for row in rows)
    count = {state: sum(paper.state == state for paper in papers) for state in SigningOrder.State.values}
    return BatchStatus(
        id=batch_id,
        total=len(papers),
        signed=count["signed"],
        failed=count["failed"],
        stopped=count["stopped"],
        waiting=count["waiting"] + count["requested"],
        papers=papers,
    )


def papers_status(papers: Mapping[str, str]) -> dict[str, PaperStatus]:
    """The order of each paper for its purpose; a signed one before any other."""
    rows = SigningOrder.objects.filter(sha256__in=list(papers), purpose__in=set(papers.values())).order_by("pk")
    found: dict[str, PaperStatus] = {}
    for row in rows:
        if papers[row.sha256] == row.purpose and (row.sha256 not in found or row.state == SigningOrder.State.SIGNED):
            found[row.sha256] = _paper(row)
    return found


def _paper(row: SigningOrder) -> PaperStatus:
    label = SigningOrder.State(row.state).label
    return PaperStatus(row.sha256, row.name, row.purpose, row.state, label, row.problem, row.signed_sha256, row.reached)


def trusted() -> list[TrustedView]:
    return [
        TrustedView(
            row.name,
            row.fingerprint,
            tuple(name for name in ("official", "public", "timestamps") if getattr(row, f"for_{name}")),
            x509.Certificate.load(bytes(row.certificate)).not_valid_after,
            row.trusted_from,
            row.trusted_to,
        )
        for row in TrustedAuthority.objects.filter(withdrawn_in=None).order_by("name", "pk")
    ]


def pending() -> list[PendingChange]:
    rows = TrustChange.objects.filter(state=TrustChange.State.WAITING).order_by("proposed_at", "pk")
    return [
        PendingChange(row.pk, row.act, row.name, row.fingerprint, tuple(row.purposes), row.reason, row.proposed_by,
                      row.proposed_by_name, row.proposed_at)
        for row in rows
    ]  # fmt: skip
