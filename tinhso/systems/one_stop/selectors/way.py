"""The way of a dossier as officials read it: history and finished steps in one order, and why it came back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.public import StepView
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.selectors.one import history_of
from tinhso.systems.one_stop.words import EVENT_LABELS

KIND = "dossier"
TOLD_BY_HISTORY = frozenset({"intake", "drafting", "consultation", "return", "supplement", "financial_duty"})
BACK = frozenset({"back", "return", "reject", "returned"})


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody did (nhật trình)."""

    at: datetime
    label: str
    who: str
    note: str


@dataclass(frozen=True, slots=True)
class SentBack:
    """Why the dossier stands at an earlier step again (trả lại)."""

    at: datetime
    who: str
    step: str
    reason: str


def steps_of(dossier: Dossier) -> list[StepView]:
    """Steps the dossier's case went through and stands at."""
    return workflow.case_steps(kind=KIND, subject=str(dossier.pk), with_ahead=False)


def way_of(dossier: Dossier, steps: Sequence[StepView]) -> list[Line]:
    """Everything done, oldest first: history says most, steps say who examined, checked, approved and numbered."""
    lines = [Line(e.at, EVENT_LABELS.get(e.kind, e.kind), e.actor_name, e.note) for e in history_of(dossier)]
    lines += [
        Line(s.done_at, f"{s.name}: {s.outcome_label}" if s.outcome_label else s.name, s.who, s.note)
        for s in steps
        if s.done_at and s.state == "done" and s.stage and s.stage not in TOLD_BY_HISTORY
    ]
    return sorted(lines, key=lambda line: line.at)


def sent_back(steps: Sequence[StepView]) -> SentBack | None:
    """Who gave it back and why, as long as nobody has gone on since."""
    done = [s for s in steps if s.is_lead and s.done_at and s.stage]
    last = max(done, key=lambda s: s.done_at or s.opened_at, default=None)  # type: ignore[arg-type,return-value]
    if last is None or last.done_at is None or last.outcome not in BACK:
        return None
    return SentBack(last.done_at, last.who, last.name, last.note)
