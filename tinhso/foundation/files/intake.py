"""Plain file inputs: a file too large, or without room, is let through to nowhere; the form keeps everything else."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest

from tinhso.foundation.files import services
from tinhso.foundation.files.problems import no_space

__all__ = ["LimitedUploadHandler", "no_space", "over_limit", "without_space"]

OVER_LIMIT = "tinhso.files_over_limit"
NO_SPACE = "tinhso.files_without_space"


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Writes to a temporary file up to the limit, or while there is room; the rest is read and thrown away."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        with self._full_disk_marked(*args):
            super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > services.limit():
            self._skip(OVER_LIMIT, self.field_name, self.file_name)
        with self._full_disk_marked(self.field_name, self.file_name):
            super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """None, which the parser takes for «no file», where the last bytes found no room."""
        with suppress(SkipFile), self._full_disk_marked(self.field_name, self.file_name):
            return super().file_complete(file_size)
        return None

    @contextmanager
    def _full_disk_marked(self, field: str | None, file_name: str | None, *_more: Any) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            self._skip(NO_SPACE, field, file_name)

    def _skip(self, mark: str, field: str | None, file_name: str | None) -> None:
        if hasattr(self, "file"):
            with suppress(OSError):  # what is still buffered finds no room either
                self.file.close()
        if self.request is not None:
            self.request.META.setdefault(mark, []).append((field, file_name))
        raise SkipFile


def over_limit(request: HttpRequest) -> list[tuple[str, str]]:
    """(field, file name) of the files of this request that were too large to be received."""
    _ = request.FILES
    return list(request.META.get(OVER_LIMIT, []))


def without_space(request: HttpRequest) -> list[tuple[str, str]]:
    """(field, file name) of the files of this request for which the disk had no room; say `no_space`."""
    _ = request.FILES
    return list(request.META.get(NO_SPACE, []))
