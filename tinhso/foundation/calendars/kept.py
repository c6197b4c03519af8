"""Copies in memory that live until the calendar's revision moves.

Triggers draw each revision from a sequence, so a number never means two different calendars, not even after a rollback.
A process asks for the number at most once a second; a transaction that wrote asks every time and keeps its view to
itself.
"""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from django.db import connection

CHECK_SECONDS = 1.0
_REVISIONS_KEPT = 4

Copy = TypeVar("Copy")
_mine = threading.local()
_lock = threading.Lock()
_copies: dict[int, dict[Hashable, Any]] = {}
_seen: tuple[float, int, Any] = (-1e9, 0, None)  # when, which number, of which database


def current_number() -> int:
    """The revision in the database now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM calendars_revision WHERE id = 1")
        row = cursor.fetchone()
    return row[0] if row else 0


def forget() -> None:
    """This thread wrote to the calendar."""
    global _seen
    _seen = (-1e9, 0, None)
    if connection.in_atomic_block:
        _mine.wrote_in = connection.connection


def look_again() -> None:
    """Ask the database at the next question, for whoever must see what was changed a moment ago."""
    global _seen
    _seen = (-1e9, 0, None)


def _number() -> int:
    global _seen
    if connection.in_atomic_block and getattr(_mine, "wrote_in", None) is connection.connection:
        return current_number()
    at, number, database = _seen
    now, name = time.monotonic(), connection.settings_dict["NAME"]
    if now - at >= CHECK_SECONDS or database != name:
        number = current_number()
        _seen = (now, number, name)
    return number


def kept(key: Hashable, make: Callable[[], Copy]) -> Copy:
    """The copy under a key, made when there is none for the revision now."""
    number = _number()
    copies = _copies.get(number)
    if copies is None:
        with _lock:
            copies = _copies.setdefault(number, {})
            while len(_copies) > _REVISIONS_KEPT:
                _copies.pop(next(iter(_copies)))
    if key not in copies:
        copies[key] = make()
    copy: Copy = copies[key]
    return copy
