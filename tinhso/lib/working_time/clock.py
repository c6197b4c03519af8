"""Due dates of one run of the clock in one calendar."""

from collections.abc import Iterable, Sequence

from tinhso.lib.working_time.compiled import DAY, CompiledCalendar
from tinhso.lib.working_time.life import Pause, Run
from tinhso.lib.working_time.model import Child, Limit, Rule


def due_of(calendar: CompiledCalendar, rule: Rule, start: int, zero: int, pauses: Sequence[Pause] = ()) -> int:
    """When the rule's limit runs out: from its effective start, its day 0 and the closed pauses that count.

    Raises ValueError for a limit that is missing, negative or of an unknown unit.
    """
    limit = rule.limit
    if limit is None or limit.value < 0:
        raise ValueError("a due date needs a limit that is not negative")
    if limit.unit == "working_days":
        return _working_days(calendar, limit, start, zero, pauses)
    if limit.unit == "working_hours":
        return _working_hours(calendar, limit, start, pauses)
    if limit.unit == "calendar_days":
        day = _calendar_day(calendar, limit, start, zero, pauses)
        return calendar.end_of(calendar.working_day_from(day) if rule.policy.roll_calendar_days else day)
    raise ValueError(f"unknown unit of a limit: {limit.unit!r} (working_hours, working_days or calendar_days)")


def _within(calendar: CompiledCalendar, pauses: Iterable[Pause], start: int) -> Iterable[tuple[int, int]]:
    """The pauses as they take effect: both ends at the next open minute, not before the start."""
    for pause in pauses:
        if pause.resumed is not None:
            yield max(calendar.next_open(pause.asked), start), max(calendar.next_open(pause.resumed), start)


def _working_days(calendar: CompiledCalendar, limit: Limit, start: int, zero: int, pauses: Sequence[Pause]) -> int:
    whole = int(limit.value)
    is_half = limit.value != whole
    day = calendar.working_day(zero, whole + is_half) if whole or is_half else calendar.working_day_from(zero)
    due = calendar.end_of_first_slot(day) if is_half else calendar.end_of(day)
    if pauses:
        moved = sum(
            calendar.working_days_between(begin // DAY, end // DAY) for begin, end in _within(calendar, pauses, start)
        )
        if moved:  # the time of day is kept
            due = calendar.working_day(day, moved) * DAY + due % DAY
    return due


def _working_hours(calendar: CompiledCalendar, limit: Limit, start: int, pauses: Sequence[Pause]) -> int:
    minutes = -int(-limit.value * 60 // 1)
    if not minutes:
        return start
    target = calendar.position(start) + minutes
    for begin, end in _within(calendar, pauses, start):
        asked = calendar.position(begin)
        if asked < target:  # a pause after the last minute has run adds nothing
            target += calendar.position(end) - asked
    return calendar.moment_at(target)


def _calendar_day(calendar: CompiledCalendar, limit: Limit, start: int, zero: int, pauses: Sequence[Pause]) -> int:
    paused = sum(end // DAY - begin // DAY for begin, end in _within(calendar, pauses, start))
    return zero - int(-limit.value // 1) + paused


def _zero(run: Run, start: int, rule: Rule) -> int:
    return (run.received if rule.policy.day_zero == "receipt" else start) // DAY


def run_due(
    calendar: CompiledCalendar, rule: Rule, run: Run, pauses: Sequence[Pause], children: Sequence[Child]
) -> int | None:
    """The due date of a run; None where neither a limit nor children make one."""
    if rule.limit is not None:
        start = run.start(calendar)
        return due_of(calendar, rule, start, _zero(run, start, rule), pauses)
    return max(plan(calendar, rule, run, pauses, children).values(), default=None)


def plan(
    calendar: CompiledCalendar, rule: Rule, run: Run, pauses: Sequence[Pause], children: Sequence[Child]
) -> dict[str, int]:
    """The planned due date of every child of an interlinked dossier.

    A child without predecessors starts with the parent; one in days has the due day of its latest predecessor as day 0;
    one in hours starts at that due instant. Raises ValueError where a child follows one not listed before it.
    """
    planned: dict[str, int] = {}
    for child in children:
        begin = run.start(calendar)
        zero = _zero(run, begin, rule)
        if child.after:
            unknown = [name for name in child.after if name not in planned]
            if unknown:
                raise ValueError(f"child {child.id!r} follows {unknown[0]!r}, which is not listed before it")
            latest = max(planned[name] for name in child.after)
            begin, zero = calendar.next_open(latest), latest // DAY
        planned[child.id] = child_due(calendar, child, begin, zero, pauses)
    return planned


def child_due(calendar: CompiledCalendar, child: Child, begin: int, zero: int, pauses: Sequence[Pause]) -> int:
    """A child's due date; a pause asked when the child was already late does not move it."""
    counted: list[Pause] = []
    due = due_of(calendar, child.rule, begin, zero)
    for pause in pauses:
        if not is_late(child.rule, pause.asked, due):
            counted.append(pause)
            due = due_of(calendar, child.rule, begin, zero, counted)
    return due


def is_late(rule: Rule, at: int, due: int | None) -> bool:
    """Whether a moment is later than the due date, as the rule compares."""
    if due is None:
        return False
    return at > due if rule.compare == "minute" else at // DAY > due // DAY
