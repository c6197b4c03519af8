"""People come and go: the open work of a post goes to whoever acts in it now, and the dossiers name that person."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.workflow import public as workflow
from tinhso.systems.one_stop.models import Consultation, Dossier
from tinhso.systems.one_stop.permissions import path_of
from tinhso.systems.one_stop.services import parts, progress, standing
from tinhso.systems.one_stop.states import OPEN, State

HOLDER = ("responsible_person_id", "responsible_unit_id", "responsible_role", "next_date", "visible_reason")
WORDS_OF_THE_OWNER = frozenset({State.AWAITING_SUPPLEMENT, State.AWAITING_PAYMENT, State.STOPPED})  # name nobody


def give_on(*, unit_ids: Iterable[int], at: datetime) -> int:
    """Posts of these units changed hands: steps first, then the dossiers; how many dossiers name another person."""
    workflow.reassign_vacant(at=at)
    return reassess(unit_ids=unit_ids)


def follow_posts(*, at: datetime) -> int:
    """What begins or ends by its date alone (a delegation, a leave): as `give_on`, for every unit it concerns."""
    workflow.reassign_vacant(at=at)
    named = Dossier.objects.filter(state__in=OPEN, responsible_person_id__isnull=False)
    groups = named.values_list("responsible_unit_id", "responsible_role", "responsible_person_id").distinct()
    stale = {unit for unit, role, person in groups if unit is not None and not _holds(person, unit, role)}
    return reassess(unit_ids=stale) if stale else 0


def _holds(person_id: int | None, unit_id: int, role: str) -> bool:
    return any(person.id == person_id for person in organizations.holders(unit_id=unit_id, role=role))


def reassess(*, unit_ids: Iterable[int]) -> int:
    """Name again who answers for open dossiers of these units, and of those above that stood in for an empty post."""
    units = {above for unit_id in unit_ids for above in path_of(unit_id)}
    concerned = Dossier.objects.filter(state__in=OPEN, responsible_unit_id__in=units)
    parts_first = concerned.order_by(F("parent_id").asc(nulls_last=True), "id").values_list("id", "parent_id")
    changed: set[int] = set()
    wholes: set[int] = set()
    for dossier_id, parent_id in list(parts_first):
        if name_again(dossier_id):
            changed.add(dossier_id)
            wholes |= {parent_id} if parent_id else set()
    changed |= {dossier_id for dossier_id in sorted(wholes) if name_again(dossier_id)}
    return len(changed)


def name_again(dossier_id: int) -> bool:
    """Look first; only a dossier that changes is held, after its case as everywhere."""
    dossier = Dossier.objects.get(pk=dossier_id)
    if not _change(dossier):
        return False
    workflow.lock_case(kind=progress.KIND, subject=progress.subject_of(dossier))
    dossier = Dossier.objects.select_for_update(of=("self",)).get(pk=dossier_id)
    if not dossier.is_open or not _change(dossier):
        return False
    dossier.save(update_fields=HOLDER)
    return True


def _change(dossier: Dossier) -> bool:
    """Set holder and words from the lead step; whether another person or post answers now."""
    before = [getattr(dossier, name) for name in HOLDER]
    name_holder(dossier)
    return before != [getattr(dossier, name) for name in HOLDER]


def name_holder(dossier: Dossier) -> None:
    """The lead step's person, the whole of an interlinked one by its parts; the caller saves."""
    items = workflow.open_items(kind=progress.KIND, subject=progress.subject_of(dossier))
    lead = next((item for item in items if item.is_lead), None)
    standing.set_holder(dossier, lead)
    if lead is None and dossier.parent_id is None and dossier.parts.exists():
        parts.stand_on_parts(dossier)
    elif dossier.state not in WORDS_OF_THE_OWNER:
        dossier.visible_reason = standing.reason_of(dossier, lead)


def move_questions(successors: dict[int, int]) -> None:
    """After a merger the unit that took over answers."""
    waiting = Consultation.objects.filter(answered_at__isnull=True, cancelled_at__isnull=True)
    for old, new in successors.items():
        waiting.filter(unit_id=old).update(unit_id=new)
