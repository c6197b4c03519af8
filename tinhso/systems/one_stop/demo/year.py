"""When dossiers come in, for what, where, and what becomes of each: by hour, weekday, season and chance."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from tinhso.foundation.calendars import public as calendars

# Share of dossiers by hour: people file at home in the evening, at the desk in the morning.
DESK_HOURS = {7: 6, 8: 18, 9: 20, 10: 16, 11: 4, 13: 10, 14: 14, 15: 9, 16: 3}
ONLINE_HOURS = {
    6: 2,
    7: 4,
    8: 9,
    9: 10,
    10: 9,
    11: 6,
    12: 5,
    13: 6,
    14: 9,
    15: 9,
    16: 7,
    17: 3,
    19: 5,
    20: 7,
    21: 6,
    22: 3,
}
# By month: quiet before and after Tết, school and birth papers in summer.
SEASON = {1: 90, 2: 65, 3: 105, 4: 100, 5: 105, 6: 115, 7: 125, 8: 125, 9: 105, 10: 105, 11: 100, 12: 90}
ONLINE_SHARE = 0.62


@dataclass(frozen=True, slots=True)
class Arrival:
    """One dossier on its way in."""

    at: datetime
    channel: str  # online | desk


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a dossier. pace: share of the legal time its handling takes."""

    pace: float
    refused_at_desk: bool
    supplements: int  # at intake or in examination
    supplement_in_examination: bool
    unanswered: bool
    refused: bool
    pays: bool
    withdrawn: bool
    returned_once: bool
    apologised: bool  # a late one: the agency apologised in time
    consults: bool
    rated: int  # 0: not at all


def arrivals(count: int, *, first: date, last: datetime, unit_id: int, chance: Random) -> list[Arrival]:
    """`count` moments between two days, in order: desks take on open days, the portal every day."""
    days = [first + timedelta(days=n) for n in range((timezone.localtime(last).date() - first).days + 1)]
    open_days = [
        day for day, kind in calendars.counted_days(unit_id=unit_id, first=days[0], last=days[-1]) if kind == "counted"
    ]
    found = list(_online(count, days, set(open_days), chance)) + list(_desk(count, open_days, chance))
    found = [arrival for arrival in found if arrival.at <= last]
    while len(found) > count:
        found.pop(chance.randrange(len(found)))
    return sorted(found, key=lambda arrival: arrival.at)


def _online(count: int, days: list[date], open_days: set[date], chance: Random) -> Iterator[Arrival]:
    weights = [SEASON[day.month] * (1.0 if day in open_days else 0.35) for day in days]
    for day in chance.choices(days, weights, k=round(count * ONLINE_SHARE * 1.01) + 1):
        yield Arrival(_moment(day, ONLINE_HOURS, chance), "online")


def _desk(count: int, days: list[date], chance: Random) -> Iterator[Arrival]:
    weights = [SEASON[day.month] * (1.25 if day.isoweekday() == 1 else 1.0) for day in days]
    for day in chance.choices(days, weights, k=round(count * (1 - ONLINE_SHARE) * 1.01) + 1):
        yield Arrival(_moment(day, DESK_HOURS, chance), "desk")


def _moment(day: date, hours: dict[int, int], chance: Random) -> datetime:
    hour = chance.choices(list(hours), list(hours.values()))[0]
    minute = chance.randrange(30, 60) if hour == 7 else chance.randrange(0, 30 if hour == 11 else 60)
    moment = datetime.combine(day, time(hour, minute, chance.randrange(60)))
    return moment.replace(tzinfo=timezone.get_current_timezone())


def fate(chance: Random) -> Fate:
    """Nine in a hundred are late; some are paused, refused, withdrawn, never answered."""
    roll = chance.random
    late = roll() < 0.09
    supplements = 1 if roll() < 0.11 else 0
    return Fate(
        pace=chance.uniform(1.25, 2.4) if late else chance.triangular(0.2, 0.92, 0.65),
        refused_at_desk=roll() < 0.012,
        supplements=supplements + (1 if supplements and roll() < 0.04 else 0),
        supplement_in_examination=roll() < 0.45,
        unanswered=roll() < 0.07,
        refused=roll() < 0.014,
        pays=roll() < 0.05,
        withdrawn=roll() < 0.012,
        returned_once=roll() < 0.04,
        apologised=late and roll() < 0.5,
        consults=roll() < 0.03,
        rated=chance.choices((0, 5, 4, 3, 2, 1), (70, 18, 8, 2, 1, 1))[0],
    )
