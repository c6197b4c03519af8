"""What the pack said at its last load, row by row.

A row is written again only when the pack itself changed it: what an administrator changed on the screens since then
stands until the pack says something new about that very row.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tinhso.systems.administration.packs.reading import fingerprint

Name = TypeVar("Name")
Values = TypeVar("Values")


@dataclass(slots=True)
class Ledger:
    """Fingerprints by table and row: `before` of the last load, `now` of this one; `counts` for the report."""

    before: Mapping[str, Mapping[str, str]]
    now: dict[str, dict[str, str]] = field(default_factory=dict)
    counts: dict[str, tuple[int, int, int]] = field(default_factory=dict)  # new, changed, gone

    def changed(self, table: str, rows: Mapping[Name, Values]) -> dict[Name, Values]:
        """Rows that are new or differ from the last load."""
        before = self.before.get(table, {})
        marks = {_key(name): fingerprint(values) for name, values in rows.items()}
        found = {name: values for name, values in rows.items() if before.get(_key(name)) != marks[_key(name)]}
        self.now[table] = marks
        new = sum(1 for name in found if _key(name) not in before)
        self.counts[table] = (new, len(found) - new, len(set(before) - set(marks)))
        return found

    def gone(self, table: str) -> list[str]:
        """Names of rows the pack had at its last load and has no more; call after `changed`."""
        return sorted(set(self.before.get(table, {})) - set(self.now.get(table, {})))


def _key(name: Any) -> str:
    return name if isinstance(name, str) else "|".join(str(part) for part in name)
