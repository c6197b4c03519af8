"""Papers of data stores in dossiers: checked before sending, noted as used, taken in by an official."""

from collections.abc import Sequence
from datetime import datetime

from tinhso.foundation.accounts.public import Actor
from tinhso.systems.one_stop.models import Dossier, DossierPaper
from tinhso.systems.one_stop.permissions import agency_of
from tinhso.systems.one_stop.selectors.one import dossier_by_code
from tinhso.systems.one_stop.services.history import note
from tinhso.systems.one_stop.services.routing import Units
from tinhso.systems.one_stop.types import Finding, PaperGiven, refuse
from tinhso.systems.procedures import public as procedures
from tinhso.systems.vault import public as vault


def problems(papers: Sequence[PaperGiven], *, owner_number: str, actor: Actor, at: datetime) -> list[Finding]:
    """Papers picked from a store that this dossier cannot lean on, with why not."""
    found = []
    for paper in papers:
        if paper.vault and (
            why := vault.why_not_lean(
                key=paper.vault, sha256=paper.sha256, owner_number=owner_number, actor=actor, at=at
            )
        ):
            found.append(Finding(paper.key, why))
    return found


def lean(code: str, procedure_name: str, papers: Sequence[PaperGiven], *, units: Units | None, at: datetime) -> None:
    """Note which papers of stores the dossier uses; nothing to write for most dossiers."""
    picked = {paper.key: paper.vault for paper in papers if paper.vault}
    if picked:
        vault.lean(
            dossier_code=code, procedure_name=procedure_name, papers=picked, at=at,
            unit_id=agency_of(units.handling).id if units else None,
        )  # fmt: skip


def lean_of(dossier: Dossier, papers: Sequence[PaperGiven], *, at: datetime) -> None:
    """The same for papers that come later."""
    picked = {paper.key: paper.vault for paper in papers if paper.vault}
    if picked:
        vault.lean(
            dossier_code=dossier.code, procedure_name=dossier.procedure_name, papers=picked, at=at,
            unit_id=agency_of(dossier.handling_unit_id).id,
        )  # fmt: skip


def wanted_of(procedure_code: str, papers: Sequence[procedures.Paper]) -> list[vault.Wanted]:
    """Papers of a procedure as the store is asked for them."""
    return [vault.Wanted(procedure_code, paper.key, paper.name) for paper in papers]


def papers_of(dossier: Dossier) -> list[vault.Wanted]:
    """Papers of the version of the procedure that the dossier keeps."""
    listed = procedures.get_version(version_id=dossier.procedure_version_id).papers
    return wanted_of(dossier.procedure_code, listed)


def held_for(dossier: Dossier, *, actor: Actor, at: datetime) -> dict[str, vault.Held]:
    """What the owner's store holds for papers the dossier has not got; that it was shown is on the owner's page."""
    there = set(dossier.papers.filter(is_replaced=False).exclude(sha256="").values_list("key", flat=True))
    wanted = [one for one in papers_of(dossier) if one.key not in there]
    return vault.held_for_official(
        owner_number=dossier.identity_number, wanted=wanted, actor=actor, subject=dossier.code, at=at
    )


def take_from_store(*, code: str, actor: Actor, paper_key: str, held_key: str, at: datetime) -> None:
    """An official who handles the dossier takes a held paper into it instead of asking for it. Raises RefusedError."""
    dossier = dossier_by_code(code)
    name = next((one.name for one in papers_of(dossier) if one.key == paper_key), None)
    if name is None or not dossier.is_open:
        raise refuse("Hồ sơ này không cần giấy tờ đó, hoặc đã kết thúc.")
    try:
        lent = vault.lend(key=held_key, owner_number=dossier.identity_number, actor=actor, subject=dossier.code, at=at)
    except LookupError as missing:
        raise refuse(str(missing)) from missing
    if dossier.papers.filter(key=paper_key, sha256=lent.sha256, is_replaced=False).exists():
        return
    DossierPaper.objects.create(
        dossier=dossier, key=paper_key[:60], name=name, sha256=lent.sha256, file_name=lent.file_name,
        media_type=lent.media_type, size=lent.size, pages=lent.pages, kind="copy", round=dossier.supplement_count,
        added_at=at,
    )  # fmt: skip
    vault.lean(
        dossier_code=dossier.code, procedure_name=dossier.procedure_name, papers={paper_key: held_key}, at=at,
        unit_id=agency_of(dossier.handling_unit_id).id,
    )  # fmt: skip
    note(dossier, "paper_from_store", actor=actor, at=at, text=lent.name, data={"paper": paper_key})
