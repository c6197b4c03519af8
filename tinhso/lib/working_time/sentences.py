"""Why that date: the due date of a dossier in one Vietnamese sentence with its legal basis."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from tinhso.lib.working_time.case import Case, open_case
from tinhso.lib.working_time.clock import run_due
from tinhso.lib.working_time.compiled import DAY, CompiledCalendar, calendars_in_force, day_of, moment_of
from tinhso.lib.working_time.life import Pause
from tinhso.lib.working_time.model import CalendarHistory, Child, Event, Limit, Rule

_WEEKDAYS = ("", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_WAITS = {
    "supplement_requested": ("chờ bổ sung hồ sơ", "bổ sung xong"),
    "financial_duty_requested": ("chờ thực hiện nghĩa vụ tài chính", "nộp xong"),
    "stopped": ("tạm dừng xử lý", "xử lý trở lại"),
}
_UNITS = {"working_hours": "giờ làm việc", "working_days": "ngày làm việc", "calendar_days": "ngày"}


def limit_in_words(limit: Limit) -> str:
    """5 ngày làm việc · 1,5 ngày làm việc · 15 ngày · trong ngày làm việc."""
    if limit.unit == "working_days" and not limit.value:
        return "trong ngày làm việc"
    value = f"{limit.value.normalize():f}".replace(".", ",")
    return f"{value} {_UNITS.get(limit.unit, limit.unit)}"


def explain(
    calendars: CalendarHistory,
    rule: Rule,
    events: Sequence[Event],
    at: datetime,
    children: Sequence[Child] = (),
    names: Mapping[date, str] | None = None,
) -> str:
    """The due date of a dossier in words; `names` are the names of the off days."""
    case = open_case(calendars, rule, events, at, children)
    if case is None:
        return "Hồ sơ chưa được tiếp nhận nên chưa tính thời hạn."
    basis = f", theo {rule.legal_basis}" if rule.legal_basis else ""
    if case.paused:
        return f"{_paused(case)}{basis}."
    if case.due is None:
        return f"Không có thời hạn phải tính cho hồ sơ này{basis}."
    parts = [
        _limit(case),
        *_uncounted(case, case.due, names or {}),
        *(_pause(case, pause, pause.resumed) for pause in case.life.run.pauses if pause.resumed is not None),
        *_amended(case),
        f"nên hạn trả kết quả là {_moment(case.due)}",
    ]
    return f"{', '.join(parts)}{basis}.{_appointment(case)}"


def _paused(case: Case) -> str:
    pause, run = case.life.open_pause, case.life.run
    kind, asked = (pause.kind, pause.asked) if pause is not None else (run.restart_kind, run.restart_asked or 0)
    reason, done = _WAITS[kind]
    limit = case.rule.limit
    whole = f"thời hạn {limit_in_words(limit)}" if limit is not None else "thời hạn"
    after = "tiếp phần còn lại" if pause is not None else "lại từ đầu"
    late = " (khi dừng hồ sơ đã quá hạn)" if case.was_late else ""
    return f"Thời hạn đang dừng từ {_moment(asked)} vì {reason}{late}; khi {done}, {whole} được đếm {after}"


def _limit(case: Case) -> str:
    limit = case.rule.limit
    if limit is None:
        return f"Hạn chung là hạn của phần muộn nhất trong {len(case.children)} phần liên thông, {_origin(case)}"
    words = limit_in_words(limit)
    if not limit.value:
        return f"Hạn là {words}, {_origin(case)}"
    if limit.unit == "working_hours":
        return f"Hạn là {words}, chỉ tính trong giờ làm việc, {_origin(case)}"
    both = " tính cả ngày nghỉ" if limit.unit == "calendar_days" else ""
    return f"Hạn là {words}{both}, {_origin(case)}"


def _origin(case: Case) -> str:
    """Where counting starts and, where that is not the receipt itself, why."""
    run, rule = case.life.run, case.rule
    event = "nhận" if len(case.life.runs) == 1 else "bổ sung xong"
    again = "" if len(case.life.runs) == 1 else "đếm lại "
    by_hours = rule.limit is not None and rule.limit.unit == "working_hours"
    moved = case.start // DAY != run.received // DAY
    if by_hours:
        begin = f"{again or 'tính '}từ {_clock(case.start)} ngày {_day(case.start)}"
    elif rule.limit is not None and not rule.limit.value:
        begin = f"{again}ngày {_day(case.start)}"
    elif moved:
        begin = f"{again or 'đếm '}từ ngày sau ngày bắt đầu tính ({_day(case.start)})"
    else:
        begin = f"{again or 'đếm '}từ ngày sau ngày {event} ({_day(run.received)})"
    if not moved:
        return begin
    received = f"{_clock(run.received)} ngày {_day(run.received)}"
    if run.after_cutoff and rule.cutoff:
        why = f"sau giờ chốt {rule.cutoff:%H:%M}"
    else:
        why = "ngoài giờ làm việc" if case.newest.is_open_day(run.received // DAY) else "là ngày nghỉ"
    return f"{begin} vì {event} lúc {received}, {why}"


def _uncounted(case: Case, due: int, names: Mapping[date, str]) -> Iterable[str]:
    """The days between that are not counted, and the make-up days that are."""
    if case.rule.limit is not None and case.rule.limit.unit == "calendar_days":
        if _is_rolled(case, due):
            yield "ngày cuối rơi vào ngày nghỉ, chuyển sang ngày làm việc kế tiếp"
        return
    calendar = case.newest.calendar
    days = [day_of(case.start) + timedelta(n + 1) for n in range(due // DAY - case.start // DAY)]
    makeup = [day for day in days if day in calendar.makeup_days and day not in calendar.holidays]
    off = [day for day in days if day in calendar.holidays and day.isoweekday() in calendar.counting_weekdays]
    weekdays = {day.isoweekday() for day in days if day not in makeup} - calendar.counting_weekdays
    skipped = [_WEEKDAYS[weekday] for weekday in sorted(weekdays)]
    if off:
        skipped.append(f"ngày nghỉ lễ {', '.join(_spans(off, names))}")
    if skipped:
        yield f"không đếm {_listed(skipped)}"
    if makeup:
        yield f"có đếm ngày làm bù {_listed([f'{day:%d/%m}' for day in makeup])}"


def _is_rolled(case: Case, due: int) -> bool:
    """Whether the last calendar day was no working day."""
    unrolled = replace(case.rule, policy=replace(case.rule.policy, roll_calendar_days=False))
    last = run_due(case.newest, unrolled, case.life.run, case.life.run.counted(), case.children)
    return last is not None and last // DAY < due // DAY


def _spans(days: Sequence[date], names: Mapping[date, str]) -> list[str]:
    """Days in runs: 16/02–20/02, with the name where one day stands alone and has one."""
    spans: list[list[date]] = []
    for day in days:
        if spans and day - spans[-1][-1] == timedelta(1):
            spans[-1].append(day)
        else:
            spans.append([day])
    words = []
    for span in spans:
        name = f" ({names[span[0]]})" if len(span) == 1 and span[0] in names else ""
        words.append(f"{span[0]:%d/%m}{name}" if len(span) == 1 else f"{span[0]:%d/%m}–{span[-1]:%d/%m}")
    return words


def _pause(case: Case, pause: Pause, resumed: int) -> str:
    span = f"từ {_day(pause.asked)} đến {_day(resumed)}"
    reason = _WAITS[pause.kind][0]
    if not pause.counts:
        return f"không cộng thời gian {reason} {span} vì khi đó đã quá hạn"
    if case.rule.limit is None or case.rule.limit.unit != "working_days":
        return f"cộng thời gian {reason} {span}"
    calendar, start = case.newest, case.start
    begin, end = max(calendar.next_open(pause.asked), start), max(calendar.next_open(resumed), start)
    days = calendar.working_days_between(begin // DAY, end // DAY)
    return f"cộng {days} ngày làm việc {reason} ({span})" if days else f"{reason} {span} không mất ngày làm việc nào"


def _amended(case: Case) -> Iterable[str]:
    """Which amendments of the calendar moved the date, or were kept from moving it forward."""
    in_force = calendars_in_force(case.calendars, case.life.received, case.life.until)
    if len(in_force) == 1:
        return
    run = case.life.run
    dues = [run_due(calendar, case.rule, run, run.counted(), case.children) or 0 for calendar in in_force]
    for before, after, old, new in zip(in_force, in_force[1:], dues, dues[1:], strict=False):
        if new > old:
            yield f"lùi từ {_day(old)} vì {_declared(before, after)}"
    if case.due is not None and dues[-1] < case.due:
        yield f"giữ hạn đã báo dù lịch làm việc mới cho hạn {_day(dues[-1])}"


def _declared(before: CompiledCalendar, after: CompiledCalendar) -> str:
    off = sorted(after.calendar.holidays - before.calendar.holidays)
    if off:
        return f"có thêm ngày nghỉ {_listed(_spans(off, {}))} công bố sau khi nhận"
    return "lịch làm việc được sửa sau khi nhận"


def _appointment(case: Case) -> str:
    if not case.life.appointments:
        return ""
    return f" Cơ quan đã xin lỗi và hẹn lại đến {_moment(case.life.appointments[0])}; hạn theo luật không đổi."


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} và {words[-1]}"


def _day(minutes: int) -> str:
    return f"{day_of(minutes):%d/%m}"


def _clock(minutes: int) -> str:
    return f"{moment_of(minutes):%H:%M}"


def _moment(minutes: int) -> str:
    moment = moment_of(minutes)
    return f"{moment:%H:%M} {_WEEKDAYS[moment.isoweekday()]} {moment:%d/%m/%Y}"
