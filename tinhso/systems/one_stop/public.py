"""The door of the one-stop desk (Một cửa điện tử): dossiers, for the portal, the interface and other systems.

Every function wants a transaction of its caller. Errors carry a Vietnamese sentence: RefusedError (with findings),
PermissionError, LookupError, RepeatedWithOtherContentError.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.public import Actor
from tinhso.systems.one_stop import permissions, printing, services
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.selectors import pace
from tinhso.systems.one_stop.selectors.lists import cursor_of, my_dossiers_after
from tinhso.systems.one_stop.selectors.one import dossier_by_code, is_consulted
from tinhso.systems.one_stop.services import imagining, issued, scans, tracking
from tinhso.systems.one_stop.services.checking import Applicant
from tinhso.systems.one_stop.services.intake import Request, applicant_of
from tinhso.systems.one_stop.services.scans import RESULT_KEY, PaperList, PaperWanted
from tinhso.systems.one_stop.types import (
    DueMoves,
    Finding,
    Pace,
    PaperGiven,
    Receipt,
    RefusedError,
    RepeatedWithOtherContentError,
    Step,
    Tracking,
)
from tinhso.systems.vault import public as vault

__all__ = [
    "RESULT_KEY",
    "Applicant",
    "DueMoves",
    "Finding",
    "Pace",
    "PaperGiven",
    "PaperList",
    "PaperWanted",
    "Receipt",
    "RefusedError",
    "RepeatedWithOtherContentError",
    "Step",
    "Tracking",
    "attach_scan",
    "cursor_after",
    "detach_scan",
    "due_moves",
    "exchange_scan",
    "issued_result",
    "my_dossiers",
    "paces",
    "papers_wanted",
    "preflight",
    "rate",
    "receipt_pdf",
    "submit",
    "supplement",
    "track",
    "why_not_scan",
    "withdraw",
]


def paces(*, since: datetime, until: datetime) -> list[Pace]:
    """Per procedure, how long dossiers finished in the span took, and how many were on time. For a regular job."""
    return pace.paces(since=since, until=until)


def preflight(
    *,
    procedure_code: str,
    data: Mapping[str, Any],
    papers: Sequence[PaperGiven],
    actor: Actor,
    at: datetime,
    unit_key: str = "",
    form_version_id: int | None = None,
    channel: str = "online",
    applicant: Applicant | None = None,
) -> list[Finding]:
    """What would be refused (blocking) or warned of, if this were sent now; empty when nothing is."""
    return services.preflight(
        Request(
            procedure_code=procedure_code,
            data=data,
            papers=papers,
            unit_key=unit_key,
            actor=actor,
            at=at,
            once="",
            applicant=applicant or applicant_of(actor, data),
            form_version_id=form_version_id,
            channel=channel,
        )
    )


def submit(
    *,
    procedure_code: str,
    form_version_id: int | None,
    data: Mapping[str, Any],
    papers: Sequence[PaperGiven],
    unit_key: str,
    actor: Actor,
    at: datetime,
    once: str,
    channel: str = "online",
    return_channel: str = "electronic",
    sources: Mapping[str, Any] | None = None,
    applicant: Applicant | None = None,
    copies: int = 1,
    origin_code: str = "",
    accept: bool = True,
) -> Receipt:
    """Send a dossier: preflight, code, first work item, audit and outbox in one transaction.

    accept: at the desk a paper dossier is received at once; False registers it unaccepted (papers may lack), so that a
    supplement or a refusal can be given in writing.

    once: idempotency key of the draft; the same key gives the same receipt. unit_key: the commune or department that
    handles. applicant: who applies, where an official or a system files for them (default: the actor). Raises
    RefusedError with findings; RepeatedWithOtherContentError where the key was used for something else.
    """
    return services.submit(
        Request(
            procedure_code=procedure_code,
            data=data,
            papers=papers,
            unit_key=unit_key,
            actor=actor,
            at=at,
            once=once,
            applicant=applicant or applicant_of(actor, data),
            form_version_id=form_version_id,
            channel=channel,
            return_channel=return_channel,
            sources=sources,
            copies=copies,
            origin_code=origin_code,
            accept=accept,
        )
    )


def codes_of(*, subjects: Sequence[str]) -> dict[str, str]:
    """Subject of a case as the process engine knows it → code of the dossier; those that are none are left out."""
    ids = {one: int(head) for one in subjects if (head := one.partition("/")[0]).isdigit()}
    codes = dict(Dossier.objects.filter(pk__in=set(ids.values())).values_list("pk", "code"))
    return {one: codes[pk] for one, pk in ids.items() if pk in codes}


def track(*, code: str, actor: Actor, at: datetime) -> Tracking:
    """A dossier as the actor may see it: the owner everything, an official of a unit that has a part everything (and
    the reading is noted on the owner's page), anybody else with the code its state only. Raises LookupError.
    """
    dossier = dossier_by_code(code)
    whole = dossier.parent if dossier.parent else dossier
    full = permissions.is_owner(actor, whole)
    if not full and actor.is_official:
        full = not permissions.why_not_read(actor, dossier, is_consulted=is_consulted(dossier, actor))
        if full:
            accounts.note_reading(
                actor, owner=dossier.identity_number, what="Hồ sơ", purpose="Giải quyết hồ sơ", subject=dossier.code
            )
    return tracking.tracking_of(dossier, actor=actor, at=at, full=full)


def receipt_pdf(*, code: str, actor: Actor, at: datetime) -> bytes:
    """The receipt and appointment (form 01) as PDF/A, for the owner. Raises LookupError, PermissionError."""
    dossier = dossier_by_code(code)
    whole = dossier.parent if dossier.parent else dossier
    if not permissions.is_owner(actor, whole):
        raise PermissionError("Chỉ người nộp xem được giấy tiếp nhận của hồ sơ.")
    return printing.receipt(whole, at=at)


def my_dossiers(*, actor: Actor, after: str | None = None, limit: int = 20) -> list[Tracking]:
    """The actor's own dossiers, newest first, without steps. after: `cursor_after` of the last one seen."""
    if actor.account_id is None and actor.kind != "system":
        return []
    found = my_dossiers_after(actor=actor, after=after or "", limit=limit)
    return [tracking.brief(dossier, actor=actor) for dossier in found]


def cursor_after(*, code: str) -> str:
    """The cursor that continues a list after this dossier. Raises LookupError."""
    dossier: Dossier = dossier_by_code(code)
    return cursor_of(dossier.submitted_at, dossier.pk)


def supplement(
    *, code: str, actor: Actor, data: Mapping[str, Any] | None, papers: Sequence[PaperGiven], at: datetime, once: str
) -> None:
    """Hand in what was asked for; data None keeps what the form said. The same `once` does it once."""
    services.supplement(code=code, actor=actor, data=data, papers=papers, at=at, once=once)


def withdraw(*, code: str, actor: Actor, reason: str, at: datetime) -> None:
    """Take the dossier back while no decision has been made."""
    services.withdraw(code=code, actor=actor, reason=reason, at=at)


def rate(*, code: str, actor: Actor, score: int, comment: str, at: datetime) -> None:
    """score 1–5."""
    services.rate(code=code, actor=actor, score=score, comment=comment, at=at)


def due_moves(*, at: datetime) -> DueMoves:
    """How many due dates of open dossiers differ from what the calendar says now; only counts, changes nothing.

    Inside `calendars.imagine(…)` it is the dry run of that change.
    """
    return imagining.due_moves(at=at)


def papers_wanted(*, code: str) -> PaperList:
    """The dossier's list of papers and which of them have a file, for rooms that bring papers. Raises LookupError.

    Who may see it is the caller's to ask: `why_not_scan`.
    """
    return scans.papers_wanted(code=code)


def why_not_scan(*, code: str, actor: Actor) -> str:
    """Empty where the official may put digitised papers in, else the sentence why not. Raises LookupError."""
    return scans.why_not_scan(code=code, actor=actor)


def attach_scan(*, code: str, key: str, name: str, sha256: str, file_name: str, actor: Actor, at: datetime) -> None:
    """Put a digitised paper (a file kept) into the dossier under a key of its list, or RESULT_KEY for the paper result.

    It fills the place of a paper ticked at the desk; the same file twice is one paper. Raises LookupError,
    PermissionError.
    """
    scans.attach_scan(code=code, key=key, name=name, sha256=sha256, file_name=file_name, actor=actor, at=at)


def exchange_scan(*, code: str, key: str, former: str, sha256: str, at: datetime) -> int:
    """The digitised paper whose file was `former` now is its newer, signed form; how many. Raises LookupError."""
    return scans.exchange_scan(code=code, key=key, former=former, sha256=sha256, at=at)


def detach_scan(
    *, code: str, key: str, sha256: str, attached_at: datetime, reason: str, actor: Actor, at: datetime
) -> None:
    """Take a digitised paper out that was put in by mistake at `attached_at`. Raises LookupError, PermissionError."""
    scans.detach_scan(
        code=code, key=key, sha256=sha256, attached_at=attached_at, reason=reason, actor=actor, at=at
    )  # fmt: skip


def issued_result(*, code: str) -> vault.IssuedResult | None:
    """The result of a dossier once it is its owner's, else None. Raises LookupError."""
    dossier: Dossier = dossier_by_code(code)
    return issued.result_of(dossier.pk)
