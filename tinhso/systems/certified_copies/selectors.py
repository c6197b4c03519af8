"""Reads for screens and the register."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F, Q, QuerySet

from tinhso.systems.certified_copies.models import CertifiedCopy

State = CertifiedCopy.State
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "comparing": ("Đối chiếu", (State.COMPARING,)),
    "signature": ("Chờ ký", (State.AWAITING_SIGNATURE, State.SIGNING)),
    "seal": ("Chờ đóng dấu", (State.AWAITING_SEAL,)),
    "issued": ("Đã cấp", (State.ISSUED,)),
    "ended": ("Từ chối, thu hồi", (State.REFUSED, State.RECALLED)),
}
PAGE = 50


def copy_by_key(key: UUID) -> CertifiedCopy:
    """Raises LookupError."""
    found = CertifiedCopy.objects.filter(key=key).first()
    if found is None:
        raise LookupError("Không có bản sao này.")
    return found


def copies(units: Sequence[int], group: str, *, after: int | None = None) -> list[CertifiedCopy]:
    """A page of a group, newest first; after: id of the last one seen."""
    found = CertifiedCopy.objects.filter(unit_id__in=units, state__in=GROUPS[group][1])
    if after:
        found = found.filter(pk__lt=after)
    return list(found.order_by("-pk")[: PAGE + 1])


def queue(units: Sequence[int], state: str) -> list[CertifiedCopy]:
    """What waits for signature or seal, the first due first."""
    found = CertifiedCopy.objects.filter(unit_id__in=units, state=state)
    return list(found.order_by(F("due_at").asc(nulls_last=True), "pk")[:500])


def waiting_for(signing_units: Sequence[int], sealing_units: Sequence[int]) -> int:
    waits = Q(unit_id__in=signing_units, state=State.AWAITING_SIGNATURE) | Q(
        unit_id__in=sealing_units, state=State.AWAITING_SEAL
    )
    return CertifiedCopy.objects.filter(waits).count() if signing_units or sealing_units else 0


def register(unit_id: int, year: int) -> QuerySet[CertifiedCopy]:
    """The register of a unit and year, by number: every number given, also of copies recalled since."""
    return CertifiedCopy.objects.filter(unit_id=unit_id, year=year, number__isnull=False).order_by("number")


def are_of(units: Sequence[int], digests: Sequence[str]) -> bool:
    """Whether the papers of a batch are copies of these units."""
    ours = Q(document_sha256__in=digests) | Q(signed_sha256__in=digests)
    found = CertifiedCopy.objects.filter(ours).values_list("unit_id", flat=True)
    return bool(found) and set(found) <= set(units)
