"""The door of files (tệp): content-addressed, immutable, sniffed and checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.http import FileResponse
from django.utils.translation import gettext

from tinhso.foundation.files import checking, services, sniffing, store
from tinhso.foundation.files.checking import StoreCheck
from tinhso.foundation.files.models import Blob, UploadSession
from tinhso.foundation.files.problems import FileRefusedError, Problem
from tinhso.foundation.statements import prepared

__all__ = ["FileRefusedError", "Problem", "StoreCheck", "StoredFile", "Upload"]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file kept: the bytes never change; the same bytes are kept once."""

    sha256: str
    size: int  # bytes
    media_type: str  # sniffed, never believed from the sender
    pages: int | None


@dataclass(frozen=True, slots=True)
class Upload:
    """A resumable upload (tus): finished when offset = size."""

    id: str
    owner: str
    name: str
    size: int
    offset: int
    file: StoredFile | None
    problems: tuple[Problem, ...]


def keep(*, content: BinaryIO | bytes, name: str) -> StoredFile:
    """Sniff, check for active content and keep the bytes; durable on disk when it returns. Raises FileRefusedError."""
    return _stored(services.keep(content, name))


def examined(*, path: Path, name: str) -> tuple[str, int | None]:
    """(media type, pages) by the look of `keep`, of a file not kept. Raises FileRefusedError, OSError."""
    return services.examine(path, name)


def read(*, sha256: str) -> BinaryIO:
    """Open the bytes. Raises LookupError."""
    return store.open_bytes(sha256)


def stored(*, sha256: str) -> StoredFile:
    """Raises LookupError."""
    try:
        return _stored(Blob.objects.get(pk=sha256))
    except Blob.DoesNotExist:
        raise LookupError(f"Không có tệp {sha256[:12]}") from None


def stored_many(*, sha256s: Sequence[str]) -> dict[str, StoredFile]:
    """By hash; those that are not there are left out."""
    found = prepared("select sha256, size, media_type, pages from files_blob where sha256 = any(%s)", [list(sha256s)])
    return {row[0]: StoredFile(*row) for row in found}


def upload(*, upload_id: str, owner: str) -> Upload:
    """An upload of this owner (`account:<id>`, `system:<name>`). Raises LookupError, also for another's upload."""
    return view_of(services.session_of(upload_id=upload_id, owner=owner))


def finished(*, upload: Upload) -> StoredFile:
    """The file of an upload. Raises FileRefusedError with what it was refused for, or while a part is missing."""
    if upload.problems:
        raise FileRefusedError(upload.problems)
    if upload.file is None:
        raise FileRefusedError((Problem("unfinished", gettext("Tệp chưa tải lên hết, đợi một chút.")),))
    return upload.file


def check_store() -> StoreCheck:
    """Every file kept, read and hashed anew: hours for a province's year, minutes for a commune's."""
    return checking.check()


def size_limit() -> int:
    """Largest file taken, in bytes."""
    return services.limit()


def safe_name(*, name: str) -> str:
    """A file name as we keep and print it."""
    return services.safe_name(name)


def response(*, sha256: str, name: str, inline: bool = False) -> FileResponse:
    """The bytes to a browser, in a sandbox: nothing in them runs with our rights. The caller has checked who may see.

    inline: shown on the page where the kind allows it (PDF, JPG, PNG, WebP), else saved. Raises LookupError.
    """
    blob = stored(sha256=sha256)
    shown = inline and blob.media_type in sniffing.SHOWN_INLINE
    answer = FileResponse(
        store.open_bytes(sha256),
        as_attachment=not shown,
        filename=services.safe_name(name),
        content_type=blob.media_type,
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = _PDF_POLICY if blob.media_type == sniffing.PDF else _POLICY
    answer.headers["Cache-Control"] = "private, max-age=0, must-revalidate"
    answer.headers["ETag"] = f'"{sha256}"'
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


_POLICY = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
# Browsers refuse to start their PDF viewer inside a sandbox; active content was refused when the file came in.
_PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


def view_of(session: UploadSession) -> Upload:
    return Upload(
        id=str(session.pk),
        owner=session.owner,
        name=session.name,
        size=session.size,
        offset=services.offset_of(session),
        file=_stored(session.blob) if session.blob else None,
        problems=tuple(Problem(code, sentence) for code, sentence in session.problems),
    )


def _stored(blob: Blob) -> StoredFile:
    return StoredFile(sha256=blob.pk, size=blob.size, media_type=blob.media_type, pages=blob.pages)
