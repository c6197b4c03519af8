"""Who gets a step: exactly one responsible person, whatever happens to posts."""

import time
from collections.abc import Sequence
from datetime import date

from django.db import connection

from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.organizations.public import Role

HEADS = (Role.UNIT_HEAD, Role.LEADER)
LAST_RESORT = (Role.UNIT_HEAD, Role.LEADER, Role.DESK_OFFICER, Role.SPECIALIST, Role.CLERK, Role.ADMINISTRATOR)
COUNTS_LAST = 5.0  # seconds the counted load of a post's holders is used for, with what was added meanwhile

_loads: dict[tuple[int, ...], tuple[float, dict[int, int]]] = {}


def candidates(unit_id: int, role: str, on: date) -> list[int]:
    """Holders of the post that day; where nobody holds it: the unit's head or leader, then those of the units above."""
    unit = organizations.get_unit(unit_id=unit_id)
    if people := _holders(unit.id, role, on):
        return people
    for roles in (HEADS, LAST_RESORT):
        for above in reversed(unit.path):
            for other in roles:
                if people := _holders(above, other, on):
                    return people
    return []


def unit_now(unit_id: int, on: date) -> int:
    """The unit that does this one's work that day: itself, or what it was merged into."""
    return organizations.successor_of(unit_id=unit_id, on=on).id


def _holders(unit_id: int, role: str, on: date) -> list[int]:
    return [person.id for person in organizations.holders(unit_id=unit_id, role=role, on=on)]


def choose(people: Sequence[int], preferred: Sequence[int | None] = ()) -> int | None:
    """The preferred person where they are among the holders, else the only one, else the one with least open work."""
    for person in preferred:
        if person in people:
            return person
    if len(people) <= 1:
        return people[0] if people else None
    loads = _loads_of(tuple(sorted(people)))
    chosen = min(people, key=lambda person: (loads.get(person, 0), person))
    loads[chosen] = loads.get(chosen, 0) + 1
    return chosen


def _loads_of(people: tuple[int, ...]) -> dict[int, int]:
    """Open items by person. Counting is kept for some seconds: thousands may wait at one desk on a busy morning."""
    now = time.monotonic()
    known = _loads.get(people)
    if known is not None and now - known[0] < COUNTS_LAST:
        return known[1]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT assignee_id, count(*) FROM workflow_workitem"
            " WHERE state = 'open' AND assignee_id = ANY(%s) GROUP BY 1",
            [list(people)],
        )
        loads: dict[int, int] = dict(cursor.fetchall())
    if len(_loads) > 5_000:
        _loads.clear()
    _loads[people] = (now, loads)
    return loads


def forget_loads() -> None:
    """Count anew at the next choice."""
    _loads.clear()
