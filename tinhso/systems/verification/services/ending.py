"""What the store tells of papers reaches their tokens."""

from datetime import datetime

from tinhso.systems.verification.models import Document
from tinhso.systems.verification.services import issuing


def paper_ended(
    *, source: str, source_ref: str, number: str, why: str, reason: str, new_number: str, at: datetime
) -> None:
    """The store took a paper back or put another in its place; that number's, else the latest. Twice is once."""
    ref = source_ref.partition("#")[0]  # the store numbers further results of one dossier
    kinds = (Document.Kind.RESULT, Document.Kind.CERTIFIED_COPY)
    issued = Document.objects.filter(source=source, source_ref=ref, kind__in=kinds).exclude(
        state=Document.State.PREPARED
    )
    document = issued.filter(number=number).order_by("edition").last() or issued.order_by("edition").last()
    if document is None:
        return
    if why == "replaced":
        issuing.replaced(document, by_number=new_number, reason=reason, at=at)
    else:
        issuing.recall(document, reason=reason, actor="system:vault", actor_name="", at=at)
