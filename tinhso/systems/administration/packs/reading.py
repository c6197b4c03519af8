"""Reading the tables of a pack: every mistake is noted with its file, its line and what to do."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

KEY = re.compile(r"[a-z0-9][a-z0-9._/-]{0,99}")
LARGEST_FILE = 64 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong in a pack and what to do about it."""

    file: str
    line: int  # 0: the file as a whole
    what: str
    todo: str

    def __str__(self) -> str:
        place = f"{self.file}, dòng {self.line}" if self.line else self.file
        return f"{place}: {self.what}. {self.todo}" if self.todo else f"{place}: {self.what}."


class PackRefusedError(Exception):
    """The pack has mistakes; nothing of it was loaded."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


@dataclass(slots=True)
class Row:
    """A line of a table with its cells; the typed getters note a problem and answer with a harmless value."""

    file: str
    line: int
    cells: Mapping[str, str]
    book: "Book"

    def wrong(self, what: str, todo: str) -> None:
        self.book.wrong(self.file, self.line, what, todo)

    def unknown(self, what: str, table: str, todo: str) -> None:
        """A table does not have what this line names; silent where the table itself could not be read."""
        if table not in self.book.unread:
            self.wrong(f"{what} không có trong {table}", todo)

    def text(self, column: str, *, longest: int = 2000) -> str:
        value = self.cells[column]
        if len(value) > longest:
            self.wrong(f"cột «{column}» dài {len(value)} chữ", f"Rút gọn còn {longest} chữ.")
        return value[:longest]

    def needed(self, column: str, *, longest: int = 2000) -> str:
        value = self.text(column, longest=longest)
        if not value:
            self.wrong(f"cột «{column}» để trống", "Điền giá trị.")
        return value

    def key(self, column: str = "key") -> str:
        value = self.needed(column, longest=100)
        if value and not KEY.fullmatch(value):
            self.wrong(f"khoá «{value}» ở cột «{column}» sai dạng", "Chỉ dùng chữ thường không dấu, số và . _ / -.")
        return value

    def among(self, column: str, known: Sequence[str], *, empty: bool = False) -> str:
        value = self.cells[column]
        if value not in known and not (empty and not value):
            self.wrong(f"«{value}» ở cột «{column}» không dùng được", f"Dùng một trong: {', '.join(known)}.")
        return value

    def day(self, column: str) -> date | None:
        value = self.cells[column]
        if not value:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.wrong(f"ngày «{value}» ở cột «{column}» không đọc được", "Viết theo dạng 2026-11-20.")
            return None

    def span(self) -> tuple[date, date | None]:
        first, last = self.day("valid_from"), self.day("valid_to")
        if first is None and not self.cells["valid_from"]:
            self.wrong("cột «valid_from» để trống", "Điền ngày bắt đầu.")
        if first and last and last < first:
            self.wrong(f"ngày kết thúc {last} trước ngày bắt đầu {first}", "Sửa một trong hai ngày.")
        return first or date.min, last

    def whole(self, column: str, *, least: int = 0, most: int = 1_000_000) -> int:
        value = self.cells[column]
        if not value:
            return 0
        if not re.fullmatch(r"-?[0-9]{1,9}", value) or not least <= int(value) <= most:
            self.wrong(f"«{value}» ở cột «{column}» không phải số từ {least} đến {most}", "Sửa lại.")
            return 0
        return int(value)

    def number(self, column: str, *, most: int = 10**12) -> Decimal | None:
        value = self.cells[column]
        if not value:
            return None
        try:
            found = Decimal(value)
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite() or not 0 <= found <= most:
            self.wrong(f"«{value[:40]}» ở cột «{column}» không phải số tiền hoặc số lượng", "Viết như 8000.")
            return None
        return found

    def hour(self, column: str) -> time | None:
        value = self.cells[column]
        if not value:
            return None
        try:
            return time.fromisoformat(value)
        except ValueError:
            self.wrong(f"giờ «{value}» ở cột «{column}» không đọc được", "Viết theo dạng 15:00.")
            return None


@dataclass(slots=True)
class Book:
    """A pack being read, with the mistakes found so far."""

    folder: Path
    problems: list[Problem] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)  # tables with a mistake that hides lines of them

    def wrong(self, file: str, line: int, what: str, todo: str, *, hides: bool = False) -> None:
        """Note a mistake. hides: lines cannot be read for it, so what refers to the table cannot be judged."""
        self.problems.append(Problem(file, line, what, todo))
        if hides:
            self.unread.add(file)

    def bytes_of(self, name: str) -> bytes | None:
        path = self.folder / name
        if not path.is_file():
            return None
        if path.stat().st_size > LARGEST_FILE:
            self.wrong(name, 0, "tệp quá lớn", f"Chia nhỏ dưới {LARGEST_FILE // 1024 // 1024} MB.", hides=True)
            return None
        return path.read_bytes()

    def table(
        self, name: str, columns: Sequence[str], *, optional: Sequence[str] = (), needed: bool = False
    ) -> list[Row]:
        """Lines of a CSV with all columns; a file that is not there is an empty table unless `needed`."""
        raw = self.bytes_of(name)
        if raw is None:
            if needed:
                self.wrong(name, 0, "không có tệp này trong gói", "Thêm tệp, xem packs/README.md.", hides=True)
            return []
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as problem:
            line = raw[: problem.start].count(b"\n") + 1
            self.wrong(name, line, "không phải chữ UTF-8", "Lưu lại tệp theo UTF-8.", hides=True)
            return []
        return list(self._rows(name, text, columns, optional))

    def _rows(self, name: str, text: str, columns: Sequence[str], optional: Sequence[str]) -> Iterator[Row]:
        reader = csv.reader(io.StringIO(text), strict=True)
        try:
            head = [cell.strip() for cell in next(reader, [])]
            if not self._head_fits(name, head, columns, optional):
                return
            for cells in reader:
                if not any(cell.strip() for cell in cells):
                    continue
                line = reader.line_num
                if len(cells) != len(head):
                    self.wrong(
                        name, line, f"có {len(cells)} ô, bảng có {len(head)} cột", "Kiểm tra dấu phẩy.", hides=True
                    )
                    continue
                values = dict.fromkeys(optional, "") | {c: v.strip() for c, v in zip(head, cells, strict=True)}
                if any("\x00" in value for value in values.values()):
                    self.wrong(name, line, "có ký tự điều khiển", "Xoá ký tự lạ.", hides=True)
                    continue
                yield Row(name, line, values, self)
        except csv.Error as problem:
            self.wrong(name, reader.line_num, f"không đọc được bảng ({problem})", "Kiểm tra dấu ngoặc kép.", hides=True)

    def _head_fits(self, name: str, head: Sequence[str], columns: Sequence[str], optional: Sequence[str]) -> bool:
        missing = [column for column in columns if column not in head]
        strange = [column for column in head if column not in columns and column not in optional]
        if missing:
            self.wrong(name, 1, f"thiếu cột {', '.join(missing)}", "Thêm cột vào dòng đầu.", hides=True)
        if strange:
            self.wrong(name, 1, f"có cột lạ {', '.join(strange)[:200]}", "Xoá cột hoặc sửa tên cột.", hides=True)
        if len(set(head)) != len(head):
            self.wrong(name, 1, "có cột trùng tên", "Bỏ cột thừa.", hides=True)
        return not missing and not strange and len(set(head)) == len(head)

    def json(self, name: str) -> Any:
        raw = self.bytes_of(name)
        if raw is None:
            self.wrong(name, 0, "không có tệp này trong gói", "Thêm tệp, xem packs/README.md.")
            return None
        try:
            return json.loads(raw.decode("utf-8-sig"))
        except UnicodeDecodeError:
            self.wrong(name, 0, "không phải chữ UTF-8", "Lưu lại tệp theo UTF-8.")
        except (json.JSONDecodeError, RecursionError) as problem:
            line = getattr(problem, "lineno", 0)
            self.wrong(name, line, f"không phải JSON ({getattr(problem, 'msg', 'lồng quá sâu')})", "Sửa cú pháp.")
        return None

    def files(self, folder: str, pattern: str) -> list[Path]:
        return sorted(path for path in (self.folder / folder).glob(pattern) if path.is_file())


def unique(rows: Sequence[Row], name_of: Callable[[Row], Any], what: str) -> None:
    """Note lines that name the same thing twice."""
    seen: dict[Any, int] = {}
    for row in rows:
        name = name_of(row)
        if name in seen:
            shown = name if isinstance(name, str) else ", ".join(map(str, name))
            row.wrong(f"{what} «{shown}» trùng với dòng {seen[name]}", "Giữ một dòng.")
        else:
            seen[name] = row.line


def fingerprint(values: Any) -> str:
    """A short digest of a row, to know at the next load whether the pack itself changed it."""
    packed = json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(packed.encode()).hexdigest()[:24]
