"""One key: the officer has seen the picture beside its fields, and the paper goes into the dossier."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.audit import public as audit
from tinhso.foundation.files import public as files
from tinhso.lib.days import day_of
from tinhso.systems.digitisation import copies
from tinhso.systems.digitisation.models import Batch, Document, Page
from tinhso.systems.digitisation.reading.fields import LABELS
from tinhso.systems.digitisation.services import arranging
from tinhso.systems.digitisation.services.pages import on_disk
from tinhso.systems.one_stop import public as one_stop


def make_copy(*, document_id: int, at: datetime) -> str:
    """Hash of the working copy, made once for the pages as they lie. Outside a transaction.

    Raises FileRefusedError where the disk is full: nothing half is kept, and the paper waits as it was.
    """
    document = Document.objects.select_related("batch").get(pk=document_id)
    if document.copy_sha256:
        return document.copy_sha256
    pages = list(document.pages.filter(kind=Page.Kind.CONTENT).select_related("file").order_by("position", "number"))
    content = copies.pdf_of(pages, open_file=on_disk, title=document.name, dated=document.batch.received_at)
    stored = files.keep(content=content, name="ban-so-hoa.pdf")
    Document.objects.filter(pk=document_id, copy_sha256="").update(copy_sha256=stored.sha256)
    return stored.sha256


def confirm(*, document_id: int, corrected: Mapping[str, str], actor: Actor, at: datetime) -> Document:
    """Put the paper into its dossier with the fields as the officer saw or corrected them; twice is once.

    The digital signatures of officer and agency (TT 01/2023, art. 5) are put on `copy_sha256` after this step
    (`services/signing_papers.py`); until then the paper truly stands as «chưa ký số». Raises PermissionError,
    LookupError, ValueError, FileRefusedError.
    """
    if not Document.objects.get(pk=document_id).pages.filter(kind=Page.Kind.CONTENT).exists():
        raise ValueError("Giấy này không còn trang nào có nội dung: gộp với giấy khác hoặc quét lại.")
    sha256 = make_copy(document_id=document_id, at=at)
    with transaction.atomic():
        document = Document.objects.select_for_update().select_related("batch").get(pk=document_id)
        if document.status == Document.Status.CONFIRMED:
            return document
        if document.status != Document.Status.READY:
            raise ValueError("Chọn hồ sơ và thành phần cho giấy này trước khi xác nhận.")
        if document.copy_sha256 != sha256:
            raise ValueError("Trang của giấy vừa được xếp lại: xem lại rồi xác nhận.")
        _correct(document, corrected)
        one_stop.attach_scan(
            code=document.dossier_code,
            key=document.paper_key,
            name=document.name,
            sha256=sha256,
            file_name=f"{document.dossier_code}_{document.paper_key}_{document.order}.pdf"[:50],
            actor=actor,
            at=at,
        )
        document.status = Document.Status.CONFIRMED
        document.confirmed_by, document.confirmed_by_name, document.confirmed_at = actor.key, actor.name, at
        document.save()
        arranging.settle(document.batch)
        audit.record(
            subject=f"batch:{document.batch_id}",
            act="digitisation.confirmed",
            actor=actor.key,
            actor_name=actor.name,
            data={"document": document.order, "dossier": document.dossier_code, "sha256": sha256},
            at=at,
        )
    return document


def day_as_written(kept: str) -> str:
    """«2026-11-12» as people write it; what is no day as it is."""
    try:
        return f"{date.fromisoformat(kept):%d/%m/%Y}"
    except ValueError:
        return kept


def _day_as_kept(written: str) -> str:
    """Raises ValueError for what is no day of the calendar."""
    if (day := day_of(written)) is not None:
        return day.isoformat()
    if written:
        raise ValueError("Ngày văn bản ghi theo ngày/tháng/năm, ví dụ 12/11/2026.")
    return ""


def _correct(document: Document, corrected: Mapping[str, str]) -> None:
    for name in LABELS:
        if name not in corrected:
            continue
        value, before = " ".join(corrected[name].split())[:500], document.fields.get(name, {})
        value = _day_as_kept(value) if name == "date" else value
        if value != before.get("value", ""):
            document.fields[name] = {**before, "value": value, "confidence": 1.0, "by_hand": True}
    document.fields = {name: one for name, one in document.fields.items() if one["value"]}


def confirm_plain(*, batch: Batch, actor: Actor, at: datetime) -> int:
    """All papers of a batch in which nothing is doubtful, in one press; how many. The others wait to be looked at."""
    ready = batch.documents.filter(status=Document.Status.READY, doubts=[]).order_by("order")
    for document in ready:
        confirm(document_id=document.pk, corrected={}, actor=actor, at=at)
    return len(ready)
