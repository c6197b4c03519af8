"""One record of the national catalogue, as it comes, made into what we keep; or refused with a reason.

The catalogue is a crawl of tables flattened to text: nulls, wrong types, stray characters and glued cells are normal.
Only two things are required: a code and a name. Everything else becomes an empty value when it is not usable.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

LEVELS = {"cấp xã": "commune", "cấp huyện": "commune", "cấp tỉnh": "province", "cấp bộ": "ministry"}
CODE = re.compile(r"\d\.\d{6}(?:\.\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2})?")
LONGEST_TEXT = 200_000  # characters of one value; the longest seen in the catalogue is 85,000
LONGEST_NAME = 5_000
MOST_ITEMS = 2_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u200b\u200e\u200f\ufeff]")
_PRESENT = re.compile(r"xuất trình", re.IGNORECASE)
_CONDITIONAL = re.compile(r"^\W*(trường hợp|trong trường hợp|nếu|đối với|khi)\b|nếu có\b|\(nếu\b", re.IGNORECASE)


class RejectedRecordError(Exception):
    """A record cannot be kept; the sentence says what is wrong with it."""


def text(value: Any, *, longest: int = LONGEST_TEXT) -> str:
    """A value as text in NFC without control characters; anything that is not text or a number is empty."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return ""
    if not isinstance(value, str):
        value = str(value)[:100]
    cleaned = _CONTROL.sub("", unicodedata.normalize("NFC", value[:longest])).replace("\r\n", "\n").replace("\r", "\n")
    return cleaned.replace("\u00a0", " ").strip()


def line(value: Any) -> str:
    """Text on one line."""
    return " ".join(text(value).split())


def _items(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value[:MOST_ITEMS]
    return [] if value is None else [value]


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [row for row in _items(value) if isinstance(row, Mapping)]


def _count(value: Any) -> int:
    """A small whole number ≥ 0; 0 where it is not one."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value.strip()[:6])
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 100_000:
        return 0
    return int(value)


def clean(record: Any) -> dict[str, Any]:
    """What we keep of a record of the catalogue. Raises RejectedRecordError."""
    if not isinstance(record, Mapping):
        raise RejectedRecordError("không phải một đối tượng JSON { … }")
    code = _code(record.get("code"))
    name = _name(record.get("name"))
    papers, notes = _papers(record)
    return {
        "code": code,
        "name": name,
        "field": line(record.get("field")) or "Lĩnh vực khác",
        "levels": _levels(record.get("agency_level")),
        "issuing_agency": line(record.get("issuing_agency")),
        "executing_agency": line(record.get("executing_agency")),
        "coordinating_agency": line(record.get("coordinating_agency")),
        "competent_agency": line(record.get("competent_agency")),
        "receiving_address": line(record.get("receiving_address")),
        "procedure_type": line(record.get("procedure_type")),
        "decision_no": line(record.get("decision_no")),
        "subjects": [s for s in map(line, _items(record.get("subjects"))) if s],
        "duration_text": line(record.get("duration_text")),
        "duration_working_days": _count(record.get("duration_working_days")) or None,
        "duration_calendar_days": _count(record.get("duration_calendar_days")) or None,
        "fee_text": text(record.get("fee_text")),
        "methods": [_method(row) for row in _rows(record.get("methods"))],
        "papers": papers,
        "paper_notes": notes,
        "requirements": text(record.get("requirements")),
        "steps_text": text(record.get("steps_text")),
        "legal_basis": [
            [line(row.get("number")), line(row.get("title"))]
            for row in _rows(record.get("legal_basis"))
            if line(row.get("number")) or line(row.get("title"))
        ],
        "results": [
            [line(row.get("code")), line(row.get("name"))]
            for row in _rows(record.get("result"))
            if line(row.get("name"))
        ],
        "source_url": _address(record.get("source_url")),
    }


def _code(value: Any) -> str:
    if value is None or value == "":
        raise RejectedRecordError("thiếu mã thủ tục («code»)")
    if not isinstance(value, str):
        raise RejectedRecordError(f"mã thủ tục phải là chữ trong ngoặc kép, không phải {type(value).__name__}")
    code = text(value)
    if not CODE.fullmatch(code):
        shown = code[:60] + ("…" if len(code) > 60 else "")
        raise RejectedRecordError(f"mã thủ tục «{shown}» không đúng dạng 1.001193")
    return code


def _name(value: Any) -> str:
    if value is None:
        raise RejectedRecordError("thiếu tên thủ tục («name»)")
    if not isinstance(value, str):
        raise RejectedRecordError("tên thủ tục («name») phải là chữ")
    name = line(value)
    if not any(c.isalpha() for c in name):
        raise RejectedRecordError("tên thủ tục («name») để trống")
    if len(name) > LONGEST_NAME:
        raise RejectedRecordError(f"tên thủ tục dài {len(name)} chữ, quá {LONGEST_NAME}")
    return name


def _levels(value: Any) -> list[str]:
    found = [LEVELS.get(line(level).lower(), "other") for level in _items(value) if line(level)]
    return list(dict.fromkeys(found))


def _address(value: Any) -> str:
    address = line(value)
    return address if address.startswith(("https://", "http://")) and len(address) <= 500 else ""


def _method(row: Mapping[str, Any]) -> dict[str, Any]:
    value, unit = row.get("duration_value"), line(row.get("duration_unit"))
    return {
        "method": line(row.get("method")) or "Cách khác",
        "duration": readable_duration(value, unit),
        "fees": [
            {"amount": line(fee.get("amount")), "note": text(fee.get("note"))}
            for fee in _rows(row.get("fees"))
            if line(fee.get("amount")) or text(fee.get("note"))
        ],
        "description": text(row.get("description")),
    }


def readable_duration(value: Any, unit: str) -> str:
    """«7 ngày làm việc»; empty where the catalogue gives a number without its unit."""
    number = line(value)
    return f"{number} {unit[:1].lower()}{unit[1:]}" if number and unit else ""


def _papers(record: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """Papers to hand in, and the remarks the catalogue keeps among them (no original and no copy asked)."""
    rows = [row for row in _rows(record.get("components")) if line(row.get("name"))]
    counted = [row for row in rows if _count(row.get("originals")) or _count(row.get("copies"))]
    kept = counted or [row for row in rows if not line(row.get("case")).lower().startswith(("* lưu ý", "lưu ý"))]
    cases = {line(row.get("case")) for row in kept}
    papers = [_paper(row, number, one_case=len(cases) <= 1) for number, row in enumerate(kept, start=1)]
    notes = [text(row.get("name")) for row in rows if not any(row is k for k in kept)]
    return papers, notes


def _paper(row: Mapping[str, Any], number: int, *, one_case: bool) -> dict[str, Any]:
    originals, copies = _count(row.get("originals")), _count(row.get("copies"))
    case, name = line(row.get("case")).strip("*-+ :"), text(row.get("name")).lstrip("-+*• \t")
    shown_only = bool(_PRESENT.search(case))
    certain = one_case and not shown_only and bool(originals or copies) and not _CONDITIONAL.search(name)
    return {
        "key": f"p{number:02}",
        "name": name or text(row.get("name")),
        "originals": originals,
        "copies": copies,
        "required": certain and not _CONDITIONAL.search(case),
        "case": case,
        "form_name": line(row.get("form")),
        "is_shown_only": shown_only,
    }


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of a content whatever the order of its keys: equal digests mean nothing changed."""
    packed = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(packed.encode()).hexdigest()
