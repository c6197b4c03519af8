"""What is late, whose, since when: from the province to the dossier in two presses."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone

from tinhso.foundation.organizations import public as organizations
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.permissions import Scope
from tinhso.systems.one_stop.selectors.lists import scoped
from tinhso.systems.one_stop.states import OPEN, State


@dataclass(frozen=True, slots=True)
class UnitLateness:
    """The open dossiers of one handling unit; ended ones of the last 30 days for the share on time."""

    unit_id: int
    unit_name: str
    open: int
    overdue: int
    due_today: int
    paused: int
    oldest_due_at: datetime | None
    ended: int
    on_time: int

    @property
    def on_time_share(self) -> float | None:
        """Percent of what ended in 30 days; None when nothing ended."""
        return 100 * self.on_time / self.ended if self.ended else None


@dataclass(frozen=True, slots=True)
class PersonLateness:
    """Late dossiers in one person's hands."""

    person_id: int | None
    name: str
    role: str
    overdue: int
    oldest_due_at: datetime


def lateness_by_unit(*, scope: Scope, at: datetime) -> list[UnitLateness]:
    """Units with open work, those with the most late dossiers first."""
    end_of_day = timezone.localtime(at).replace(hour=23, minute=59, second=59)
    late = Q(due_at__lt=at) & ~Q(state=State.DONE) & Q(is_paused=False)
    opened = (
        scoped(Dossier.objects.filter(state__in=OPEN), scope)
        .values("handling_unit_id")
        .annotate(
            open=Count("id"),
            overdue=Count("id", filter=late),
            due_today=Count("id", filter=Q(due_at__gte=at, due_at__lte=end_of_day) & ~Q(state=State.DONE)),
            paused=Count("id", filter=Q(is_paused=True)),
            oldest=Min("due_at", filter=late),
        )
        .order_by()
    )
    ended: dict[int, dict[str, int]] = {
        row["handling_unit_id"]: {"ended": row["ended"], "on_time": row["on_time"]}
        for row in scoped(Dossier.objects.filter(finished_at__gte=at - timedelta(days=30)), scope)
        .values("handling_unit_id")
        .annotate(ended=Count("id"), on_time=Count("id", filter=~Q(verdict=Dossier.Verdict.LATE)))
        .order_by()
    }
    rows = [
        UnitLateness(
            unit_id=row["handling_unit_id"],
            unit_name=organizations.get_unit(unit_id=row["handling_unit_id"]).name,
            open=row["open"],
            overdue=row["overdue"],
            due_today=row["due_today"],
            paused=row["paused"],
            oldest_due_at=row["oldest"],
            ended=ended.get(row["handling_unit_id"], {}).get("ended", 0),
            on_time=ended.get(row["handling_unit_id"], {}).get("on_time", 0),
        )
        for row in opened
    ]
    return sorted(rows, key=lambda r: (-r.overdue, -r.due_today, -r.open, r.unit_name))


def lateness_by_person(*, unit_id: int, at: datetime) -> list[PersonLateness]:
    """Who holds the late dossiers of one unit, the most first."""
    rows = (
        Dossier.objects.filter(handling_unit_id=unit_id, state__in=OPEN, due_at__lt=at, is_paused=False)
        .exclude(state=State.DONE)
        .values("responsible_person_id", "responsible_role")
        .annotate(overdue=Count("id"), oldest=Min("due_at"))
        .order_by("-overdue", "oldest")
    )
    return [
        PersonLateness(
            person_id=row["responsible_person_id"],
            name=organizations.person(person_id=row["responsible_person_id"]).name
            if row["responsible_person_id"]
            else "",
            role=row["responsible_role"],
            overdue=row["overdue"],
            oldest_due_at=row["oldest"],
        )
        for row in rows
    ]
