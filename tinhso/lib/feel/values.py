"""Values of expressions: numbers are Decimal, moments are aware, nothing is converted silently."""

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
NUMBERS = Context(prec=34)

_DURATION = re.compile(r"(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_MONTHS = re.compile(r"(-)?P(?:(\d+)Y)?(?:(\d+)M)?")


@dataclass(frozen=True, slots=True, order=True)
class Months:
    """A duration in years and months."""

    count: int


def to_value(raw: Any) -> Any:
    """A value of the context as the evaluator knows it; whatever it does not know becomes null."""
    kind = type(raw)
    if raw is None or kind in (str, bool, Decimal, timedelta, Months, date):
        return raw
    if kind is int:
        return Decimal(raw)
    if kind is datetime:
        return raw if raw.tzinfo else raw.replace(tzinfo=VIETNAM)
    if kind is float:
        return to_number(repr(raw))
    if isinstance(raw, str | list | tuple | Mapping | time):
        return raw
    return None


def kind_of(value: Any) -> str:
    """number, text, boolean, date, moment, time, duration, months, list, context or null."""
    return _KINDS.get(type(value)) or ("context" if isinstance(value, Mapping) else "null")


_KINDS: dict[type, str] = {
    Decimal: "number",
    str: "text",
    bool: "boolean",
    date: "date",
    datetime: "moment",
    time: "time",
    timedelta: "duration",
    Months: "months",
    list: "list",
    tuple: "list",
}


def to_number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number.adjusted()) > 100 or len(number.as_tuple().digits) > NUMBERS.prec:
        return None
    return number


def to_date(text: str) -> date | None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text.strip()):
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def to_moment(text: str) -> datetime | None:
    """Date and time; Vietnamese time where no zone is written."""
    if "T" not in text:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)


def to_duration(text: str) -> timedelta | Months | None:
    text = text.strip()
    if (found := _MONTHS.fullmatch(text)) and any(found.groups()[1:]):
        months = int(found[2] or 0) * 12 + int(found[3] or 0)
        return Months(-months if found[1] else months) if months < 100_000 else None
    if (found := _DURATION.fullmatch(text)) and any(found.groups()[1:]):
        days, hours, minutes, seconds = (int((part or "0")[:9]) for part in found.groups()[1:])
        try:
            length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        except OverflowError:
            return None
        return -length if found[1] else length
    return None


def to_text(value: Any) -> str | None:
    """As FEEL's string() writes it; null for lists and contexts."""
    match kind_of(value):
        case "text":
            return str(value)
        case "boolean":
            return "true" if value else "false"
        case "number":
            text = format(value, "f")
            return text.rstrip("0").rstrip(".") if "." in text else text
        case "date" | "moment" | "time":
            return str(value.isoformat())
        case "duration":
            return _write_duration(value)
        case "months":
            years, months = divmod(abs(value.count), 12)
            body = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
            return ("-" if value.count < 0 else "") + "P" + (body or "0M")
    return None


def _write_duration(value: timedelta) -> str:
    seconds = int(abs(value).total_seconds())
    days, rest = divmod(seconds, 86400)
    parts = [(rest // 3600, "H"), (rest % 3600 // 60, "M"), (rest % 60, "S")]
    clock = "".join(f"{n}{unit}" for n, unit in parts if n)
    body = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return ("-" if value < timedelta(0) else "") + "P" + (body or "T0S")


def add_months(day: Any, count: int) -> Any:
    """Same day some months on, or the last day of a shorter month; null outside the calendar."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    if not 1 <= year <= 9999:
        return None
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_between(first: date, last: date) -> Months:
    """Whole months from first to last; negative when last is earlier."""
    if last < first:
        return Months(-months_between(last, first).count)
    count = (last.year - first.year) * 12 + last.month - first.month
    return Months(count - (1 if last.day < first.day else 0))


def coerce(value: Any, wanted: str) -> Any:
    """A stored value as its declared type: number, string, boolean, date, `date and time`; null where it is not one."""
    if isinstance(value, list | tuple):
        return [coerce(item, wanted) for item in value]
    value = to_value(value)
    if value is None or value == "":
        return None
    if kind_of(value) == _COERCED.get(wanted):
        return value
    if wanted == "string":
        return to_text(value)
    if isinstance(value, str):
        return _FROM_TEXT[wanted](value) if wanted in _FROM_TEXT else value
    if wanted == "date" and isinstance(value, datetime):
        return value.astimezone(VIETNAM).date()
    return None if wanted in _COERCED else value


_COERCED = {
    "number": "number",
    "string": "text",
    "boolean": "boolean",
    "date": "date",
    "date and time": "moment",
    "duration": "duration",
}
_FROM_TEXT: dict[str, Any] = {
    "number": to_number,
    "boolean": {"true": True, "false": False, "on": True, "1": True, "0": False}.get,
    "date": to_date,
    "date and time": to_moment,
    "duration": to_duration,
}
