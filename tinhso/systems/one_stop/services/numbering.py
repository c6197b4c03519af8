"""Codes of dossiers: gapless per agency and day, issued last and only for what is kept."""

from datetime import datetime

from django.db import connection


def next_code(agency: str, at: datetime) -> str:
    """The next code of an agency on the day (of Việt Nam) of `at`; holds that agency's counter until the commit."""
    with connection.cursor() as cursor:
        cursor.execute("select one_stop_next_code(%s, %s)", [agency, at])
        return str(cursor.fetchone()[0])


def take(agency: str, at: datetime, count: int) -> list[str]:
    """Several at once, for imports."""
    with connection.cursor() as cursor:
        cursor.execute("select one_stop_take_codes(%s, %s, %s)", [agency, at, count])
        return list(cursor.fetchone()[0])
