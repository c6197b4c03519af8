"""Loading the calendar of a pack: `calendar_days.csv` and `slots.csv`."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

from tinhso.foundation.audit import public as audit
from tinhso.foundation.calendars import services
from tinhso.foundation.calendars.models import CalendarDay, SlotSet, of_unit
from tinhso.foundation.calendars.records import LoadReport
from tinhso.foundation.organizations import public as organizations
from tinhso.lib.working_time import VIETNAM

DAYS, SLOTS = "calendar_days.csv", "slots.csv"
_DAY_COLUMNS = ("date", "kind", "name", "legal_basis", "status", "declared")
_SLOT_COLUMNS = ("unit_key", "valid_from", "weekday", "opens", "closes", "legal_basis")

Problem = tuple[str, int, str, str]


@dataclass(slots=True)
class _Reading:
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, file: str, line: int, what: str, todo: str) -> None:
        self.problems.append((file, line, what, todo))


@dataclass(slots=True)
class _SlotRow:
    unit_id: int | None
    valid_from: date
    legal_basis: str
    slots: dict[int, list[tuple[time, time]]] = field(default_factory=dict)
    line: int = 0


def load(folder: Path, at: datetime) -> LoadReport:
    reading = _Reading()
    days = _read_days(folder / DAYS, reading)
    slots = _read_slots(folder / SLOTS, reading)
    if reading.problems:
        return LoadReport(problems=tuple(reading.problems))
    counts = {"created": 0, "updated": 0, "unchanged": 0}
    changed = _keep_days(days, at, counts) + _keep_slots(slots, counts)
    if changed:
        services.forget_and_publish("pack_loaded", min(changed))
        audit.record(subject=services.SUBJECT, act="pack_loaded", actor="job:pack", data=counts, at=at)
    return LoadReport(counts["created"], counts["updated"], counts["unchanged"])


def _rows(path: Path, columns: tuple[str, ...], reading: _Reading) -> Iterator[tuple[int, dict[str, str]]]:
    """Lines of a table with their numbers; a missing file is an empty table."""
    if not path.exists():
        return
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        reading.wrong(path.name, 1, "tệp không phải UTF-8", "lưu lại tệp với bảng mã UTF-8")
        return
    table = csv.DictReader(text.splitlines(), strict=True)
    missing = [name for name in columns if name not in (table.fieldnames or ())]
    if missing:
        reading.wrong(path.name, 1, f"thiếu cột {', '.join(missing)}", f"dòng đầu phải là: {','.join(columns)}")
        return
    try:
        for row in table:
            if None in row or None in row.values():
                reading.wrong(path.name, table.line_num, "số ô khác số cột", "kiểm tra dấu phẩy và dấu ngoặc kép")
                continue
            yield table.line_num, {name: row[name].strip() for name in columns}
    except csv.Error as error:
        reading.wrong(path.name, table.line_num, f"không đọc được dòng ({error})", "kiểm tra dấu ngoặc kép")


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _read_days(path: Path, reading: _Reading) -> dict[date, dict[str, object]]:
    found: dict[date, dict[str, object]] = {}
    for line, row in _rows(path, _DAY_COLUMNS, reading):
        day, declared = _date(row["date"]), _date(row["declared"])
        problem = _problem_of_day(row, day, declared, is_double=day in found)
        if problem or day is None or declared is None:
            reading.wrong(path.name, line, *(problem or ("dòng sai", "xem lại dòng")))
            continue
        found[day] = {
            "kind": row["kind"],
            "name": row["name"],
            "legal_basis": row["legal_basis"],
            "status": row["status"],
            "declared_at": datetime.combine(declared, time(), VIETNAM),
        }
    return found


def _problem_of_day(
    row: dict[str, str], day: date | None, declared: date | None, *, is_double: bool
) -> tuple[str, str] | None:
    """What is wrong with a line of the calendar, and what to do."""
    if day is None:
        return f"«{row['date']}» không phải ngày", "ghi dạng 2026-11-24"
    if declared is None:
        return f"cột declared «{row['declared']}» không phải ngày", "ghi ngày công bố, dạng 2025-12-01"
    if row["kind"] not in ("off", "makeup"):
        return f"loại «{row['kind']}» lạ", "ghi off hoặc makeup"
    if not row["name"]:
        return "thiếu tên ngày", "ghi tên, ví dụ «Quốc khánh»"
    if row["status"] not in ("confirmed", "projected"):
        return f"tình trạng «{row['status']}» lạ", "ghi confirmed hoặc projected"
    return (f"ngày {row['date']} có hai dòng", "giữ lại một dòng") if is_double else None


def _read_slots(path: Path, reading: _Reading) -> list[_SlotRow]:
    found: dict[tuple[str, str], _SlotRow] = {}
    for line, row in _rows(path, _SLOT_COLUMNS, reading):
        valid_from = _date(row["valid_from"])
        if valid_from is None:
            reading.wrong(path.name, line, f"«{row['valid_from']}» không phải ngày", "ghi dạng 2025-07-01")
            continue
        try:
            weekday = int(row["weekday"])
            opens, closes = time.fromisoformat(row["opens"]), time.fromisoformat(row["closes"])
        except ValueError:
            reading.wrong(path.name, line, "thứ hoặc giờ sai dạng", "thứ ghi 1–7 (1 là thứ Hai), giờ ghi 07:30")
            continue
        if not 1 <= weekday <= 7:
            reading.wrong(path.name, line, f"thứ «{weekday}» lạ", "ghi 1 (thứ Hai) đến 7 (Chủ nhật)")
            continue
        try:
            unit_id = organizations.unit_by_key(key=row["unit_key"]).id if row["unit_key"] else None
        except LookupError:
            todo = "ghi khoá đơn vị có trong units.csv, hoặc để trống cho cả tỉnh"
            reading.wrong(path.name, line, f"không có đơn vị «{row['unit_key']}»", todo)
            continue
        key = (row["unit_key"], row["valid_from"])
        slot_row = found.setdefault(key, _SlotRow(unit_id, valid_from, row["legal_basis"], line=line))
        slot_row.slots.setdefault(weekday, []).append((opens, closes))
    for slot_row in found.values():
        for sentence in services.check_slots({day: tuple(pairs) for day, pairs in slot_row.slots.items()}).values():
            reading.wrong(path.name, slot_row.line, sentence, "sửa các khung giờ của đơn vị này")
    return list(found.values())


def _keep_days(days: dict[date, dict[str, object]], at: datetime, counts: dict[str, int]) -> list[date]:
    """What the pack says of a day replaces what stood; days declared on the screen stay."""
    changed = []
    standing = {row.date: row for row in CalendarDay.objects.filter(unit__isnull=True, withdrawn_at__isnull=True)}
    for day, values in days.items():
        row = standing.get(day)
        if row is None:
            CalendarDay.objects.create(date=day, **values)
            counts["created"] += 1
        elif row.kind != values["kind"]:
            row.withdrawn_at = max(at, row.declared_at)
            row.save(update_fields=["withdrawn_at"])
            CalendarDay.objects.create(date=day, **{**values, "declared_at": row.withdrawn_at})
            counts["updated"] += 1
        elif (row.name, row.legal_basis, row.status) != (values["name"], values["legal_basis"], values["status"]):
            row.name, row.legal_basis, row.status = (
                str(values["name"]),
                str(values["legal_basis"]),
                str(values["status"]),
            )
            row.save(update_fields=["name", "legal_basis", "status"])
            counts["updated"] += 1
        else:
            counts["unchanged"] += 1
            continue
        changed.append(day)
    return changed


def _keep_slots(rows: list[_SlotRow], counts: dict[str, int]) -> list[date]:
    changed = []
    for row in rows:
        slots = services.dump_slots({day: tuple(pairs) for day, pairs in row.slots.items()})
        standing = SlotSet.objects.filter(of_unit(row.unit_id), valid_from=row.valid_from).first()
        if standing is not None and (standing.slots, standing.legal_basis) == (slots, row.legal_basis):
            counts["unchanged"] += 1
            continue
        kept = standing or SlotSet(unit_id=row.unit_id, valid_from=row.valid_from)
        kept.slots, kept.legal_basis = slots, row.legal_basis
        kept.save()
        counts["created" if standing is None else "updated"] += 1
        changed.append(row.valid_from)
    return changed
