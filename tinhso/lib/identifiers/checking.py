"""One entrance for every kind of identifier."""

from collections.abc import Callable

from tinhso.lib.identifiers.agencies import check_agency_code, check_dossier_code, check_procedure_code
from tinhso.lib.identifiers.documents import check_document_id
from tinhso.lib.identifiers.numbers import check_personal_id, check_phone, check_tax_code
from tinhso.lib.identifiers.verdicts import Context, Verdict

KINDS: dict[str, Callable[[str, Context | None], Verdict]] = {
    "dossier_code": check_dossier_code,
    "agency_code": check_agency_code,
    "procedure_code": check_procedure_code,
    "personal_id": check_personal_id,
    "tax_code": check_tax_code,
    "phone": check_phone,
    "edxml_document_id": check_document_id,
}


def check(kind: str, text: str, context: Context | None = None) -> Verdict:
    """Judge a text as one kind of identifier. Never raises on a text; ValueError for a kind we do not know."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind of identifier: {kind!r} (one of {', '.join(KINDS)})")
    return KINDS[kind](text, context)
