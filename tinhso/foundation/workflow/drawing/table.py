"""The step table (bảng bước): what an administrator edits, row by row, in place of a diagram."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext_lazy as _

# Kinds of rows that stand for somebody or something the case waits for, and their words on the screen.
KINDS: Mapping[str, object] = {
    "user": _("Việc của người"),
    "receive": _("Chờ tin"),
    "timer": _("Chờ đến hạn"),
    "message": _("Chờ thông điệp"),
    "send": _("Gửi đi"),
    "service": _("Gọi dịch vụ"),
    "throw": _("Phát thông điệp"),
    "rule": _("Tính theo quy tắc"),
    "call": _("Gọi quy trình khác"),
    "sub": _("Nhóm bước"),
    "xor": _("Rẽ theo điều kiện"),
    "and": _("Làm song song, chờ đủ"),
    "or": _("Làm những nhánh cần"),
    "event": _("Chờ việc nào tới trước"),
    "boundary": _("Quá hạn hoặc có tin khi đang ở bước"),
    "start": _("Bắt đầu"),
    "end": _("Kết thúc"),
    "terminate": _("Kết thúc tất cả"),
    "error": _("Kết thúc vì lỗi"),
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
