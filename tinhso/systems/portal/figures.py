"""Figures citizens see: how long it really takes, how much is on time; each says its age and how it was counted."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Sum
from django.utils.translation import ngettext

from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.portal.models import ProcedurePace

SPAN = timedelta(days=60)
FEWEST = 10  # of fewer dossiers a share or a median says nothing
HOUR, DAY = 60, 24 * 60  # minutes


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long one procedure took, in words."""

    half: str
    nine_in_ten: str
    ended: int
    counted_at: datetime


@dataclass(frozen=True, slots=True)
class OnTime:
    """How much of what ended was on time."""

    share: float  # percent
    ended: int
    on_time: int
    counted_at: datetime

    @property
    def late(self) -> int:
        return self.ended - self.on_time


def recount(*, at: datetime) -> int:
    """Count anew from the dossiers; how many procedures have a pace. Callers open the transaction."""
    found = one_stop.paces(since=at - SPAN, until=at)
    ProcedurePace.objects.all().delete()
    ProcedurePace.objects.bulk_create(
        ProcedurePace(
            procedure_code=pace.procedure_code,
            ended=pace.ended,
            on_time=pace.on_time,
            half_minutes=pace.half_minutes,
            most_minutes=pace.most_minutes,
            counted_at=at,
        )
        for pace in found
    )
    return len(found)


def waiting(code: str) -> Waiting | None:
    """None where too few dossiers ended to say anything."""
    pace = ProcedurePace.objects.filter(pk=code, ended__gte=FEWEST).first()
    if pace is None:
        return None
    return Waiting(duration(pace.half_minutes), duration(pace.most_minutes), pace.ended, pace.counted_at)


def on_time() -> OnTime | None:
    """Of the whole province, over the span."""
    sums = ProcedurePace.objects.aggregate(ended=Sum("ended"), on_time=Sum("on_time"), at=Max("counted_at"))
    if not sums["ended"] or sums["ended"] < FEWEST:
        return None
    return OnTime(100 * sums["on_time"] / sums["ended"], sums["ended"], sums["on_time"], sums["at"])


def rows(limit: int = 30) -> list[ProcedurePace]:
    """The procedures the figure is made of, most dossiers first."""
    return list(ProcedurePace.objects.order_by("-ended", "procedure_code")[:limit])


def duration(minutes: int) -> str:
    """«2 giờ 40 phút», «3 ngày»: two units at most, days from three days on."""
    if minutes < HOUR:
        return ngettext("%(count)s phút", "%(count)s phút", minutes) % {"count": minutes}
    if minutes < DAY:
        hours = ngettext("%(count)s giờ", "%(count)s giờ", minutes // HOUR) % {"count": minutes // HOUR}
        return f"{hours} {duration(minutes % HOUR)}" if minutes % HOUR else hours
    days = round(minutes / DAY) if minutes >= 3 * DAY else minutes // DAY
    words = ngettext("%(count)s ngày", "%(count)s ngày", days) % {"count": days}
    rest = (minutes % DAY) // HOUR
    if minutes >= 3 * DAY or not rest:
        return words
    return f"{words} {duration(rest * HOUR)}"
