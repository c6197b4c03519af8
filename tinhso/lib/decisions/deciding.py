"""A decision taken: the result, the rows that gave it and the law behind them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

from tinhso.lib import feel
from tinhso.lib.decisions.compiling import CELL, Compiled
from tinhso.lib.decisions.table import ROUNDINGS

_TOTALS: Mapping[str, Callable[[list[Decimal]], Decimal]] = {
    "COLLECT SUM": lambda values: sum(values, Decimal(0)),
    "COLLECT MIN": min,
    "COLLECT MAX": max,
}
_MODES = {"half_up": ROUND_HALF_UP, "down": ROUND_DOWN, "up": ROUND_UP}


class DecisionError(ValueError):
    """The table gives no lawful answer for these facts; a Vietnamese sentence."""


@dataclass(frozen=True, slots=True)
class Decision:
    """outputs: by name; None where no row fits. rows: numbers of the rows that fired, from 1."""

    outputs: Mapping[str, Any]
    rows: tuple[int, ...]
    bases: tuple[str, ...]
    sentence: str

    @property
    def is_made(self) -> bool:
        return bool(self.rows)


def decide(
    table: Compiled, facts: Mapping[str, Any], types: Mapping[str, str] | None = None, *, at: datetime | None = None
) -> Decision:
    """Raises DecisionError where UNIQUE or ANY rows contradict each other, or an expression goes beyond its limits."""
    # A plain name is coerced to its column's type: a form keeps texts, and "15" is no number.
    columns = {one["value"][1]: one["type"] for one in table["inputs"] if one["value"][0] == "name"}
    known = {**columns, **(types or {})}
    try:
        fired = _fired(table, facts, known, at)
        results = [_results(table, rule, facts, known, at) for rule in fired]
    except feel.FeelError as error:
        raise DecisionError(f"Bảng «{table['name']}»: {error}") from error
    outputs, used = _chosen(table, fired, results)
    rows = tuple(rule["number"] for rule in used)
    bases = tuple(dict.fromkeys(rule["basis"] for rule in used if rule["basis"]))
    return Decision(outputs, rows, bases, _sentence(table, rows, outputs, bases))


def _fired(table: Compiled, facts: Mapping[str, Any], types: Mapping[str, str], at: datetime | None) -> list[Any]:
    values = [feel.evaluate(column["value"], facts, types, at=at) for column in table["inputs"]]
    first = table["policy"] == "FIRST"
    fired = []
    for rule in table["rules"]:
        if all(
            test is None or feel.is_true(test, {**facts, CELL: value}, types, at=at)
            for test, value in zip(rule["tests"], values, strict=True)
        ):
            fired.append(rule)
            if first:
                break
    return fired


def _results(table: Compiled, rule: Any, facts: Any, types: Any, at: Any) -> dict[str, Any]:
    found = {}
    for column, tree in zip(table["outputs"], rule["results"], strict=True):
        value = feel.evaluate(tree, facts, types, at=at)
        found[column["name"]] = _rounded(value, column)
    return found


def _rounded(value: Any, column: Mapping[str, str]) -> Any:
    if not column["rounding"] or not isinstance(value, Decimal):
        return value
    unit = Decimal(column["unit"])
    return (value / unit).quantize(Decimal(1), rounding=_MODES[column["rounding"]]) * unit


def _chosen(table: Compiled, fired: list[Any], results: list[dict[str, Any]]) -> tuple[dict[str, Any], list[Any]]:
    names = [column["name"] for column in table["outputs"]]
    policy = table["policy"]
    if policy == "COLLECT COUNT":
        return {names[0]: Decimal(len(fired))}, fired
    if not fired:
        return dict.fromkeys(names), []
    if policy in ("UNIQUE", "ANY"):
        if (policy == "UNIQUE" and len(fired) > 1) or any(one != results[0] for one in results):
            rows = ", ".join(str(rule["number"]) for rule in fired)
            raise DecisionError(f"Bảng «{table['name']}»: các dòng {rows} cùng đúng mà kết quả phải là một.")
        return results[0], fired
    if policy == "FIRST":
        return results[0], fired[:1]
    if policy in ("COLLECT", "RULE ORDER"):
        return {name: [one[name] for one in results] for name in names}, fired
    values = [one[names[0]] for one in results]
    if not all(isinstance(value, Decimal) for value in values):
        raise DecisionError(f"Bảng «{table['name']}»: cột «{names[0]}» có kết quả không phải số.")
    return {names[0]: _TOTALS[policy](values)}, fired


def _sentence(table: Compiled, rows: tuple[int, ...], outputs: Mapping[str, Any], bases: tuple[str, ...]) -> str:
    """«Lệ phí: 8.000, theo dòng 2 của bảng …, căn cứ …»"""
    if not rows:
        return f"Không dòng nào của bảng «{table['name']}» phù hợp."
    told = "; ".join(f"{column['label']}: {_said(outputs[column['name']])}" for column in table["outputs"])
    rounded = {ROUNDINGS[column["rounding"]] for column in table["outputs"] if column["rounding"]}
    by = f"theo dòng {', '.join(map(str, rows))} của bảng «{table['name']}»"
    how = f", {', '.join(sorted(rounded))}" if rounded else ""
    return f"{told} ({by}{how}{', căn cứ ' + '; '.join(bases) if bases else ''})."


def _said(value: Any) -> str:
    match value:
        case None:
            return "không có"
        case bool():
            return "có" if value else "không"
        case Decimal():
            whole, _, part = f"{value.normalize():f}".partition(".")
            return f"{int(whole):,}".replace(",", ".") + (f",{part}" if part else "")
        case list():
            return ", ".join(_said(one) for one in value)
    return str(value)
