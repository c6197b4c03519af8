"""A paper digitised and signed by officer and agency goes into its owner's store, once; and out when taken back."""

from datetime import date, datetime

from tinhso.foundation.organizations import public as organizations
from tinhso.systems.digitisation.models import Document
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.vault import public as vault

SOURCE = "digitisation"


def deposit(document: Document, *, at: datetime) -> None:
    """Where it may: signed by both, and a result only when the result is its owner's."""
    if document.signature != Document.Signature.SEALED or document.vault_ref or not document.owner_number:
        return
    given = _result(document) if document.paper_key == one_stop.RESULT_KEY else _paper(document)
    if given is None:
        return
    vault.deposit(paper=given, at=at)
    document.vault_ref = given.source_ref
    document.save(update_fields=["vault_ref"])


def deposit_result(*, code: str, at: datetime) -> None:
    """The result became its owner's: scanned results of the dossier that waited for it go into the store."""
    waiting = Document.objects.select_for_update(of=("self",)).filter(
        dossier_code=code, paper_key=one_stop.RESULT_KEY, status=Document.Status.CONFIRMED,
        signature=Document.Signature.SEALED, vault_ref="",
    )  # fmt: skip
    for document in waiting:
        deposit(document, at=at)


def _ref(document: Document) -> str:
    """A paper confirmed again after it was taken back is another in the store."""
    return f"{document.pk}@{document.confirmed_at:%Y%m%dT%H%M%S%f}"


def _paper(document: Document) -> vault.Deposit:
    dossier = one_stop.papers_wanted(code=document.dossier_code)
    wanted = vault.Wanted(dossier.procedure_code, document.paper_key, document.name)
    kind = vault.kind_asked(wanted=wanted)
    return vault.Deposit(
        owner_number=document.owner_number,
        owner_kind=dossier.owner_kind,
        owner_name=dossier.applicant_name,
        source=SOURCE,
        source_ref=_ref(document),
        zone="digitised",
        weight=3,
        name=document.name,
        kind=kind.key if kind else "",
        number=_number(document),
        issuer_name=_said(document, "issuer"),
        issued_on=_day(_said(document, "date")),
        sha256=document.signed_sha256,
        file_name=f"{document.dossier_code}_{document.paper_key}.pdf",
        procedure_code=dossier.procedure_code,
    )


def _result(document: Document) -> vault.Deposit | None:
    """By what the dossier says of its result, not by what was read on the paper; None while it is not the owner's."""
    result = one_stop.issued_result(code=document.dossier_code)
    if result is None:
        return None
    return vault.Deposit(
        owner_number=result.owner_number,
        owner_kind=result.owner_kind,
        owner_name=result.owner_name,
        source=SOURCE,
        source_ref=_ref(document),
        zone="issued",
        weight=3,
        name=result.name,
        number=result.number,
        issuer_unit_id=result.unit_id,
        issuer_name=organizations.get_unit(unit_id=result.unit_id).name,
        issued_on=result.day,
        sha256=document.signed_sha256,
        file_name=f"{document.dossier_code}.pdf",
        procedure_code=result.procedure_code,
        result_code=result.code,
    )


def _said(document: Document, name: str) -> str:
    return str(document.fields.get(name, {}).get("value", ""))


def _number(document: Document) -> str:
    return "/".join(part for part in (_said(document, "number"), _said(document, "notation")) if part)


def _day(said: str) -> date | None:
    """The day on the paper; None where none was read."""
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None
