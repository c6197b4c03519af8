"""The door of signing (ký số): what signed files are worth, who may sign with which key, and signing itself."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.organizations.public import Doer
from tinhso.foundation.signing import appearance as pictures
from tinhso.foundation.signing import (
    archive,
    blanks,
    credentials,
    judging,
    orders,
    permissions,
    selectors,
    trusting,
    verdicts,
    words,
)
from tinhso.foundation.signing.appearance import Appearance
from tinhso.foundation.signing.credentials import CredentialError, ReadCertificate
from tinhso.foundation.signing.events import FileSigned, SignatureStrengthened, SigningFailed, TrustListChanged
from tinhso.foundation.signing.evidence import EvidenceUnavailableError
from tinhso.foundation.signing.judging import records
from tinhso.foundation.signing.judging.records import Finding, Reason, Verdict
from tinhso.foundation.signing.judging.trust import TrustList
from tinhso.foundation.signing.orders import Paper, SigningRefusedError
from tinhso.foundation.signing.pades import NotSignableError
from tinhso.foundation.signing.permissions import SigningAbility
from tinhso.foundation.signing.selectors import BatchStatus, KeyView, PaperStatus, PendingChange, TrustedView
from tinhso.foundation.signing.trusting import TrustRefusedError
from tinhso.foundation.signing.words import VerdictWords

__all__ = [
    "Appearance",
    "BatchStatus",
    "CredentialError",
    "EvidenceUnavailableError",
    "FileSigned",
    "Finding",
    "KeyView",
    "NotSignableError",
    "Paper",
    "PaperStatus",
    "PendingChange",
    "ReadCertificate",
    "Reason",
    "SignatureStrengthened",
    "SignedFile",
    "SigningAbility",
    "SigningFailed",
    "SigningRefusedError",
    "TrustList",
    "TrustListChanged",
    "TrustRefusedError",
    "TrustedView",
    "Verdict",
    "VerdictWords",
]


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A paper signed: a new blob; the former stays as it was."""

    original_sha256: str
    sha256: str
    level: str  # B-B and B-T while a service is away; caught up with later, told by SignatureStrengthened


# --- verdicts


def judge(
    *, content: bytes, at: datetime | None = None, trust: TrustList | None = None, detached: bytes | None = None
) -> Verdict:
    """What a signed file is worth at a moment, by the province's trust list or the one given; asks no network.

    detached: what a `.p7s` was made over. Bad input is a verdict with its reasons, never an error.
    """
    return judging.judge(content, trust=trust or trusting.current(), at=at or timezone.now(), detached=detached)


def judge_file(*, path: Path, at: datetime, trust: TrustList | None = None) -> Verdict:
    """The same for a file on the disk; what `x.pdf.p7s` was made over is looked for beside it, as `x.pdf`."""
    beside = path.with_suffix("")
    listed = trust or trusting.current()
    try:
        content = path.read_bytes()
        detached = beside.read_bytes() if path.suffix == ".p7s" and beside.is_file() else None
    except OSError:
        return judging.unreadable("not_found", trust=listed, at=at)
    return judge(content=content, at=at, trust=listed, detached=detached)


def verdict_of(*, sha256: str, at: datetime | None = None) -> Verdict:
    """The verdict on a stored file by the trust list in force; kept by digest and version of the list, and given anew
    where it leaned on «now». Revocation lists it lacks are asked for at the hosts of `TINHSO_SIGNING_HOSTS` alone.
    Raises LookupError."""
    return verdicts.verdict_of(sha256, at or timezone.now())


def bears_signature(*, sha256: str) -> bool:
    """Whether a stored file bears any signature: a look for its mark, so that papers without one cost next to nothing.
    Raises LookupError."""
    return words.bears_signature(sha256)


def words_of(*, sha256: str, at: datetime | None = None) -> VerdictWords | None:
    """The verdict on a stored file as a screen shows it (`ui.verdict`); None for a file nobody signed or none that is
    there."""
    try:
        if not words.bears_signature(sha256):
            return None
        verdict = verdict_of(sha256=sha256, at=at)
    except LookupError:
        return None
    return words.in_words(verdict) if verdict.state != records.UNSIGNED else None


def as_json(verdict: Verdict) -> dict[str, Any]:
    """JSON-ready: valid, state, sentence, reasons [{code, sentence}], signatures […], trust_list {version, date}."""
    return records.as_json(verdict)


def trust_list() -> TrustList:
    """The province's list in force, with the revocation lists held."""
    return trusting.current()


def trust_folder(*, folder: Path) -> TrustList:
    """A trust list made of a folder: certificates of authorities as PEM, revocation lists as DER. Raises OSError."""
    return judging.read_folder(folder)


# --- signing


def can_sign(
    *, actor: Actor, kind: str = "personal", post_id: int | None = None, at: datetime | None = None
) -> SigningAbility:
    """Whether the actor can sign now (kind `personal`), or set the agency's seal (`seal`), and why not."""
    return permissions.ability(actor, kind, post_id, at or timezone.now())[0]


def is_confirmed(*, confirmed_at: datetime | None, at: datetime | None = None) -> bool:
    """Whether a person showed so lately who they are (`accounts.confirmed_at`) that their key may be used."""
    return confirmed_at is not None and permissions.is_confirmed(confirmed_at, at or timezone.now())


def default_appearance(*, kind: str, at: Appearance | None = None) -> Appearance:
    """The place Nghị định 30/2020 gives to a signature (`personal`), the seal beside the signature `at` (`seal`), or
    the words on a copy or attachment (`copy`, top right of page 1)."""
    return pictures.default(kind, at)


def reserve_places(*, content: bytes) -> bytes:
    """Form fields where a typst template marked places (`text_place`, `signature_place` of the frame): number and date
    are then filled in by the revision that sets the seal, and a signature or seal goes into its own box."""
    return blanks.reserve(content)


def sign_pdf(
    *,
    sha256: str,
    name: str,
    purpose: str,
    by: Actor,
    confirmed_at: datetime | None,
    kind: str = "personal",
    post_id: int | None = None,
    appearance: Appearance | None = None,
    after_signer: bool = False,
    level: str = "B-LT",
    filled: Mapping[str, str] | None = None,
    at: datetime | None = None,
) -> SignedFile:
    """Sign one stored PDF now; the caller opens the transaction. Signed before for this purpose: that file again.

    after_signer: a seal that may only follow a person's signature (người có thẩm quyền ký trước, văn thư đóng dấu sau).
    filled: texts for the places the paper keeps (`reserve_places`), written in the revision this signature closes.

    confirmed_at: when the person last showed who they are (`accounts.confirmed_at`). Raises SigningRefusedError (code,
    sentence), LookupError.
    """
    at = at or timezone.now()
    paper = Paper(sha256, name, purpose, appearance, after_signer, filled or {})
    batch = orders.place([paper], kind=kind, post_id=post_id, level=level, by=by, confirmed_at=confirmed_at, at=at)
    row = orders.one(batch, paper)
    if row.state != "signed":
        orders.work_on(row, at)
    if row.state != "signed":
        raise SigningRefusedError("unavailable" if row.state == "waiting" else "not_signed", row.problem)
    return SignedFile(sha256, row.signed_sha256, row.reached)


def sign_xml(
    *,
    sha256: str,
    name: str,
    purpose: str,
    by: Actor,
    confirmed_at: datetime | None,
    kind: str = "seal",
    post_id: int | None = None,
    at: datetime | None = None,
) -> SignedFile:
    """Sign one stored XML document now (XAdES, enveloped, inclusive C14N), as `sign_pdf` does a PDF."""
    return sign_pdf(sha256=sha256, name=name, purpose=purpose, by=by, confirmed_at=confirmed_at, kind=kind,
                    post_id=post_id, level="B-T", at=at)  # fmt: skip


def sign_package(
    *,
    files: Mapping[str, str],
    by: Actor,
    confirmed_at: datetime | None,
    kind: str = "seal",
    post_id: int | None = None,
    at: datetime | None = None,
) -> SignedFile:
    """An ASiC-E package (CAdES) of stored files, name → sha256: one signature over files of any kind.

    Raises SigningRefusedError, LookupError.
    """
    made, level = orders.pack(
        files, kind=kind, post_id=post_id, by=by, confirmed_at=confirmed_at, at=at or timezone.now()
    )
    return SignedFile("", made, level)


def sign_batch(
    *,
    papers: Sequence[Paper],
    by: Actor,
    confirmed_at: datetime | None,
    kind: str = "personal",
    post_id: int | None = None,
    level: str = "B-LT",
    at: datetime | None = None,
) -> str:
    """Order up to a thousand papers to be signed after one confirmation; the worker signs them, also through crashes.

    The id, for `batch_status`; each paper is told by FileSigned or SigningFailed. Raises SigningRefusedError,
    LookupError before anything is ordered.
    """
    at = at or timezone.now()
    return str(
        orders.place(papers, kind=kind, post_id=post_id, level=level, by=by, confirmed_at=confirmed_at, at=at).pk
    )


def batch_status(*, batch_id: str) -> BatchStatus:
    """How far a batch is, paper by paper. Raises LookupError."""
    return selectors.batch_status(batch_id)


def papers_status(*, papers: Mapping[str, str]) -> dict[str, PaperStatus]:
    """How far papers are that were ordered, digest → purpose, in whatever batch; by digest, without unknown ones."""
    return selectors.papers_status(papers)


def stop_batch(*, batch_id: str, by: Actor, at: datetime | None = None) -> int:
    """Papers not signed yet stay unsigned; how many. Raises LookupError."""
    return orders.stop(selectors.batch(batch_id), by, at or timezone.now())


def latest_version(*, sha256: str) -> str:
    """The newest form of a file: signed, stamped or renewed."""
    return archive.latest_of(sha256)


def stamped_form(*, sha256: str) -> str:
    """The newest form of a file with no further signature: only stamped or renewed. Itself where there is none."""
    return archive.latest_of(sha256, only_stamped=True)


def original_of(*, sha256: str) -> str:
    """The file before any signature of ours."""
    return archive.first_of(sha256)


def archive_file(*, sha256: str, at: datetime | None = None) -> str:
    """Keep a signed PDF for long (B-LTA, renewed yearly); the blob that holds it now. Raises LookupError,
    NotSignableError for signatures that do not hold, EvidenceUnavailableError while a service is away."""
    return archive.take_in(sha256, at or timezone.now()).current


# --- keys and trust


def enrol_key(
    *,
    kind: str,
    owner_id: int,
    adapter: str,
    reference: str,
    certificate: bytes,
    chain: Sequence[bytes] = (),
    picture: bytes | None = None,
    by: Doer,
    at: datetime,
) -> int:
    """A person's (`personal`, person id) or agency's (`seal`, unit id) certificate, DER. adapter: `soft`, `pkcs11`
    (reference `token|label`), `remote` (id at the service). The one before ends. Raises CredentialError."""
    return credentials.enrol(
        kind=kind, owner_id=owner_id, adapter=adapter, reference=reference, certificate=certificate, chain=chain,
        picture=picture, by=by, at=at,
    ).pk  # fmt: skip


def read_certificates(*, content: bytes) -> list[ReadCertificate]:
    """A DER certificate, or a PEM file: the owner's first, then those above it. Raises CredentialError."""
    return credentials.read_certificates(content)


def end_key(*, kind: str, owner_id: int, reason: str, by: Doer, at: datetime) -> None:
    """A person's or agency's certificate is used no more; what it signed stays as good as it was.
    Raises CredentialError without a reason, LookupError."""
    credentials.end(kind=kind, owner_id=owner_id, reason=reason, by=by, at=at)


def keys_of(*, person_ids: Collection[int] = (), unit_ids: Collection[int] = (), at: datetime | None = None
            ) -> dict[tuple[str, int], KeyView]:  # fmt: skip
    """Certificates in use, by (`personal`, person id) and (`seal`, unit id)."""
    return selectors.keys_of(person_ids, unit_ids, at or timezone.now())


def trusted_authorities() -> list[TrustedView]:
    """The trust list in force."""
    return selectors.trusted()


def trust_changes() -> list[PendingChange]:
    """Changes of the trust list that wait for a second person, oldest first."""
    return selectors.pending()


def propose_trust(*, certificate: bytes, purposes: Sequence[str], reason: str, by: Doer, at: datetime, name: str = "",
                  trusted_from: datetime | None = None, trusted_to: datetime | None = None) -> int:  # fmt: skip
    """Propose an authority (PEM or DER) for `official`, `public`, `timestamps`; the id of the change.
    Raises TrustRefusedError."""
    return trusting.propose(certificate=certificate, purposes=purposes, reason=reason, by=by, at=at, name=name,
                            trusted_from=trusted_from, trusted_to=trusted_to)  # fmt: skip


def propose_withdrawal(*, fingerprint: str, reason: str, by: Doer, at: datetime) -> int:
    """Propose that an authority be trusted no more. Raises LookupError, TrustRefusedError."""
    return trusting.propose_withdrawal(fingerprint=fingerprint, reason=reason, by=by, at=at)


def decide_trust(*, change_id: int, approved: bool, by: Doer, at: datetime) -> int:
    """The second person decides; the version then in force. Raises LookupError, TrustRefusedError."""
    return trusting.decide(change_id=change_id, approved=approved, by=by, at=at)
