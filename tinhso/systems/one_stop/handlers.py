"""What other rooms' news means for open dossiers."""

from django.utils import timezone

from tinhso.foundation.calendars.events import CalendarChanged
from tinhso.foundation.organizations.events import PostsChanged
from tinhso.foundation.outbox.public import handles
from tinhso.foundation.signing.events import FileSigned, SignatureStrengthened, SigningFailed
from tinhso.systems.one_stop.events import DossierSubmitted
from tinhso.systems.one_stop.services import deadlines, holders, lapsed, messages
from tinhso.systems.one_stop.signatures import rounds
from tinhso.systems.vault.events import PaperLapsed


@handles(CalendarChanged)
def recompute_due_dates(event: CalendarChanged) -> None:
    """Every open dossier of the units concerned gets its due date anew, in batches."""
    deadlines.recompute_all(unit_id=event.unit_id, at=timezone.now())


@handles(PostsChanged)
def give_work_on(event: PostsChanged) -> None:
    """Open work of who left, is away or lets another act goes to whoever acts now, and the dossiers follow."""
    holders.give_on(unit_ids=event.units, at=timezone.now())


@handles(DossierSubmitted)
def confirm_arrival(event: DossierSubmitted) -> None:
    """The owner of a dossier sent online hears that it arrived; at a desk the receipt is in hand."""
    if event.channel not in {"desk", "post"}:
        messages.send_arrival(event.dossier_id, event.at)


@handles(PaperLapsed)
def mark_dossier(event: PaperLapsed) -> None:
    """A paper the dossier leans on was taken back, replaced, or its days are over."""
    lapsed.tell_of_lapse(code=event.key, sentence=event.reason, at=timezone.now())


@handles(FileSigned)
def move_signed_on(event: FileSigned) -> None:
    """A result of a round was signed or sealed: its dossier goes to the next step."""
    rounds.settle_paper(
        purpose=event.purpose, sha256=event.original_sha256, signed_sha256=event.signed_sha256, level=event.level,
        problem="", at=timezone.now(),
    )  # fmt: skip


@handles(SigningFailed)
def say_why_not(event: SigningFailed) -> None:
    """A result of a round will not be signed: its line says why."""
    rounds.settle_paper(
        purpose=event.purpose, sha256=event.original_sha256, signed_sha256="", level="", problem=event.problem,
        at=timezone.now(),
    )  # fmt: skip


@handles(SignatureStrengthened)
def point_to_newer(event: SignatureStrengthened) -> None:
    """The signature of a result got its timestamp, or a newer one."""
    rounds.point_on(former_sha256=event.former_sha256, sha256=event.sha256)
