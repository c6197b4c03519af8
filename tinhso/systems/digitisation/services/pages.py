"""Reading the pages of a batch: each is written once it is read, so that a killed worker loses one page's work."""

import io
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Count

from tinhso.foundation.files import public as files
from tinhso.foundation.files.public import FileRefusedError
from tinhso.lib.vietnamese import fold, nfc
from tinhso.systems.digitisation import reading
from tinhso.systems.digitisation.models import Batch, BatchFile, Page
from tinhso.systems.digitisation.separators import NotOurs, Separator, read_code
from tinhso.systems.digitisation.services import arranging


def read_piece(*, batch_id: int, limit: int, at: datetime) -> bool:
    """Read up to `limit` pages that are not read yet; True where the batch is finished. One at a time for a batch."""
    with _alone(batch_id) as is_alone:
        if not is_alone:
            return True
        batch = Batch.objects.get(pk=batch_id)
        if batch.status not in (Batch.Status.QUEUED, Batch.Status.READING):
            return True
        Batch.objects.filter(pk=batch_id, status=Batch.Status.QUEUED).update(status=Batch.Status.READING)
        try:
            read = _read_pages(batch, limit)
        except FileRefusedError as error:
            Batch.objects.filter(pk=batch_id).update(status=Batch.Status.REFUSED, problem=str(error), finished_at=at)
            return True
        if read < batch.page_count:
            return False
        arranging.arrange(batch_id=batch_id, at=at)
        return True


@contextmanager
def _alone(batch_id: int) -> Iterator[bool]:
    """A lock of the session: freed by the database when the worker is killed."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(hashtext('digitisation'), %s)", [batch_id])
        got = bool(cursor.fetchone()[0])
        try:
            yield got
        finally:
            if got:
                cursor.execute("select pg_advisory_unlock(hashtext('digitisation'), %s)", [batch_id])


def _read_pages(batch: Batch, limit: int) -> int:
    """How many pages of the batch are read after this."""
    have = dict(batch.pages.values_list("file").annotate(Count("id")))
    left = limit
    for file in batch.files.all():
        done = have.get(file.pk, 0)
        if done >= file.pages or left <= 0:
            continue
        with on_disk(file.sha256) as path:
            for page, seconds in _timed(path, file, start=done + 1):
                _write(batch, file, page, seconds)
                left -= 1
                if left <= 0:
                    break
    return batch.pages.count()


def _timed(path: Path, file: BatchFile, *, start: int) -> Iterator[tuple[reading.ReadPage, float]]:
    pages = reading.read_pages(path, file.media_type, start=start, is_sheet=_is_separator)
    while True:
        began = _processor_seconds()
        page = next(pages, None)
        if page is None:
            return
        yield page, _processor_seconds() - began


def _is_separator(code: str) -> bool:
    return isinstance(read_code(code), Separator)


def _processor_seconds() -> float:
    """Of this process and of Tesseract's: what a page costs, whoever else is at work on the machine."""
    mine, children = resource.getrusage(resource.RUSAGE_THREAD), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + children.ru_utime + children.ru_stime


@contextmanager
def on_disk(sha256: str) -> Iterator[Path]:
    """The kept bytes as a file that the readers can open, wherever they are stored."""
    with files.read(sha256=sha256) as content:
        if isinstance(content, io.BufferedReader) and Path(content.name).is_file():
            yield Path(content.name)
            return
        with tempfile.NamedTemporaryFile() as copy:
            while piece := content.read(1 << 20):
                copy.write(piece)
            copy.flush()
            yield Path(copy.name)


def _write(batch: Batch, file: BatchFile, page: reading.ReadPage, seconds: float) -> None:
    """The page and the progress in one transaction; a page read twice is one page."""
    text = nfc(page.text).replace("\x00", "")
    codes = [{"kind": code.kind, "text": code.text} for code in page.codes]
    signs = [read_code(code.text) for code in page.codes]
    is_separator = any(isinstance(sign, Separator) for sign in signs)
    kind = Page.Kind.SEPARATOR if is_separator else Page.Kind.BLANK if page.source == "blank" else Page.Kind.CONTENT
    foreign = next((code.text for code, sign in zip(page.codes, signs, strict=True) if sign is NotOurs.FOREIGN), "")
    number = file.first_page + page.number - 1
    with transaction.atomic():
        Page.objects.bulk_create(
            [
                Page(
                    batch=batch,
                    number=number,
                    file=file,
                    file_page=page.number,
                    position=number,
                    kind=kind,
                    source=page.source,
                    text="" if is_separator else text,
                    search_text="" if is_separator else fold(text),
                    confidence=page.confidence,
                    turned=page.turned,
                    skew=page.skew,
                    steps=list(page.steps),
                    fields={
                        name: {"value": one.value, "confidence": one.confidence} for name, one in page.fields.items()
                    },
                    codes=codes,
                    words=[[w.text, w.left, w.top, w.width, w.height] for w in page.words],
                    size=list(reversed(page.picture.shape)) if page.picture is not None else [],
                    problem=page.problem,
                    foreign_code=foreign[:200],
                    seconds=round(seconds, 3),
                )
            ],
            ignore_conflicts=True,
        )
        Batch.objects.filter(pk=batch.pk).update(pages_read=batch.pages.count())
