"""Reminders to officials before something becomes late, each told once a day at most."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from tinhso.design.jinja import plain_name
from tinhso.foundation.accounts.models import Account
from tinhso.foundation.notifications import public as notifications
from tinhso.foundation.organizations import public as organizations
from tinhso.systems.one_stop.models import Consultation, Dossier
from tinhso.systems.one_stop.services import consulting, messages
from tinhso.systems.one_stop.states import OPEN, State

MOST = 2000
ALERT_AFTER = timedelta(hours=2)  # the system alerts the desk within two hours (NĐ 118/2025/NĐ-CP, art. 17.2)


def remind_desks(*, at: datetime) -> int:
    """Online dossiers nobody has looked at for two hours: the officers of the desk are told once."""
    waiting = Dossier.objects.filter(state=State.SUBMITTED, submitted_at__lte=at - ALERT_AFTER, parent__isnull=True)
    count = 0
    for dossier in waiting.exclude(submitted_at__lte=at - timedelta(days=3)).order_by("id")[:MOST]:
        count += _tell_holders(dossier, "desk_alert", f"{dossier.code}:desk_alert")
    return count


def remind_of_apologies(*, at: datetime) -> int:
    """Due within the next day and not yet re-appointed: the head must apologise today or finish (art. 19.6)."""
    soon = Dossier.objects.filter(
        state__in=OPEN, due_at__gt=at, due_at__lte=at + timedelta(hours=40), reappointed_at__isnull=True
    ).exclude(state__in=[State.DONE, State.SUBMITTED])
    day = timezone.localtime(at).date()
    return sum(
        _tell_holders(d, "apology_due", f"{d.code}:apology_due:{day}") for d in soon.order_by("due_at", "id")[:MOST]
    )


def tell_of_overdue(*, at: datetime) -> int:
    """Late today: the holder hears of it every working morning."""
    late = Dossier.objects.filter(state__in=OPEN, due_at__lte=at).exclude(state=State.DONE)
    day = timezone.localtime(at).date()
    return sum(
        _tell_holders(d, "dossier_overdue", f"{d.code}:overdue:{day}") for d in late.order_by("due_at", "id")[:MOST]
    )


def remind_of_supplements(*, at: datetime) -> int:
    """Three days before a dossier is closed for want of an answer, its owner is asked once more."""
    waiting = Dossier.objects.filter(
        state=State.AWAITING_SUPPLEMENT, next_date__gt=at, next_date__lte=at + timedelta(days=3)
    ).exclude(parts__isnull=False)  # of an interlinked one the part waits
    count = 0
    for dossier in waiting.order_by("id")[:MOST]:
        messages.send(dossier, "supplement_reminder", dossier.next_date or at)
        count += 1
    return count


def tell_of_silence(*, at: datetime) -> int:
    """An agency asked has not answered in time: it, the examiner and the head of the desk hear of it each morning."""
    silent = Consultation.objects.filter(answered_at__isnull=True, cancelled_at__isnull=True, due_at__lte=at)
    day, count = timezone.localtime(at).date(), 0
    for asked in silent.select_related("dossier__parent").order_by("due_at", "id")[:MOST]:
        dossier, step = asked.dossier, consulting.step_of(asked)
        people = {person.id: person for person in (*_holders(dossier), *_heads(dossier.receiving_unit_id))}
        if step is not None and step.assignee_id:
            people[step.assignee_id] = organizations.person(person_id=step.assignee_id)
        unit = organizations.get_unit(unit_id=asked.unit_id).name
        words = {"unit": unit, "question": asked.question, "answer_by": asked.due_at}
        once = f"{dossier.code}:silence:{asked.pk}:{day}"
        count += _tell(dossier, people.values(), "consultation_unanswered", once, words)
    return count


def tell_of_lapse(dossier: Dossier, sentence: str, at: datetime) -> int:
    """A paper the dossier leans on is out of force: whoever answers for it hears at once."""
    once = f"{dossier.code}:paper_lapsed:{timezone.localtime(at):%Y%m%d%H%M%S%f}"
    return _tell(dossier, _holders(dossier), "paper_lapsed", once, {"reason": sentence})


def _heads(unit_id: int) -> Sequence[organizations.Person]:
    """The head of a desk, else whoever leads the unit above it."""
    for above in reversed(organizations.get_unit(unit_id=unit_id).path):
        for role in (organizations.Role.UNIT_HEAD, organizations.Role.LEADER):
            if people := organizations.holders(unit_id=above, role=role):
                return people
    return []


def _holders(dossier: Dossier) -> Sequence[organizations.Person]:
    if dossier.responsible_person_id:
        return [organizations.person(person_id=dossier.responsible_person_id)]
    unit_id = dossier.responsible_unit_id or dossier.handling_unit_id
    return organizations.holders(unit_id=unit_id, role=dossier.responsible_role)


def _tell_holders(dossier: Dossier, template: str, once: str) -> int:
    """Tell whoever answers for the dossier; how many people."""
    return _tell(dossier, _holders(dossier), template, once, {})


def _tell(
    dossier: Dossier, people: Collection[organizations.Person], template: str, once: str, words: Mapping[str, Any]
) -> int:
    accounts = dict(Account.objects.filter(person_id__in=[p.id for p in people]).values_list("person_id", "id"))
    for person in people:
        notifications.send(
            template=template,
            context={
                "code": dossier.code,
                "procedure": plain_name(dossier.procedure_name),
                "due_at": dossier.due_at,
                "submitted_at": dossier.submitted_at,
                "reason": dossier.visible_reason,
                **words,
            },
            subject=dossier.code,
            once=f"{once}:{person.id}",
            account_id=accounts.get(person.id),
        )
    return len(people)
