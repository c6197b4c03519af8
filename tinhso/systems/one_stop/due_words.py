"""A deadline as officials and citizens read it: a state for the colour, and words: «Còn 3 ngày», «16:30 hôm nay»."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from tinhso.foundation.calendars import public as calendars
from tinhso.systems.one_stop.states import MEANING, State

PAUSED_WORDS = {
    State.AWAITING_SUPPLEMENT: "Chờ dân bổ sung",
    State.AWAITING_PAYMENT: "Chờ nộp phí",
    State.STOPPED: "Dừng xử lý",
}


@dataclass(frozen=True, slots=True)
class Due:
    """state: early | ontime | soon | over | paused, as the badge draws it."""

    state: str
    text: str


def due_words(
    *, due_at: datetime | None, at: datetime, unit_id: int, state: str = "", finished_at: datetime | None = None
) -> Due:
    """The badge of one deadline at a moment; days are working days of the unit's calendar."""
    if state in PAUSED_WORDS:
        return Due("paused", _(PAUSED_WORDS[State(state)]))
    if finished_at is not None and due_at is not None:
        return _finished(due_at, finished_at, unit_id)
    if state and not MEANING[State(state)].is_open:
        return Due("paused", str(State(state).label))
    if due_at is None:
        return Due("paused", _("Chưa có hạn"))
    due, now = timezone.localtime(due_at), timezone.localtime(at)
    if due < now:
        days = working_days(unit_id, due.date(), now.date())
        return Due("over", _("Quá hạn %(days)d ngày") % {"days": days} if days else _("Quá hạn hôm nay"))
    if due.date() == now.date():
        return Due("soon", _("%(time)s hôm nay") % {"time": f"{due:%H:%M}"})
    days = working_days(unit_id, now.date(), due.date())
    return Due("ontime", _("Còn %(days)d ngày") % {"days": days})


def _finished(due_at: datetime, finished_at: datetime, unit_id: int) -> Due:
    due, end = timezone.localtime(due_at).date(), timezone.localtime(finished_at).date()
    if end < due:
        return Due("early", _("Xong, sớm %(days)d ngày") % {"days": working_days(unit_id, end, due)})
    if end == due:
        return Due("early", _("Xong, đúng hạn"))
    return Due("over", _("Xong, trễ %(days)d ngày") % {"days": working_days(unit_id, due, end)})


def working_days(unit_id: int, first: date, last: date) -> int:
    """Working days after `first` up to and with `last`."""
    if last <= first:
        return 0
    days = calendars.counted_days(unit_id=unit_id, first=first + timedelta(days=1), last=last)
    return sum(1 for _day, kind in days if kind == "counted")
