"""Keeping files and receiving uploads piece by piece."""

import base64
import fcntl
import hashlib
import os
import unicodedata
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils import timezone

from tinhso.foundation.files import problems, store
from tinhso.foundation.files.inspection import check_name, inspect
from tinhso.foundation.files.models import Blob, UploadSession
from tinhso.foundation.files.problems import FileRefusedError

UNFINISHED_LIMIT = 40  # uploads of one owner at a time
UNFINISHED_BYTES = 1_000_000_000
LIFETIME = timedelta(days=7)
DIGESTS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "md5": hashlib.md5}


class UploadStateError(Exception):
    """The piece does not fit what is there. status: as tus 1.0 answers it."""

    def __init__(self, status: int, sentence: str, offset: int = 0) -> None:
        super().__init__(sentence)
        self.status = status
        self.offset = offset


def limit() -> int:
    """Largest file taken, in bytes."""
    return int(getattr(settings, "FILE_LIMIT", 50_000_000))


def safe_name(name: str) -> str:
    """The last part of a path, without control and direction-changing characters, 150 characters at most."""
    text = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    text = "".join(c for c in text if c.isprintable() and c not in '<>:"|?*').strip(" .")
    stem, dot, extension = text.rpartition(".")
    return (stem[: 149 - len(extension)] + dot + extension if dot and len(extension) < 10 else text[:150]) or "tep"


def keep(content: BinaryIO | bytes, name: str) -> Blob:
    """Raises FileRefusedError."""
    with store.received(content, limit()) as path:
        return keep_path(path, safe_name(name))


def keep_path(path: Path, name: str) -> Blob:
    """The bytes first, durably, then their row: a row never points at nothing."""
    if path.stat().st_size == 0:
        raise problems.empty()
    sha256 = store.hash_of(path)
    known = Blob.objects.filter(pk=sha256).first()
    if known is not None and store.path_of(sha256).exists():
        check_name(name, known.media_type)
        return known
    media_type, pages = inspect(path, name)
    size = path.stat().st_size
    store.adopt(path, sha256)
    blob = Blob(sha256=sha256, size=size, media_type=media_type, pages=pages)
    Blob.objects.bulk_create([blob], ignore_conflicts=True)
    return Blob.objects.get(pk=sha256)


def examine(path: Path, name: str) -> tuple[str, int | None]:
    """(media type, pages) of a file that is not kept. Raises FileRefusedError, OSError."""
    size = path.stat().st_size
    if size == 0:
        raise problems.empty()
    if size > limit():
        raise problems.too_large(size, limit())
    return inspect(path, safe_name(name))


def start_upload(*, owner: str, name: str, size: int, at: datetime | None = None) -> UploadSession:
    """Raises FileRefusedError at once where the file could never be taken."""
    if size <= 0:
        raise problems.empty()
    if size > limit():
        raise problems.too_large(size, limit())
    at = at or timezone.now()
    waiting = UploadSession.objects.filter(owner=owner, blob=None, problems=[], expires_at__gt=at)
    sizes = list(waiting.values_list("size", flat=True)[: UNFINISHED_LIMIT + 1])
    if len(sizes) >= UNFINISHED_LIMIT or sum(sizes) + size > UNFINISHED_BYTES:
        raise problems.refuse("too_many", "Bạn có quá nhiều tệp đang tải dở. Bỏ bớt tệp dở rồi gửi tiếp")
    session = UploadSession.objects.create(
        id=uuid.uuid4(), owner=owner, name=safe_name(name), size=size, expires_at=at + LIFETIME
    )
    with store.disk_is_full_told():
        part = store.part_of(str(session.pk))
        part.parent.mkdir(parents=True, exist_ok=True)
        part.touch(exist_ok=False)
    return session


def offset_of(session: UploadSession) -> int:
    """Bytes here already: the length of the part is the truth."""
    if session.is_finished:
        return session.size
    try:
        return store.part_of(str(session.pk)).stat().st_size
    except FileNotFoundError:
        return 0


def receive_piece(session: UploadSession, piece: BinaryIO, *, offset: int, checksum: str = "") -> int:
    """Append a piece at an offset; the new offset. What is acknowledged is on the disk.

    Raises UploadStateError (409 wrong offset, 423 another piece is coming, 460 checksum, 413 too long) and
    FileRefusedError (no space). A connection that breaks leaves what had come.
    """
    digest, expected = _digest(checksum)
    if session.is_finished:
        raise UploadStateError(409, "Tệp đã tải lên xong", session.size)
    with store.disk_is_full_told(), _locked_part(session) as part:
        here = part.seek(0, os.SEEK_END)
        if offset != here:
            raise UploadStateError(409, f"Máy chủ đã có {here} byte, gửi tiếp từ đó", here)
        try:
            _append(part, piece, here, session.size, digest)
            if digest is not None and digest.digest() != expected:
                raise UploadStateError(460, "Phần vừa gửi bị sai lệch trên đường truyền, gửi lại phần đó", here)
        except (UploadStateError, FileRefusedError):
            part.truncate(here)
            raise
        except OSError:
            if digest is not None:
                part.truncate(here)  # a piece with a checksum counts whole or not at all
            raise
        finally:
            part.flush()
            os.fsync(part.fileno())
        return part.tell()


def _append(part: BinaryIO, piece: BinaryIO, here: int, size: int, digest: "hashlib._Hash | None") -> None:
    with store.disk_is_full_told():
        while chunk := piece.read(store.CHUNK):
            here += len(chunk)
            if here > size:
                raise UploadStateError(413, "Tệp dài hơn cỡ đã báo lúc bắt đầu. Chọn lại tệp và gửi từ đầu", size)
            part.write(chunk)
            if digest is not None:
                digest.update(chunk)


def _digest(checksum: str) -> "tuple[hashlib._Hash | None, bytes]":
    if not checksum:
        return None, b""
    name, _, encoded = checksum.partition(" ")
    try:
        return DIGESTS[name](usedforsecurity=False), base64.b64decode(encoded, validate=True)
    except (KeyError, ValueError):
        raise UploadStateError(400, "Không đọc được dấu kiểm tra của phần vừa gửi") from None


@contextmanager
def _locked_part(session: UploadSession) -> Iterator[BinaryIO]:
    try:
        part = store.part_of(str(session.pk)).open("r+b")
    except FileNotFoundError:
        raise UploadStateError(404, "Lần tải lên này không còn") from None
    with part:
        try:
            fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UploadStateError(423, "Một phần khác của tệp đang được gửi, đợi một chút") from None
        yield part


def finish(session: UploadSession) -> UploadSession:
    """Judge and keep what has come whole. The session then has its file or the reasons why not."""
    part = store.part_of(str(session.pk))
    try:
        session.blob = keep_path(part, session.name)
    except FileRefusedError as error:
        if error.problems[0].code == "no_space":
            raise
        session.problems = [[problem.code, problem.sentence] for problem in error.problems]
    session.save(update_fields=["blob", "problems"])
    part.unlink(missing_ok=True)
    return session


def drop(session: UploadSession) -> None:
    """Forget an upload; a file already kept stays with whatever points at it."""
    store.part_of(str(session.pk)).unlink(missing_ok=True)
    session.delete()


def drop_expired(at: datetime, count: int = 500) -> int:
    """Forget unfinished uploads whose time is over; how many."""
    old = list(UploadSession.objects.filter(expires_at__lte=at).order_by("expires_at")[:count])
    for session in old:
        drop(session)
    return len(old)


def session_of(*, upload_id: str, owner: str) -> UploadSession:
    """Raises LookupError, also for another's upload: whether it exists is nobody else's business."""
    try:
        return UploadSession.objects.select_related("blob").get(pk=uuid.UUID(str(upload_id)), owner=owner)
    except (UploadSession.DoesNotExist, ValueError):
        raise LookupError("Không có lần tải lên này") from None
