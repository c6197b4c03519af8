"""What the door of the process engine gives out."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A step waiting for somebody (việc)."""

    id: int
    case_id: int
    subject: str  # dossier code or id as the system gave it; a part's is `<subject>/<part>`
    node: str
    name: str
    role: str
    unit_id: int
    assignee_id: int | None  # organizations.Person
    stage: str  # tt:stage: the system's own name of the state, `examination`
    clock: str  # running | paused | citizen
    outcomes: tuple[tuple[str, str], ...]  # (key, label): what can be answered, the usual one first
    opened_at: datetime
    due_at: datetime | None  # of the step
    state: str = "open"  # open | done | cancelled
    is_lead: bool = True  # false for consultations beside the main step
    token: str = ""
    legal_due_at: datetime | None = None
    title: str = ""  # applicant
    topic: str = ""  # procedure
    priority: int = 0
    claimed_at: datetime | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class CaseChange:
    """What one event did to a case."""

    case_id: int
    kind: str  # subject kind, `dossier`
    subject: str
    at: datetime
    opened: tuple[WorkItem, ...]
    closed: tuple[int, ...]  # work item ids
    waiting: tuple[str, ...]  # names of messages waited for: `supplement_completed`, `fee_paid`
    stage: str  # stage of the lead step now
    ended: str | None  # id of the end event when the case ended: `returned`, `refused`, `closed_by_rule`
    clock: str = "running"  # of the lead step now: running | paused | citizen
    event: str = ""  # start | complete | message | timer | child | move | cancel
    node: str = ""  # the step, timer or message that moved it
    outcome: str = ""
    published: tuple[str, ...] = ()  # topics of send and service tasks passed
    part: str = ""  # key of the part where this case was called by another
    parent_subject: str = ""
    units: tuple[tuple[str, int], ...] = ()  # role of the unit in the process → unit id


@dataclass(frozen=True, slots=True)
class PlannedStart:
    """A start worked out and not yet written: `payload` is for `workflow_start(subject, payload)` in SQL."""

    payload: dict[str, object]
    change: CaseChange  # ids and subject are still empty in it


@dataclass(frozen=True, slots=True)
class StepView:
    """A line of the way of a case (đường đi)."""

    node: str
    name: str
    stage: str
    state: str  # done | current | ahead | cancelled
    role: str
    unit_id: int | None
    person_id: int | None
    who: str  # name of the person who did it or has it
    opened_at: datetime | None
    done_at: datetime | None
    due_at: datetime | None
    outcome: str
    outcome_label: str
    note: str
    is_lead: bool = True
    subject: str = ""


@dataclass(frozen=True, slots=True)
class InboxPage:
    """A page of work in order of legal deadline; `after` is the key of the next page, None on the last."""

    items: tuple[WorkItem, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class Completion:
    """What came of one item of a bulk completion; `error` is a Vietnamese sentence, empty when it went well."""

    item_id: int
    change: CaseChange | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class CasePlace:
    """Where a case stands on the drawing of its version: elements with a token, and those it has been through."""

    version_id: int
    here: tuple[str, ...]
    been: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MovableCase:
    """A running case before a migration: where it stands, and why it cannot go over (empty when it can)."""

    case_id: int
    subject: str
    title: str
    step: str
    problem: str


@dataclass(frozen=True, slots=True)
class MigrationView:
    """How a migration of running cases stands; `stayed` and `not_reverted`: (subject, why), 500 at the most."""

    id: int
    from_version: int
    to_version: int
    from_number: int
    to_number: int
    actor_name: str
    reason: str
    started_at: datetime
    finished_at: datetime | None
    reverted_at: datetime | None
    moved: int
    stayed: list[tuple[str, str]]
    stayed_count: int
    left: int  # not looked at yet
    reverted: int
    not_reverted: list[tuple[str, str]]
    to_revert: int  # being reverted, not yet brought back


@dataclass(frozen=True, slots=True)
class ProcessJudgement:
    """What a process file is worth before it is published: rows of (element, what is wrong, what to do)."""

    problems: tuple[tuple[str, str, str], ...]
    warnings: tuple[tuple[str, str, str], ...] = ()
    states: int = 0  # markings walked
    is_proved: bool = False  # every course was walked to its end
    is_foreign: bool = False  # without our attributes: judged on its flow alone


class ProcessRefusedError(Exception):
    """A process cannot be published: problems are (element, what is wrong, what to do)."""

    def __init__(self, problems: list[tuple[str, str, str]] | tuple[tuple[str, str, str], ...]) -> None:
        super().__init__("; ".join(f"{e}: {w}" for e, w, _ in problems))
        self.problems = tuple(problems)


class StaleWorkItemError(Exception):
    """The step was finished or withdrawn meanwhile; the sentence names who did it and when."""


class WrongOutcomeError(ValueError):
    """The outcome, message or target does not fit where the case stands; a Vietnamese sentence."""
