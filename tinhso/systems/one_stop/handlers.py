"""What other rooms' news means for open dossiers."""

from django.utils import timezone

from tinhso.foundation.calendars.events import CalendarChanged
from tinhso.foundation.organizations.events import PostsChanged
from tinhso.foundation.outbox.public import handles
from tinhso.systems.one_stop.events import DossierSubmitted
from tinhso.systems.one_stop.services import deadlines, holders, lapsed, messages
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
