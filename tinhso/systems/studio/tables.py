"""Changes to a step table, one at a time; each gives a new table and loses nothing of the other rows."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.public import Row, StepTable, Way


def insert_after(table: StepTable, after: str, *, kind: str, name: str) -> tuple[StepTable, str]:
    """A new row on the way behind another: it takes over where that row went on. Raises KeyError."""
    before = table.row(after)
    key = free_key(table, name or kind)
    if kind in ("end", "terminate"):
        return _with(table, Row(key, kind, name, within=before.within), after), key
    if kind == "boundary":
        onward = before.ways[-1].to if before.ways else ""
        row = Row(key, kind, name, within=before.within, on=after, after="P15D", ways=_only(onward))
        return _with(table, row, after), key
    fresh = Row(key, kind, name, within=before.within, split=before.split, ways=before.ways, gate=before.gate,
                role="specialist" if kind == "user" else "")  # fmt: skip
    if before.split and any(way.when for way in before.ways):
        # The choice stays with the step whose answer it reads; the new row stands on its usual way.
        usual = next((way for way in before.ways if not way.when), before.ways[-1])
        fresh = replace(fresh, split="", ways=(Way(usual.to),), gate="")
        ways = tuple(replace(way, to=key) if way is usual else way for way in before.ways)
        return _with(table.with_row(replace(before, ways=ways)), fresh, after), key
    table = table.with_row(replace(before, split="", ways=(Way(key),), gate=""))
    return _with(table, fresh, after), key


def _only(target: str) -> tuple[Way, ...]:
    return (Way(target),) if target else ()


def _with(table: StepTable, row: Row, after: str) -> StepTable:
    """The row right behind another and whatever stands inside that one."""
    rows = list(table.rows)
    place = next(number for number, one in enumerate(rows) if one.key == after) + 1
    inside = {after}
    while place < len(rows) and rows[place].within in inside:
        inside.add(rows[place].key)
        place += 1
    rows.insert(place, row)
    return replace(table, rows=tuple(rows))


def remove(table: StepTable, key: str) -> StepTable:
    """Take a row out: what led to it goes on to where it led; what stood on or in it goes too. Raises KeyError."""
    gone = table.row(key)
    onward = next((way.to for way in gone.ways if not way.when and way.to != key), "") or next(
        (way.to for way in gone.ways if way.to != key), ""
    )
    removed = {key}
    while more := {
        row.key for row in table.rows if (row.on in removed or row.within in removed) and row.key not in removed
    }:
        removed |= more
    rows = []
    for row in table.rows:
        if row.key in removed:
            continue
        ways = _merged(replace(way, to=onward) if way.to in removed else way for way in row.ways)
        ways = tuple(way for way in ways if way.to)
        returns = tuple(one for one in row.returns if one not in removed)
        split = row.split if len(ways) > 1 else ""
        rows.append(replace(row, ways=ways, returns=returns, split=split))
    return replace(table, rows=tuple(rows))


def _merged(ways: Iterable[Way]) -> tuple[Way, ...]:
    """Without a second arrow that says the same."""
    found: list[Way] = []
    for way in ways:
        if not any(one.to == way.to and one.when == way.when for one in found):
            found.append(way)
    return tuple(found)


def move(table: StepTable, key: str, step: int) -> StepTable:
    """One place up or down in the order of reading; the ways stay. Raises KeyError."""
    rows = list(table.rows)
    table.row(key)
    level = [number for number, row in enumerate(rows) if row.within == table.row(key).within]
    place = next(number for number in level if rows[number].key == key)
    at = level.index(place) + step
    if not 0 <= at < len(level):
        return table
    other = rows[level[at]].key
    blocks = _blocks(rows, table.row(key).within)
    here, there = next(b for b in blocks if b[0].key == key), next(b for b in blocks if b[0].key == other)
    ordered = [there if block is here else here if block is there else block for block in blocks]
    flat = [row for block in ordered for row in block]
    inside = {row.key for block in blocks for row in block}
    rest = iter(flat)
    return replace(table, rows=tuple(next(rest) if row.key in inside else row for row in rows))


def _blocks(rows: Sequence[Row], within: str) -> list[list[Row]]:
    """Rows of a level, each with what stands inside of it."""
    blocks: list[list[Row]] = []
    inside: set[str] = set()
    for row in rows:
        if row.within == within:
            blocks.append([row])
            inside = {row.key}
        elif row.within in inside and blocks:
            blocks[-1].append(row)
            inside.add(row.key)
    return blocks


def free_key(table: StepTable, name: str) -> str:
    stem = workflow.slug(name) or "buoc"
    key, number = stem, 2
    while key in table.known() or key == table.key:
        key, number = f"{stem}_{number}", number + 1
    return key


def earlier(table: StepTable, key: str) -> list[Row]:
    """Steps of people that stand before a row in the order of reading: where it may return to."""
    found = []
    for row in table.rows:
        if row.key == key:
            break
        if row.kind in ("user", "sub"):
            found.append(row)
    return found


def targets(table: StepTable, key: str) -> list[tuple[str, str]]:
    """Where a row may go on to: (key, name) of the rows of its level but starts and watches."""
    row = table.row(key)
    return [
        (one.key, title(one))
        for one in table.rows
        if one.within == row.within and one.kind not in ("start", "boundary") and (one.key != key or one.kind == "user")
    ]


def title(row: Row) -> str:
    return row.name or f"{workflow.KINDS.get(row.kind, row.kind)} ({row.key})"
