"""Papers are judged when issued, and end when the store says so."""

from datetime import datetime

from django.utils import timezone

from tinhso.foundation.outbox.public import handles
from tinhso.foundation.signing.events import SignatureStrengthened, TrustListChanged
from tinhso.systems.vault.events import PaperEnded
from tinhso.systems.verification.events import DocumentBound
from tinhso.systems.verification.services import ending, issuing, judging


@handles(DocumentBound)
def judge_new(event: DocumentBound) -> None:
    judging.judge(event.document_id, at=timezone.now())


@handles(SignatureStrengthened)
def know_the_stronger_form(event: SignatureStrengthened) -> None:
    """The same paper with a newer timestamp: both files are it."""
    issuing.strengthened(former=event.former_sha256, sha256=event.sha256, at=timezone.now())


@handles(TrustListChanged)
def judge_all_anew(event: TrustListChanged) -> None:
    judging.forget_verdicts()


@handles(PaperEnded)
def end_paper(event: PaperEnded) -> None:
    at = event.at if isinstance(event.at, datetime) else datetime.fromisoformat(event.at)
    ending.paper_ended(
        source=event.source, source_ref=event.source_ref, number=event.number, why=event.why, reason=event.reason,
        new_number=event.new_number, at=at,
    )  # fmt: skip
