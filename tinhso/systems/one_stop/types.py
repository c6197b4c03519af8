"""Plain values that go in and out of the one-stop desk, and the errors that say why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PaperGiven:
    """A paper handed in: `key` of the procedure's list (or `other`), and the file kept.

    sha256 is "" for a paper ticked at the counter that is not scanned yet. vault: key of the paper in a data store that
    the dossier leans on instead of an upload, or "".
    """

    key: str
    name: str
    sha256: str
    file_name: str
    kind: str = "copy"  # original | copy | seen
    vault: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What preflight would refuse, and how to mend it. `place` is a field key or a paper key."""

    place: str
    sentence: str
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class Receipt:
    """That a dossier was sent."""

    code: str
    submitted_at: datetime
    repeated: bool  # the same submission had arrived before


@dataclass(frozen=True, slots=True)
class Step:
    """A line of «đường đi của hồ sơ»."""

    name: str
    at: datetime | None
    who: str
    unit: str
    state: str  # done | current | ahead
    note: str


@dataclass(frozen=True, slots=True)
class PartAhead:
    """A part of an interlinked dossier that has not begun; after: names of the parts it waits for."""

    name: str
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tracking:
    """What the owner sees: who has it, until when, why that date."""

    code: str
    procedure_code: str
    procedure_name: str
    applicant_name: str
    state: str  # Dossier.State
    state_label: str
    national_status: int  # 1..10
    holder_name: str
    holder_title: str
    unit_name: str
    due_at: datetime | None
    next_date: datetime | None
    reason: str  # visible reason: why it stands where it stands
    explanation: str  # why that date, with the legal basis
    asks: str  # what the citizen must do now, or ""
    steps: tuple[Step, ...]
    can_supplement: bool
    can_withdraw: bool
    can_rate: bool
    parts: tuple["Tracking", ...] = ()
    parts_ahead: tuple[PartAhead, ...] = ()
    promised_at: datetime | None = None
    submitted_at: datetime | None = None
    received_at: datetime | None = None
    result_name: str = ""
    result_number: str = ""
    result_sha256: str = ""
    wanted: tuple[str, ...] = ()  # what is missing, while a supplement is asked
    to_pay: int = 0  # dong still to pay
    papers: tuple[PaperGiven, ...] = ()
    is_full: bool = True  # false: what anybody with the code may see
    finished_at: datetime | None = None  # result ready
    verdict: str = ""  # early | on_time | late, once finished
    rating: int | None = None  # the score the owner gave, 1 to 5; while `can_rate`, it may still be changed
    rating_comment: str = ""
    slips: tuple[str, ...] = ()  # keys of printed forms beside the receipt: supplement | refusal | apology | stop


@dataclass(frozen=True, slots=True)
class Pace:
    """How long dossiers of one procedure really took, filing to result, in minutes of the clock on the wall."""

    procedure_code: str
    ended: int
    on_time: int  # early or on time by their verdict; an extended one never is
    half_minutes: int  # half of them took no longer
    most_minutes: int  # nine in ten took no longer


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of one dossier of a bulk action."""

    code: str
    done: bool
    sentence: str  # why not, or what follows


class RefusedError(Exception):
    """What was asked cannot be done; `findings` say where and how to mend it."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(" ".join(f.sentence for f in findings))
        self.findings = tuple(findings)


class RepeatedWithOtherContentError(Exception):
    """The idempotency key was used before with another content."""


def refuse(sentence: str, place: str = "") -> RefusedError:
    """One finding as an error, to raise."""
    return RefusedError([Finding(place=place, sentence=sentence)])


@dataclass(frozen=True, slots=True)
class DueMoves:
    """The dry run of a change of the calendar: open dossiers looked at, due dates that would move, a few of them."""

    checked: int
    moved: int
    examples: tuple[tuple[str, datetime, datetime], ...]  # code, due now, due then
