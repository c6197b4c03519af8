"""A pack's calendar: repeatable, all or nothing, errors with file, line and what to do."""

from datetime import date, datetime
from pathlib import Path

import pytest
from django.conf import settings

from tinhso.foundation.calendars import public as calendars
from tinhso.foundation.calendars.models import CalendarDay, SlotSet
from tinhso.foundation.calendars.tests.factories import make_day
from tinhso.foundation.organizations.tests.factories import make_unit
from tinhso.lib.working_time import VIETNAM

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 20, 9, tzinfo=VIETNAM)
DAYS = "date,kind,name,legal_basis,status,declared\n"
SLOTS = "unit_key,valid_from,weekday,opens,closes,legal_basis\n"


def write(folder: Path, days: str = "", slots: str = "") -> Path:
    (folder / "calendar_days.csv").write_text(DAYS + days, encoding="utf-8")
    (folder / "slots.csv").write_text(SLOTS + slots, encoding="utf-8")
    return folder


def test_the_pack_of_the_province_loads_and_a_second_time_changes_nothing():
    folder = settings.BASE_DIR / "packs" / "tay_ninh"
    if SlotSet.objects.exists() or not (folder / "calendar_days.csv").exists():
        pytest.skip("no pack")
    first = calendars.load(folder=folder, at=AT)
    assert first.problems == ()
    assert first.created > 40
    again = calendars.load(folder=folder, at=AT)
    assert (again.created, again.updated) == (0, 0)
    assert calendars.counted_days(unit_id=1, first=date(2026, 11, 24), last=date(2026, 11, 24)) == [
        (date(2026, 11, 24), "Ngày Văn hóa Việt Nam")
    ]


def test_changes_of_the_pack_are_counted(tmp_path):
    make_unit(key="trung-tam")
    slots = "trung-tam,2026-01-01,1,08:00,12:00,\n"
    report = calendars.load(folder=write(tmp_path, "2026-11-24,off,A,,confirmed,2026-01-01\n", slots), at=AT)
    assert (report.created, report.unchanged) == (2, 0)
    report = calendars.load(folder=write(tmp_path, "2026-11-24,off,B,,confirmed,2026-01-01\n", slots), at=AT)
    assert (report.updated, report.unchanged) == (1, 1)
    calendars.load(folder=write(tmp_path, "2026-11-24,makeup,B,,confirmed,2026-01-01\n"), at=AT)
    assert [row.kind for row in CalendarDay.objects.filter(withdrawn_at__isnull=True)] == ["makeup"]


def test_days_declared_on_the_screen_stay(tmp_path):
    make_day(date(2026, 11, 18), name="Bão")
    calendars.load(folder=write(tmp_path, "2026-11-24,off,A,,confirmed,2026-01-01\n"), at=AT)
    assert [day.name for day in calendars.days(year=2026)] == ["Bão", "A"]


@pytest.mark.parametrize(
    ("days", "slots", "line", "words"),
    [
        ("24/11/2026,off,A,,confirmed,2026-01-01\n", "", 2, "không phải ngày"),
        ("2026-11-24,off,A,,confirmed,x\n", "", 2, "declared"),
        ("2026-11-24,holiday,A,,confirmed,2026-01-01\n", "", 2, "loại"),
        ("2026-11-24,off,,,confirmed,2026-01-01\n", "", 2, "thiếu tên"),
        ("2026-11-24,off,A,,maybe,2026-01-01\n", "", 2, "tình trạng"),
        ("2026-11-24,off,A,,confirmed,2026-01-01\n" * 2, "", 3, "hai dòng"),
        ("2026-11-24,off\n", "", 2, "số ô"),
        ("", "nowhere,2026-01-01,1,08:00,12:00,\n", 2, "không có đơn vị"),
        ("", ",2026-13-01,1,08:00,12:00,\n", 2, "không phải ngày"),
        ("", ",2026-01-01,9,08:00,12:00,\n", 2, "thứ"),
        ("", ",2026-01-01,1,8h,12:00,\n", 2, "giờ"),
        ("", ",2026-01-01,1,12:00,08:00,\n", 2, "không sau"),
        ("", ",2026-01-01,3,08:00,12:00,\n", 2, "Thứ Hai"),
    ],
)
def test_an_error_names_file_line_and_what_to_do_and_nothing_is_loaded(tmp_path, days, slots, line, words):
    good = "2026-04-30,off,Tốt,,confirmed,2026-01-01\n"
    report = calendars.load(folder=write(tmp_path, days + good, slots), at=AT)
    file, at_line, what, todo = report.problems[0]
    assert file == ("calendar_days.csv" if days else "slots.csv")
    assert at_line == line
    assert words in what
    assert todo
    assert not CalendarDay.objects.exists()


def test_a_missing_column_and_a_wrong_encoding_are_named(tmp_path):
    (tmp_path / "calendar_days.csv").write_text("date,kind\n", encoding="utf-8")
    (tmp_path / "slots.csv").write_bytes("thứ".encode("utf-16"))
    problems = calendars.load(folder=tmp_path, at=AT).problems
    assert ["thiếu cột" in problems[0][2], "UTF-8" in problems[1][2]] == [True, True]


def test_a_pack_without_a_calendar_changes_nothing(tmp_path):
    assert calendars.load(folder=tmp_path, at=AT).created == 0
