"""Files of one record a line, plain or packed with gzip, as one system hands its records to another."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

LONGEST_LINE = 16 * 1024 * 1024  # bytes


class UnreadableFileError(Exception):
    """The file as a whole cannot be read; the sentence says why."""


def numbered_lines(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """Lines that are not blank with their number; None for a line too long to be a record.

    Raises UnreadableFileError, also on the way: lines given before it stand.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            source: Any = gzip.GzipFile(fileobj=file) if packed else file
            yield from _lines(source)
    except (OSError, EOFError, zlib.error) as problem:
        raise UnreadableFileError(f"Không đọc được tệp {path.name}: {_why(problem)}.") from problem


def _why(problem: Exception) -> str:
    if isinstance(problem, FileNotFoundError):
        return "không có tệp này"
    if isinstance(problem, IsADirectoryError):
        return "đây là một thư mục"
    if isinstance(problem, PermissionError):
        return "không có quyền đọc"
    return "tệp nén bị hỏng hoặc bị cắt ngang, hãy tải lại" if not isinstance(problem, OSError) else "tệp nén bị hỏng"


def _lines(source: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    number = 0
    while raw := source.readline(LONGEST_LINE):
        number += 1
        whole = raw.endswith(b"\n") or len(raw) < LONGEST_LINE
        while not raw.endswith(b"\n") and len(raw) == LONGEST_LINE:
            raw = source.readline(LONGEST_LINE)
        if number == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        if not whole:
            yield number, None
        elif raw.strip():
            yield number, raw
