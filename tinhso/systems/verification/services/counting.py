"""How often papers are asked for: a number a day, nothing of who asked or of what."""

from datetime import datetime

from django.db import connection
from django.utils import timezone


def count(what: str, *, at: datetime) -> None:
    """what: shown | unknown | same_file | other_file | opened | wrong_proof | offline."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into verification_count (day, what, number) values (%s, %s, 1)"
            " on conflict (day, what) do update set number = verification_count.number + 1",
            [timezone.localtime(at).date(), what],
        )
