"""Bytes on the disk: `files/sha256/ab/cd/<64 hex>`, written once, durable, never rewritten."""

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from tinhso.foundation.files import problems

CHUNK = 1 << 20


def root() -> Path:
    return Path(settings.VAR) / "files"


def path_of(sha256: str) -> Path:
    if len(sha256) != 64 or not sha256.isalnum() or not sha256.isascii():
        raise LookupError("Không phải dấu của một tệp")
    return root() / "sha256" / sha256[:2] / sha256[2:4] / sha256


def part_of(upload_id: str) -> Path:
    return root() / "parts" / upload_id


@contextmanager
def disk_is_full_told() -> Iterator[None]:
    """A full disk becomes a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise problems.no_space() from error
        raise


@contextmanager
def received(content: BinaryIO | bytes, limit: int) -> Iterator[Path]:
    """The content in a file of its own, gone afterwards whatever happens. Raises FileRefusedError: empty, too large."""
    folder = root() / "incoming"
    with disk_is_full_told():
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder)
        path = Path(name)
        try:
            with os.fdopen(handle, "wb") as out:
                _copy(content, out, limit)
                out.flush()
                os.fsync(out.fileno())
            yield path
        finally:
            path.unlink(missing_ok=True)


def _copy(content: BinaryIO | bytes, out: BinaryIO, limit: int) -> None:
    if isinstance(content, bytes):
        if len(content) > limit:
            raise problems.too_large(len(content), limit)
        out.write(content)
        return
    size = 0
    while chunk := content.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise problems.too_large(size, limit)
        out.write(chunk)


def hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def adopt(path: Path, sha256: str) -> None:
    """Give a finished file its place; where the same bytes stand already, nothing happens. Durable when it returns."""
    target = path_of(sha256)
    with disk_is_full_told():
        target.parent.mkdir(parents=True, exist_ok=True)
        path.chmod(0o440)
        with suppress(FileExistsError):
            os.link(path, target)
        _sync_folders(target.parent)


def _sync_folders(folder: Path) -> None:
    for one in (folder, folder.parent, folder.parent.parent):
        handle = os.open(one, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def open_bytes(sha256: str) -> BinaryIO:
    """Raises LookupError."""
    try:
        return path_of(sha256).open("rb")
    except FileNotFoundError:
        raise LookupError(f"Không có tệp {sha256[:12]}") from None
