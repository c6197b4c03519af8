"""The second item: who holds the paper and knows whose it is may open its file; the owner sees that."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from tinhso.systems.vault import public as vault
from tinhso.systems.verification.models import Document

MOST_WRONG = 5
SPAN = timedelta(days=1)


class ProofRefusedError(ValueError):
    """Not opened; the sentence says why."""


def can_be_proven(document: Document) -> bool:
    """An organisation's number is public and proves nothing."""
    return bool(
        document.holder_is_person
        and document.holder_last4
        and (document.holder_birth_date or document.issued_on)
        and document.kind != Document.Kind.RECEIPT
    )


def check(token: str, *, last4: str, day: date | None, at: datetime) -> Document | None:
    """The paper when both items are right, None when one is wrong (which one is told to nobody) and a try is counted.

    Raises ProofRefusedError where the paper was tried too often.
    """
    document = Document.objects.select_for_update().get(token=token)
    if document.tries_since is None or at - document.tries_since >= SPAN:
        document.tries_since, document.wrong_tries = at, 0
    if document.wrong_tries >= MOST_WRONG:
        raise ProofRefusedError(_("Giấy này đã bị nhập sai quá nhiều lần. Thử lại sau một ngày."))
    wanted = document.holder_birth_date or document.issued_on
    is_right = can_be_proven(document) and last4.upper() == document.holder_last4.upper() and day == wanted
    if not is_right:
        document.wrong_tries += 1
    document.save(update_fields=["tries_since", "wrong_tries"])
    return document if is_right else None


def open_file(document: Document, *, at: datetime) -> vault.Lent:
    """The file out of the owner's store, whose page then names the reading. Raises LookupError."""
    return vault.lend_to_bearer(source=document.source, source_ref=document.source_ref, number=document.number, at=at)
