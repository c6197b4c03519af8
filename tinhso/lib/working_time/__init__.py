"""Working time as law (thời hạn giải quyết): a due date is a pure function of history, calendars in force and rule.

`reckon` answers everything about one dossier at one moment; `due_date` only the due date of a receipt; `explain` says
why in one Vietnamese sentence. Nothing here reads a clock, a table or a setting.
"""

from tinhso.lib.working_time.compiled import NeverOpenError
from tinhso.lib.working_time.model import (
    OFFICE_SLOTS,
    VIETNAM,
    Calendar,
    CalendarHistory,
    Child,
    ChildReckoning,
    Event,
    Limit,
    Policy,
    Reckoning,
    Rule,
    Slots,
)
from tinhso.lib.working_time.reckoning import due_date, next_open, open_minutes, reckon, working_days_between
from tinhso.lib.working_time.sentences import explain, limit_in_words

__all__ = [
    "OFFICE_SLOTS",
    "VIETNAM",
    "Calendar",
    "CalendarHistory",
    "Child",
    "ChildReckoning",
    "Event",
    "Limit",
    "NeverOpenError",
    "Policy",
    "Reckoning",
    "Rule",
    "Slots",
    "due_date",
    "explain",
    "limit_in_words",
    "next_open",
    "open_minutes",
    "reckon",
    "working_days_between",
]
