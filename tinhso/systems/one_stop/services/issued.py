"""The result of a dossier as the data store keeps it, once it is its owner's."""

from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.states import State
from tinhso.systems.vault import public as vault


def result_of(dossier_id: int) -> vault.IssuedResult | None:
    """Handed over, or ready electronically with nothing left to pay; None for any other dossier."""
    dossier = Dossier.objects.filter(pk=dossier_id, state__in=[State.DONE, State.RETURNED]).first()
    if dossier is None or not dossier.result_number or not _is_the_owners(dossier):
        return None
    return vault.IssuedResult(
        dossier_code=dossier.code,
        owner_number=dossier.identity_number,
        owner_kind="business" if dossier.applicant_kind == "business" else "citizen",
        owner_name=dossier.applicant_name,
        procedure_code=dossier.procedure_code,
        name=dossier.result_name,
        code=dossier.result_code,
        number=dossier.result_number,
        day=dossier.result_date,
        unit_id=dossier.handling_unit_id,
        sha256=dossier.result_sha256,
    )


def results_after(dossier_id: int, limit: int) -> list[tuple[int, str]]:
    """(id, code) of dossiers with a numbered result after an id, in order: for catching up with what came before."""
    found = Dossier.objects.filter(pk__gt=dossier_id, state__in=[State.DONE, State.RETURNED]).exclude(result_number="")
    return list(found.order_by("pk").values_list("pk", "code")[:limit])


def _is_the_owners(dossier: Dossier) -> bool:
    if dossier.state == State.RETURNED:
        return True
    return (
        dossier.return_channel == "electronic" and not dossier.fees.filter(paid_at__isnull=True, amount__gt=0).exists()
    )
