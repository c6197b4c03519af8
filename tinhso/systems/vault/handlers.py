"""Results come into their owners' stores when they become theirs."""

from django.utils import timezone

from tinhso.foundation.outbox.public import handles
from tinhso.systems.one_stop.events import PaymentRecorded, ResultReady, ResultReturned
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
