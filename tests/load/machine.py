"""CPU seconds and memory of process trees, from /proc."""

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from tests.running import Province, children

TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(root: int | None) -> float:
    """User and system time of a process, of those below it that live, and of those that ended and were reaped."""
    total = 0
    for pid in set(children(root)) if root else set():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15]))
    return total / TICK


def proportional_memory(root: int | None) -> int:
    """Bytes of memory of a process tree, pages shared with others counted by share (PSS)."""
    total = 0
    for pid in set(children(root)) if root else set():
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def calibration() -> float:
    """CPU milliseconds of a fixed piece of Python: busy neighbours make it grow, and with it all figures."""
    began = time.process_time()
    for _ in range(20):
        json.loads(json.dumps([{"name": str(n), "value": n * n} for n in range(2000)]))
    return (time.process_time() - began) * 1000 / 20


@dataclass
class Spent:
    """CPU seconds since it was made: of the web server, of the database, of the worker."""

    province: Province

    def __post_init__(self) -> None:
        self.began = self._now()

    def _now(self) -> dict[str, float]:
        return {name: cpu_seconds(self.province.pid(name)) for name in ("web", "database", "worker")}

    def so_far(self) -> dict[str, float]:
        now = self._now()
        return {name: now[name] - self.began[name] for name in now}
