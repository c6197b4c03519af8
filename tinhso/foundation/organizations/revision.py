"""Whether this process's copy of the organisation is still true.

Triggers give the one row of `organizations_revision` a new number on every change. A process asks for it at most
once a second; its own writes it hears of at once. A transaction that wrote keeps its view to its own thread until it
ends, so that nobody sees what may yet be rolled back.
"""

import threading
import time
from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar, Generic, TypeVar

from django.db import connection
from django.utils import timezone

CHECK_SECONDS = 1.0

Copy = TypeVar("Copy")
_epoch = 0
_mine = threading.local()


def forget() -> None:
    """This thread wrote to a table of the organisation, or is about to."""
    global _epoch
    _epoch += 1
    if connection.in_atomic_block:
        _mine.wrote_in = connection.connection


def look_again() -> None:
    """Ask the database at the next question, for whoever must see what was changed a moment ago."""
    global _epoch
    _epoch += 1


def start_afresh() -> None:
    """Forget every copy, whatever the revision says (tests roll back, and the number with them)."""
    global _epoch
    _epoch += 1
    _mine.__dict__.clear()
    for kept in Kept.all:
        kept.drop()


def current_number() -> int:
    """The number in the database now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM organizations_revision WHERE id = 1")
        row = cursor.fetchone()
    return row[0] if row else 0


class Kept(Generic[Copy]):
    """A copy made by `make`, made again when the revision moved or a new day began."""

    all: ClassVar[list["Kept[Any]"]] = []

    def __init__(self, make: Callable[[], Copy]) -> None:
        Kept.all.append(self)
        self._make = make
        self._lock = threading.Lock()
        self._copy: Copy | None = None
        self._state: tuple[int, date] = (-1, date.min)
        self._epoch = -1
        self._checked = 0.0

    def drop(self) -> None:
        self._copy = None

    def get(self) -> Copy:
        if getattr(_mine, "wrote_in", None) is not None:
            if connection.in_atomic_block and _mine.wrote_in is connection.connection:
                return self._get_private()
            _mine.wrote_in = None
        if self._copy is not None and self._epoch == _epoch and time.monotonic() - self._checked < CHECK_SECONDS:
            return self._copy
        return self._renew()

    def _renew(self) -> Copy:
        with self._lock:
            epoch, now, state = _epoch, time.monotonic(), (current_number(), timezone.localdate())
            if self._copy is None or state != self._state:
                self._copy = self._make()
                self._state = state
            self._epoch, self._checked = epoch, now
            return self._copy

    def _get_private(self) -> Copy:
        kept: dict[int, tuple[int, Copy]] = _mine.__dict__.setdefault("copies", {})
        epoch, copy = kept.get(id(self), (-1, None))
        if copy is None or epoch != _epoch:
            copy = self._make()
            kept[id(self)] = (_epoch, copy)
        return copy
