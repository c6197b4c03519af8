"""Words for deadlines and matches."""

from datetime import date

import pytest

from tinhso.systems.portal import wording
from tinhso.systems.portal.tests.factories import make_tracking, moment


@pytest.mark.parametrize(
    ("at", "state", "words"),
    [
        (moment(20), "ontime", "Còn 6 ngày"),
        (moment(26), "soon", "16:30 hôm nay"),
        (moment(26, 17), "over", "Quá hạn từ 16:30 hôm nay"),
        (moment(28), "over", "Quá hạn 2 ngày"),
    ],
)
def test_the_badge_says_how_near_the_date_is(at, state, words):
    assert wording.due_badge(make_tracking(), at) == (state, words)


def test_working_days_are_named_when_the_calendar_counted_them():
    assert wording.due_badge(make_tracking(), moment(20), working_days_left=3) == ("ontime", "Còn 3 ngày làm việc")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("awaiting_supplement", "Chờ bạn bổ sung"),
        ("awaiting_payment", "Chờ bạn nộp tiền"),
        ("stopped", "Đang tạm dừng"),
    ],
)
def test_a_stopped_clock_is_never_late(state, words):
    assert wording.due_badge(make_tracking(state=state), moment(30)) == ("paused", words)


@pytest.mark.parametrize(
    ("verdict", "finished", "badge"),
    [
        ("early", 18, ("early", "Xong, sớm 8 ngày")),
        ("early", 26, ("early", "Xong trước hạn")),
        ("on_time", 26, ("ontime", "Xong đúng hạn")),
        ("late", 28, ("over", "Xong, trễ 2 ngày")),
        ("late", 20, ("over", "Xong trễ hạn")),  # extended: never on time, whatever the new date
        ("", 20, None),
    ],
)
def test_what_ended_is_judged_by_the_desk(verdict, finished, badge):
    ended = make_tracking(state="returned", verdict=verdict, finished_at=moment(finished))
    assert wording.due_badge(ended, moment(30)) == badge


def test_a_withdrawn_dossier_has_no_date_to_keep():
    assert wording.due_badge(make_tracking(state="withdrawn"), moment(30)) is None


def test_a_dossier_without_a_date_has_no_badge():
    assert wording.due_badge(make_tracking(due_at=None, promised_at=None), moment(20)) is None


def test_matched_words_are_marked_whatever_marks_were_typed():
    assert wording.marked("Đăng ký khai sinh", "giay khai SINH") == "Đăng ký <mark>khai sinh</mark>"


def test_a_name_with_markup_stays_text():
    assert wording.marked("<b>khai</b> sinh", "sinh") == "&lt;b&gt;khai&lt;/b&gt; <mark>sinh</mark>"


def test_counted_days_are_numbered_and_days_off_are_not():
    days = [
        (date(2026, 11, 20), "counted"),
        (date(2026, 11, 21), "off"),
        (date(2026, 11, 22), "off"),
        (date(2026, 11, 23), "counted"),
        (date(2026, 11, 24), "Ngày Văn hoá"),
        (date(2026, 11, 25), "counted"),
    ]
    boxes = wording.day_boxes(days, today=date(2026, 11, 23))
    assert [box.note for box in boxes] == ["nhận", "nghỉ", "nghỉ", "ngày 1", "nghỉ", "ngày 2"]
    assert [box.kind for box in boxes] == ["start", "off", "off", "on", "off", "on"]
    assert [box.today for box in boxes].index(True) == 3
    assert boxes[-1].end
    assert boxes[1].weekday == "T7"


def test_a_receipt_in_the_evening_begins_on_the_next_open_day_and_counts_after_it():
    days = [(date(2026, 11, 19), "counted"), (date(2026, 11, 20), "counted"), (date(2026, 11, 23), "counted")]
    boxes = wording.day_boxes(days, zero=date(2026, 11, 20), today=date(2026, 11, 19))
    assert [box.note for box in boxes] == ["nhận", "bắt đầu", "ngày 1"]


def test_a_deadline_of_months_is_not_drawn():
    days = [(date.fromordinal(740000 + n), "counted") for n in range(60)]
    assert wording.day_boxes(days, today=date(2026, 11, 23)) == []
