"""Results come into their owners' stores when they become theirs; signatures on papers are judged as they change."""

from django.utils import timezone

from tinhso.foundation.outbox.public import handles
from tinhso.foundation.signing.public import FileSigned, SignatureStrengthened
from tinhso.systems.one_stop.events import PaymentRecorded, ResultReady, ResultReturned
from tinhso.systems.vault.events import PaperKept
from tinhso.systems.vault.services import keeping


@handles(ResultReady)
def keep_ready_result(event: ResultReady) -> None:
    """An electronic result with nothing left to pay is the owner's at once."""
    keeping.keep_result(event.dossier_id, at=timezone.now())


@handles(PaymentRecorded)
def keep_paid_result(event: PaymentRecorded) -> None:
    keeping.keep_result(event.dossier_id, at=timezone.now())


@handles(ResultReturned)
def keep_returned_result(event: ResultReturned) -> None:
    keeping.keep_result(event.dossier_id, at=timezone.now())


@handles(PaperKept)
def judge_kept_paper(event: PaperKept) -> None:
    keeping.judge(paper_id=event.paper_id, at=timezone.now())


@handles(FileSigned)
def judge_signed_paper(event: FileSigned) -> None:
    keeping.judge_file(event.signed_sha256, at=timezone.now())


@handles(SignatureStrengthened)
def follow_strengthened_paper(event: SignatureStrengthened) -> None:
    keeping.follow(event.former_sha256, event.sha256, at=timezone.now())
