"""What a person typed becomes a value, or a Vietnamese sentence that says what is wrong and how to mend it."""

import calendar
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from tinhso.foundation.forms import identifiers
from tinhso.foundation.forms.schema import CHOOSING, Field, Kind

TEXT_LIMIT = 500
LONG_TEXT_LIMIT = 10_000
_CONTROL = dict.fromkeys(
    [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0), 0x200B, 0xFEFF, *range(0x202A, 0x202F),
     *range(0x2066, 0x206A), 0xFFFE, 0xFFFF]
)  # fmt: skip
_SPACES = re.compile(r"\s+")
_DATE = re.compile(r"^(\d{1,2})\s*[./\- ]\s*(\d{1,2})\s*[./\- ]\s*(\d{4})$", re.ASCII)
_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:T.*)?$", re.ASCII)
_SHORT_YEAR = re.compile(r"^\d{1,2}\s*[./\- ]\s*\d{1,2}\s*[./\- ]\s*\d{2}$")
_TIME = re.compile(r"^(\d{1,2})\s*(?:[:h.g]|giờ)\s*(\d{1,2})?(?:\s*phút)?$", re.IGNORECASE | re.ASCII)
_GROUPED = re.compile(r"^-?\d{1,3}(\.\d{3})+$", re.ASCII)
EXAMPLE = "ví dụ 05/11/2026"
TRUE_WORDS = frozenset({"true", "on", "1", "yes", "co", "có"})
FALSE_WORDS = frozenset({"", "false", "off", "0", "no", "khong", "không"})


class BadAnswerError(ValueError):
    """The sentence to show at the field."""


def clean(text: str) -> str:
    """NFC, without control and direction-changing characters, without outer spaces."""
    return unicodedata.normalize("NFC", text).translate(_CONTROL).strip()


def read_date(text: str) -> date:
    """1/2/2020, 01-02-2020, 2020-02-01, 01022020 → 1 February 2020. Raises BadAnswerError."""
    if found := _DATE.match(text):
        day, month, year = (int(part) for part in found.groups())
    elif found := _ISO.match(text):
        year, month, day = (int(part) for part in found.groups())
    elif len(text) == 8 and text.isascii() and text.isdigit():
        day, month, year = int(text[:2]), int(text[2:4]), int(text[4:])
    elif _SHORT_YEAR.match(text):
        raise BadAnswerError(f"Ghi năm đủ bốn chữ số, {EXAMPLE}")
    else:
        raise BadAnswerError(f"Ghi ngày/tháng/năm, {EXAMPLE}")
    return _real_day(day, month, year)


def _real_day(day: int, month: int, year: int) -> date:
    written = f"{day:02}/{month:02}/{year}"
    if not 1 <= month <= 12:
        raise BadAnswerError(f"{written} không có trong lịch: năm có 12 tháng, ghi ngày trước, tháng sau")
    if not 1800 <= year <= 2200:
        raise BadAnswerError(f"Năm {year} không hợp lý, kiểm tra lại năm")
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        of_year = f" năm {year}" if month == 2 else ""
        raise BadAnswerError(f"{written} không có trong lịch: tháng {month}{of_year} có {last} ngày")
    return date(year, month, day)


def read_time(text: str) -> str:
    """7h30, 07:30, 7 giờ → 07:30."""
    found = _TIME.match(text)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    if hour > 23 or minute > 59:
        raise BadAnswerError("Ghi giờ và phút, ví dụ 07:30")
    return f"{hour:02}:{minute:02}"


def read_number(text: str, decimals: int) -> int | float:
    """1.500 → 1500 · 1.234,5 → 1234.5 · 12,5 → 12.5. A dot before exactly three digits groups thousands."""
    compact = text.replace(" ", "").replace(" ", "")
    if "," in compact:
        compact = compact.replace(".", "").replace(",", ".", 1)
    elif _GROUPED.match(compact):
        compact = compact.replace(".", "")
    try:
        value = Decimal(compact)
    except InvalidOperation:
        raise BadAnswerError("Ghi bằng chữ số, ví dụ 1500 hoặc 12,5" if decimals else "Ghi bằng chữ số") from None
    if not value.is_finite() or abs(value) >= 10**15:
        raise BadAnswerError("Số quá lớn, kiểm tra lại")
    if value == value.to_integral_value():
        return int(value)
    if -int(value.normalize().as_tuple().exponent) > decimals:  # type: ignore[arg-type]
        raise BadAnswerError(f"Ghi nhiều nhất {decimals} chữ số sau dấu phẩy" if decimals else "Ghi số nguyên")
    return float(value)


def show_number(value: int | float | Decimal) -> str:
    whole, _, part = f"{value:f}".partition(".") if isinstance(value, float) else (str(value), "", "")
    part = part.rstrip("0")
    return whole + ("," + part if part else "")


def coerce(field: Field, raw: Any, options: Mapping[str, str], today: date) -> Any:
    """The value of one answer; None for an empty one. Raises BadAnswerError."""
    if raw is None:
        return None
    if field.kind is Kind.CHECKBOX:
        return _checkbox(raw)
    if field.kind in CHOOSING:
        return _choice(field, raw, options)
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal | date):
        raise BadAnswerError("Dữ liệu không đúng dạng, ghi lại")
    if field.kind is Kind.NUMBER:
        return _number(field, raw)
    text = clean(raw if isinstance(raw, str) else str(raw))
    if not text:
        return None
    if field.kind is Kind.DATE:
        return _date(field, text, today) if field.subtype == "date" else read_time(text)
    return _text(field, text, today)


def _checkbox(raw: Any) -> bool | None:
    if isinstance(raw, bool):
        return raw or None
    word = str(raw).strip().casefold() if isinstance(raw, str | int) else "?"
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return None
    raise BadAnswerError("Đánh dấu hoặc để trống")


def _choice(field: Field, raw: Any, options: Mapping[str, str]) -> Any:
    several = field.kind is Kind.CHECKLIST
    chosen = raw if isinstance(raw, list | tuple) else [raw]
    if not all(isinstance(one, str | int) for one in chosen) or (len(chosen) > 1 and not several):
        raise BadAnswerError("Chọn một mục trong danh sách" if not several else "Chọn các mục trong danh sách")
    values = list(dict.fromkeys(str(one).strip() for one in chosen if str(one).strip()))
    if unknown := next((value for value in values if value not in options), None):
        raise BadAnswerError(f"«{clean(unknown)[:60]}» không có trong danh sách, chọn lại")
    if several:
        return [value for value in options if value in values] or None
    return values[0] if values else None


def _number(field: Field, raw: Any) -> int | float | None:
    text = clean(raw) if isinstance(raw, str) else show_number(raw)
    if not text:
        return None
    value = read_number(text, field.decimals)
    if field.min is not None and value < field.min:
        raise BadAnswerError(f"Ghi từ {show_number(field.min)} trở lên")
    if field.max is not None and value > field.max:
        raise BadAnswerError(f"Ghi nhiều nhất {show_number(field.max)}")
    return value


def _date(field: Field, text: str, today: date) -> str:
    value = read_date(text)
    if field.check == "date_past" and value > today:
        raise BadAnswerError(f"{value:%d/%m/%Y} chưa tới: hôm nay là {today:%d/%m/%Y}")
    return value.isoformat()


def _text(field: Field, text: str, today: date) -> str:
    if field.kind is Kind.TEXT:
        text = _SPACES.sub(" ", text)
    limit = field.max_length or (TEXT_LIMIT if field.kind is Kind.TEXT else LONG_TEXT_LIMIT)
    if len(text) > limit:
        raise BadAnswerError(f"Viết gọn trong {limit} chữ cái, bạn đã viết {len(text)}")
    if len(text) < field.min_length:
        raise BadAnswerError(f"Viết ít nhất {field.min_length} chữ cái")
    if field.check:
        text, problem = identifiers.check(field.check, text, today)
        if problem:
            raise BadAnswerError(problem)
    if field.pattern is not None and not field.pattern.fullmatch(text):
        raise BadAnswerError(field.pattern_message or "Viết chưa đúng dạng yêu cầu")
    return text
