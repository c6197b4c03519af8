"""Conditions as sentences (hiện khi …, phải …): what an administrator picks, written as FEEL and read back from it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tinhso.lib import feel

# operator → (words, how many values it takes: 0, 1 or several)
OPERATORS: Mapping[str, tuple[str, str]] = {
    "is": ("là", "one"),
    "is_not": ("không phải là", "one"),
    "among": ("là một trong", "many"),
    "chosen": ("được chọn", "none"),
    "not_chosen": ("không được chọn", "none"),
    "answered": ("có trả lời", "none"),
    "empty": ("bỏ trống", "none"),
    "over": ("lớn hơn", "one"),
    "at_least": ("từ", "one"),
    "under": ("nhỏ hơn", "one"),
    "at_most": ("không quá", "one"),
    "past": ("không sau hôm nay", "none"),
    "future": ("sau hôm nay", "none"),
    "has": ("có chọn", "one"),
}
_SIGNS = {"is": "=", "is_not": "!=", "over": ">", "at_least": ">=", "under": "<", "at_most": "<="}
_BARE = {
    "chosen": "{} = true",
    "not_chosen": "{} = false",
    "answered": "{} != null",
    "empty": "{} = null",
    "past": "{} <= today()",
    "future": "{} > today()",
}
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")


@dataclass(frozen=True, slots=True)
class Condition:
    """One sentence: a question, an operator and what it is compared with (another question as `=key`)."""

    key: str
    operator: str
    values: tuple[str, ...] = ()


class SentenceError(ValueError):
    """A sentence that cannot be written; Vietnamese."""


def to_feel(conditions: Sequence[Condition], joiner: str = "and") -> str:
    """FEEL of the sentences together. Raises SentenceError."""
    if joiner not in ("and", "or"):
        raise SentenceError("Nối các điều kiện bằng «và» hoặc «hoặc».")
    return f" {joiner} ".join(_written(one) for one in conditions)


def _written(one: Condition) -> str:
    if not _NAME.fullmatch(one.key):
        raise SentenceError(f"Chọn câu hỏi cho điều kiện (đang là «{one.key}»).")
    if one.operator not in OPERATORS:
        raise SentenceError("Chọn cách so sánh.")
    needed = OPERATORS[one.operator][1]
    values = [value.strip() for value in one.values if value.strip()]
    if needed == "none":
        return _BARE[one.operator].format(one.key)
    if not values:
        raise SentenceError(f"Điều kiện «{OPERATORS[one.operator][0]}» cần một giá trị để so.")
    if one.operator == "among":
        return f"{one.key} in ({', '.join(_literal(value) for value in values)})"
    if one.operator == "has":
        return f"list contains({one.key}, {_literal(values[0])})"
    ordered = one.operator not in ("is", "is_not")
    return f"{one.key} {_SIGNS[one.operator]} {_literal(values[0], as_number=ordered)}"


def _literal(value: str, *, as_number: bool = False) -> str:
    """`=key` another question; a day; a number where it is compared by size; else a text."""
    if value.startswith("="):
        if not _NAME.fullmatch(value[1:]):
            raise SentenceError(f"«{value[1:]}» không phải tên một câu hỏi.")
        return value[1:]
    if found := _DAY.fullmatch(value):
        day, month, year = (int(part) for part in found.groups())
        return f'date("{year:04d}-{month:02d}-{day:02d}")'
    if as_number:
        if not _NUMBER.fullmatch(value):
            raise SentenceError(f"«{value}» không phải số hay ngày; số viết như 18 hoặc 2,5.")
        return value.replace(",", ".")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def from_feel(text: str) -> tuple[list[Condition], str] | None:
    """The sentences of an expression and how they are joined; None where it says more than sentences can."""
    if not text.strip():
        return [], "and"
    try:
        tree = feel.parse(text)
    except feel.FeelError:
        return None
    joiner = tree[0] if tree[0] in ("and", "or") else "and"
    parts = _parts(tree, joiner) if tree[0] in ("and", "or") else [tree]
    found = [_read(part) for part in parts]
    if any(one is None for one in found):
        return None
    conditions = [one for one in found if one is not None]
    return conditions, joiner


def _parts(tree: Any, joiner: str) -> list[Any]:
    return [*_parts(tree[1], joiner), *_parts(tree[2], joiner)] if tree[0] == joiner else [tree]


_TODAY = ["call", "today", []]
_BARE_TREES = {
    ("=", "true"): "chosen",
    ("=", "false"): "not_chosen",
    ("!=", "null"): "answered",
    ("=", "null"): "empty",
}


def _read(tree: Any) -> Condition | None:
    if tree[0] == "call" and tree[1] == "list contains" and len(tree[2]) == 2:
        key, value = _key(tree[2][0]), _value(tree[2][1])
        return Condition(key, "has", (value,)) if key and value is not None else None
    if tree[0] == "in":
        key = _key(tree[1])
        values = [_value(test) for test in tree[2]]
        return (
            Condition(key, "among", tuple(v for v in values if v is not None)) if key and None not in values else None
        )
    signs = {sign: name for name, sign in _SIGNS.items()}
    key = _key(tree[1]) if tree[0] in signs else ""
    if not key:
        return None
    if tree[2] == _TODAY:
        return Condition(key, {"<=": "past", ">": "future"}.get(tree[0], "")) if tree[0] in ("<=", ">") else None
    if tree[2][0] == "lit" and not isinstance(tree[2][1], str):
        word = {True: "true", False: "false", None: "null"}[tree[2][1]]
        bare = _BARE_TREES.get((tree[0], word))
        return Condition(key, bare) if bare else None
    value = _value(tree[2])
    return Condition(key, signs[tree[0]], (value,)) if value is not None else None


def _key(tree: Any) -> str:
    if tree[0] == "name":
        return str(tree[1])
    if tree[0] == "path":
        above = _key(tree[1])
        return f"{above}.{tree[2]}" if above else ""
    return ""


def _value(tree: Any) -> str | None:
    if tree[0] == "lit":
        return tree[1] if isinstance(tree[1], str) else None
    if tree[0] == "num":
        return str(tree[1]).replace(".", ",")
    if tree[0] == "call" and tree[1] == "date" and len(tree[2]) == 1 and tree[2][0][0] == "lit":
        year, month, day = str(tree[2][0][1]).split("-")
        return f"{day}/{month}/{year}"
    key = _key(tree)
    return f"={key}" if key else None


def in_words(text: str, labels: Mapping[str, str], choices: Mapping[str, Mapping[str, str]]) -> str:
    """An expression as a person reads it; the expression itself where it says more than sentences can."""
    found = from_feel(text)
    if found is None:
        return text
    conditions, joiner = found
    told = []
    for one in conditions:
        said = [
            labels.get(v[1:], v[1:]) if v.startswith("=") else choices.get(one.key, {}).get(v, v) for v in one.values
        ]
        shown = " hoặc ".join(f"«{value}»" for value in said)
        told.append(f"«{labels.get(one.key, one.key)}» {OPERATORS[one.operator][0]} {shown}".rstrip())
    return (" và " if joiner == "and" else " hoặc ").join(told)
