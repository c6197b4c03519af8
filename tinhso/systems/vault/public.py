"""The door of the store (kho dữ liệu điện tử của tổ chức, cá nhân).

The store stands below the desk and the portal: they call it; it hears of results by event and reads them through what
the desk registered. Every function wants a transaction of its caller. Errors carry a Vietnamese sentence.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.utils import timezone

from tinhso.foundation.accounts.public import Actor
from tinhso.systems.vault import matching
from tinhso.systems.vault.records import Deposit, Held, IssuedResult, Kind, Leaning, Lent, UnitFigure, Wanted
from tinhso.systems.vault.selectors.kinds import all_kinds
from tinhso.systems.vault.selectors.kinds import look_again as forget_kinds
from tinhso.systems.vault.services import asking, configuring, keeping, lapsing, reusing
from tinhso.systems.vault.services.asking import Clash
from tinhso.systems.vault.services.keeping import ResultList, ResultSource

__all__ = [
    "Clash",
    "Deposit",
    "Held",
    "IssuedResult",
    "Kind",
    "Leaning",
    "Lent",
    "UnitFigure",
    "Wanted",
    "already_held",
    "clashes",
    "deposit",
    "figures",
    "fits",
    "held_for_official",
    "issued_key",
    "kind_asked",
    "kinds",
    "lean",
    "leanings",
    "lend",
    "lend_own",
    "lend_to_bearer",
    "look_again",
    "note_dossier_reading",
    "record_override",
    "record_signature",
    "register_results",
    "set_kinds",
    "show_clashes",
    "supersede",
    "why_not_lean",
]  # fmt: skip


def register_results(source: ResultSource, *, listed: ResultList) -> None:
    """Whoever issues results says how to read one: id of the dossier → IssuedResult, None while not the owner's.

    listed: (id of the last seen, how many) → (id, code) of the next dossiers with a result, to catch up with old ones.
    """
    keeping.register_results(source, listed)


def deposit(*, paper: Deposit, at: datetime) -> str:
    """Put a paper into its owner's store; its key. The same (source, source_ref) is put there once.

    For digitisation (zone `digitised`, weight 3), certified copies (weight 2) and results from elsewhere (`issued`, 1).
    Raises LookupError for a file that is not kept.
    """
    return str(keeping.deposit(paper, at=at).key)


def record_signature(*, sha256: str, state: str, words: str, at: datetime) -> int:
    """The verdict on a file (unchecked | valid | invalid | none) to every paper that is this file; how many."""
    return keeping.record_signature(sha256=sha256, state=state, words=words, at=at)


def kinds() -> list[Kind]:
    """The kinds of paper of the province."""
    return all_kinds()


def set_kinds(rows: Iterable[Kind], *, gone: Iterable[str] = ()) -> None:
    """Write kinds as the pack has them; gone: keys no longer there."""
    configuring.set_kinds(rows, gone=gone)


def look_again() -> None:
    """See kinds that another process, or a test, has just changed."""
    forget_kinds()


def fits(*, actor: Actor, wanted: Sequence[Wanted], at: datetime) -> dict[str, list[Held]]:
    """Key of each paper wanted → what the person may pick instead of uploading, the weightiest first."""
    return reusing.for_owner(actor=actor, wanted=wanted, at=at)


def already_held(*, owner_number: str, wanted: Sequence[Wanted], at: datetime) -> dict[str, str]:
    """Key of each paper that may not be asked for → the store or register that has it; nothing of what it says."""
    return reusing.already_held(owner_number=owner_number, wanted=wanted, on=_day(at))


def issued_key(*, source: str, source_ref: str) -> str:
    """The key of the paper something put there, or ""."""
    return keeping.issued_key(source=source, source_ref=source_ref)


def kind_asked(*, wanted: Wanted) -> Kind | None:
    """The kind of paper a procedure or form asks for; None where none surely fits."""
    return matching.kind_of_paper(all_kinds(), procedure_code=wanted.procedure_code, key=wanted.key, name=wanted.name)


def lend_own(*, key: str, actor: Actor, at: datetime) -> Lent:
    """A paper the person picked. Raises LookupError, also for another's and for one out of force."""
    return reusing.lend_own(key=key, actor=actor, at=at)


def lend_to_bearer(*, source: str, source_ref: str, number: str, at: datetime) -> Lent:
    """What a system issued, to somebody who holds it and proved whose it is; the owner sees the reading.
    Raises LookupError, also for a paper its owner hid."""
    return reusing.lend_to_bearer(source=source, source_ref=source_ref, number=number, at=at)


def held_for_official(
    *, owner_number: str, wanted: Sequence[Wanted], actor: Actor, subject: str, at: datetime, at_desk: bool = False
) -> dict[str, Held]:
    """The best paper that may stand for each one wanted, to an official who handles the dossier (the caller has
    checked): each paper shown is a row on the owner's page. subject: the dossier, or what is being taken in."""
    return reusing.for_official(
        owner_number=owner_number, wanted=wanted, actor=actor, subject=subject, at=at,
        purpose=reusing.AT_THE_DESK if at_desk else reusing.FOR_A_DOSSIER, way="desk" if at_desk else "dossier",
    )  # fmt: skip


def lend(*, key: str, owner_number: str, actor: Actor, subject: str, at: datetime, at_desk: bool = False) -> Lent:
    """A held paper goes into the dossier an official handles; the reading is written. Raises LookupError."""
    return reusing.lend_to_official(
        key=key, owner_number=owner_number, actor=actor, subject=subject, at=at,
        purpose=reusing.AT_THE_DESK if at_desk else reusing.FOR_A_DOSSIER, way="desk" if at_desk else "dossier",
    )  # fmt: skip


def why_not_lean(*, key: str, sha256: str, owner_number: str, actor: Actor, at: datetime) -> str:
    """Why a dossier cannot lean on this paper now, in a sentence; "" where it can."""
    return reusing.why_not_lean(key=key, sha256=sha256, owner_number=owner_number, actor=actor, at=at)


def lean(
    *, dossier_code: str, procedure_name: str, unit_id: int | None, papers: Mapping[str, str], at: datetime
) -> None:
    """Note where papers are used: key of the component → key of the paper; their lapse will be told."""
    reusing.lean(dossier_code=dossier_code, procedure_name=procedure_name, unit_id=unit_id, papers=papers, at=at)


def leanings(*, dossier_code: str, at: datetime) -> list[Leaning]:
    """The papers of stores a dossier leans on, and whether they still are good."""
    return reusing.leanings(dossier_code=dossier_code, at=at)


def note_dossier_reading(*, dossier_code: str, owner_number: str, sha256: str, actor: Actor, at: datetime) -> int:
    """An official is about to be given a file of a dossier: where it is a paper of a store, its row is written."""
    return reusing.note_dossier_reading(
        dossier_code=dossier_code, owner_number=owner_number, sha256=sha256, actor=actor, at=at
    )


def clashes(
    *, owner_number: str, procedure_code: str, papers: Sequence[Wanted], lines: Sequence[str], at: datetime
) -> list[Clash]:
    """Lines of a request that ask for what the owner's store or a register holds in valid form. Tells nobody."""
    return asking.clashes(
        owner_number=owner_number, procedure_code=procedure_code, papers=papers, lines=lines, on=_day(at)
    )


def show_clashes(*, found: Sequence[Clash], actor: Actor, subject: str, at: datetime) -> list[str]:
    """What is held and where, in sentences; showing them is a row on the owner's page."""
    return asking.show_clashes(found, actor=actor, subject=subject, at=at)


def record_override(
    *, found: Sequence[Clash], where: str, subject: str, unit_id: int, reason: str, actor: Actor, at: datetime
) -> int:
    """It is asked all the same, with a reason. where: supplement | desk | studio. Raises ValueError."""
    return asking.record_override(
        found=found, where=where, subject=subject, unit_id=unit_id, reason=reason, actor=actor, at=at
    )


def figures(*, since: datetime, until: datetime) -> list[UnitFigure]:
    """Per unit, papers reused and papers asked for again although held."""
    return asking.figures(since=since, until=until)


def supersede(*, source: str, source_ref: str, reason: str, by: Actor, at: datetime) -> int:
    """A paper from elsewhere is out of force (its issuer said so); how many dossiers hear of it. Raises LookupError."""
    return lapsing.supersede(source=source, source_ref=source_ref, reason=reason, by=by, at=at)


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()
