"""Questions to other agencies that wait when the examination ends: gone on without, or withdrawn. Never forgotten."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.workflow import public as workflow
from tinhso.systems.one_stop.models import Consultation, Dossier
from tinhso.systems.one_stop.services.doing import ENGINE, as_actor
from tinhso.systems.one_stop.services.history import note
from tinhso.systems.one_stop.types import refuse

STAGE = "consultation"


def waiting(dossier: Dossier) -> QuerySet[Consultation]:
    """Questions without an answer yet."""
    return dossier.consultations.filter(answered_at__isnull=True, cancelled_at__isnull=True)


def names_of(questions: Sequence[Consultation]) -> str:
    return ", ".join(organizations.get_unit(unit_id=asked.unit_id).name for asked in questions)


def go_on_without(dossier: Dossier, subject: str, reason: str, *, actor: Actor, at: datetime) -> None:
    """The examiner decides before all have answered: only with a reason, which is kept with the dossier.

    Raises RefusedError naming who has not answered.
    """
    if not waiting(dossier).exists():
        return
    workflow.lock_case(kind="dossier", subject=subject)  # an answer on its way comes first
    silent = list(waiting(dossier).order_by("id"))
    if not silent:
        return
    if len(reason.strip()) < 5:
        raise refuse(
            _("%(names)s chưa trả lời ý kiến. Nếu xử lý tiếp mà không chờ, xin ghi lý do (ít nhất 5 ký tự).")
            % {"names": names_of(silent)},
            "note",
        )
    _give_up(dossier, silent, at)
    late = [asked.unit_id for asked in silent if asked.due_at <= at]
    note(
        dossier, "consultation_given_up", actor=actor, at=at, text=reason,
        data={"units": [asked.unit_id for asked in silent], "names": names_of(silent), "late": late},
    )  # fmt: skip
    with as_actor(actor, reason):
        for item in workflow.open_items(kind="dossier", subject=subject):
            if item.stage == STAGE:
                outcome = item.outcomes[-1][0] if item.outcomes else ""
                workflow.complete(item_id=item.id, actor=ENGINE, outcome=outcome, at=at, note=reason[:500])


def stop_asking(dossier: Dossier, *, at: datetime) -> None:
    """The examination was left (supplement, refusal, withdrawal): nobody needs to answer any more."""
    _give_up(dossier, waiting(dossier), at)


def _give_up(dossier: Dossier, silent: QuerySet[Consultation] | Sequence[Consultation], at: datetime) -> None:
    ids = [asked.pk for asked in silent]
    if ids:
        dossier.consultations.filter(pk__in=ids).update(cancelled_at=at)
