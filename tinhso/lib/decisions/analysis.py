"""What a table leaves open and where its rows meet: found on the boundaries of its intervals."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tinhso.lib import feel
from tinhso.lib.decisions.compiling import CELL, Compiled

MAX_STEPS = 200_000
OTHER = "một giá trị khác"


@dataclass(frozen=True, slots=True)
class Finding:
    """kind: gap | overlap | unknown. where: one case in words, column by column; rows: those that meet there."""

    kind: str
    where: str
    rows: tuple[int, ...] = ()

    @property
    def sentence(self) -> str:
        if self.kind == "unknown":
            return self.where
        if self.kind == "gap":
            return f"Không dòng nào cho trường hợp: {self.where}."
        return f"Dòng {', '.join(map(str, self.rows))} cùng đúng khi: {self.where}."


def analyse(table: Compiled, values: Sequence[Sequence[str]] = (), limit: int = 5) -> list[Finding]:
    """Gaps, and overlaps that matter to the hit policy; the first few. values: by column, what a text can be."""
    columns = []
    for number, column in enumerate(table["inputs"]):
        tests = [rule["tests"][number] for rule in table["rules"]]
        samples = _samples(tests, column["type"], values[number] if number < len(values) else ())
        if samples is None:
            where = f"Cột «{column['label']}» so với giá trị tính ra, nên chỗ hở và chỗ chồng không kiểm được."
            return [Finding("unknown", where)]
        columns.append(samples)
    return list(_Walk(table, columns, limit).run())


class _Walk:
    """Column by column, the rows still possible; the same set of rows at the same column is walked once."""

    def __init__(self, table: Compiled, columns: list[list[tuple[Any, str]]], limit: int) -> None:
        self.table = table
        self.columns = columns
        self.limit = limit
        self.fits = [
            [
                frozenset(n for n, rule in enumerate(table["rules"]) if _passes(rule["tests"][number], value))
                for value, _ in samples
            ]
            for number, samples in enumerate(columns)
        ]
        self.seen: set[tuple[int, frozenset[int]]] = set()
        self.steps = 0
        self.found: dict[str, int] = {"gap": 0, "overlap": 0}

    def run(self) -> Iterator[Finding]:
        yield from self.walk(0, frozenset(range(len(self.table["rules"]))), ())
        if self.steps > MAX_STEPS:
            yield Finding("unknown", "Bảng quá lớn để kiểm hết chỗ hở và chỗ chồng.")

    def walk(self, column: int, rows: frozenset[int], path: tuple[str, ...]) -> Iterator[Finding]:
        self.steps += 1
        if self.steps > MAX_STEPS or (rows and (column, rows) in self.seen):
            return
        self.seen.add((column, rows))
        if not rows or column == len(self.columns):
            yield from self.tell(rows, path)
            return
        for (_, words), fitting in zip(self.columns[column], self.fits[column], strict=True):
            yield from self.walk(column + 1, rows & fitting, (*path, words))

    def tell(self, rows: frozenset[int], path: tuple[str, ...]) -> Iterator[Finding]:
        kind = "gap" if not rows else "overlap" if len(rows) > 1 and self.matters(rows) else ""
        if not kind or self.found[kind] >= self.limit:
            return
        self.found[kind] += 1
        labels = [column["label"] for column in self.table["inputs"]]
        where = "; ".join(f"{label} là {words}" for label, words in zip(labels, path, strict=False))
        yield Finding(kind, where or "mọi trường hợp", tuple(self.table["rules"][n]["number"] for n in sorted(rows)))

    def matters(self, rows: frozenset[int]) -> bool:
        if self.table["policy"] == "UNIQUE":
            return True
        results = [self.table["rules"][n]["results"] for n in rows]
        return self.table["policy"] == "ANY" and any(one != results[0] for one in results)


def _passes(test: Any, value: Any) -> bool:
    return test is None or feel.is_true(test, {CELL: value})


def _samples(tests: list[Any], kind: str, allowed: Sequence[str]) -> list[tuple[Any, str]] | None:
    """One value of every part into which the tests cut the column, with its words; None where they cannot be read."""
    constants: list[Any] = []
    for test in tests:
        if test is not None and not _constants(test, constants):
            return None
    match kind:
        case "boolean":
            return [(True, "đúng"), (False, "sai")]
        case "number":
            return _ordered([c for c in constants if isinstance(c, Decimal)], Decimal(1), "{}")
        case "date":
            return _ordered([c for c in constants if isinstance(c, date)], timedelta(days=1), "ngày {:%d/%m/%Y}")
    texts = list(allowed) or [*dict.fromkeys(c for c in constants if isinstance(c, str))]
    return [(text, f"«{text}»") for text in texts] + ([] if allowed else [("\x00", OTHER)])


def _ordered(points: list[Any], one: Any, words: str) -> list[tuple[Any, str]]:
    """The points, what lies between them, and both sides beyond."""
    points = sorted(set(points))
    if not points:
        return [(Decimal(0) if isinstance(one, Decimal) else date(2026, 1, 1), "bất kỳ")]
    say = words.format
    found = [(points[0] - one, f"dưới {say(points[0])}")]
    for left, right in zip(points, [*points[1:], None], strict=True):
        found.append((left, say(left)))
        if right is None:
            found.append((left + one, f"trên {say(left)}"))
        elif isinstance(one, Decimal):
            found.append(((left + right) / 2, f"giữa {say(left)} và {say(right)}"))
        elif right - left > one:
            found.append((left + one, f"giữa {say(left)} và {say(right)}"))
    return found


def _constants(tree: Any, found: list[Any]) -> bool:
    """Gather the constants of a test; False where it compares with something worked out at run time."""
    if not isinstance(tree, list) or not tree:
        return True
    if isinstance(tree[0], list):
        return all(_constants(part, found) for part in tree)
    if tree[0] == "name":
        return bool(tree[1] == CELL)
    if tree[0] in ("lit", "num", "call", "neg", "list") and not feel.names(tree):
        value = feel.evaluate(tree, {})
        found.extend(value if isinstance(value, list) else [value])
        return True
    return all(_constants(part, found) for part in tree[1:] if isinstance(part, list))
