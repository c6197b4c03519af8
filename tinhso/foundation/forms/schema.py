"""A form as compiled: what the validator and the renderer walk. Immutable and shared between requests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tinhso.foundation.forms.expressions import Expression


class Kind(StrEnum):
    """The twelve kinds of form-js we carry (date, time: `datetime` by its subtype)."""

    TEXT = "textfield"
    LONG_TEXT = "textarea"
    NUMBER = "number"
    DATE = "datetime"
    CHECKBOX = "checkbox"
    CHECKLIST = "checklist"
    RADIO = "radio"
    SELECT = "select"
    GROUP = "group"
    LIST = "dynamiclist"
    FILE = "filepicker"
    STATIC = "text"


CHOOSING = frozenset({Kind.CHECKLIST, Kind.RADIO, Kind.SELECT})


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition over several answers: broken when it is FALSE. It runs only when every name in it is valid."""

    expression: Expression
    message: str
    roots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One question, one static text or one group of rows."""

    key: str
    kind: Kind
    label: str
    hint: str = ""
    required: bool = False
    ask: str = ""  # own sentence when the answer is missing
    required_when: Expression | None = None
    shows: tuple[Expression, ...] = ()  # its own and its groups': all must be TRUE
    rules: tuple[Rule, ...] = ()
    calc: Expression | None = None
    check: str = ""  # personal_id | phone | tax_code | email | name | place | date_past | year
    subtype: str = ""  # of datetime: date | time
    options: Mapping[str, str] = field(default_factory=dict)  # value → label, in the order of reading
    options_list: str = ""
    default: Any = None
    min: Any = None
    max: Any = None
    min_length: int = 0
    max_length: int = 0
    pattern: Any = None
    pattern_message: str = ""
    decimals: int = 0
    unit: str = ""
    prefill: str = ""
    national: str = ""
    paper: str = ""
    autocomplete: str = ""
    rows: tuple["Field", ...] = ()  # fields of one row, in the order of evaluation
    row_layout: tuple["Field", ...] = ()  # the same, in the order of reading
    min_rows: int = 0
    max_rows: int = 20
    row_name: str = ""
    text: tuple[tuple[str, str], ...] = ()  # static text: (h3 | p, words)

    @property
    def holds_value(self) -> bool:
        return self.kind not in (Kind.STATIC, Kind.FILE)


@dataclass(frozen=True, slots=True)
class Group:
    """A card of the page; title may be empty."""

    title: str
    hint: str
    shows: tuple[Expression, ...]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One step of filling in."""

    title: str
    groups: tuple[Group, ...]
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Form:
    """The whole: pages in the order of reading, fields in the order in which they depend on each other."""

    name: str
    pages: tuple[Page, ...]
    order: tuple[Field, ...]
    by_key: Mapping[str, Field] = field(default_factory=dict)
    controlling: frozenset[str] = frozenset()  # keys whose answer shows, requires or calculates something else

    def at(self, dotted: str) -> Field | None:
        """The field of an error key: `birth_date`, `children.0.name`."""
        head, _, rest = dotted.partition(".")
        found = self.by_key.get(head)
        if found is None or not rest:
            return found
        last = rest.rpartition(".")[2]
        return next((row for row in found.rows if row.key == last), found)


def anchor(key: str) -> str:
    """The id in the page of a field or of its error key: `f-children-0-name`."""
    return "f-" + key.replace(".", "-")
