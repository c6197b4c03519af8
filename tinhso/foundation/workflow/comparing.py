"""Two versions of a process side by side, as an official reads them."""

from collections.abc import Iterator
from dataclasses import dataclass

from tinhso.foundation.workflow.drawing.table import KINDS, Row, StepTable

# field of a row → how it is called, in the order in which differences are told
FIELDS = {
    "name": "tên",
    "kind": "loại",
    "role": "vai trò",
    "unit": "đơn vị",
    "hours": "giờ làm việc",
    "hours_by": "bảng giờ",
    "clock": "đồng hồ",
    "stage": "trạng thái hồ sơ",
    "outcomes": "kết quả",
    "returns": "được trả về",
    "after": "hạn",
    "message": "thông điệp",
    "process": "quy trình gọi",
    "decision": "bảng quyết định",
    "value": "cách tính",
    "each": "danh sách đơn vị",
    "note": "hướng dẫn",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """kind: added | removed | changed | moved. what: the field, empty for the step as a whole."""

    kind: str
    step: str
    what: str = ""
    old: str = ""
    new: str = ""


def compare(old: StepTable, new: StepTable) -> list[Difference]:
    return list(_differences(old, new))


def _differences(old: StepTable, new: StepTable) -> Iterator[Difference]:
    for row in new.rows:
        if row.key not in old.known():
            yield Difference("added", _title(row))
    for row in old.rows:
        if row.key not in new.known():
            yield Difference("removed", _title(row))
    for row in new.rows:
        if row.key in old.known():
            before = old.row(row.key)
            for field, label in FIELDS.items():
                if getattr(before, field) != getattr(row, field):
                    yield Difference("changed", _title(row), label, said(before, field), said(row, field))
            if before.ways != row.ways or before.split != row.split:
                yield Difference("moved", _title(row), "đi tiếp", _ways(before, old), _ways(row, new))


def said(row: Row, field: str) -> str:
    value = getattr(row, field)
    if field == "kind":
        return str(KINDS.get(value, value))
    if field == "outcomes":
        return ", ".join(label for _, label in value)
    if field == "returns":
        return ", ".join(value)
    return str(value)


def _ways(row: Row, table: StepTable) -> str:
    told = []
    for way in row.ways:
        target = _title(table.row(way.to)) if way.to in table.known() else way.to
        told.append(f"{target} nếu {way.when}" if way.when else target)
    return "; ".join(told)


def _title(row: Row) -> str:
    return row.name or str(KINDS.get(row.kind, row.key))
