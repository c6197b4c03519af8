"""Declaring days moves due dates; everything said stays on record."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest

from tinhso.foundation.audit import public as audit
from tinhso.foundation.calendars import public as calendars
from tinhso.foundation.calendars.models import CalendarDay
from tinhso.foundation.calendars.tests.factories import make_administrator, make_day, make_slots
from tinhso.foundation.organizations.tests.factories import make_unit
from tinhso.foundation.outbox.models import StoredEvent
from tinhso.lib.working_time import VIETNAM, Event, Limit, Rule

pytestmark = pytest.mark.django_db

RULE = Rule(Limit(Decimal(3), "working_days"), legal_basis="Điều 9")


def at(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=VIETNAM)


def due(unit_id: int, asked: datetime) -> datetime | None:
    events = [Event(at(16), "received")]
    return calendars.reckon(unit_id=unit_id, rule=RULE, events=events, at=asked).due_at


def declare(day: date, moment: datetime, **other):
    values = {"name": "Nghỉ tránh bão", "legal_basis": "Công điện 1", "actor": make_administrator(), **other}
    return calendars.declare_day_off(day=day, at=moment, **values)


def test_an_empty_calendar_has_office_hours():
    assert due(1, at(16)) == at(19, 17)


def test_a_day_off_declared_while_running_moves_the_due_date_from_then_on():
    declare(date(2026, 11, 18), at(17))
    assert due(1, at(16, 12)) == at(19, 17)
    assert due(1, at(17, 12)) == at(20, 17)
    sentence = calendars.explain(unit_id=1, rule=RULE, events=[Event(at(16), "received")], at=at(17, 12))
    assert "lùi từ 19/11 vì có thêm ngày nghỉ 18/11" in sentence
    assert "18/11 (Nghỉ tránh bão)" in sentence
    assert sentence.endswith("theo Điều 9.")


def test_withdrawing_a_day_moves_nothing_earlier_and_keeps_the_record():
    number = declare(date(2026, 11, 18), at(17))
    calendars.withdraw_day(day_id=number, actor=make_administrator(), at=at(17, 15))
    assert due(1, at(17, 16)) == at(20, 17)
    late = calendars.reckon(unit_id=1, rule=RULE, events=[Event(at(17, 16), "received")], at=at(17, 16))
    assert late.due_at == at(20, 17)
    assert calendars.days(year=2026) == []
    assert [day.name for day in calendars.days(year=2026, withdrawn=True)] == ["Nghỉ tránh bão"]
    assert declare(date(2026, 11, 18), at(18)) != number


def test_a_day_of_one_unit_leaves_the_others_alone():
    commune, other = make_unit("Xã Mẫu"), make_unit("Xã Khác")
    below = make_unit("Phòng Mẫu", commune)
    declare(date(2026, 11, 18), at(16, 8), unit_id=commune.id, actor=make_administrator(commune))
    assert due(commune.id, at(17)) == due(below.id, at(17)) == at(20, 17)
    assert due(other.id, at(17)) == at(19, 17)


def test_declaring_is_audited_and_told():
    declare(date(2026, 11, 18), at(17))
    (entry,) = audit.trail(subject="calendar")
    assert (entry.act, entry.actor, entry.data["date"]) == ("day_off_declared", "account:7", "2026-11-18")
    (event,) = StoredEvent.objects.filter(kind__contains="CalendarChanged")
    assert (event.payload["change"], event.payload["first_day"]) == ("day_off_declared", "2026-11-18")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "a" * 201}, "name"),
        ({"legal_basis": ""}, "legal_basis"),
        ({"legal_basis": "a" * 301}, "legal_basis"),
        ({"day": date(2026, 9, 1)}, "day"),
        ({"day": date(2040, 1, 1)}, "day"),
        ({"day": date(2026, 11, 24)}, "day"),
    ],
)
def test_a_wrong_declaration_is_refused_with_a_sentence(changed, field):
    make_day(date(2026, 11, 24))
    values = {"day": date(2026, 11, 18), **changed}
    with pytest.raises(calendars.CalendarRefusedError) as refusal:
        declare(values.pop("day"), at(17), **values)
    assert list(refusal.value.errors) == [field]
    assert CalendarDay.objects.count() == 1


def test_a_makeup_day_must_be_a_weekend():
    values = {"name": "Làm bù", "legal_basis": "Thông báo 1", "actor": make_administrator(), "at": at(17)}
    with pytest.raises(calendars.CalendarRefusedError, match="vốn là ngày làm việc"):
        calendars.declare_makeup_day(day=date(2026, 11, 18), **values)
    calendars.declare_makeup_day(day=date(2026, 11, 21), **values)
    assert calendars.counted_days(unit_id=1, first=date(2026, 11, 21), last=date(2026, 11, 22)) == [
        (date(2026, 11, 21), "counted"),
        (date(2026, 11, 22), "off"),
    ]


def test_only_who_manages_calendars_may_declare():
    with pytest.raises(PermissionError):
        declare(date(2026, 11, 18), at(17), actor=make_administrator(role="specialist"))
    commune, other = make_unit("Xã Mẫu"), make_unit("Xã Khác")
    for unit_id in (commune.id, None):
        with pytest.raises(PermissionError):
            declare(date(2026, 11, 18), at(17), unit_id=unit_id, actor=make_administrator(other))
    declare(date(2026, 11, 18), at(17), unit_id=commune.id)


def test_a_declaration_is_withdrawn_once():
    number = make_day(date(2026, 11, 18)).id
    calendars.withdraw_day(day_id=number, actor=make_administrator(), at=at(17))
    with pytest.raises(calendars.CalendarRefusedError):
        calendars.withdraw_day(day_id=number, actor=make_administrator(), at=at(17))
    with pytest.raises(LookupError):
        calendars.withdraw_day(day_id=number + 1, actor=make_administrator(), at=at(17))


def test_open_times_hold_for_a_unit_and_what_lies_under_it():
    centre, other = make_unit("Trung tâm"), make_unit("Xã")
    desk = make_unit("Quầy", centre)
    make_slots({"1": [["08:00", "12:00"]], "2": [["08:00", "12:00"]], "3": [["08:00", "12:00"]]}, unit=centre)
    assert calendars.calendar_now(unit_id=desk.id).slots[1] == ((time(8), time(12)),)
    assert due(other.id, at(16)) == at(19, 17)
    assert calendars.working_days_between(unit_id=desk.id, after=date(2026, 11, 16), through=date(2026, 11, 23)) == 5


def test_open_times_are_checked_and_change_from_their_day_on():
    values = {"unit_id": None, "legal_basis": "", "actor": make_administrator(), "at": at(16)}
    morning = (time(8), time(12))
    for slots, words in [
        ({}, "ít nhất một"),
        ({2: (morning,)}, "Thứ Hai"),
        ({1: ((time(12), time(8)),)}, "không sau"),
        ({1: (morning, (time(11), time(13)))}, "chồng"),
    ]:
        with pytest.raises(calendars.CalendarRefusedError, match=words):
            calendars.set_slots(slots=slots, valid_from=date(2026, 11, 20), **values)
    with pytest.raises(calendars.CalendarRefusedError):
        calendars.set_slots(slots={1: (morning,)}, valid_from=date(2026, 11, 1), **values)
    calendars.set_slots(slots=dict.fromkeys(range(1, 6), (morning,)), valid_from=date(2026, 11, 18), **values)
    assert due(1, at(17)) == at(19, 12)
    assert [times.valid_from for times in calendars.open_times()] == [date(2026, 11, 18)]


def test_units_without_days_of_their_own_share_one_history(django_assert_max_num_queries):
    one, other = make_unit(), make_unit()
    make_day(date(2026, 11, 24))
    assert calendars.calendar_of(unit_id=one.id) is calendars.calendar_of(unit_id=other.id)


def test_the_revision_moves_with_every_change():
    before = calendars.revision_number()
    make_day(date(2026, 11, 24))
    assert calendars.revision_number() != before


def test_a_change_can_be_imagined_without_being_made():
    with calendars.imagine(declared=[("off", date(2026, 11, 18), "Bão", None)], at=at(17)):
        assert due(1, at(17, 12)) == at(20, 17)
        assert due(1, at(16, 12)) == at(19, 17)
    assert due(1, at(17, 12)) == at(19, 17)
    number = declare(date(2026, 11, 18), at(16, 8))
    with calendars.imagine(withdrawn=[number], at=at(17)):
        assert due(1, at(17, 12)) == at(20, 17)
        assert calendars.counted_days(unit_id=1, first=date(2026, 11, 18), last=date(2026, 11, 18))[0][1] == "counted"
    assert not CalendarDay.objects.filter(withdrawn_at__isnull=False).exists()
