"""The dossier's clock: a due date is a pure function of its history, the calendar and the rule in force at receipt."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from tinhso.foundation.calendars import public as calendars
from tinhso.foundation.statements import prepared_rows
from tinhso.lib.working_time import Child, Event, Limit, Reckoning, Rule
from tinhso.systems.one_stop.models import Dossier, DossierEvent
from tinhso.systems.procedures import public as procedures

CLOCK_KINDS = frozenset(
    {
        "received",
        "supplement_requested",
        "supplement_completed",
        "financial_duty_requested",
        "financial_duty_done",
        "stopped",
        "resumed",
        "reappointed",
        "finished",
        "returned",
    }
)
WAITING_KINDS = frozenset(
    {"supplement_requested", "supplement_completed", "financial_duty_requested", "financial_duty_done"}
)
DESK_ANSWER = Rule(limit=Limit(Decimal(8), "working_hours"), legal_basis="NĐ 118/2025/NĐ-CP, Điều 17.2")
CLOCK_LINES = "WHERE dossier_id = %s AND kind = ANY(%s) ORDER BY at, id"
SUPPLEMENT_DAYS = 15  # calendar days to answer a notice (NĐ 118/2025/NĐ-CP, art. 19.5)


def rule_of(dossier: Dossier) -> Rule:
    """The rule of law the dossier follows for life; a part of an interlinked one has its own."""
    binding = procedures.get_binding(binding_id=dossier.binding_id)
    for child in binding.children:
        if dossier.part_key == child.key:
            return child.rule
    received = dossier.received_at or dossier.submitted_at
    return procedures.rule_for(binding=binding, data=dossier.data, on=received.date())


def clock_events(lines: Iterable[DossierEvent]) -> list[Event]:
    """What the clock counts, oldest first: nothing before the receipt, a start of supplement or duty only once."""
    counted = [Event(at=line.at, kind=line.kind, new_due=line.new_due) for line in lines if line.kind in CLOCK_KINDS]
    counted.sort(key=lambda event: event.at)
    start = next((n for n, event in enumerate(counted) if event.kind == "received"), None)
    return [] if start is None else counted[start:]


def events_of(dossier: Dossier) -> list[Event]:
    """What the clock of a dossier has seen; while the first part of an interlinked one waits, the whole waits too."""
    own = clock_events(prepared_rows(DossierEvent, CLOCK_LINES, [dossier.pk, sorted(CLOCK_KINDS)]))
    if not has_parts(dossier):
        return own
    binding = procedures.get_binding(binding_id=dossier.binding_id)
    first = [child.key for child in binding.children if not child.after]
    lines = DossierEvent.objects.filter(
        dossier__parent_id=dossier.pk, dossier__part_key__in=first, kind__in=WAITING_KINDS
    ).order_by("at", "id")
    return sorted([*own, *_whole_waits(lines)], key=lambda event: event.at)


def in_order(dossier: Dossier, counted: Sequence[Event], at: datetime) -> datetime:
    """The moment of an act, never before what is already in the history: the clock of the machine may be set back."""
    return max(at, dossier.submitted_at, *(event.at for event in counted))


def _whole_waits(lines: Iterable[DossierEvent]) -> Iterable[Event]:
    """Waits of several parts at once are one: from the first asked to the last answered."""
    waits = 0
    for line in lines:
        begins = line.kind.endswith("_requested")
        waits += 1 if begins else -1
        if waits == (1 if begins else 0):
            yield Event(at=line.at, kind=line.kind)


def has_parts(dossier: Dossier) -> bool:
    """Whether it is an interlinked dossier, the whole."""
    return not dossier.part_key and bool(procedures.get_binding(binding_id=dossier.binding_id).children)


def parts_of(dossier: Dossier) -> tuple[Child, ...]:
    """The plan of an interlinked dossier with what its parts have finished."""
    if not has_parts(dossier):
        return ()
    binding = procedures.get_binding(binding_id=dossier.binding_id)
    done = dossier.parts.filter(finished_at__isnull=False).values_list("part_key", "finished_at")
    finished = {key: at for key, at in done if at is not None}
    return tuple(
        Child(
            id=child.key,
            rule=child.rule,
            after=child.after,
            events=(Event(at=finished[child.key], kind="finished"),) if child.key in finished else (),
        )
        for child in binding.children
    )


def reckon(dossier: Dossier, at: datetime, counted: Sequence[Event], parts: Sequence[Child]) -> Reckoning | None:
    """Where the clock stands; None before receipt and for procedures without a time limit."""
    rule = rule_of(dossier)
    if not counted or (rule.limit is None and not parts):
        return None
    at = in_order(dossier, counted, at)
    if parts:
        return calendars.reckon(unit_id=dossier.handling_unit_id, rule=rule, events=counted, at=at, children=parts)
    return calendars.reckon(unit_id=dossier.handling_unit_id, rule=rule, events=counted, at=at)


def set_due(dossier: Dossier, at: datetime, counted: Sequence[Event], parts: Sequence[Child] = ()) -> Reckoning | None:
    """Bring due_at, promised_at, the pause and the verdict in line with the history; the caller saves."""
    reckoning = reckon(dossier, at, counted, parts)
    if reckoning is None:
        return None
    if not (reckoning.paused and reckoning.verdict == "overdue"):  # lateness is kept through a pause
        dossier.due_at = reckoning.due_at
    dossier.promised_at = reckoning.promised_at or dossier.promised_at
    dossier.is_paused = reckoning.paused
    if reckoning.verdict in Dossier.Verdict.values:
        dossier.verdict = reckoning.verdict
    return reckoning


def explain(dossier: Dossier, at: datetime) -> str:
    """Why that date, in one sentence with its legal basis."""
    counted = events_of(dossier)
    if not counted:
        return "Thời hạn giải quyết bắt đầu tính khi hồ sơ được tiếp nhận (NĐ 118/2025/NĐ-CP, Điều 17.3)."
    rule, parts, at = rule_of(dossier), parts_of(dossier), in_order(dossier, counted, at)
    if rule.limit is None and not parts:
        return "Thủ tục này không quy định thời hạn giải quyết."
    if parts:
        return calendars.explain(unit_id=dossier.handling_unit_id, rule=rule, events=counted, at=at, children=parts)
    return calendars.explain(unit_id=dossier.handling_unit_id, rule=rule, events=counted, at=at)


def answer_by(desk_unit_id: int, submitted_at: datetime) -> datetime:
    """Until when a desk must accept an online dossier or say what is missing: 8 working hours (art. 17.2)."""
    reckoning = calendars.reckon(
        unit_id=desk_unit_id, rule=DESK_ANSWER, events=[Event(at=submitted_at, kind="received")], at=submitted_at
    )
    return reckoning.due_at or submitted_at + timedelta(days=1)
