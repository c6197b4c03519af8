"""The closed evaluator: a tree and a context in, a value out, within a budget."""

import operator
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, DecimalException, localcontext
from typing import Any

from tinhso.lib.feel.errors import FeelError
from tinhso.lib.feel.functions import FUNCTIONS, MAX_STRING
from tinhso.lib.feel.values import NUMBERS, VIETNAM, Months, add_months, coerce, kind_of, to_value

MAX_STEPS = 20_000

Ast = list[Any]


def evaluate(
    ast: Ast, context: Mapping[str, Any], types: Mapping[str, str] | None = None, *, at: datetime | None = None
) -> Any:
    """The value of a parsed expression.

    context: variables by name, plain data as read from JSON; a name that is not there is null. types: declared types
    (`number`, `string`, `boolean`, `date`, `date and time`) by name, or by `group.field` for rows of a group; stored
    values are coerced to them first, and to null where they are not of the type. at: the moment today() and now()
    speak of; null without it. Raises FeelError only over a limit.
    """
    scope = _Scope(context, types or {}, at)
    try:
        with localcontext(NUMBERS):
            value = _eval(ast, scope)
            scope.weigh(value)
            return value
    except RecursionError:
        raise FeelError("Dữ liệu lồng nhau quá sâu.") from None


def is_true(ast: Ast, context: Mapping[str, Any], types: Mapping[str, str] | None = None, **clock: Any) -> bool:
    """Whether the expression is exactly TRUE: null and everything else are not."""
    return evaluate(ast, context, types, **clock) is True


class _Scope:
    __slots__ = ("at", "context", "local", "steps", "types")

    def __init__(self, context: Mapping[str, Any], types: Mapping[str, str], at: datetime | None) -> None:
        self.context = context
        self.types = types
        self.local: dict[str, Any] = {}
        self.at = at
        self.steps = 0

    def tick(self, count: int = 1) -> None:
        self.steps += count
        if self.steps > MAX_STEPS:
            raise FeelError(f"Biểu thức cần quá {MAX_STEPS} bước tính.")

    def read(self, name: str) -> Any:
        if name in self.local:
            return self.local[name]
        return _declared(self.context.get(name), name, self.types) if self.types else to_value(self.context.get(name))

    def weigh(self, value: Any) -> None:
        """Shared lists can stand for exponentially many values; walking them costs steps."""
        if isinstance(value, list | tuple):
            for item in value:
                self.tick()
                self.weigh(item)


def _declared(value: Any, name: str, types: Mapping[str, str]) -> Any:
    if name in types:
        return coerce(value, types[name])
    if isinstance(value, list | tuple):
        return [_declared(item, name, types) for item in value]
    if isinstance(value, Mapping):
        return {key: _declared(item, f"{name}.{key}", types) for key, item in value.items()}
    return to_value(value)


def _eval(ast: Ast, scope: _Scope) -> Any:
    scope.tick()
    return _NODES[ast[0]](ast, scope)


def _path(ast: Ast, scope: _Scope) -> Any:
    return _property(_eval(ast[1], scope), ast[2], scope)


def _property(value: Any, name: str, scope: _Scope) -> Any:
    """A key of a context, or a listed part of a date or duration; never an attribute."""
    scope.tick()
    kind = kind_of(value)
    if kind == "context":
        return to_value(value.get(name))
    if kind == "list":
        return [_property(to_value(item), name, scope) for item in value]
    part = _PARTS.get((kind, name))
    return part(value) if part else None


_PARTS: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("date", "year"): lambda v: Decimal(v.year),
    ("date", "month"): lambda v: Decimal(v.month),
    ("date", "day"): lambda v: Decimal(v.day),
    ("date", "weekday"): lambda v: Decimal(v.isoweekday()),
    ("moment", "year"): lambda v: Decimal(v.year),
    ("moment", "month"): lambda v: Decimal(v.month),
    ("moment", "day"): lambda v: Decimal(v.day),
    ("moment", "hour"): lambda v: Decimal(v.hour),
    ("moment", "minute"): lambda v: Decimal(v.minute),
    ("duration", "days"): lambda v: Decimal(int(v / timedelta(days=1))),
    ("months", "years"): lambda v: Decimal(int(v.count / 12)),
    ("months", "months"): lambda v: Decimal(v.count - 12 * int(v.count / 12)),
}


def _equal(left: Any, right: Any, scope: _Scope) -> bool | None:
    """Null equals null alone; different kinds compare to null."""
    scope.tick()
    if left is None or right is None:
        return left is right
    kind = kind_of(left)
    if kind != kind_of(right):
        return None
    if kind == "list":
        if len(left) != len(right):
            return False
        return _all(_equal(to_value(a), to_value(b), scope) for a, b in zip(left, right, strict=True))
    return bool(left == right) if kind != "context" else None


_ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_ORDERED = frozenset({"number", "text", "date", "moment", "time", "duration", "months"})


def _compare(sign: str, left: Any, right: Any, scope: _Scope) -> bool | None:
    if sign == "=":
        return _equal(left, right, scope)
    if sign == "!=":
        equal = _equal(left, right, scope)
        return None if equal is None else not equal
    kind = kind_of(left)
    if kind != kind_of(right) or kind not in _ORDERED:
        return None
    return bool(_ORDER[sign](left, right))


def _comparison(ast: Ast, scope: _Scope) -> bool | None:
    return _compare(ast[0], _eval(ast[1], scope), _eval(ast[2], scope), scope)


def _all(values: Iterator[bool | None]) -> bool | None:
    """Three-valued «and»: one false decides, else one unknown leaves it unknown."""
    result: bool | None = True
    for value in values:
        if value is False:
            return False
        if value is not True:
            result = None
    return result


def _any(values: Iterator[bool | None]) -> bool | None:
    result: bool | None = False
    for value in values:
        if value is True:
            return True
        if value is not False:
            result = None
    return result


def _between(ast: Ast, scope: _Scope) -> bool | None:
    value, low, high = (_eval(part, scope) for part in ast[1:])
    return _all(iter((_compare(">=", value, low, scope), _compare("<=", value, high, scope))))


def _in(ast: Ast, scope: _Scope) -> bool | None:
    value = _eval(ast[1], scope)
    return _any(_passes(value, test, scope) for test in ast[2])


def _passes(value: Any, test: Ast, scope: _Scope) -> bool | None:
    if test[0] == "test":
        return _compare(test[1], value, _eval(test[2], scope), scope)
    if test[0] == "range":
        low = _compare(">=" if test[1] else ">", value, _eval(test[2], scope), scope)
        high = _compare("<=" if test[4] else "<", value, _eval(test[3], scope), scope)
        return _all(iter((low, high)))
    wanted = _eval(test, scope)
    if kind_of(wanted) == "list" and kind_of(value) != "list":
        return _any(_equal(value, to_value(item), scope) for item in wanted)
    return _equal(value, wanted, scope)


def _choice(ast: Ast, scope: _Scope) -> Any:
    return _eval(ast[2] if _eval(ast[1], scope) is True else ast[3], scope)


def _rounds(bound: list[list[Any]], scope: _Scope) -> Iterator[None]:
    """Bind the variables of a loop to every combination of their values, the last one fastest."""
    if not bound:
        scope.tick()
        yield None
        return
    name, source = bound[0]
    missing = object()
    outer = scope.local.get(name, missing)
    for item in _source(source, scope):
        scope.local[name] = to_value(item)
        yield from _rounds(bound[1:], scope)
        if outer is missing:
            scope.local.pop(name, None)
        else:
            scope.local[name] = outer


def _source(ast: Ast, scope: _Scope) -> Iterator[Any]:
    if ast[0] == "range":
        low, high = _eval(ast[2], scope), _eval(ast[3], scope)
        if isinstance(low, Decimal) and isinstance(high, Decimal):
            last = int(high)
            if last - int(low) > MAX_STEPS:
                scope.tick(MAX_STEPS)
            yield from (Decimal(n) for n in range(int(low), last + 1))
        return
    value = _eval(ast, scope)
    yield from value if kind_of(value) == "list" else ([] if value is None else [value])


def _some(ast: Ast, scope: _Scope) -> bool | None:
    rounds = _rounds(ast[1], scope)
    return _any(_eval(ast[2], scope) for _ in rounds)


def _every(ast: Ast, scope: _Scope) -> bool | None:
    return _all(_eval(ast[2], scope) for _ in _rounds(ast[1], scope))


def _for(ast: Ast, scope: _Scope) -> list[Any]:
    return [_eval(ast[2], scope) for _ in _rounds(ast[1], scope)]


def _filter(ast: Ast, scope: _Scope) -> Any:
    """`list[2]`, `list[-1]`, `list[item.age > 3]`."""
    values = _eval(ast[1], scope)
    if kind_of(values) != "list":
        values = [] if values is None else [values]
    where = ast[2]
    if where[0] == "num" or (where[0] == "neg" and where[1][0] == "num"):
        index = int(_eval(where, scope))
        if index == 0 or abs(index) > len(values):
            return None
        return to_value(values[index - 1 if index > 0 else index])
    return [item for item in values if _for_item(where, to_value(item), scope) is True]


def _for_item(where: Ast, item: Any, scope: _Scope) -> Any:
    outer = dict(scope.local)
    scope.local["item"] = item
    try:
        return _eval(where, scope)
    finally:
        scope.local = outer


def _call(ast: Ast, scope: _Scope) -> Any:
    name = ast[1]
    arguments = [_eval(argument, scope) for argument in ast[2]]
    if name in ("today", "now"):
        if scope.at is None:
            return None
        return scope.at if name == "now" else scope.at.astimezone(VIETNAM).date()
    for argument in arguments:
        scope.weigh(argument)
    if name == "list contains":
        if kind_of(arguments[0]) != "list":
            return None
        return any(_equal(to_value(item), arguments[1], scope) is True for item in arguments[0])
    if len(arguments) == 1 and kind_of(arguments[0]) == "list":
        arguments = [[to_value(item) for item in arguments[0]]]
    try:
        return FUNCTIONS[name](*arguments)
    except (DecimalException, OverflowError, ValueError):
        return None


def _arithmetic(ast: Ast, scope: _Scope) -> Any:
    left, right = _eval(ast[1], scope), _eval(ast[2], scope)
    rule = _SUMS.get((ast[0], kind_of(left), kind_of(right)))
    if rule is None:
        return None
    try:
        return rule(left, right)
    except (DecimalException, OverflowError):
        return None


def _join(left: str, right: str) -> str:
    if len(left) + len(right) > MAX_STRING:
        raise FeelError(f"Chuỗi dài quá {MAX_STRING} ký tự.")
    return left + right


def _days(left: date, right: date) -> timedelta:
    return left - right


def _divide(left: Any, right: Decimal) -> Any:
    return left / right if right else None


def _stretch(left: timedelta, right: Decimal) -> timedelta:
    return left * float(right)


_SUMS: dict[tuple[str, str, str], Callable[[Any, Any], Any]] = {
    ("+", "number", "number"): operator.add,
    ("-", "number", "number"): operator.sub,
    ("*", "number", "number"): operator.mul,
    ("/", "number", "number"): _divide,
    ("+", "text", "text"): _join,
    ("-", "date", "date"): _days,
    ("-", "moment", "moment"): _days,
    ("+", "date", "duration"): operator.add,
    ("-", "date", "duration"): operator.sub,
    ("+", "moment", "duration"): operator.add,
    ("-", "moment", "duration"): operator.sub,
    ("+", "duration", "duration"): operator.add,
    ("-", "duration", "duration"): operator.sub,
    ("*", "duration", "number"): _stretch,
    ("+", "date", "months"): lambda a, b: add_months(a, b.count),
    ("-", "date", "months"): lambda a, b: add_months(a, -b.count),
    ("+", "moment", "months"): lambda a, b: add_months(a, b.count),
    ("-", "moment", "months"): lambda a, b: add_months(a, -b.count),
    ("+", "months", "months"): lambda a, b: Months(a.count + b.count),
    ("-", "months", "months"): lambda a, b: Months(a.count - b.count),
}


def _negation(ast: Ast, scope: _Scope) -> Any:
    value = _eval(ast[1], scope)
    if isinstance(value, Decimal | timedelta):
        return -value
    return Months(-value.count) if isinstance(value, Months) else None


def _nothing(ast: Ast, scope: _Scope) -> None:
    return None


_NODES: dict[str, Callable[[Ast, _Scope], Any]] = {
    "lit": lambda ast, scope: ast[1],
    "num": lambda ast, scope: Decimal(ast[1]),
    "name": lambda ast, scope: scope.read(ast[1]),
    "path": _path,
    "filter": _filter,
    "list": lambda ast, scope: [_eval(item, scope) for item in ast[1]],
    "neg": _negation,
    "and": lambda ast, scope: _all(_eval(part, scope) for part in ast[1:]),
    "or": lambda ast, scope: _any(_eval(part, scope) for part in ast[1:]),
    "between": _between,
    "in": _in,
    "if": _choice,
    "some": _some,
    "every": _every,
    "for": _for,
    "call": _call,
    "range": _nothing,
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">="), _comparison),
    **dict.fromkeys(("+", "-", "*", "/"), _arithmetic),
}
