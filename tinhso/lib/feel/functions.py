"""The functions an expression may call. Wrong kinds of arguments give null, as DMN says."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

import re2

from tinhso.lib.feel.values import VIETNAM, Months, kind_of, months_between, to_date, to_duration, to_moment, to_number
from tinhso.lib.feel.values import to_text as string

MAX_STRING = 10_000
_MAX_PATTERN = 500


def texts(function: Callable[..., Any]) -> Callable[..., Any]:
    """Null unless every argument is a text."""

    def guarded(*arguments: Any) -> Any:
        return function(*arguments) if all(isinstance(a, str) for a in arguments) else None

    return guarded


def numbers(function: Callable[..., Any]) -> Callable[..., Any]:
    """Null unless every argument is a number."""

    def guarded(*arguments: Any) -> Any:
        return function(*arguments) if all(isinstance(a, Decimal) for a in arguments) else None

    return guarded


def _date(*arguments: Any) -> date | None:
    if len(arguments) == 3:
        if not all(isinstance(a, Decimal) and a == int(a) for a in arguments):
            return None
        try:
            return date(*(int(a) for a in arguments))
        except (ValueError, OverflowError):
            return None
    value = arguments[0]
    if isinstance(value, datetime):
        return value.astimezone(VIETNAM).date()
    if isinstance(value, date):
        return value
    return to_date(value) if isinstance(value, str) else None


def _number(value: Any, grouping: Any = None, point: Any = None) -> Decimal | None:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str):
        return None
    if isinstance(grouping, str) and grouping:
        value = value.replace(grouping, "")
    if isinstance(point, str) and point:
        value = value.replace(point, ".")
    return to_number(value)


def _substring(value: Any, start: Any, length: Any = None) -> str | None:
    """1-based; a negative start counts from the end."""
    if not isinstance(value, str) or not isinstance(start, Decimal) or not start:
        return None
    first = int(start) - 1 if start > 0 else max(len(value) + int(start), 0)
    if length is None:
        return value[first:]
    return value[first : first + int(length)] if isinstance(length, Decimal) and length > 0 else None


@lru_cache(512)
def _pattern(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    return re2.compile(pattern, options=options)


def _matches(value: str, pattern: str) -> bool | None:
    """Linear-time regular expressions only: a pattern cannot hang the server."""
    if len(pattern) > _MAX_PATTERN:
        return None
    try:
        return _pattern(pattern).search(value) is not None
    except re2.error:
        return None


def _items(arguments: Sequence[Any]) -> list[Any]:
    """`sum(1, 2)` and `sum([1, 2])` are the same."""
    if len(arguments) == 1 and kind_of(arguments[0]) == "list":
        return list(arguments[0])
    return list(arguments)


def _of_one_kind(items: list[Any]) -> bool:
    kinds = {kind_of(item) for item in items}
    return len(kinds) == 1 and kinds <= {"number", "text", "date", "moment", "duration", "months"}


def _least(*arguments: Any) -> Any:
    items = _items(arguments)
    return min(items) if items and _of_one_kind(items) else None


def _greatest(*arguments: Any) -> Any:
    items = _items(arguments)
    return max(items) if items and _of_one_kind(items) else None


def _sum(*arguments: Any) -> Decimal | None:
    items = _items(arguments)
    if not items or not all(isinstance(item, Decimal) for item in items):
        return None
    return sum(items, Decimal(0))


def _mean(*arguments: Any) -> Decimal | None:
    total = _sum(*arguments)
    return None if total is None else total / len(_items(arguments))


def _count(*arguments: Any) -> Decimal | None:
    if len(arguments) == 1 and kind_of(arguments[0]) != "list":
        return None if arguments[0] is None else Decimal(1)
    return Decimal(len(_items(arguments)))


def _rounded(mode: str) -> Callable[..., Any]:
    def rounded(value: Decimal, scale: Decimal = Decimal(0)) -> Decimal | None:
        if not -20 <= scale <= 20:
            return None
        return value.quantize(Decimal(1).scaleb(-int(scale)), rounding=mode)

    return rounded


def _months(first: Any, last: Any) -> Months | None:
    first, last = _date(first), _date(last)
    return None if first is None or last is None else months_between(first, last)


def _not(value: Any) -> bool | None:
    return (not value) if isinstance(value, bool) else None


def _literal(text: str) -> Any:
    """`@"…"`: a date, a moment or a duration, whichever it is."""
    return next((v for read in (to_date, to_moment, to_duration) if (v := read(text)) is not None), None)


# name: (function, least, most arguments)
_TABLE: dict[str, tuple[Callable[..., Any], int, int]] = {
    "not": (_not, 1, 1),
    "date": (_date, 1, 3),
    "date and time": (texts(to_moment), 1, 1),
    "duration": (texts(to_duration), 1, 1),
    "years and months duration": (_months, 2, 2),
    "number": (_number, 1, 3),
    "string": (string, 1, 1),
    "string length": (texts(lambda s: Decimal(len(s))), 1, 1),
    "substring": (_substring, 2, 3),
    "upper case": (texts(str.upper), 1, 1),
    "lower case": (texts(str.lower), 1, 1),
    "contains": (texts(lambda s, part: part in s), 2, 2),
    "starts with": (texts(str.startswith), 2, 2),
    "ends with": (texts(str.endswith), 2, 2),
    "matches": (texts(_matches), 2, 2),
    "count": (_count, 1, 1),
    "sum": (_sum, 1, 100),
    "mean": (_mean, 1, 100),
    "min": (_least, 1, 100),
    "max": (_greatest, 1, 100),
    "abs": (numbers(abs), 1, 1),
    "floor": (numbers(_rounded(ROUND_FLOOR)), 1, 2),
    "ceiling": (numbers(_rounded(ROUND_CEILING)), 1, 2),
    "round half up": (numbers(_rounded(ROUND_HALF_UP)), 1, 2),
    "modulo": (numbers(lambda a, b: a - b * (a / b).to_integral_value(ROUND_FLOOR) if b else None), 2, 2),
    "@": (texts(_literal), 1, 1),
}

FUNCTIONS: dict[str, Callable[..., Any]] = {name: row[0] for name, row in _TABLE.items()}

# Those the evaluator itself answers: they need its clock or its budget.
ARITY: dict[str, tuple[int, int]] = {
    **{name: row[1:] for name, row in _TABLE.items()},
    "today": (0, 0),
    "now": (0, 0),
    "list contains": (2, 2),
}

LONG_NAMES: dict[str, list[list[str]]] = {}
for _name in sorted(ARITY, key=len, reverse=True):
    _first, *_rest = _name.split(" ")
    if _rest:
        LONG_NAMES.setdefault(_first, []).append(_rest)
