"""The step table (bảng bước): what an administrator edits, row by row, in place of a diagram."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

# Kinds of rows that stand for somebody or something the case waits for, and their words on the screen.
KINDS: Mapping[str, str] = {
    "user": "Việc của người",
    "receive": "Chờ tin",
    "timer": "Chờ đến hạn",
    "message": "Chờ thông điệp",
    "send": "Gửi đi",
    "service": "Gọi dịch vụ",
    "throw": "Phát thông điệp",
    "rule": "Tính theo quy tắc",
    "call": "Gọi quy trình khác",
    "sub": "Nhóm bước",
    "xor": "Rẽ theo điều kiện",
    "and": "Làm song song, chờ đủ",
    "or": "Làm những nhánh cần",
    "event": "Chờ việc nào tới trước",
    "boundary": "Khi đang ở bước",
    "start": "Bắt đầu",
    "end": "Kết thúc",
    "terminate": "Kết thúc tất cả",
    "error": "Kết thúc vì lỗi",
}
ENDS = frozenset({"end", "terminate", "error"})
GATES = frozenset({"xor", "and", "or", "event"})
SPLITS = ("xor", "and", "or")


@dataclass(frozen=True, slots=True)
class Way:
    """Where a row goes on (đi tiếp): to a row, when a condition holds; without one, always or otherwise."""

    to: str
    when: str = ""  # FEEL
    name: str = ""
    flow: str = field(default="", compare=False)  # id of the arrow, kept so that running cases find it again


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table; fields that its kind does not use stay empty."""

    key: str
    kind: str = "user"
    name: str = ""
    note: str = ""
    within: str = ""  # the group of steps it stands in
    role: str = ""
    unit: str = ""
    stage: str = ""
    clock: str = ""
    hours: str = ""
    hours_by: str = ""  # a decision table that gives the hours
    outcomes: tuple[tuple[str, str], ...] = ()
    returns: tuple[str, ...] = ()
    assignee: str = ""
    each: str = ""
    lead: bool = True
    split: str = ""  # how several ways are taken: xor (the first that holds), and (all), or (each that holds)
    ways: tuple[Way, ...] = ()
    on: str = ""  # boundary: the step it watches
    interrupts: bool = True
    after: str = ""  # timer: P15D
    calendar: str = ""
    message: str = ""
    code: str = ""  # error
    process: str = ""  # call
    part: str = ""
    topic: str = ""
    result: str = ""  # rule: the variable, and how it comes about
    value: str = ""
    decision: str = ""
    gate: str = field(default="", compare=False)  # id of the gateway folded into the row

    @property
    def is_step(self) -> bool:
        return self.kind in ("user", "receive", "call", "sub")


@dataclass(frozen=True, slots=True)
class StepTable:
    """A whole process as rows, in the order in which they are read."""

    key: str
    name: str
    rows: tuple[Row, ...] = ()
    types: str = ""

    def row(self, key: str) -> Row:
        """Raises KeyError."""
        found = next((row for row in self.rows if row.key == key), None)
        if found is None:
            raise KeyError(key)
        return found

    def known(self) -> frozenset[str]:
        return frozenset(row.key for row in self.rows)

    def with_row(self, row: Row) -> "StepTable":
        """The table with a row of that key in place of the one there is."""
        return replace(self, rows=tuple(row if one.key == row.key else one for one in self.rows))

    def below(self, within: str) -> Iterator[Row]:
        return (row for row in self.rows if row.within == within)


def to_json(table: StepTable) -> dict[str, Any]:
    """Plain JSON, empty fields left out."""
    empty = Row(key="")
    rows = []
    for row in table.rows:
        own = {name: getattr(row, name) for name in Row.__slots__ if getattr(row, name) != getattr(empty, name)}
        if row.ways:
            own["ways"] = [
                {name: getattr(way, name) for name in Way.__slots__ if getattr(way, name)} for way in row.ways
            ]
        rows.append(own)
    return {"key": table.key, "name": table.name, "types": table.types, "rows": rows}


def from_json(data: Mapping[str, Any]) -> StepTable:
    """Raises KeyError, TypeError or ValueError for what is no table."""
    return StepTable(
        key=str(data["key"]),
        name=str(data["name"]),
        types=str(data.get("types", "")),
        rows=tuple(_row(one) for one in data.get("rows", ())),
    )


def _row(data: Mapping[str, Any]) -> Row:
    own = {name: value for name, value in data.items() if name in Row.__slots__}
    own["ways"] = tuple(Way(**way) for way in data.get("ways", ()))
    own["outcomes"] = tuple((str(key), str(label)) for key, label in data.get("outcomes", ()))
    own["returns"] = tuple(str(key) for key in data.get("returns", ()))
    return Row(**own)
