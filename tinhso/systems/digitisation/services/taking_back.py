"""A confirmation that was wrong is taken back: out of the dossier, and the owner's store hears of it."""

from datetime import datetime

from django.db import transaction

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.audit import public as audit
from tinhso.systems.digitisation.models import Document
from tinhso.systems.digitisation.services import arranging
from tinhso.systems.digitisation.services.depositing import SOURCE
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.vault import public as vault

S = Document.Signature


def take_back(*, document_id: int, reason: str, actor: Actor, at: datetime) -> Document:
    """The paper waits again to be put in its place, with its pages as they are; signed files stay kept.

    Twice is once. Raises PermissionError, LookupError, ValueError with a sentence.
    """
    reason = " ".join(reason.split())[:500]
    if len(reason) < 10:
        raise ValueError("Ghi rõ lý do rút lại (ít nhất 10 ký tự).")
    with transaction.atomic():
        document = Document.objects.select_for_update(of=("self",)).select_related("batch").get(pk=document_id)
        if document.status != Document.Status.CONFIRMED:
            return document
        if document.signature in (S.SIGNING, S.SEALING):
            raise ValueError("Giấy này đang được ký số. Chờ ký xong rồi rút lại.")
        one_stop.detach_scan(
            code=document.dossier_code, key=document.paper_key, sha256=document.file_sha256,
            attached_at=document.confirmed_at or at, reason=reason, actor=actor, at=at,
        )  # fmt: skip
        if document.vault_ref:
            vault.supersede(source=SOURCE, source_ref=document.vault_ref, reason=reason, by=actor, at=at)
        data = {"document": document.order, "dossier": document.dossier_code, "sha256": document.file_sha256}
        _as_before(document)
        audit.record(
            subject=f"batch:{document.batch_id}", act="digitisation.taken_back", actor=actor.key,
            actor_name=actor.name, data={**data, "reason": reason}, at=at,
        )  # fmt: skip
    return document


def _as_before(document: Document) -> None:
    """As it was read, corrections kept; nothing signed, nothing confirmed."""
    document.status, document.signature, document.signature_problem = Document.Status.READY, S.NONE, ""
    document.confirmed_by = document.confirmed_by_name = document.signer_name = document.seal_name = ""
    document.confirmed_at = document.signed_at = document.sealed_at = None
    document.copy_sha256 = document.signed_sha256 = document.vault_ref = ""
    document.save()
    arranging.settle(document.batch)
