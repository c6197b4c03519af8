"""Papers that were digitised after the dossier was received (số hoá): which are wanted, and putting one in."""

from dataclasses import dataclass
from datetime import datetime

from tinhso.foundation.accounts.public import Actor, Right, actor_of_job
from tinhso.foundation.files import public as files
from tinhso.systems.one_stop import permissions
from tinhso.systems.one_stop.models import Dossier, DossierPaper
from tinhso.systems.one_stop.selectors.one import dossier_by_code, paper_list
from tinhso.systems.one_stop.services.history import note
from tinhso.systems.procedures import public as procedures

RESULT_KEY = "result"


@dataclass(frozen=True, slots=True)
class PaperWanted:
    """A paper of the dossier's list."""

    key: str
    name: str
    has_file: bool


@dataclass(frozen=True, slots=True)
class PaperList:
    """What a dossier's papers are, and whose."""

    code: str
    procedure_name: str
    applicant_name: str
    identity_number: str
    unit_ids: tuple[int, ...]  # every unit that has a part in it
    result_code: str  # code of the kind of result
    procedure_code: str
    owner_kind: str  # citizen | business
    papers: tuple[PaperWanted, ...]


def papers_wanted(*, code: str) -> PaperList:
    """Raises LookupError. Who may see it is the caller's to ask (`why_not_scan`)."""
    dossier = dossier_by_code(code)
    held = paper_list(dossier)
    with_file = {paper.key for paper in held if paper.sha256}
    names = {paper.key: paper.name for paper in procedures.get_procedure(code=dossier.procedure_code).papers}
    names |= {paper.key: paper.name for paper in held if paper.key not in names}
    names[RESULT_KEY] = "Kết quả giải quyết (bản giấy)"
    return PaperList(
        code=dossier.code,
        procedure_name=dossier.procedure_name,
        applicant_name=dossier.applicant_name,
        identity_number=dossier.identity_number,
        unit_ids=tuple(sorted(permissions.unit_ids_of(dossier))),
        result_code=dossier.result_code,
        procedure_code=dossier.procedure_code,
        owner_kind="business" if dossier.applicant_kind == "business" else "citizen",
        papers=tuple(PaperWanted(key, name, key in with_file) for key, name in names.items()),
    )


def why_not_scan(*, code: str, actor: Actor) -> str:
    """Empty where the official may put scanned papers into the dossier: desk or clerk of a unit that has a part in it.

    Raises LookupError.
    """
    units = permissions.unit_ids_of(dossier_by_code(code))
    if any(permissions.has_over(actor, right, unit) for right in (Right.RECEIVE, Right.NUMBER) for unit in units):
        return ""
    return "Hồ sơ này do cơ quan khác tiếp nhận và giải quyết. Đồng chí không đưa giấy tờ vào được."


def attach_scan(*, code: str, key: str, name: str, sha256: str, file_name: str, actor: Actor, at: datetime) -> None:
    """Put a digitised paper into the dossier: it fills the place of a paper ticked at the desk, or stands beside.

    The same file twice is one paper. Raises LookupError, PermissionError.
    """
    if why := why_not_scan(code=code, actor=actor):
        raise PermissionError(why)
    dossier = dossier_by_code(code)
    Dossier.objects.select_for_update().get(pk=dossier.pk)  # two confirmations of one paper stand in line
    held = list(dossier.papers.filter(key=key).order_by("id"))
    if any(paper.sha256 == sha256 for paper in held):
        return
    paper = next((one for one in held if not one.sha256), None) or DossierPaper(
        dossier=dossier, key=key, name=name, added_at=at, round=dossier.supplement_count
    )
    paper.file_name = file_name
    _fill(paper, sha256)
    note(dossier, "paper_digitised", actor=actor, at=at, text=f"Số hoá: {name}", data={"key": key, "sha256": sha256})


def _fill(paper: DossierPaper, sha256: str) -> None:
    stored = files.stored(sha256=sha256)
    paper.sha256, paper.media_type, paper.size, paper.pages = sha256, stored.media_type, stored.size, stored.pages
    paper.save()


def exchange_scan(*, code: str, key: str, former: str, sha256: str, at: datetime) -> int:
    """A digitised paper was signed, or its signature strengthened: the dossier points to the newer file; how many.

    The same twice changes nothing. Raises LookupError.
    """
    dossier = dossier_by_code(code)
    Dossier.objects.select_for_update().get(pk=dossier.pk)
    held = list(dossier.papers.filter(key=key, sha256=former))
    for paper in held:
        _fill(paper, sha256)
    if held:
        signer, data = actor_of_job(name="signing"), {"key": key, "former": former, "sha256": sha256}
        note(dossier, "paper_signed", actor=signer, at=at, text=f"Ký số: {held[0].name}", data=data)
    return len(held)


def detach_scan(
    *, code: str, key: str, sha256: str, attached_at: datetime, reason: str, actor: Actor, at: datetime
) -> None:
    """A paper put in by mistake is taken out: a paper ticked at the desk waits for its file again, one that the scan
    brought (at `attached_at`) goes. Raises LookupError, PermissionError.
    """
    if why := why_not_scan(code=code, actor=actor):
        raise PermissionError(why)
    dossier = dossier_by_code(code)
    Dossier.objects.select_for_update().get(pk=dossier.pk)
    for paper in dossier.papers.filter(key=key, sha256=sha256):
        if paper.added_at == attached_at:
            paper.delete()
        else:
            paper.sha256 = paper.file_name = paper.media_type = ""
            paper.size, paper.pages = 0, None
            paper.save()
        data = {"key": key, "sha256": sha256, "reason": reason}
        note(dossier, "paper_taken_out", actor=actor, at=at, text=f"Rút bản số hoá «{paper.name}»: {reason}", data=data)
