"""A signature made, or not made, moves the copy on."""

from django.utils import timezone

from tinhso.foundation.outbox.public import handles
from tinhso.foundation.signing.events import FileSigned, SigningFailed
from tinhso.systems.certified_copies.services import certifying


@handles(FileSigned)
def move_on(event: FileSigned) -> None:
    if event.purpose.startswith("certified_copy:"):
        certifying.signed(event.original_sha256, event.signed_sha256, kind=event.kind, at=timezone.now())


@handles(SigningFailed)
def say_why_not(event: SigningFailed) -> None:
    if event.purpose.startswith("certified_copy:"):
        certifying.failed(event.original_sha256, event.problem)
