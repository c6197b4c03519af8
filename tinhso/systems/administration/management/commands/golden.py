"""`manage.py golden deadlines|identifiers FILE`: compare published cases with what the libraries answer."""

import codecs
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tinhso.lib import identifiers
from tinhso.lib.working_time import NeverOpenError, fields, published

Mismatch = tuple[str, Any, Any]  # name, expected, found


def deadline_mismatches(line: Mapping[str, Any]) -> list[Mismatch]:
    return published.mismatches(published.read_case(line))


def identifier_mismatches(line: Mapping[str, Any]) -> list[Mismatch]:
    kind = fields.one_of(line.get("kind"), "kind", list(identifiers.KINDS))
    if not isinstance(line.get("input"), str):
        raise fields.wrong("input", "chữ", line.get("input"))
    context = fields.record(line.get("context") or {}, "context")
    expect = fields.record(line.get("expect"), "expect")
    if not expect:
        raise fields.UnreadableCaseError("«expect» trống: không có gì để so")
    found = identifiers.check(kind, line["input"], context)
    answers = {"verdict": found.verdict, "reasons": list(found.reasons), "parsed": found.parsed}
    return [
        (name, expected, answers.get(name))
        for name, expected in expect.items()
        if name not in answers or answers[name] != expected
    ]


JUDGES: dict[str, Callable[[Mapping[str, Any]], list[Mismatch]]] = {
    "deadlines": deadline_mismatches,
    "identifiers": identifier_mismatches,
}


class Command(BaseCommand):
    help = "So các trường hợp mẫu đã công bố với kết quả của thư viện (thời hạn, mã số)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=sorted(JUDGES), help="deadlines: thời hạn; identifiers: mã số")
        parser.add_argument("file", type=Path, help="tệp JSONL, mỗi dòng một trường hợp")

    def handle(self, *, kind: str, file: Path, **options: Any) -> None:
        passed = failed = 0
        for number, raw in _lines(file):
            said = _judge(kind, number, raw)
            for sentence in said:
                self.stdout.write(sentence.encode("utf-8", "backslashreplace").decode("utf-8"))
            passed, failed = passed + (not said), failed + bool(said)
        self.stdout.write(f"{passed} passed, {failed} failed")
        if failed:
            raise SystemExit(1)


def _lines(file: Path) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank, with their numbers."""
    try:
        with file.open("rb") as lines:
            for number, raw in enumerate(lines, start=1):
                line = raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
                if line.strip():
                    yield number, line
    except OSError as error:
        raise CommandError(f"Không đọc được tệp {file}: {error.strerror}.") from error


def _judge(kind: str, number: int, raw: bytes) -> list[str]:
    """What differs, a sentence each; a line that cannot be read is one sentence, and the rest is still judged."""
    name = f"line {number}"
    try:
        line = fields.record(_parsed(raw), "dòng")
        if line.get("id"):
            name = f"{str(line['id'])[:80]} (line {number})"
        return [
            f"{name} {field}: expected {fields.shown(expected)}, found {fields.shown(found)}"
            for field, expected, found in JUDGES[kind](line)
        ]
    except NeverOpenError:
        return [f"{name}: lịch không có giờ mở cửa hay ngày làm việc nào, hoặc thời hạn ra ngoài các năm 1900–2299"]
    except (ValueError, ArithmeticError) as error:
        return [f"{name}: {error}"]


def _parsed(raw: bytes) -> Any:
    """Raises UnreadableCaseError."""
    try:
        return json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise fields.UnreadableCaseError("dòng không phải chữ UTF-8") from None
    except json.JSONDecodeError as error:
        raise fields.UnreadableCaseError(f"dòng không phải JSON (cột {error.colno}: {error.msg})") from None
    except (RecursionError, ValueError):
        raise fields.UnreadableCaseError("JSON lồng quá sâu hoặc có số quá dài") from None
