"""Reading published cases of working time (one JSON object a line) and comparing them with what we reckon."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise
from typing import Any

from tinhso.lib.working_time.fields import (
    UnreadableCaseError,
    amount,
    clock,
    day,
    moment,
    one_of,
    record,
    rows,
    shown,
    text,
    whole,
    wrong,
)
from tinhso.lib.working_time.model import (
    OFFICE_SLOTS,
    Calendar,
    CalendarHistory,
    Child,
    Event,
    Limit,
    Reckoning,
    Rule,
    Slots,
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


UNITS = ("working_hours", "working_days", "calendar_days")
KINDS = (
    "received", "supplement_requested", "supplement_completed", "financial_duty_requested", "financial_duty_done",
    "stopped", "resumed", "reappointed", "finished", "returned",
)  # fmt: skip


def read_case(line: Mapping[str, Any]) -> PublishedCase:
    """Raises UnreadableCaseError, which names what is wrong and where."""
    expect = record(line.get("expect"), "expect")
    if not expect:
        raise UnreadableCaseError("«expect» trống: không có gì để so")
    rule, events = _rule(line.get("rule"), "rule"), _events(line.get("events"), "events")
    children = tuple(_child(item, place) for item, place in rows(line.get("children"), "children"))
    if rule.limit is None and not children:
        raise wrong("rule.limit", "thời hạn, hoặc «children»", None)
    if all(event.kind != "received" for event in events):
        raise wrong("events", "một sự kiện received", line.get("events") or None)
    _check_order(children)
    return PublishedCase(
        id=str(line.get("id", "")),
        calendars=_calendars(record(line.get("calendar"), "calendar")),
        rule=rule,
        events=events,
        children=children,
        ask_at=moment(line.get("ask_at"), "ask_at"),
        expect=expect,
    )


def _check_order(children: Sequence[Child]) -> None:
    listed: set[str] = set()
    for number, child in enumerate(children):
        if child.id in listed:
            raise UnreadableCaseError(f"«children[{number}].id» trùng với một phần đứng trước: {shown(child.id)}")
        for name in child.after:
            if name not in listed:
                raise UnreadableCaseError(f"«children[{number}].after» nêu {shown(name)}, phần này không đứng trước")
        listed.add(child.id)


def _child(raw: Any, place: str) -> Child:
    child = record(raw, place)
    after = tuple(text(item, at) for item, at in rows(child.get("after"), f"{place}.after"))
    rule = _rule(child.get("rule"), f"{place}.rule")
    if rule.limit is None:
        raise wrong(f"{place}.rule.limit", "thời hạn của phần liên thông", None)
    return Child(text(child.get("id"), f"{place}.id"), rule, after, _events(child.get("events"), f"{place}.events"))


def _calendars(raw: Mapping[str, Any]) -> CalendarHistory:
    weekdays = raw.get("counting_weekdays")
    numbered = (
        ((number, "") for number in range(1, 6)) if weekdays is None else rows(weekdays, "calendar.counting_weekdays")
    )
    fixed: dict[str, Any] = {
        "slots": OFFICE_SLOTS if raw.get("slots") is None else _slots(record(raw["slots"], "calendar.slots")),
        "counting_weekdays": frozenset(whole(number, place, 1, 7) for number, place in numbered),
    }
    off, makeup = _days(raw, "holidays", "calendar"), _days(raw, "makeup_days", "calendar")
    first = Calendar(off, makeup, **fixed)
    amendments = []
    changes = [_change(item, place) for item, place in rows(raw.get("changes"), "calendar.changes")]
    for at, change, place in sorted(changes, key=lambda item: item[0]):
        off = (off - _days(change, "remove_holidays", place)) | _days(change, "add_holidays", place)
        makeup = (makeup - _days(change, "remove_makeup_days", place)) | _days(change, "add_makeup_days", place)
        amendments.append((at, Calendar(off, makeup, **fixed)))
    return CalendarHistory(first, tuple(amendments))


def _change(raw: Any, place: str) -> tuple[datetime, Mapping[str, Any], str]:
    change = record(raw, place)
    return moment(change.get("at"), f"{place}.at"), change, place


def _slots(raw: Mapping[str, Any]) -> Slots:
    slots = {}
    for weekday, pairs in raw.items():
        place = f"calendar.slots.{weekday}"
        if weekday not in {"1", "2", "3", "4", "5", "6", "7"}:
            raise UnreadableCaseError(f"«{shown(weekday)}» trong «calendar.slots» phải là thứ trong tuần từ 1 đến 7")
        slots[int(weekday)] = tuple(sorted(_slot(pair, at) for pair, at in rows(pairs, place)))
        if any(following[0] < slot[1] for slot, following in pairwise(slots[int(weekday)])):
            raise wrong(place, "các buổi không chồng lên nhau", pairs)
    return slots


def _slot(raw: Any, place: str) -> tuple[time, time]:
    times = [clock(item, at) for item, at in rows(raw, place)]
    if len(times) != 2 or times[0] >= times[1]:
        raise wrong(place, 'một buổi [giờ mở, giờ đóng] như ["07:30", "11:30"]', raw)
    return times[0], times[1]


def _days(raw: Mapping[str, Any], name: str, place: str) -> frozenset[date]:
    return frozenset(day(item, at) for item, at in rows(raw.get(name), f"{place}.{name}"))


def _rule(value: Any, place: str) -> Rule:
    raw = record(value, place)
    limit = _limit(raw["limit"], f"{place}.limit") if raw.get("limit") is not None else None
    usual = "minute" if limit is not None and limit.unit == "working_hours" else "date"
    soon = raw.get("due_soon_minutes")
    return Rule(
        limit=limit,
        cutoff=clock(raw["cutoff"], f"{place}.cutoff") if raw.get("cutoff") is not None else None,
        on_supplement=_chosen(raw, "on_supplement", place, ("restart", "continue")),
        on_financial_duty=_chosen(raw, "on_financial_duty", place, ("continue", "restart")),
        compare=_chosen(raw, "compare", place, (usual, *({"date", "minute"} - {usual}))),
        due_soon_minutes=None if soon is None else whole(soon, f"{place}.due_soon_minutes"),
    )


def _chosen(raw: Mapping[str, Any], name: str, place: str, known: tuple[str, ...]) -> str:
    """One of the known words; the first of them where nothing is said."""
    return known[0] if raw.get(name) is None else one_of(raw[name], f"{place}.{name}", known)


def _limit(value: Any, place: str) -> Limit:
    raw = record(value, place)
    return Limit(amount(raw.get("value"), f"{place}.value"), one_of(raw.get("unit"), f"{place}.unit", UNITS))


def _events(raw: Any, place: str) -> tuple[Event, ...]:
    return tuple(_event(record(item, at), at) for item, at in rows(raw, place))


def _event(raw: Mapping[str, Any], place: str) -> Event:
    kind = one_of(raw.get("kind"), f"{place}.kind", KINDS)
    new_due = moment(raw.get("new_due"), f"{place}.new_due") if kind == "reappointed" else None
    return Event(moment(raw.get("at"), f"{place}.at"), kind, new_due)


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
        if name not in found or _same_form(expected) != _same_form(found[name])
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
