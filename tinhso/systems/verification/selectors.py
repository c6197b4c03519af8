"""Reads of papers with a token."""

from tinhso.systems.verification.models import Document


def by_token(token: str) -> Document:
    """Any paper, also one being prepared. Raises LookupError."""
    found = Document.objects.filter(token=token).first()
    if found is None:
        raise LookupError("Không có mã xác minh này.")
    return found


def of_source(source: str, source_ref: str, kind: str) -> Document:
    """The latest edition of what a system issued. Raises LookupError."""
    found = Document.objects.filter(source=source, source_ref=source_ref, kind=kind).order_by("-edition").first()
    if found is None:
        raise LookupError("Giấy này chưa có mã xác minh.")
    return found


def shown(token: str) -> Document | None:
    """What the public page shows: issued papers alone; one being prepared is as unknown as any other."""
    found = Document.objects.select_related("replaced_by").filter(token=token).first()
    return found if found and found.state != Document.State.PREPARED else None


def of_file(sha256: str) -> Document | None:
    """The paper whose file this is, in any form it ever had; the latest where a file was issued twice."""
    issued = Document.objects.select_related("replaced_by").exclude(state=Document.State.PREPARED)
    return issued.filter(forms__sha256=sha256).order_by("-pk").first()
