"""What digitisation hears: of signatures on its papers, and of results that became their owners'."""

from django.utils import timezone

from tinhso.foundation.outbox.public import handles
from tinhso.foundation.signing.public import FileSigned, SignatureStrengthened, SigningFailed
from tinhso.systems.digitisation import services
from tinhso.systems.one_stop.events import PaymentRecorded, ResultReady, ResultReturned


@handles(FileSigned)
def note_signature(event: FileSigned) -> None:
    services.note_signed(event, at=timezone.now())


@handles(SignatureStrengthened)
def note_timestamp(event: SignatureStrengthened) -> None:
    services.note_strengthened(event, at=timezone.now())


@handles(SigningFailed)
def note_failure(event: SigningFailed) -> None:
    services.note_failed(event)


@handles(ResultReady)
def deposit_ready_result(event: ResultReady) -> None:
    services.deposit_result(code=event.key, at=timezone.now())


@handles(PaymentRecorded)
def deposit_paid_result(event: PaymentRecorded) -> None:
    services.deposit_result(code=event.key, at=timezone.now())


@handles(ResultReturned)
def deposit_returned_result(event: ResultReturned) -> None:
    services.deposit_result(code=event.key, at=timezone.now())
