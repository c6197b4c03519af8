"""Fields of a published case as they must be: each reader names the place and says in Vietnamese what is wrong."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar

T = TypeVar("T")
LARGEST = 1_000_000


class UnreadableCaseError(ValueError):
    """A case that cannot be read; the sentence names the place."""


def shown(value: Any) -> str:
    """A value as JSON that any terminal can print: half a surrogate stays an escape."""
    plain = json.dumps(value, ensure_ascii=False, default=str)
    return plain.encode("utf-8", "backslashreplace").decode("utf-8")


def wrong(place: str, wanted: str, value: Any) -> UnreadableCaseError:
    if value is None:
        return UnreadableCaseError(f"thiếu «{place}» ({wanted})")
    found = shown(value)
    return UnreadableCaseError(f"«{place}» phải là {wanted}, không phải {found[:80]}{'…' * (len(found) > 80)}")


def record(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise wrong(place, "một đối tượng { … }", value)
    return value


def rows(value: Any, place: str) -> Iterator[tuple[Any, str]]:
    """Each item of a list with its place; an absent list is empty."""
    if not isinstance(value, list | None):
        raise wrong(place, "một danh sách [ … ]", value)
    return ((item, f"{place}[{number}]") for number, item in enumerate(value or ()))


def text(value: Any, place: str) -> str:
    if not isinstance(value, str) or not value:
        raise wrong(place, "chữ", value)
    return value


def one_of(value: Any, place: str, known: Collection[str]) -> str:
    if not isinstance(value, str) or value not in known:
        raise wrong(place, f"một trong {', '.join(known)}", value)
    return value


def amount(value: Any, place: str) -> Decimal:
    """A number from 0 to a million."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LARGEST:
        raise wrong(place, f"một số từ 0 đến {LARGEST}", value)
    return Decimal(str(value))


def whole(value: Any, place: str, first: int = 0, last: int = LARGEST) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not first <= value <= last:
        raise wrong(place, f"một số nguyên từ {first} đến {last}", value)
    return value


def _parsed(value: Any, place: str, read: Callable[[str], T], wanted: str) -> T:
    try:
        return read(text(value, place))
    except ValueError:
        raise wrong(place, wanted, value) from None


def moment(value: Any, place: str) -> datetime:
    """A moment of our working years, with its time zone."""
    at = _parsed(value, place, datetime.fromisoformat, "thời điểm như 2026-11-16T09:00:00+07:00")
    if at.tzinfo is None:
        raise wrong(place, "thời điểm có múi giờ như 2026-11-16T09:00:00+07:00", value)
    if not 1901 <= at.year < 2299:
        raise wrong(place, "thời điểm từ năm 1901 đến năm 2298", value)
    return at


def day(value: Any, place: str) -> date:
    return _parsed(value, place, date.fromisoformat, "ngày như 2026-11-16")


def clock(value: Any, place: str) -> time:
    return _parsed(value, place, time.fromisoformat, "giờ như 15:00")
