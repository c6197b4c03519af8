"""`manage.py golden deadlines|identifiers FILE`: compare published cases with what the libraries answer."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tinhso.lib import identifiers
from tinhso.lib.working_time import published

Mismatch = tuple[str, Any, Any]  # name, expected, found


def deadline_mismatches(line: Mapping[str, Any]) -> list[Mismatch]:
    return published.mismatches(published.read_case(line))


def identifier_mismatches(line: Mapping[str, Any]) -> list[Mismatch]:
    found = identifiers.check(line["kind"], line["input"], line.get("context") or {})
    answers = {"verdict": found.verdict, "reasons": list(found.reasons), "parsed": found.parsed}
    return [
        (name, expected, answers.get(name))
        for name, expected in line["expect"].items()
        if answers.get(name) != expected
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
        for number, text in _lines(file):
            name, mismatches = _judge(kind, number, text)
            for field, expected, found in mismatches:
                self.stdout.write(f"{name} {field}: expected {_shown(expected)}, found {_shown(found)}")
            passed, failed = passed + (not mismatches), failed + bool(mismatches)
        self.stdout.write(f"{passed} passed, {failed} failed")
        if failed:
            raise SystemExit(1)


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """Lines that are not blank, with their numbers."""
    try:
        with file.open(encoding="utf-8-sig") as lines:
            for number, text in enumerate(lines, start=1):
                if text.strip():
                    yield number, text
    except OSError as error:
        raise CommandError(f"Không đọc được tệp {file}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"Tệp {file} không phải văn bản UTF-8.") from error


def _judge(kind: str, number: int, text: str) -> tuple[str, list[Mismatch]]:
    """The name of a case and what differs; a broken line is one mismatch, and the rest is still judged."""
    name = f"line {number}"
    try:
        line = json.loads(text)
        if not isinstance(line, dict):
            return name, [("line", "a JSON object", type(line).__name__)]
        name = str(line.get("id") or name)
        return name, JUDGES[kind](line)
    except json.JSONDecodeError as error:
        return name, [("line", "a JSON object", f"broken JSON at column {error.colno}: {error.msg}")]
    except KeyError as error:
        return name, [(f"line {number}", f"a field {error}", "nothing")]
    except (AttributeError, TypeError, ValueError, ArithmeticError) as error:
        return name, [(f"line {number}", f"a case of {kind}", f"{type(error).__name__}: {error}")]


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
