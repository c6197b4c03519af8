"""Figures against their limits: each with the ratio taken in the same run, as JSON and as a table."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One line. `at_least`: more is better; else less is. ratio: > 1 is better than the limit."""

    name: str
    value: float | None
    unit: str
    limit: float
    at_least: bool = False
    note: str = ""

    @property
    def ratio(self) -> float | None:
        if not self.value:
            return None
        return self.value / self.limit if self.at_least else self.limit / self.value

    @property
    def verdict(self) -> str:
        if self.value is None:
            return "not measured"
        return "holds" if (self.value >= self.limit if self.at_least else self.value <= self.limit) else "MISSED"


@dataclass
class Report:
    """What a run found, kept as it goes so that a run broken off still says what it knows."""

    folder: Path
    about: dict[str, Any]
    figures: list[Figure] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def add(self, *figures: Figure) -> None:
        for figure in figures:
            self.figures.append(figure)
            print(line_of(figure), flush=True)
        self.write()

    def write(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"{self.about['began']}.json"
        rows = [{**asdict(f), "ratio": f.ratio, "verdict": f.verdict} for f in self.figures]
        file.write_text(json.dumps({**self.about, "figures": rows, "facts": self.facts}, indent=1, ensure_ascii=False))
        (self.folder / "latest.json").write_text(file.read_text())
        return file

    @property
    def is_sound(self) -> bool:
        """Nothing missed, nothing left unmeasured, no part that broke off."""
        return all(f.verdict == "holds" for f in self.figures) and not any(k.startswith(FAULT) for k in self.facts)

    def table(self) -> str:
        return "\n".join([HEAD, *map(line_of, self.figures)])


FAULT = "fault of "
HEAD = f"{'figure':58} {'value':>12} {'limit':>12} {'ratio':>6}  verdict"


def line_of(figure: Figure) -> str:
    value = "–" if figure.value is None else f"{figure.value:,.4g}"
    limit = f"{'≥' if figure.at_least else '≤'} {figure.limit:,.4g}"
    ratio = "–" if figure.ratio is None else f"{figure.ratio:.2f}"
    note = f"  ({figure.note})" if figure.note else ""
    return f"{figure.name + ', ' + figure.unit:58} {value:>12} {limit:>12} {ratio:>6}  {figure.verdict}{note}"


def percentile(values: Sequence[float], share: float) -> float:
    """0.95 → the value that 95 % do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def stamp() -> str:
    return time.strftime("%Y%m%d-%H%M%S")
