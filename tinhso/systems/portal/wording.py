"""How facts are said to citizens: levels, matched words, deadlines. Words only, no rules."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext, ngettext
from markupsafe import Markup, escape

from tinhso.lib.vietnamese import fold
from tinhso.systems.one_stop.public import Tracking

PAUSED = frozenset({"awaiting_supplement", "awaiting_payment", "stopped"})
FINISHED = frozenset({"done", "returned"})
CLOSED = frozenset({"refused", "declined", "withdrawn", "closed"})
MOST_DAYS_DRAWN = 36  # four lines of nine; a longer deadline is told in words alone


def levels() -> dict[str, str]:
    """Levels of government that handle a procedure, in the reader's language."""
    return {
        "commune": gettext("Cấp xã"),
        "province": gettext("Cấp tỉnh"),
        "ministry": gettext("Cấp bộ"),
        "other": gettext("Cơ quan khác"),
    }


def marked(name: str, query: str) -> Markup:
    """The name with the words of the query in <mark>."""
    wanted = set(fold(query).split())
    pieces: list[Markup] = []
    run: list[str] = []

    def close() -> None:
        if run:
            pieces.append(Markup("<mark>{}</mark>").format(" ".join(run)))
            run.clear()

    for word in name.split():
        if fold(word.strip(".,;:()«»\"'")) in wanted:
            run.append(word)
        else:
            close()
            pieces.append(escape(word))
    close()
    return Markup(" ").join(pieces)


def weekday_short(day: date) -> str:
    names = (
        gettext("T2"),
        gettext("T3"),
        gettext("T4"),
        gettext("T5"),
        gettext("T6"),
        gettext("T7"),
        gettext("CN"),
    )
    return names[day.weekday()]


def due_badge(tracking: Tracking, at: datetime, *, working_days_left: int | None = None) -> tuple[str, str] | None:
    """State and words of the badge beside the date: the closer the date, the more ink."""
    if tracking.state in CLOSED:
        return None
    if tracking.state in PAUSED:
        return "paused", {
            "awaiting_supplement": gettext("Chờ bạn bổ sung"),
            "awaiting_payment": gettext("Chờ bạn nộp tiền"),
        }.get(tracking.state, gettext("Đang tạm dừng"))
    due = tracking.promised_at or tracking.due_at
    if due is None:
        return None
    due_day = timezone.localtime(due).date()
    if tracking.state in FINISHED:
        return _finished_badge(due_day, tracking)
    days = (due_day - timezone.localtime(at).date()).days
    if due < at:
        late = max(-days, 0)
        if not late:
            return "over", gettext("Quá hạn từ %(time)s hôm nay") % {"time": f"{timezone.localtime(due):%H:%M}"}
        return "over", ngettext("Quá hạn %(days)s ngày", "Quá hạn %(days)s ngày", late) % {"days": late}
    if days == 0:
        return "soon", gettext("%(time)s hôm nay") % {"time": f"{timezone.localtime(due):%H:%M}"}
    if working_days_left:
        words = ngettext("Còn %(days)s ngày làm việc", "Còn %(days)s ngày làm việc", working_days_left)
        return "ontime", words % {"days": working_days_left}
    return "ontime", ngettext("Còn %(days)s ngày", "Còn %(days)s ngày", days) % {"days": days}


def _finished_badge(due_day: date, tracking: Tracking) -> tuple[str, str] | None:
    """The verdict is the desk's; the days between are only said where they agree with it."""
    if tracking.finished_at is None or not tracking.verdict:
        return None
    days = (due_day - timezone.localtime(tracking.finished_at).date()).days
    if tracking.verdict == "early":
        words = ngettext("Xong, sớm %(days)s ngày", "Xong, sớm %(days)s ngày", days) % {"days": days}
        return "early", words if days > 0 else gettext("Xong trước hạn")
    if tracking.verdict == "on_time":
        return "ontime", gettext("Xong đúng hạn")
    words = ngettext("Xong, trễ %(days)s ngày", "Xong, trễ %(days)s ngày", -days) % {"days": -days}
    return "over", words if days < 0 else gettext("Xong trễ hạn")


@dataclass(frozen=True, slots=True)
class DayBox:
    """A day in the picture of a deadline (see the component `days`)."""

    weekday: str
    number: int
    note: str
    kind: str  # start | on | off
    today: bool
    end: bool


def day_boxes(counted: list[tuple[date, str]], *, today: date, zero: date | None = None) -> list[DayBox]:
    """The picture of a deadline from the days of the calendar: the first is the day of receipt, the last the date due.

    counted: (day, `counted` | `off` | name of the holiday). zero: the day after which counting begins, where it
    is not the day of receipt. Empty when there are too many to draw.
    """
    if len(counted) < 2 or len(counted) > MOST_DAYS_DRAWN:
        return []
    boxes: list[DayBox] = []
    number = 0
    for day, kind in counted:
        is_first, is_last = day == counted[0][0], day == counted[-1][0]
        if is_first:
            note, shape = gettext("nhận"), "start"
        elif zero and kind == "counted" and day <= zero:
            note, shape = gettext("bắt đầu"), "start"
        elif kind == "counted":
            number += 1
            note, shape = gettext("ngày %(number)s") % {"number": number}, "on"
        else:
            note, shape = gettext("nghỉ"), "off"
        boxes.append(DayBox(weekday_short(day), day.day, note, shape, day == today, is_last))
    return boxes
