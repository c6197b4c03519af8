"""Codes of dossiers by agency and day."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection

from tinhso.systems.one_stop.tests.factories import Office

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def test_a_day_is_a_day_of_viet_nam(office: Office) -> None:
    before = datetime(2026, 11, 18, 23, 59, tzinfo=VIETNAM)
    after = datetime(2026, 11, 19, 0, 1, tzinfo=VIETNAM)
    with connection.cursor() as cursor:
        cursor.execute("select one_stop_next_code('H53.1', %s), one_stop_next_code('H53.1', %s)", [before, after])
        assert cursor.fetchone() == ("H53.1-261118-0001", "H53.1-261119-0001")


def test_numbers_beyond_nine_thousand_nine_hundred_ninety_nine_grow(office: Office) -> None:
    at = datetime(2026, 11, 18, 9, tzinfo=VIETNAM)
    with connection.cursor() as cursor:
        cursor.execute("select one_stop_take_codes('H53.1', %s, 10001)", [at])
        assert cursor.fetchone()[0][-3:] == ["H53.1-261118-9999", "H53.1-261118-10000", "H53.1-261118-10001"]
