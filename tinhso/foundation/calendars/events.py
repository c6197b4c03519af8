"""What happened to the calendar, for whoever reckons with it."""

from dataclasses import dataclass

from tinhso.foundation.outbox.public import Event


@dataclass(frozen=True, slots=True)
class CalendarChanged(Event):
    """Lịch làm việc thay đổi: due dates of open dossiers must be reckoned anew. key = `calendar`."""

    change: str  # day_off_declared | makeup_day_declared | day_withdrawn | slots_set | pack_loaded
    first_day: str  # ISO: no day before it changed
    unit_id: int | None  # None: the whole province
    revision: int
