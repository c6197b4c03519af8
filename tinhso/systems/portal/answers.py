"""What a citizen is told about one dossier, answer first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext

from tinhso.design import jinja
from tinhso.foundation.calendars import public as calendars
from tinhso.foundation.organizations import public as organizations
from tinhso.lib.working_time import Event
from tinhso.systems.one_stop.public import Tracking
from tinhso.systems.portal import wording
from tinhso.systems.procedures import public as procedures

BREAKS = ("bổ sung", "nghĩa vụ tài chính", "tạm dừng", "hẹn lại")  # in the name of a step: the count was broken there


@dataclass(frozen=True, slots=True)
class Answer:
    """headline: the answer itself. asks: what the person must do, or that there is nothing to do."""

    headline: str
    asks: str
    until_label: str
    until: str
    badge: tuple[str, str] | None
    boxes: list[wording.DayBox]


def _until_label(tracking: Tracking, *, is_counted: bool) -> str:
    if tracking.state in wording.PAUSED and tracking.next_date:
        return gettext("Chờ bạn đến hết ngày")
    if tracking.state == "submitted" and not is_counted:
        return gettext("Quầy phải xem xong trước")
    return gettext("Đến hạn")


def name_of(tracking: Tracking) -> str:
    """The procedure as people call it; the dossier keeps the full name."""
    try:
        found = procedures.get_procedure(code=tracking.procedure_code)
    except LookupError:  # in the catalogue no more
        return jinja.plain_name(tracking.procedure_name)
    return found.plain_name or jinja.plain_name(tracking.procedure_name)


def headline(tracking: Tracking) -> str:
    place = {"unit": tracking.unit_name, "step": current_step(tracking)}
    said: Mapping[str, str] = {
        "submitted": gettext("Hồ sơ của bạn đang chờ %(unit)s tiếp nhận"),
        "awaiting_supplement": gettext("Hồ sơ của bạn cần bổ sung giấy tờ"),
        "awaiting_payment": gettext("Hồ sơ đang chờ bạn nộp tiền"),
        "stopped": gettext("Hồ sơ của bạn đang tạm dừng"),
        "done": gettext("Hồ sơ của bạn đã có kết quả"),
        "returned": gettext("Bạn đã nhận kết quả của hồ sơ này"),
        "refused": gettext("Hồ sơ của bạn không được tiếp nhận"),
        "declined": gettext("Hồ sơ của bạn không được giải quyết"),
        "withdrawn": gettext("Bạn đã rút hồ sơ này"),
        "closed": gettext("Hồ sơ đã đóng vì quá hạn bổ sung"),
    }
    words = said.get(tracking.state, gettext("Hồ sơ của bạn đang ở %(unit)s, bước %(step)s"))
    return words % place


def current_step(tracking: Tracking) -> str:
    name = next((step.name for step in tracking.steps if step.state == "current"), tracking.state_label)
    said = gettext(step_name(name))
    return said[:1].lower() + said[1:]


def step_name(name: str) -> str:
    """«Đang thẩm định» as the name of a step: «Thẩm định»."""
    return capital(name.removeprefix("Đang "))


def asks(tracking: Tracking) -> str:
    if tracking.asks:
        return tracking.asks
    if tracking.state in wording.CLOSED:
        return tracking.reason
    if tracking.state == "returned":
        return ""
    return gettext("Bạn không phải làm gì lúc này.")


def answer(tracking: Tracking, *, at: datetime) -> Answer:
    """Everything the top of the page says."""
    due = tracking.promised_at or tracking.due_at
    counted = counted_days(tracking)
    today = timezone.localtime(at).date()
    is_waiting = tracking.state in wording.PAUSED and tracking.next_date
    return Answer(
        headline=headline(tracking),
        asks=asks(tracking),
        until_label=_until_label(tracking, is_counted=due is not None),
        until=capital(jinja.day(tracking.next_date if is_waiting or due is None else due)) or gettext("Chưa định ngày"),
        badge=badge(tracking, at),
        boxes=wording.day_boxes(counted, zero=day_zero(tracking), today=today) if is_simple(tracking) else [],
    )


def badge(tracking: Tracking, at: datetime) -> tuple[str, str] | None:
    """State and words of the badge, everywhere the same: days left are working days where they are counted so."""
    today = timezone.localtime(at).date()
    left = sum(1 for day, kind in counted_days(tracking) if day > today and kind == "counted")
    return wording.due_badge(tracking, at, working_days_left=left)


def is_simple(tracking: Tracking) -> bool:
    """Counted from receipt to the due date without a break: only then the picture tells the truth."""
    done = [step.name.lower() for step in tracking.steps if step.state == "done"]
    return tracking.state not in wording.PAUSED and not any(word in name for word in BREAKS for name in done)


def counted_days(tracking: Tracking) -> list[tuple[date, str]]:
    """Days from receipt to the due date as the calendar of the receiving agency counts them; empty when unknown."""
    if tracking.received_at is None or tracking.due_at is None:
        return []
    first, last = timezone.localtime(tracking.received_at).date(), timezone.localtime(tracking.due_at).date()
    try:
        unit = organizations.resolve_code(code=tracking.code.rsplit("-", 2)[0])
        return list(calendars.counted_days(unit_id=unit.id, first=first, last=last))
    except LookupError:
        return []


def day_zero(tracking: Tracking) -> date | None:
    """The day after which days are counted: a receipt in the evening or on a day off begins when the agency opens."""
    at = tracking.received_at
    if at is None:
        return None
    day = timezone.localtime(at).date()
    try:
        rule = procedures.binding_on(code=tracking.procedure_code, on=day).rule
        unit = organizations.resolve_code(code=tracking.code.rsplit("-", 2)[0])
    except LookupError:
        return day
    if rule.policy.day_zero == "receipt":
        return day
    started = calendars.reckon(unit_id=unit.id, rule=rule, events=[Event(at=at, kind="received")], at=at).started_at
    return timezone.localtime(started).date() if started else day


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
