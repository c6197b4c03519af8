"""A paper a dossier leans on lapsed: its history says so, and whoever answers for it is told."""

from datetime import datetime

from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.services import reminders
from tinhso.systems.one_stop.services.doing import ENGINE
from tinhso.systems.one_stop.services.history import note


def tell_of_lapse(*, code: str, sentence: str, at: datetime) -> None:
    """A paper the dossier leans on is out of force: into its history, and to whoever answers for it, once."""
    dossier = Dossier.objects.filter(code=code).first()
    if dossier is None or not dossier.is_open:
        return
    if dossier.history.filter(kind="paper_lapsed", note=sentence).exists():
        return
    note(dossier, "paper_lapsed", actor=ENGINE, at=at, text=sentence)
    reminders.tell_of_lapse(dossier, sentence, at)
