"""A decision table as it is edited: columns and rows of FEEL texts."""

from collections.abc import Mapping
from dataclasses import dataclass

# Hit policy (and aggregation of COLLECT) → what it means to the person who writes the table.
HIT_POLICIES: Mapping[str, str] = {
    "UNIQUE": "Đúng một dòng",
    "FIRST": "Dòng đúng đầu tiên",
    "ANY": "Nhiều dòng, cùng kết quả",
    "RULE ORDER": "Mọi dòng đúng, theo thứ tự",
    "COLLECT": "Mọi dòng đúng",
    "COLLECT SUM": "Cộng các dòng đúng",
    "COLLECT MIN": "Số nhỏ nhất trong các dòng đúng",
    "COLLECT MAX": "Số lớn nhất trong các dòng đúng",
    "COLLECT COUNT": "Đếm các dòng đúng",
}
TYPES: Mapping[str, str] = {
    "number": "số",
    "string": "chữ",
    "boolean": "đúng/sai",
    "date": "ngày",
}
ROUNDINGS: Mapping[str, str] = {
    "": "không làm tròn",
    "half_up": "làm tròn nửa lên",
    "down": "bỏ phần lẻ",
    "up": "làm tròn lên",
}


@dataclass(frozen=True, slots=True)
class Input:
    """A column of conditions. values: what an answer of the kind chữ can be, for telling gaps; empty: anything."""

    expression: str
    label: str = ""
    type: str = "string"
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Output:
    """A column of results. Numbers of money are rounded by a named rule to a multiple of `unit`."""

    name: str
    label: str = ""
    type: str = "number"
    rounding: str = ""
    unit: str = "1"


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: a unary test for each input (`-` or nothing: any), an expression for each output, its legal basis."""

    tests: tuple[str, ...]
    results: tuple[str, ...]
    basis: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class DecisionTable:
    key: str
    name: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    hit_policy: str = "UNIQUE"
