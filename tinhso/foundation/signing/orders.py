"""Batches of papers to be signed (lô ký): one row a paper, picked up again wherever they were broken off.

A row is locked while its paper is signed, and the signed file, the row, the trail and the event are one transaction:
killed before its end nothing happened, after it nothing happens again.
"""

import contextlib
import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Count, Min
from django.utils import timezone
from pyhanko.sign.signers import Signer

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.audit import public as audit
from tinhso.foundation.files import public as files
from tinhso.foundation.outbox import public as outbox
from tinhso.foundation.signing import appearance as pictures
from tinhso.foundation.signing import asice, credentials, pades, permissions, proofs, remote, xades
from tinhso.foundation.signing.appearance import Appearance
from tinhso.foundation.signing.credentials import CredentialError
from tinhso.foundation.signing.devices import DeviceError
from tinhso.foundation.signing.events import FileSigned, SigningFailed
from tinhso.foundation.signing.evidence import EvidenceUnavailableError
from tinhso.foundation.signing.judging.certificates import organization
from tinhso.foundation.signing.keys import KeySigner
from tinhso.foundation.signing.models import Batch, Credential, SignedVersion, SigningOrder
from tinhso.foundation.signing.pades import NotSignableError, Proof, RevokedCredentialError, Signed

log = logging.getLogger(__name__)
LARGEST_BATCH = 1_000
ATTEMPTS = 8
PDF, XML = "application/pdf", "application/xml"
State = SigningOrder.State


class SigningRefusedError(ValueError):
    """It cannot be signed; code and one Vietnamese sentence that says why and how to mend it."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Paper:
    """A stored file to be signed. purpose: with the key and the file it makes the signature one of its kind."""

    sha256: str
    name: str
    purpose: str
    appearance: Appearance | None = None
    after_signer: bool = False  # a seal that may only follow the signature of the competent person
    filled: Mapping[str, str] = field(default_factory=dict)  # texts for places the paper keeps, such as its number


def place(
    papers: Sequence[Paper], *, kind: str, post_id: int | None, level: str, by: Actor, confirmed_at: datetime | None,
    at: datetime,
) -> Batch:  # fmt: skip
    """Put papers into a batch, each checked first. A paper already ordered for this purpose is not ordered again.

    Raises SigningRefusedError, LookupError for a file that is not there.
    """
    credential, by_post = _confirmed(kind, post_id, by, confirmed_at, at)
    if not papers or len(papers) > LARGEST_BATCH:
        raise SigningRefusedError("size", f"Mỗi lô ký từ 1 đến {LARGEST_BATCH} văn bản.")
    for paper in papers:
        _check(paper)
    batch = Batch.objects.create(
        id=uuid.uuid4(), account_id=by.account_id or 0, actor_name=by.name, credential=credential,
        post_id=by_post, confirmed_at=confirmed_at or at, created_at=at,
    )  # fmt: skip
    rows = [
        SigningOrder(
            batch=batch, position=number, sha256=paper.sha256, name=paper.name[:255], credential=credential,
            purpose=paper.purpose, level=level, appearance=pictures.to_json(paper.appearance), next_try_at=at,
            state=State.WAITING, filled=dict(paper.filled),
        )
        for number, paper in enumerate(papers, 1)
    ]  # fmt: skip
    SigningOrder.objects.bulk_create(rows, ignore_conflicts=True)
    _take_up_again(batch, papers, credential)
    data = {"papers": len(papers), "kind": kind, "credential": credential.pk}
    audit.record(subject=f"batch:{batch.pk}", act="signing.ordered", actor=by.key, actor_name=by.name, data=data, at=at)
    return batch


def _confirmed(
    kind: str, post_id: int | None, by: Actor, confirmed_at: datetime | None, at: datetime
) -> tuple[Credential, int]:
    """The key this actor may use now, and the post by which. Raises SigningRefusedError."""
    able, credential = permissions.ability(by, kind, post_id, at)
    if credential is None:
        raise SigningRefusedError("not_able", able.sentence)
    if confirmed_at is None or not permissions.is_confirmed(confirmed_at, at):
        sentence = "Nhập lại mật khẩu để xác nhận ký: khoá ký chỉ dùng khi chính bạn xác nhận."
        raise SigningRefusedError("confirm", sentence)
    return credential, able.post_id or 0


def one(batch: Batch, paper: Paper) -> SigningOrder:
    """The locked row of a paper just placed."""
    return (
        SigningOrder.objects.select_for_update(of=("self",))
        .select_related("batch", "credential")
        .get(sha256=paper.sha256, credential_id=batch.credential_id, purpose=paper.purpose)
    )


def _take_up_again(batch: Batch, papers: Sequence[Paper], credential: Credential) -> None:
    """Papers whose earlier try failed or was stopped go into this batch."""
    for paper in papers:
        SigningOrder.objects.filter(
            sha256=paper.sha256, credential=credential, purpose=paper.purpose, state__in=[State.FAILED, State.STOPPED]
        ).update(batch=batch, state=State.WAITING, attempts=0, problem="", next_try_at=batch.created_at,
                 filled=dict(paper.filled), appearance=pictures.to_json(paper.appearance))  # fmt: skip


def _check(paper: Paper) -> None:
    stored = files.stored(sha256=paper.sha256)
    if stored.media_type not in (PDF, XML) or (stored.media_type == XML and paper.appearance):
        raise SigningRefusedError("kind", f"«{paper.name}» không phải tệp PDF nên không ký trên trang được.")
    if paper.after_signer and not _signed_by_person(paper.sha256):
        sentence = f"«{paper.name}» chưa có chữ ký của người có thẩm quyền nên chưa đóng dấu được."
        raise SigningRefusedError("order", sentence)
    if paper.appearance is None or paper.appearance.kind == "copy":  # words on a copy look for room themselves
        return
    with files.read(sha256=paper.sha256) as stream:
        try:
            content = stream.read()
            place = pictures.at_reserved(content, paper.appearance)
            if place is paper.appearance:  # a box the paper keeps covers nothing
                pictures.check_place(content, place)
        except NotSignableError as error:
            raise SigningRefusedError("place", f"«{paper.name}»: {error}") from error


def _signed_by_person(sha256: str) -> bool:
    """Whether somewhere on the way to this file a person signed it here."""
    seen: set[str] = set()
    while sha256 not in seen:
        seen.add(sha256)
        if SigningOrder.objects.filter(signed_sha256=sha256, credential__kind=Credential.Kind.PERSONAL).exists():
            return True
        row = SignedVersion.objects.filter(pk=sha256).first()
        sha256 = row.former if row else sha256
    return False


def run_waiting(*, limit: int = 500, seconds: float = 20.0) -> int:
    """Sign what waits, each paper in a transaction of its own; how many were dealt with. Several may run at a time."""
    until, done = timezone.now() + timedelta(seconds=seconds), 0
    lost: dict[uuid.UUID, str] = {}  # asked once a batch and run: at most `seconds` ago
    while done < limit and timezone.now() < until:
        with transaction.atomic():
            row = (
                SigningOrder.objects.select_for_update(skip_locked=True, of=("self",))
                .filter(state__in=[State.WAITING, State.REQUESTED], next_try_at__lte=timezone.now())
                .select_related("batch", "credential")
                .order_by("next_try_at", "batch_id", "position")
                .first()
            )
            if row is None:
                break
            if row.batch_id not in lost:
                lost[row.batch_id] = _right_lost(row.batch, row.credential.kind)
            if lost[row.batch_id]:
                _fail(row, lost[row.batch_id], timezone.now())
            else:
                work_on(row, timezone.now())
        done += 1
    return done


def _right_lost(batch: Batch, kind: str) -> str:
    """Why whoever ordered the batch may not have it signed any more; empty where they may."""
    if not batch.account_id:
        return ""
    with contextlib.suppress(LookupError):  # an account that is closed holds nothing
        actor = accounts.actor_of_account(account_id=batch.account_id)
        if permissions.holds_post(actor, kind, batch.post_id or None):
            return ""
    return "Người ra lệnh ký không còn giữ vị trí được ký, nên bản này không được ký. Hồ sơ chờ người giữ vị trí ấy."


def work_on(row: SigningOrder, at: datetime) -> None:
    """Sign one locked paper, or note why not; the caller's transaction holds it all."""
    if row.batch.stopped_at is not None:
        row.state = State.STOPPED
        row.save(update_fields=["state"])
        return
    row.attempts += 1
    try:
        signed = _sign(row, at)
    except (RevokedCredentialError, NotSignableError, CredentialError, LookupError, remote.RemoteRefusedError) as error:
        _fail(row, str(error), at)
    except (DeviceError, EvidenceUnavailableError, remote.RemoteUnavailableError) as error:
        _try_later(row, str(error), at)
    except Exception as error:  # one paper must not hold up four hundred and ninety-nine
        log.exception("signing %s", row)
        _try_later(row, f"Lỗi khi ký: {type(error).__name__}.", at)
    else:
        if signed is not None:
            _keep_or_note(row, signed, at)


def _sign(row: SigningOrder, at: datetime) -> Signed | None:
    """None while a remote service has not answered yet."""
    credential = row.credential
    if problem := credentials.usable(credential, at):
        raise CredentialError(problem)
    with files.read(sha256=row.sha256) as stream:
        content = stream.read()
    certificate, chain = credentials.certificate_of(credential), credentials.chain_of(credential)
    proof = proofs.proof_for([[certificate, *chain]], at)
    mark = None
    if row.appearance:
        agency = organization(certificate)
        wanted = pictures.settled(content, Appearance(**row.appearance), organization=agency or credential.subject)
        mark = pictures.drawn(
            wanted,
            name=credential.subject,
            organization=agency,
            at=at,
            sheet=pictures.sheet_of(content, wanted.page),
            picture=bytes(credential.picture) if credential.picture else None,
        )
    if credential.adapter == Credential.Adapter.REMOTE:
        return remote.step(row, content, proof=proof, mark=mark, at=at)
    signer = credentials.signer_of(credential)
    if files.stored(sha256=row.sha256).media_type == XML:
        return _sign_xml(content, signer, proof)
    return pades.sign(content, signer, level=row.level, proof=proof, at=at, mark=mark, name=credential.subject,
                      kind=credential.kind, filled=row.filled)  # fmt: skip


def _sign_xml(content: bytes, signer: Signer, proof: Proof) -> Signed:
    if not isinstance(signer, KeySigner):
        raise NotSignableError("Khoá ở thiết bị hay dịch vụ từ xa chưa ký XML được: gói tệp vào ASiC-E để ký.")
    return xades.sign(content, signer, proof=proof)


def pack(
    papers: Mapping[str, str], *, kind: str, post_id: int | None, by: Actor, confirmed_at: datetime | None, at: datetime
) -> tuple[str, str]:
    """A signed package of stored files by name; (digest, level). Raises SigningRefusedError, LookupError."""
    credential, _ = _confirmed(kind, post_id, by, confirmed_at, at)
    contents = {}
    for name, sha256 in papers.items():
        with files.read(sha256=sha256) as stream:
            contents[name] = stream.read()
    certificate, chain = credentials.certificate_of(credential), credentials.chain_of(credential)
    try:
        signer = credentials.signer_of(credential)
        made = asice.pack(contents, signer, proof=proofs.proof_for([[certificate, *chain]], at))
    except (NotSignableError, CredentialError, DeviceError) as error:
        raise SigningRefusedError("not_signed", str(error)) from error
    kept = files.keep(content=made.content, name="goi-ky-so.asice")
    data = {"files": dict(papers), "credential": credential.pk, "level": made.level}
    audit.record(
        subject=f"file:{kept.sha256}", act="signing.packed", actor=by.key, actor_name=by.name, data=data, at=at
    )
    return kept.sha256, made.level


def _keep_or_note(row: SigningOrder, signed: Signed, at: datetime) -> None:
    try:
        _keep(row, signed, at)
    except files.FileRefusedError as error:  # a full disk passes; a file too large with its signature stays so
        later = error.problems[0].code == "no_space"
        (_try_later if later else _fail)(row, str(error), at)


def _keep(row: SigningOrder, signed: Signed, at: datetime) -> None:
    kept = files.keep(content=signed.content, name=row.name)
    row.state, row.signed_sha256, row.signed_at, row.reached = State.SIGNED, kept.sha256, at, signed.level
    row.problem, row.request = "", None
    row.save()
    note_version(kept.sha256, row.sha256, "signature", signed.level, at)
    audit.record(
        subject=f"file:{row.sha256}",
        act="signing.signed",
        actor=f"account:{row.batch.account_id}",
        actor_name=row.batch.actor_name,
        data={"signed": kept.sha256, "purpose": row.purpose, "credential": row.credential_id, "level": signed.level},
        at=at,
    )
    outbox.publish(
        FileSigned(
            key=row.sha256, original_sha256=row.sha256, signed_sha256=kept.sha256, purpose=row.purpose,
            kind=row.credential.kind, signer=row.credential.subject, post_id=row.batch.post_id, level=signed.level,
            batch_id=str(row.batch_id), at=at.isoformat(),
        )
    )  # fmt: skip
    transaction.on_commit(partial(remote.forget, row.pk))


def note_version(sha256: str, former: str, by: str, level: str, at: datetime) -> None:
    SignedVersion.objects.get_or_create(
        sha256=sha256, defaults={"former": former, "made_at": at, "by": by, "level": level}
    )


def _fail(row: SigningOrder, problem: str, at: datetime) -> None:
    row.state, row.problem = State.FAILED, problem[:500]
    row.save()
    outbox.publish(
        SigningFailed(key=row.sha256, original_sha256=row.sha256, purpose=row.purpose, batch_id=str(row.batch_id),
                      problem=row.problem)
    )  # fmt: skip


def _try_later(row: SigningOrder, problem: str, at: datetime) -> None:
    if row.attempts >= ATTEMPTS:
        _fail(row, problem, at)
        return
    row.problem, row.next_try_at = problem[:500], at + timedelta(seconds=2**row.attempts)
    row.save()


def stop(batch: Batch, by: Actor, at: datetime) -> int:
    """What is not signed yet stays unsigned; how many."""
    batch.stopped_at = at
    batch.save(update_fields=["stopped_at"])
    stopped = batch.orders.filter(state__in=[State.WAITING, State.REQUESTED]).update(state=State.STOPPED)
    audit.record(subject=f"batch:{batch.pk}", act="signing.stopped", actor=by.key, actor_name=by.name,
                 data={"papers": stopped}, at=at)  # fmt: skip
    return stopped


def counts(batch: Batch) -> dict[str, int]:
    return dict(batch.orders.order_by().values_list("state").annotate(n=Count("pk")))


def oldest_waiting() -> datetime | None:
    """Since when a paper waits that should have been signed (for liveness)."""
    return SigningOrder.objects.filter(state__in=[State.WAITING, State.REQUESTED]).aggregate(
        at=Min("batch__created_at")
    )["at"]
