"""Reads for screens and the register."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db.models import CharField, F, Func, Q, Value
from django.db.models.functions import Concat

from tinhso.lib import vietnamese
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


def register(unit_id: int, year: int, *, text: str = "", after: int = 0, limit: int = 0) -> list[CertifiedCopy]:
    """The register of a unit and year, by number: every number given, also of copies recalled since.

    text: a number of the register («12», «12/01/2026-SCT/BS»), else words of what was copied, of its issuer or of who
    asked, with or without marks, each to be found somewhere. after: the last number seen. limit: a page where 0; one
    more comes where more follow.
    """
    found = CertifiedCopy.objects.filter(unit_id=unit_id, year=year, number__gt=after)
    number = text.strip().partition("/")[0].lstrip("0")
    if number.isascii() and number.isdigit() and len(number) < 8:
        found = found.filter(number=int(number))
    elif words := vietnamese.fold(text).split():
        said = Concat("name", Value(" "), "issuer", Value(" "), "owner_name", output_field=CharField())
        found = found.alias(said=Func(said, function="vn_norm", output_field=CharField()))
        for word in words[:8]:
            found = found.filter(said__contains=word)
    return list(found.order_by("number")[: (limit or PAGE) + 1])


def whole_register(unit_id: int, year: int, *, text: str = "") -> Iterator[CertifiedCopy]:
    """The same, all of it, five hundred at a time."""
    after, more = 0, True
    while more:
        rows = register(unit_id, year, text=text, after=after, limit=500)
        yield from rows[:500]
        after, more = rows[:500][-1].number or 0 if rows else 0, len(rows) > 500


def copies_of(digests: Sequence[str]) -> dict[str, CertifiedCopy]:
    """The copies that the papers of a batch are, by the digest of what is signed or sealed."""
    ours = Q(document_sha256__in=digests) | Q(signed_sha256__in=digests)
    wanted = set(digests)
    found: dict[str, CertifiedCopy] = {}
    for copy in CertifiedCopy.objects.filter(ours).order_by("pk"):
        found |= {one: copy for one in (copy.document_sha256, copy.signed_sha256) if one in wanted}
    return found


def next_unseen(copy: CertifiedCopy, person_id: int) -> CertifiedCopy | None:
    """The next of its commune that waits for a signature and that this person has not opened, the first due first."""
    waiting = CertifiedCopy.objects.filter(unit_id=copy.unit_id, state=State.AWAITING_SIGNATURE)
    unseen = waiting.exclude(pk=copy.pk).exclude(seen_by__contains=[person_id])
    return unseen.order_by(F("due_at").asc(nulls_last=True), "pk").first()
