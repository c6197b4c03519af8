"""Judging answers. Fields are walked in the order they depend on each other, so one pass reaches the fixpoint:
a hidden field is gone before anything that names it is looked at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tinhso.foundation.forms.coerce import BadAnswerError, coerce
from tinhso.foundation.forms.schema import CHOOSING, Field, Form, Kind, Rule

OptionsOf = Callable[[Field], Mapping[str, str]]
Names = dict[str, Any]


@dataclass(slots=True)
class Judged:
    """values: valid answers of what is shown. errors: dotted key → sentence. shown, required: dotted keys."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)
    required: set[str] = field(default_factory=set)
    dropped: list[str] = field(default_factory=list)


def judge(
    form: Form, data: Mapping[str, Any], *, at: datetime, options_of: OptionsOf, only: frozenset[str] | None = None
) -> Judged:
    """Judge everything; errors only of the keys in `only` where it is given (a page). at: aware, local."""
    judging = _Judging(at, options_of, only)
    names: Names = {}
    judging.result.values = judging.walk(form.order, data, names, "")
    judging.result.dropped.extend(str(key) for key in data if key not in form.by_key)
    judging.ask(form.order, names, "")
    if only is not None:
        errors = judging.result.errors
        judging.result.errors = {key: errors[key] for key in errors if key.partition(".")[0] in only}
    return judging.result


class _Judging:
    __slots__ = ("at", "only", "options_of", "result", "today")

    def __init__(self, at: datetime, options_of: OptionsOf, only: frozenset[str] | None) -> None:
        self.at = at
        self.today: date = at.date()
        self.options_of = options_of
        self.only = only
        self.result = Judged()

    def walk(self, order: tuple[Field, ...], data: Mapping[str, Any], names: Names, prefix: str) -> dict[str, Any]:
        """Values of what is shown; `names` gains what expressions may read (null for the hidden and the invalid)."""
        values: dict[str, Any] = {}
        for one in order:
            if one.holds_value:
                names[one.key] = None
            if one.shows and not all(condition.is_true(names, self.at) for condition in one.shows):
                if one.holds_value and data.get(one.key) not in (None, "", []):
                    self.result.dropped.append(prefix + one.key)
                continue
            self.result.shown.add(prefix + one.key)
            if not one.holds_value:
                continue
            value = self.value(one, data, names, prefix + one.key)
            if value is not None:
                values[one.key] = value
                names[one.key] = _for_rules(one, value)
        return values

    def value(self, one: Field, data: Mapping[str, Any], names: Names, dotted: str) -> Any:
        try:
            if one.kind is Kind.LIST:
                return self.rows(one, data.get(one.key), names, dotted)
            raw = one.calc.evaluate(names, self.at) if one.calc else data.get(one.key)
            if raw is None:
                return None
            return coerce(one, raw, self.options_of(one) if one.kind in CHOOSING else {}, self.today)
        except BadAnswerError as error:
            self.result.errors[dotted] = str(error)
            return None

    def rows(self, one: Field, raw: Any, names: Names, dotted: str) -> list[dict[str, Any]] | None:
        if raw in (None, ""):
            return None
        if not isinstance(raw, list | tuple) or not all(isinstance(row, Mapping) for row in raw):
            raise BadAnswerError("Dữ liệu không đúng dạng, ghi lại")
        if len(raw) > one.max_rows:
            raise BadAnswerError(f"Ghi nhiều nhất {one.max_rows} mục, bạn đã ghi {len(raw)}")
        return [self.walk(one.rows, row, dict(names), f"{dotted}.{number}.") for number, row in enumerate(raw)] or None

    def ask(self, order: tuple[Field, ...], names: Names, prefix: str) -> None:
        """What is missing and which rule is broken, once every value is known."""
        result = self.result
        for one in order:
            dotted = prefix + one.key
            if dotted not in result.shown or not one.holds_value:
                continue
            if self.only is not None and not prefix and one.key not in self.only:
                continue
            required = self.is_required(one, names)
            if required:
                result.required.add(dotted)
            if dotted in result.errors:
                continue
            if required and names.get(one.key) is None:
                result.errors[dotted] = one.ask or _asking(one)
                continue
            if one.kind is Kind.LIST:
                self.ask_rows(one, names, dotted)
            if one.rules and (broken := next((r for r in one.rules if self.is_broken(r, names, prefix)), None)):
                result.errors[dotted] = broken.message

    def ask_rows(self, one: Field, names: Names, dotted: str) -> None:
        rows = names.get(one.key) or []
        if len(rows) < one.min_rows:
            self.result.errors[dotted] = one.ask or f"Ghi ít nhất {one.min_rows} mục: {one.label}"
        for number, row in enumerate(rows):
            self.ask(one.rows, {**names, **row}, f"{dotted}.{number}.")

    def is_required(self, one: Field, names: Names) -> bool:
        if one.kind is Kind.LIST:
            return one.min_rows > 0
        return one.required or (one.required_when is not None and one.required_when.is_true(names, self.at))

    def is_broken(self, rule: Rule, names: Names, prefix: str) -> bool:
        """FALSE breaks; so does «cannot tell» when every answer it names is there. Never run over an invalid answer."""
        errors = self.result.errors
        if errors and any(_has_error(root, errors, prefix) for root in rule.roots):
            return False
        verdict = rule.expression.evaluate(names, self.at)
        if verdict is True:
            return False
        return verdict is False or all(names.get(root) is not None for root in rule.roots)


def _for_rules(one: Field, value: Any) -> Any:
    """Values as expressions see them: dates are dates, rows are lists of such."""
    if one.kind is Kind.DATE and one.subtype == "date":
        return date.fromisoformat(value)
    if one.kind is Kind.LIST:
        return [
            {
                row.key: _for_rules(row, values[row.key]) if row.key in values else None
                for row in one.rows
                if row.holds_value
            }
            for values in value
        ]
    return value


def _has_error(root: str, errors: Mapping[str, str], prefix: str) -> bool:
    if root in errors or (prefix and prefix + root in errors):
        return True
    return any(key.startswith(root + ".") for key in errors)


def _asking(one: Field) -> str:
    label = one.label.rstrip(" :?.")
    if one.kind is Kind.CHECKBOX:
        return f"Đánh dấu vào ô «{label}» để tiếp tục"
    return f"Chưa chọn: {label}" if one.kind in CHOOSING else f"Chưa ghi: {label}"
