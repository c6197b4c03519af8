"""What the door of calendars hands out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time


@dataclass(frozen=True, slots=True)
class Day:
    """A declared day."""

    id: int
    date: date
    kind: str  # off | makeup
    name: str
    legal_basis: str
    status: str  # confirmed | projected
    unit_id: int | None
    declared_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenTimes:
    """Slots of a unit (None: the whole province) from a day on, by ISO weekday."""

    id: int
    unit_id: int | None
    valid_from: date
    slots: Mapping[int, tuple[tuple[time, time], ...]]
    legal_basis: str


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What loading a pack changed; with problems (file, line, what is wrong, what to do) nothing was loaded."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    problems: tuple[tuple[str, int, str, str], ...] = ()


class CalendarRefusedError(ValueError):
    """A change of the calendar that cannot be made: field → Vietnamese sentence."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)
