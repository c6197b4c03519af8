"""The calendar's screens: see, declare after a dry run, withdraw, set open times."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tinhso.foundation.accounts.tests.factories import make_account, make_officer
from tinhso.foundation.audit import public as audit
from tinhso.foundation.calendars.models import CalendarDay, SlotSet
from tinhso.foundation.organizations.tests.factories import make_unit
from tinhso.systems.administration.views import calendar as screen
from tinhso.systems.one_stop.public import DueMoves

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    client.force_login(make_officer("administrator", make_unit("Sở Mẫu", kind="department")))
    return client


def working_day() -> date:
    day = timezone.localdate() + timedelta(days=7)
    while day.isoweekday() > 5:
        day += timedelta(days=1)
    return day


def typed(**changes: str) -> dict[str, str]:
    return {
        "kind": "off",
        "day": f"{working_day():%d/%m/%Y}",
        "name": "Nghỉ phòng, chống bão số 9",
        "legal_basis": "Công điện 12/CĐ-UBND",
        "unit": "",
        **changes,
    }


PAGES = ("home", "calendar", "calendar_declare", "open_times", "open_times_edit", "trail", "health")


@pytest.mark.parametrize("name", PAGES)
def test_an_administrator_sees_every_page(admin, name):
    response = admin.get(reverse(f"administration:{name}"))
    assert response.status_code == 200
    assert "<h1>" in response.content.decode()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", ["specialist", "leader", "desk_officer"])
def test_other_officials_are_refused(client, name, role):
    client.force_login(make_officer(role))
    assert client.get(reverse(f"administration:{name}")).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_citizens_and_strangers_do_not_come_in(client, name):
    assert client.get(reverse(f"administration:{name}")).status_code == 302
    client.force_login(make_account())
    assert client.get(reverse(f"administration:{name}")).status_code == 403


def test_the_year_shows_what_was_declared_and_what_was_withdrawn(admin):
    at = timezone.now()
    CalendarDay.objects.create(date=date(2027, 4, 30), kind="off", name="Ngày Chiến thắng", declared_at=at)
    CalendarDay.objects.create(date=date(2027, 5, 4), kind="off", name="Ngày rút lại", declared_at=at, withdrawn_at=at)
    page = admin.get(reverse("administration:calendar"), {"year": "2027"}).content.decode()
    assert "Lịch làm việc năm 2027" in page
    assert "Ngày Chiến thắng" in page
    assert "Khai báo đã rút lại (1)" in page


@pytest.mark.parametrize("year", ["", "abcd", "1500", "99999", "２０２６"])
def test_a_strange_year_shows_this_year(admin, year):
    page = admin.get(reverse("administration:calendar"), {"year": year})
    assert f"Lịch làm việc năm {timezone.localdate().year}" in page.content.decode()


def test_a_dry_run_counts_and_changes_nothing(admin, monkeypatch):
    now = timezone.now()
    moves = DueMoves(250, 31, (("H53.118-261120-0001", now, now + timedelta(days=1)),))
    monkeypatch.setattr(screen.one_stop, "due_moves", lambda *, at: moves)
    page = admin.post(reverse("administration:calendar_declare"), typed()).content.decode()
    assert "31 hạn sẽ dời" in page
    assert "H53.118-261120-0001" in page
    assert "và 30 hồ sơ khác" in page
    assert not CalendarDay.objects.exists()
    assert audit.trail(subject="calendar") == []


def test_the_day_is_declared_after_the_dry_run(admin):
    response = admin.post(reverse("administration:calendar_declare"), typed(step="declare"), follow=True)
    assert "Đã khai báo" in response.content.decode()
    assert CalendarDay.objects.get().date == working_day()
    assert [entry.act for entry in audit.trail(subject="calendar")] == ["day_off_declared"]


def test_going_back_keeps_what_was_typed(admin):
    page = admin.post(reverse("administration:calendar_declare"), typed(step="edit")).content.decode()
    assert "Công điện 12/CĐ-UBND" in page
    assert "cần sửa" not in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"day": ""}, "Ghi ngày"),
        ({"day": "31/02/2027"}, "không phải ngày có thật"),
        ({"day": "hôm qua"}, "không phải ngày có thật"),
        ({"day": "01/01/2020"}, "đã qua hơn"),
        ({"name": ""}, "Ghi tên ngày"),
        ({"legal_basis": "x" * 301}, "Dài quá"),
        ({"kind": "holiday"}, "Chọn ngày nghỉ"),
        ({"unit": "khong-co"}, "Không có đơn vị"),
        ({"kind": "makeup"}, "vốn là ngày làm việc"),
        ({"name": "\x00<script>", "day": "1"}, "không phải ngày có thật"),
    ],
)
@pytest.mark.parametrize("step", ["preview", "declare"])
def test_wrong_values_come_back_with_a_sentence_and_nothing_lost(admin, changes, sentence, step):
    response = admin.post(reverse("administration:calendar_declare"), typed(**changes, step=step))
    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert "<script>" not in page.replace('<script type="module"', "")
    if "legal_basis" not in changes:
        assert "Công điện 12/CĐ-UBND" in page
    assert not CalendarDay.objects.exists()


def test_a_day_declared_twice_is_refused(admin):
    admin.post(reverse("administration:calendar_declare"), typed(step="declare"))
    response = admin.post(reverse("administration:calendar_declare"), typed(step="declare"))
    assert "đã là ngày nghỉ" in response.content.decode()
    assert CalendarDay.objects.count() == 1


def test_an_administrator_of_one_unit_declares_for_it_alone(client):
    own, other = make_unit("Xã Mẫu", key="xa-mau"), make_unit("Xã Khác", key="xa-khac")
    client.force_login(make_officer("administrator", own))
    address = reverse("administration:calendar_declare")
    assert client.post(address, typed(unit=other.key, step="declare")).status_code == 422
    assert "không quản trị lịch làm việc của cả tỉnh" in client.post(address, typed()).content.decode()
    assert client.post(address, typed(unit=own.key, step="declare")).status_code == 302
    assert CalendarDay.objects.get().unit_id == own.id


def test_a_day_is_withdrawn_once(admin):
    day = CalendarDay.objects.create(date=working_day(), kind="off", name="Bão", declared_at=timezone.now())
    address = reverse("administration:calendar_withdraw", args=[day.id])
    assert "giữ hạn đã báo" in admin.get(address).content.decode()
    assert "Đã rút lại" in admin.post(address, follow=True).content.decode()
    assert "đã được rút lại trước đó" in admin.post(address, follow=True).content.decode()
    assert admin.get(reverse("administration:calendar_withdraw", args=[day.id + 1])).status_code == 404


def week(**changes: str) -> dict[str, str]:
    days = {f"day{number}": "07:30–11:30, 13:30–17:00" for number in range(1, 6)}
    start = f"{timezone.localdate() + timedelta(days=3):%d/%m/%Y}"
    return {**days, "unit": "", "valid_from": start, "legal_basis": "Quyết định 1", **changes}


def test_open_times_are_set_and_shown(admin):
    unit = make_unit("Trung tâm Mẫu", key="trung-tam")
    response = admin.post(reverse("administration:open_times_edit"), week(day6="8h - 11h30"), follow=True)
    page = response.content.decode()
    assert "Thứ Hai đến Thứ Sáu: 07:30–11:30, 13:30–17:00" in page
    assert "Thứ Bảy: 08:00–11:30" in page
    assert "sắp tới" in page
    assert admin.get(reverse("administration:open_times_edit"), {"unit": unit.key}).status_code == 200


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"day2": "sáng"}, "ghi dạng 07:30"),
        ({"day2": "25:00-26:00"}, "ghi dạng 07:30"),
        ({"day2": "11:30-07:30"}, "không sau giờ mở cửa"),
        ({"day2": "07:30-11:30, 11:00-12:00"}, "chồng lên nhau"),
        ({"day1": ""}, "Thứ Hai phải có giờ"),
        ({"valid_from": "01/01/2020"}, "từ hôm nay trở đi"),
        ({"valid_from": ""}, "Ghi ngày bắt đầu"),
        ({"legal_basis": ""}, "Ghi căn cứ"),
        ({"unit": "khong-co"}, "Không có đơn vị"),
    ],
)
def test_wrong_open_times_come_back_with_a_sentence(admin, changes, sentence):
    response = admin.post(reverse("administration:open_times_edit"), week(**changes))
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not SlotSet.objects.exists()


def test_the_trail_shows_who_did_what(admin):
    admin.post(reverse("administration:calendar_declare"), typed(step="declare"))
    page = admin.get(reverse("administration:trail"), {"subject": "calendar"}).content.decode()
    assert "Khai báo ngày nghỉ" in page
    assert "Trần Văn Mẫu" in page
    assert (
        "Không có dòng nhật ký" in admin.get(reverse("administration:trail"), {"subject": "x" * 500}).content.decode()
    )
