"""Which of the printed forms a dossier has reason for, beside its receipt."""

from tinhso.systems.one_stop.models import Dossier

REASONS = {
    "supplement": {"supplement_requested"},
    "refusal": {"refused", "declined"},
    "apology": {"reappointed"},
    "stop": {"stopped", "withdrawn", "closed"},
}


def slips_of(dossier: Dossier) -> tuple[str, ...]:
    """Keys of the forms 02 to 05 that its history calls for, in the order of the forms."""
    kinds = set(dossier.history.values_list("kind", flat=True))
    return tuple(form for form, reasons in REASONS.items() if kinds & reasons)
