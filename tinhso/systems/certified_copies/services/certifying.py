"""Number, words of certification and signature are one act; then the seal, and the copy is its owner's.

The number is taken in the transaction that makes the paper to be signed: a signature refused takes it back, so the
register has no gap. Moving on happens where a signature is heard of (`FileSigned`), whichever way it was made.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from tinhso.foundation.accounts.public import Actor, Right
from tinhso.foundation.audit import public as audit
from tinhso.foundation.files import public as files
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.signing import public as signing
from tinhso.systems.certified_copies import printing
from tinhso.systems.certified_copies.models import CertifiedCopy
from tinhso.systems.certified_copies.services.receiving import PROCEDURE, CopyRefusedError, hand_to, lock, record
from tinhso.systems.vault import public as vault
from tinhso.systems.verification import public as verification

SOURCE = "certification"
State = CertifiedCopy.State
Confirmed = datetime | None


def note_seen(copy: CertifiedCopy, actor: Actor) -> None:
    """Who is to sign has opened the copy beside its scan."""
    if actor.person_id and actor.person_id not in copy.seen_by:
        copy.seen_by = [*copy.seen_by, actor.person_id]
        copy.save(update_fields=["seen_by"])


def sign(copies: Sequence[CertifiedCopy], *, actor: Actor, confirmed_at: Confirmed, at: datetime) -> str:
    """Certify and sign: one at once (""), several as a batch of the worker (its id). All or none is ordered.

    Raises CopyRefusedError, PermissionError, signing.SigningRefusedError.
    """
    if not copies:
        raise CopyRefusedError("Chọn ít nhất một bản sao để ký.")
    able = signing.can_sign(actor=actor, at=at)
    if not able.is_able:  # before any number is taken
        raise signing.SigningRefusedError("not_able", able.sentence)
    ordered = sorted(copies, key=lambda copy: copy.pk)  # in one order, so that two leaders never wait in a circle
    papers = [_prepare(copy, actor, at) for copy in ordered]
    if len(papers) == 1:
        made = signing.sign_pdf(
            sha256=papers[0].sha256, name=papers[0].name, purpose=papers[0].purpose, by=actor,
            confirmed_at=confirmed_at, appearance=printing.SIGNATURE, at=at,
        )  # fmt: skip
        signed(made.original_sha256, made.sha256, kind="personal", at=at)
        return ""
    return _note_batch(signing.sign_batch(papers=papers, by=actor, confirmed_at=confirmed_at, at=at), ordered)


def sign_again(copy: CertifiedCopy, *, actor: Actor, confirmed_at: Confirmed, at: datetime) -> None:
    """A copy that has its number and failed to be signed: the same paper once more."""
    held = lock(copy, Right.APPROVE, actor, State.SIGNING)
    made = signing.sign_pdf(
        sha256=held.document_sha256, name=_file_name(held), purpose=_purpose(held), by=actor,
        confirmed_at=confirmed_at, appearance=printing.SIGNATURE, at=at,
    )  # fmt: skip
    signed(made.original_sha256, made.sha256, kind="personal", at=at)


def seal(copies: Sequence[CertifiedCopy], *, actor: Actor, confirmed_at: Confirmed, at: datetime) -> str:
    """The agency's seal, in the same two ways as `sign`."""
    if not copies:
        raise CopyRefusedError("Chọn ít nhất một bản sao để đóng dấu.")
    place = signing.default_appearance(kind="seal", at=printing.SIGNATURE)
    held = [lock(copy, Right.NUMBER, actor, State.AWAITING_SEAL) for copy in sorted(copies, key=lambda copy: copy.pk)]
    papers = [signing.Paper(one.signed_sha256, _file_name(one), _purpose(one), place) for one in held]
    if len(papers) == 1:
        made = signing.sign_pdf(
            sha256=papers[0].sha256, name=papers[0].name, purpose=papers[0].purpose, by=actor,
            confirmed_at=confirmed_at, kind="seal", appearance=place, at=at,
        )  # fmt: skip
        signed(made.original_sha256, made.sha256, kind="seal", at=at)
        return ""
    batch = signing.sign_batch(papers=papers, by=actor, confirmed_at=confirmed_at, kind="seal", at=at)
    return _note_batch(batch, held)


def signed(original: str, sha256: str, *, kind: str, at: datetime) -> None:
    """A signature was made: to the clerk after the leader's, to the owner after the seal. Twice is once."""
    if kind == "personal":
        found = CertifiedCopy.objects.select_for_update().filter(document_sha256=original, state=State.SIGNING).first()
        if found is not None:
            found.signed_sha256, found.state, found.problem, found.batch_id = sha256, State.AWAITING_SEAL, "", ""
            hand_to(found, organizations.Role.CLERK)
            found.save()
        return
    found = CertifiedCopy.objects.select_for_update().filter(signed_sha256=original, state=State.AWAITING_SEAL).first()
    if found is not None:
        _issue(found, sha256, at)


def failed(original: str, problem: str) -> None:
    """A paper of a batch was not signed: its number stays, the reason is on the copy."""
    CertifiedCopy.objects.filter(document_sha256=original, state=State.SIGNING).update(problem=problem[:500])
    CertifiedCopy.objects.filter(signed_sha256=original, state=State.AWAITING_SEAL).update(problem=problem[:500])


def recall(copy: CertifiedCopy, *, reason: str, actor: Actor, at: datetime) -> CertifiedCopy:
    """A copy certified wrongly is taken back: its owner's store and its verification page say so.

    Raises CopyRefusedError, PermissionError.
    """
    held = lock(copy, Right.APPROVE, actor, State.ISSUED)
    if len(reason.strip()) < 10:
        raise CopyRefusedError("Ghi rõ lý do thu hồi (ít nhất 10 ký tự).", "recall_reason")
    held.state, held.reason, held.ended_at = State.RECALLED, reason.strip()[:2000], at
    held.save()
    vault.supersede(source=SOURCE, source_ref=held.reference, reason=held.reason, by=actor, at=at)
    record(held, "recalled", actor, at, reason=held.reason)
    return held


def _prepare(copy: CertifiedCopy, actor: Actor, at: datetime) -> signing.Paper:
    """Number and paper of one copy, in the caller's transaction."""
    held = lock(copy, Right.APPROVE, actor, State.AWAITING_SIGNATURE)
    if actor.person_id not in held.seen_by:
        raise CopyRefusedError(f"Mở xem «{held.name}» cạnh bản quét trước khi ký.")
    day = timezone.localtime(at).date()
    held.year, held.number, held.certified_on = day.year, _next_number(held.unit_id, day.year), day
    post = next(post for post in actor.posts if held.unit_id in post.unit_path or post.unit_id == held.unit_id)
    held.signer_name, held.signer_title = actor.name, post.title
    issued = _token(held, at)
    held.token = issued.token
    try:
        kept = files.keep(content=printing.compose(held, issued, at=at), name=_file_name(held))
    except (printing.NotComposableError, files.FileRefusedError) as refused:
        raise CopyRefusedError(f"«{held.name}»: {refused}") from refused
    held.document_sha256, held.state = kept.sha256, State.SIGNING
    held.save()
    record(held, "numbered", actor, at, number=held.number, year=held.year)
    return signing.Paper(kept.sha256, _file_name(held), _purpose(held), printing.SIGNATURE)


def _token(copy: CertifiedCopy, at: datetime) -> verification.Issued:
    unit = organizations.get_unit(unit_id=copy.unit_id)
    return verification.issue(
        kind="certified_copy", source=SOURCE, source_ref=copy.reference, unit_id=copy.unit_id, agency_name=unit.name,
        name=copy.name, holder_name=copy.owner_name, holder_number=copy.owner_number,
        holder_is_person=copy.owner_kind == "citizen", number=f"{copy.number}/{copy.book}",
        issued_on=copy.certified_on, signer_name=copy.signer_name, signer_title=copy.signer_title, at=at,
    )  # fmt: skip


def _issue(copy: CertifiedCopy, sha256: str, at: datetime) -> None:
    """Sealed: the token is valid, the owner's store has the copy."""
    copy.sealed_sha256, copy.state, copy.issued_at, copy.problem, copy.batch_id = sha256, State.ISSUED, at, "", ""
    copy.responsible_id, copy.responsible_name = None, ""
    copy.save()
    verification.bind(token=copy.token, sha256=sha256, at=at)
    verdict = signing.verdict_of(sha256=sha256, at=at)
    unit = organizations.get_unit(unit_id=copy.unit_id)
    vault.deposit(
        paper=vault.Deposit(
            owner_number=copy.owner_number, owner_kind=copy.owner_kind, owner_name=copy.owner_name, source=SOURCE,
            source_ref=copy.reference, zone="digitised", weight=2, name=copy.name,
            number=f"{copy.number}/{copy.book}", issuer_unit_id=unit.id, issuer_name=unit.name,
            issued_on=copy.certified_on, sha256=sha256, file_name=_file_name(copy), procedure_code=PROCEDURE,
            signature=verdict.state if verdict.state in ("valid", "invalid") else "unchecked",
            signature_words=verdict.sentence,
        ),
        at=at,
    )  # fmt: skip
    audit.record(
        subject=f"certified_copy:{copy.pk}", act="certified_copies.issued", actor="system:certified_copies",
        data={"key": str(copy.key), "token": copy.token, "sha256": sha256}, at=at,
    )  # fmt: skip


def _note_batch(batch_id: str, copies: Sequence[CertifiedCopy]) -> str:
    CertifiedCopy.objects.filter(pk__in=[copy.pk for copy in copies]).update(batch_id=batch_id, problem="")
    return batch_id


def _next_number(unit_id: int, year: int) -> int:
    """The next of the unit's register; the row is held until the end of the transaction, so no number is lost."""
    if not connection.in_atomic_block:
        raise RuntimeError("a number is taken in the transaction that uses it")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "insert into certified_copies_registercounter (unit_id, year, last) values (%s, %s, 1)"
            " on conflict (unit_id, year) do update set last = certified_copies_registercounter.last + 1"
            " returning last",
            [unit_id, year],
        )
        return int(cursor.fetchone()[0])


def _file_name(copy: CertifiedCopy) -> str:
    return f"ban-sao-chung-thuc-{copy.year}-{copy.number}.pdf"


def _purpose(copy: CertifiedCopy) -> str:
    return f"certified_copy:{copy.pk}"
