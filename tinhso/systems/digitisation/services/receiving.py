"""Taking in a batch: kept exactly as scanned, known again when it is sent twice, put into the queue by priority."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.db import transaction
from django.db.models import F

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.audit import public as audit
from tinhso.foundation.files import public as files
from tinhso.foundation.files.public import FileRefusedError, StoredFile
from tinhso.systems.digitisation.models import Batch, BatchFile
from tinhso.systems.digitisation.reading import opening


@dataclass(frozen=True, slots=True)
class Received:
    """A batch taken in. is_new: False where the very same files were sent before."""

    batch: Batch
    is_new: bool


def keep_scan(*, content: BinaryIO | bytes, name: str) -> StoredFile:
    """Keep one file of a batch as it is. Raises FileRefusedError, also for kinds that cannot be read as pages."""
    stored = files.keep(content=content, name=name)
    opening.must_be_pages(stored.media_type, stored.pages)
    return stored


def receive_batch(
    *,
    unit_id: int,
    scans: Sequence[tuple[str, StoredFile]],
    name: str,
    source: str,
    actor: Actor,
    at: datetime,
    priority: int = Batch.Priority.NORMAL,
    dossier_code: str = "",
) -> Received:
    """Make one batch of kept files (name, file); the same files are the same batch. In the caller's transaction."""
    if not scans:
        raise FileRefusedError((files.Problem("empty", "Chưa có tệp nào. Chọn tệp quét rồi gửi"),))
    digest = hashlib.sha256("".join(stored.sha256 for _, stored in scans).encode()).hexdigest()
    batch, is_new = Batch.objects.get_or_create(
        unit_id=unit_id,
        digest=digest,
        defaults={
            "source": source,
            "name": files.safe_name(name=name)[:200],
            "priority": priority,
            "dossier_code": dossier_code,
            "page_count": sum(stored.pages or 1 for _, stored in scans),
            "sent_by": actor.key,
            "sent_by_name": actor.name,
            "received_at": at,
        },
    )
    if not is_new:
        Batch.objects.filter(pk=batch.pk).update(repeats=F("repeats") + 1)
        return Received(batch, is_new=False)
    first = 1
    for order, (file_name, stored) in enumerate(scans):
        BatchFile.objects.create(
            batch=batch,
            order=order,
            sha256=stored.sha256,
            name=files.safe_name(name=file_name)[:200],
            media_type=stored.media_type,
            pages=stored.pages or 1,
            first_page=first,
        )
        first += stored.pages or 1
    audit.record(
        subject=f"batch:{batch.pk}",
        act="digitisation.received",
        actor=actor.key,
        actor_name=actor.name,
        data={"files": [stored.sha256 for _, stored in scans], "pages": batch.page_count},
        at=at,
    )
    return Received(batch, is_new=True)


def refuse_batch(
    *, unit_id: int, name: str, path: Path, sentence: str, source: str, actor: Actor, at: datetime
) -> Batch:
    """Show on the desk that a file of the scanner could not be taken, and why; once for the same file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    with transaction.atomic():
        batch, _ = Batch.objects.get_or_create(
            unit_id=unit_id,
            digest=digest,
            defaults={
                "source": source,
                "name": files.safe_name(name=name)[:200],
                "status": Batch.Status.REFUSED,
                "problem": sentence,
                "page_count": 0,
                "sent_by": actor.key,
                "sent_by_name": actor.name,
                "received_at": at,
                "finished_at": at,
            },
        )
    return batch
