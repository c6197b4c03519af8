"""What the province already knows of a person who stands at the counter, so that nothing is asked or typed twice."""

from dataclasses import dataclass

from tinhso.systems.one_stop.models import Dossier


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """From the newest dossier of this number."""

    name: str
    identity_number: str
    phone: str
    email: str
    address: str
    code: str  # the dossier it comes from


def known_person(*, identity_number: str) -> KnownPerson | None:
    """None when this number never handed in a dossier."""
    found = (
        Dossier.objects.filter(identity_number=identity_number, parent__isnull=True)
        .order_by("-submitted_at", "-id")
        .values_list("applicant_name", "identity_number", "phone", "email", "address", "code")
        .first()
    )
    return KnownPerson(*found) if found else None
