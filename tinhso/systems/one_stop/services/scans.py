"""Papers that were digitised after the dossier was received (số hoá): which are wanted, and putting one in."""

from dataclasses import dataclass
from datetime import datetime

from tinhso.foundation.accounts.public import Actor, Right
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
    stored = files.stored(sha256=sha256)
    paper = next((one for one in held if not one.sha256), None) or DossierPaper(
        dossier=dossier, key=key, name=name, added_at=at, round=dossier.supplement_count
    )
    paper.sha256, paper.file_name, paper.media_type = sha256, file_name, stored.media_type
    paper.size, paper.pages = stored.size, stored.pages
    paper.save()
    note(dossier, "paper_digitised", actor=actor, at=at, text=f"Số hoá: {name}", data={"key": key, "sha256": sha256})
