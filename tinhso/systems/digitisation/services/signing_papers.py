"""Confirmed papers are signed by the officer who compared them, then by the agency (TT 01/2023/TT-VPCP, art. 5).

Signing runs in the background; what became of it is heard by event. The events of one paper may come twice and in any
order: where the file stands now is asked of the signing itself, so that no order of them leads astray.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from tinhso.foundation.accounts.public import RIGHTS_OF_ROLE, Actor, Right
from tinhso.foundation.audit import public as audit
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.signing import public as signing
from tinhso.systems.digitisation.models import Batch, Document
from tinhso.systems.digitisation.services import depositing
from tinhso.systems.one_stop import public as one_stop

MOST = 1_000  # papers that signing takes in one go
S = Document.Signature


def to_sign(batch: Batch, actor: Actor) -> QuerySet[Document]:
    """Papers this officer compared and has not signed."""
    return batch.documents.filter(status=Document.Status.CONFIRMED, signature=S.NONE, confirmed_by=actor.key)


def to_seal(batch: Batch) -> QuerySet[Document]:
    """Papers an officer has signed and the agency has not."""
    return batch.documents.filter(status=Document.Status.CONFIRMED, signature=S.SIGNED)


def sealing_post(batch: Batch, actor: Actor) -> int | None:
    """The actor's post that keeps the seal of the unit which scanned; None without one."""
    path = organizations.get_unit(unit_id=batch.unit_id).path
    keeps = (post for post in actor.posts if Right.NUMBER in RIGHTS_OF_ROLE.get(post.role, frozenset()))
    return next((post.post_id for post in keeps if post.unit_id in path), None)


def sign(*, batch: Batch, actor: Actor, confirmed_at: datetime | None, at: datetime) -> int:
    """The officer signs all papers of the batch they confirmed, in one go; how many. Twice is once.

    confirmed_at: when they last showed who they are. Raises SigningRefusedError with a sentence.
    """
    with transaction.atomic():
        papers = list(to_sign(batch, actor).select_for_update(of=("self",))[:MOST])
        if papers:
            orders = [signing.Paper(one.copy_sha256, _name(one), one.purpose) for one in papers]
            order = signing.sign_batch(papers=orders, by=actor, confirmed_at=confirmed_at, at=at)
            _ordered(papers, S.SIGNING, batch, order, actor, at)
    return len(papers)


def seal(*, batch: Batch, actor: Actor, confirmed_at: datetime | None, at: datetime) -> int:
    """The agency signs what its officers have signed, in one go; how many. Raises SigningRefusedError."""
    post_id = sealing_post(batch, actor)
    if post_id is None:
        raise signing.SigningRefusedError("not_able", "Chỉ văn thư của cơ quan đã quét được ký bằng chữ ký cơ quan.")
    with transaction.atomic():
        papers = list(to_seal(batch).select_for_update(of=("self",))[:MOST])
        if papers:
            words = signing.default_appearance(kind="copy")  # NĐ 30/2020, annex I: agency and time, top right of page 1
            orders = [signing.Paper(one.signed_sha256, _name(one), one.purpose, words, True) for one in papers]
            order = signing.sign_batch(
                papers=orders, by=actor, confirmed_at=confirmed_at, kind="seal", post_id=post_id, at=at
            )
            _ordered(papers, S.SEALING, batch, order, actor, at)
    return len(papers)


def _name(document: Document) -> str:
    return f"{document.dossier_code}_{document.paper_key}_{document.order}.pdf"[:255]


def _ordered(
    papers: Sequence[Document], state: Document.Signature, batch: Batch, order: str, actor: Actor, at: datetime
) -> None:
    Document.objects.filter(pk__in=[one.pk for one in papers]).update(signature=state, signature_problem="")
    audit.record(
        subject=f"batch:{batch.pk}", act=f"digitisation.{state}", actor=actor.key, actor_name=actor.name,
        data={"papers": [one.order for one in papers], "order": order}, at=at,
    )  # fmt: skip


def _of(purpose: str) -> Document | None:
    """The paper an order was for, held; None for orders of others and for a confirmation taken back since."""
    _word, _, rest = purpose.partition("digitisation:")
    number = rest.partition(":")[0]
    if not number.isdigit():
        return None
    found = Document.objects.select_for_update(of=("self",)).filter(pk=int(number)).first()
    return found if found and found.purpose == purpose and found.status == Document.Status.CONFIRMED else None


def note_signed(event: signing.FileSigned, *, at: datetime) -> None:
    """A signature is on a paper: the dossier points to the signed file, and with both the owner's store gets it."""
    document = _of(event.purpose)
    if document is None:
        return
    when = datetime.fromisoformat(event.at)
    if event.kind == "seal":
        document.seal_name, document.sealed_at = event.signer, when
    else:
        document.signer_name, document.signed_at = event.signer, when
    document.signature_problem = ""
    document.signature = _state(document)
    _point(document, at)
    depositing.deposit(document, at=at)


def _state(document: Document) -> Document.Signature:
    if document.sealed_at:
        return S.SEALED
    return S.SEALING if document.signature == S.SEALING else S.SIGNED


def note_strengthened(event: signing.SignatureStrengthened, *, at: datetime) -> None:
    """A signed paper got its timestamp later: dossier and paper point to the newer file."""
    held = Document.objects.select_for_update(of=("self",)).filter(
        copy_sha256=event.original_sha256, status=Document.Status.CONFIRMED
    )
    for document in held.exclude(signed_sha256=""):
        _point(document, at)


def note_failed(event: signing.SigningFailed) -> None:
    """It was tried and given up: the paper stands as before, with the reason; the button is there again."""
    document = _of(event.purpose)
    if document is not None and document.signature in (S.SIGNING, S.SEALING):
        document.signature = S.NONE if document.signature == S.SIGNING else S.SIGNED
        document.signature_problem = event.problem
        document.save(update_fields=["signature", "signature_problem"])


def _point(document: Document, at: datetime) -> None:
    """To the newest form of its file; written."""
    former, newest = document.file_sha256, signing.latest_version(sha256=document.copy_sha256)
    document.signed_sha256 = newest
    document.save()
    if newest != former:
        one_stop.exchange_scan(code=document.dossier_code, key=document.paper_key, former=former, sha256=newest, at=at)
