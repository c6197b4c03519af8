"""Working hours as the demonstration spreads them over steps."""

from datetime import datetime
from decimal import Decimal

from tinhso.foundation.calendars import public as calendars
from tinhso.lib.working_time import Event, Limit, Rule


def hours_of(rule: Rule) -> float:
    """The legal time in working hours, near enough to spread steps over it."""
    if rule.limit is None:
        return 40.0
    value = float(rule.limit.value)
    if rule.limit.unit == "working_hours":
        return value
    days = value if rule.limit.unit == "working_days" else value * 5 / 7
    return days * 7.5 if days else 3.5


def after_working_hours(unit_id: int, hours: float, at: datetime) -> datetime:
    """The moment so many working hours later, by the unit's calendar."""
    rule = Rule(limit=Limit(Decimal(round(hours * 60)) / 60, "working_hours"))
    reckoning = calendars.reckon(unit_id=unit_id, rule=rule, events=[Event(at=at, kind="received")], at=at)
    return max(reckoning.due_at or at, at)
