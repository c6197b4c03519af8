"""The public token of a result (mã xác minh): in the paper before it is signed, bound to its file when it is sealed."""

from datetime import date, datetime

from django.db import transaction

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.organizations import public as organizations
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.permissions import agency_of
from tinhso.systems.verification import public as verification

KIND, SOURCE = "result", "one_stop"


def token_for(dossier: Dossier, *, signer: Actor | None = None, title: str = "") -> verification.Issued | None:
    """The token the next result of the dossier will bear; None once it is issued: what is printed now is no result.

    A paper is also made to be looked at, outside of any transaction: hence one of its own.
    """
    if dossier.result_sha256:
        return None
    agency = agency_of(dossier.handling_unit_id)
    with transaction.atomic():
        return verification.issue(
            kind=KIND,
            source=SOURCE,
            source_ref=dossier.code,
            unit_id=agency.id,
            agency_name=organizations.get_unit(unit_id=agency.id).name,
            name=dossier.result_name.strip().rstrip(".") or dossier.procedure_name,
            holder_name=dossier.applicant_name,
            holder_number=dossier.identity_number,
            holder_is_person=dossier.applicant_kind == "citizen",
            signer_name=signer.name if signer else "",
            signer_title=title,
        )


def bind_result(dossier: Dossier, *, sha256: str, number: str, day: date, at: datetime) -> None:
    """The result is signed, numbered and sealed: whoever holds it can verify it from now on."""
    known = verification.status(source=SOURCE, source_ref=dossier.code, kind=KIND)
    if known is not None and known.sha256 == sha256:
        return
    token = known.token if known is not None and not known.sha256 else ""
    if not token and (issued := token_for(dossier)):
        token = issued.token
    if token:
        verification.bind(token=token, sha256=sha256, number=number, issued_on=day, at=at)
