"""The import of a catalogue file: one JSON object per line, plain or gzip, as the national catalogue is handed on."""

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tinhso.lib.line_files import LONGEST_LINE, numbered_lines
from tinhso.systems.procedures import cleaning, services
from tinhso.systems.procedures.services import Incoming


@dataclass(frozen=True, slots=True)
class Rejection:
    line: int
    code: str
    reason: str

    def __str__(self) -> str:
        return f"dòng {self.line}, mã {self.code or 'không có'}: {self.reason}"


@dataclass(slots=True)
class ImportReport:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Rejection] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.created} created, {self.updated} updated, {self.unchanged} unchanged, {len(self.rejected)} rejected"
        )


def import_file(path: Path, *, on: date) -> ImportReport:
    """Import every usable record; each other is named with its line and what is wrong. Raises UnreadableFileError."""
    report = ImportReport()
    records = _usable(path, report)
    published = services.publish(records, on=on, source="catalogue")
    report.created, report.updated, report.unchanged = published.created, published.updated, published.unchanged
    return report


def _usable(path: Path, report: ImportReport) -> list[Incoming]:
    first_seen: dict[str, int] = {}
    records: list[Incoming] = []
    for number, raw in numbered_lines(path):
        try:
            national = cleaning.clean(parse_line(raw))
        except cleaning.RejectedRecordError as problem:
            report.rejected.append(Rejection(number, code_of(raw), str(problem)))
            continue
        code = national["code"]
        if code in first_seen:
            reason = f"trùng mã với dòng {first_seen[code]}; đã lấy dòng {first_seen[code]}"
            report.rejected.append(Rejection(number, code, reason))
            continue
        first_seen[code] = number
        records.append(Incoming(code=code, national=national))
    return records


def _no_constant(_name: str) -> None:
    """NaN and Infinity are not JSON; an empty value."""


def parse_line(raw: bytes | None) -> Any:
    """Raises RejectedRecordError."""
    if raw is None:
        raise cleaning.RejectedRecordError(f"dòng dài hơn {LONGEST_LINE // 1024 // 1024} MB")
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise cleaning.RejectedRecordError("không phải chữ UTF-8") from None
    except json.JSONDecodeError as problem:
        raise cleaning.RejectedRecordError(f"không phải JSON (cột {problem.colno}: {problem.msg})") from None
    except (RecursionError, ValueError):
        raise cleaning.RejectedRecordError("JSON lồng quá sâu hoặc có số quá dài") from None


def code_of(raw: bytes | None) -> str:
    """The code a refused line claims, to name it in the report."""
    try:
        record = parse_line(raw)
    except cleaning.RejectedRecordError:
        return ""
    code = record.get("code") if isinstance(record, dict) else None
    return cleaning.line(code)[:40]
