"""One number for the whole catalogue: it moves with every change, and each process keeps its copies by it.

The number comes from a sequence, so a number once seen never names another content, not even after a rollback.
"""

import os
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from django.db import connection

# How long a process may go without asking whether the catalogue changed elsewhere; tests ask every time.
CHECK_SECONDS = 0.0 if os.environ.get("PYTEST_VERSION") else 1.0

Copy = TypeVar("Copy")
_checked_at = 0.0
_number = 0
_mine = threading.local()


def move() -> None:
    """The catalogue is changing in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procedures_revision (id, number, changed_at)"
            " VALUES (1, nextval('procedures_revision_numbers'), now())"
            " ON CONFLICT (id) DO UPDATE SET number = excluded.number, changed_at = excluded.changed_at"
        )
    _mine.moved = True


def _ask() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM procedures_revision WHERE id = 1")
        row = cursor.fetchone()
    return row[0] if row else 0


def number() -> int:
    """The revision now, asked of the database at most once in CHECK_SECONDS; 0 before the first load.

    A thread that changed the catalogue asks every time until its transaction ends.
    """
    global _checked_at, _number
    moved = getattr(_mine, "moved", False)
    if moved and connection.in_atomic_block:
        return _ask()
    now = time.monotonic()
    if moved or now - _checked_at >= CHECK_SECONDS:
        _number, _checked_at, _mine.moved = _ask(), now, False
    return _number


def look_again() -> None:
    """Ask the database at the next question, for whoever must see what was changed a moment ago."""
    global _checked_at
    _checked_at = float("-inf")


class Kept(Generic[Copy]):
    """A copy of a part of the catalogue, made again when the revision moved."""

    def __init__(self, make: Callable[[], Copy]) -> None:
        self._make = make
        self._held: tuple[int, Copy] | None = None
        self._making = threading.Lock()

    def get(self) -> Copy:
        """While one thread makes the copy anew, the others go on with the old one."""
        now, held = number(), self._held
        if held is not None and held[0] == now:
            return held[1]
        mine = getattr(_mine, "moved", False)  # whoever changed the catalogue must see the change
        if not self._making.acquire(blocking=held is None or mine):
            assert held is not None  # noqa: S101 — we would have waited
            return held[1]
        try:
            if self._held is None or self._held[0] != now:
                self._held = (now, self._make())
            return self._held[1]
        finally:
            self._making.release()
