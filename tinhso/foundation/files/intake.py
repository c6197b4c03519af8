"""Plain file inputs: a file over the limit is let through to nowhere, and the form keeps everything else."""

from typing import Any

from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest

from tinhso.foundation.files import services

MARK = "tinhso.files_over_limit"


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Writes to a temporary file up to the limit; beyond it the rest is read and thrown away."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > services.limit():
            self.file.close()
            if self.request is not None:
                self.request.META.setdefault(MARK, []).append((self.field_name, self.file_name))
            raise SkipFile
        super().receive_data_chunk(raw_data, start)


def over_limit(request: HttpRequest) -> list[tuple[str, str]]:
    """(field, file name) of the files of this request that were too large to be received."""
    _ = request.FILES
    return list(request.META.get(MARK, []))
