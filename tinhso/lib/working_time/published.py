"""Reading published cases of working time (one JSON object a line) and comparing them with what we reckon."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from tinhso.lib.working_time.model import (
    OFFICE_SLOTS,
    Calendar,
    CalendarHistory,
    Child,
    Event,
    Limit,
    Reckoning,
    Rule,
)
from tinhso.lib.working_time.reckoning import reckon


@dataclass(frozen=True, slots=True)
class PublishedCase:
    id: str
    calendars: CalendarHistory
    rule: Rule
    events: tuple[Event, ...]
    children: tuple[Child, ...]
    ask_at: datetime
    expect: Mapping[str, Any]


def read_case(line: Mapping[str, Any]) -> PublishedCase:
    """Raises KeyError, TypeError or ValueError naming what is wrong."""
    return PublishedCase(
        id=str(line["id"]),
        calendars=_calendars(line["calendar"]),
        rule=_rule(line["rule"]),
        events=_events(line["events"]),
        children=tuple(
            Child(c["id"], _rule(c["rule"]), tuple(c.get("after") or ()), _events(c.get("events") or ()))
            for c in line.get("children") or ()
        ),
        ask_at=datetime.fromisoformat(line["ask_at"]),
        expect=line["expect"],
    )


def _calendars(raw: Mapping[str, Any]) -> CalendarHistory:
    slots = raw.get("slots")
    weekdays = raw.get("counting_weekdays")
    fixed: dict[str, Any] = {
        "slots": OFFICE_SLOTS
        if slots is None
        else {
            int(weekday): tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in pairs)
            for weekday, pairs in slots.items()
        },
        "counting_weekdays": frozenset({1, 2, 3, 4, 5} if weekdays is None else weekdays),
    }
    off, makeup = _days(raw.get("holidays")), _days(raw.get("makeup_days"))
    first = Calendar(off, makeup, **fixed)
    amendments = []
    changes = [(datetime.fromisoformat(change["at"]), change) for change in raw.get("changes") or ()]
    for at, change in sorted(changes, key=lambda pair: pair[0]):
        off = (off - _days(change.get("remove_holidays"))) | _days(change.get("add_holidays"))
        makeup = (makeup - _days(change.get("remove_makeup_days"))) | _days(change.get("add_makeup_days"))
        amendments.append((at, Calendar(off, makeup, **fixed)))
    return CalendarHistory(first, tuple(amendments))


def _days(raw: Sequence[str] | None) -> frozenset[date]:
    return frozenset(date.fromisoformat(day) for day in raw or ())


def _rule(raw: Mapping[str, Any]) -> Rule:
    limit = raw.get("limit")
    in_hours = limit is not None and limit["unit"] == "working_hours"
    return Rule(
        limit=None if limit is None else Limit(Decimal(str(limit["value"])), limit["unit"]),
        cutoff=time.fromisoformat(raw["cutoff"]) if raw.get("cutoff") else None,
        on_supplement=raw.get("on_supplement") or "restart",
        on_financial_duty=raw.get("on_financial_duty") or "continue",
        compare=raw.get("compare") or ("minute" if in_hours else "date"),
        due_soon_minutes=raw.get("due_soon_minutes"),
    )


def _events(raw: Sequence[Mapping[str, Any]]) -> tuple[Event, ...]:
    return tuple(
        Event(
            datetime.fromisoformat(event["at"]),
            event["kind"],
            datetime.fromisoformat(event["new_due"]) if event.get("new_due") else None,
        )
        for event in raw
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def as_published(found: Reckoning) -> dict[str, Any]:
    names = (
        "due_at", "promised_at", "paused", "used_working_minutes", "remaining_working_minutes", "verdict",
        "reappointed_count_ok", "supplement_count_ok",
    )  # fmt: skip
    plain = {name: _plain(getattr(found, name)) for name in names}
    if found.children:
        plain["children"] = [
            {"id": c.id, "started": c.started, "due_at": _plain(c.due_at), "verdict": c.verdict} for c in found.children
        ]
    return plain


def mismatches(case: PublishedCase) -> list[tuple[str, Any, Any]]:
    """(name, expected, found) for everything that differs."""
    found = as_published(reckon(case.calendars, case.rule, case.events, case.ask_at, case.children))
    return [
        (name, expected, found.get(name))
        for name, expected in case.expect.items()
        if _same_form(expected) != _same_form(found.get(name))
    ]


def _same_form(value: Any) -> Any:
    """Moments compare as instants, however they are written."""
    if isinstance(value, list):
        return [_same_form(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _same_form(item) for key, item in value.items()}
    if isinstance(value, str) and len(value) > 10 and value[10] == "T":
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return value
    return value
