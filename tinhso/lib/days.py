"""A day as people in Viet Nam write it."""

import re
from datetime import date

_DAY = re.compile(r"([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-]([0-9]{4})")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")


def day_of(text: str) -> date | None:
    """The day written as 05/11/2026, 5-11-2026, 5.11.2026 or 2026-11-05; None for what is no day of the calendar.

    >>> day_of("5/11/2026")
    datetime.date(2026, 11, 5)
    >>> day_of("31/02/2026")
    """
    text = text.strip()
    try:
        if parts := _DAY.fullmatch(text):
            return date(int(parts[3]), int(parts[2]), int(parts[1]))
        if parts := _ISO_DAY.fullmatch(text):
            return date(int(parts[1]), int(parts[2]), int(parts[3]))
    except ValueError:
        pass
    return None
