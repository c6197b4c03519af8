"""The watched folder: `<scans>/<key of the unit>/`, where a scanner lays its files.

A file is a batch, and so is a folder of pictures.

A file is taken when it has lain unchanged for a while, and by renaming it into `.taken`: two workers never take the
same, and what was taken when the power went is found there and goes on. It is removed only after its bytes are kept and
its row is written.
"""

import contextlib
import logging
import shutil
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.files.public import FileRefusedError
from tinhso.foundation.organizations import public as organizations
from tinhso.systems.digitisation.models import Batch
from tinhso.systems.digitisation.services.receiving import keep_scan, receive_batch, refuse_batch

log = logging.getLogger(__name__)

QUIET_SECONDS = 10.0  # a scanner that is still writing touches its file more often than this
TAKEN, REFUSED = ".taken", "khong-nhan"
UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart", "~")


def collect(*, actor: Actor, at: datetime, now: float | None = None) -> list[int]:
    """Take what is finished; numbers of the new batches. now: seconds since 1970, as the file system counts."""
    root = Path(settings.SCANS_FOLDER)
    if not root.is_dir():
        return []
    batches: list[int] = []
    for folder in sorted(one for one in root.iterdir() if one.is_dir()):
        try:
            unit = organizations.unit_by_key(key=folder.name)
        except LookupError:
            log.warning("scans: %s is no key of a unit", folder.name)
            continue
        for place in _taken(folder, now if now is not None else time.time()):
            if batch_id := _receive(place, unit_id=unit.id, actor=actor, at=at):
                batches.append(batch_id)
    return batches


def _taken(folder: Path, now: float) -> Iterator[Path]:
    """What was taken before and not finished, then what is finished now."""
    taken = folder / TAKEN
    taken.mkdir(exist_ok=True)
    yield from sorted(taken.iterdir())
    for place in sorted(folder.iterdir()):
        if place.name in (TAKEN, REFUSED) or place.name.startswith(".") or not _is_finished(place, now):
            continue
        target = taken / f"{int(now * 1000):x}-{place.name}"
        with contextlib.suppress(FileNotFoundError):  # another worker was quicker
            place.rename(target)
            yield target


def _is_finished(place: Path, now: float) -> bool:
    parts = [place, *place.rglob("*")] if place.is_dir() else [place]
    if any(part.name.endswith(UNFINISHED) for part in parts) or (place.is_dir() and len(parts) == 1):
        return False
    return all(now - part.stat().st_mtime > QUIET_SECONDS for part in parts)


def _receive(place: Path, *, unit_id: int, actor: Actor, at: datetime) -> int | None:
    name = place.name.partition("-")[2] or place.name
    parts = sorted(part for part in place.rglob("*") if part.is_file()) if place.is_dir() else [place]
    kept = []
    for part in parts:
        try:
            with part.open("rb") as content:
                kept.append((part.name, keep_scan(content=content, name=part.name.rpartition("-")[2] or part.name)))
        except FileRefusedError as error:
            if error.problems[0].code == "no_space":
                log.error("scans: %s waits, the disk is full", place.name)
                return None  # it lies in `.taken` and is tried again
            refuse_batch(
                unit_id=unit_id,
                name=name,
                path=part,
                sentence=str(error),
                source=Batch.Source.FOLDER,
                actor=actor,
                at=at,
            )
            _move_aside(place)
            return None
    with transaction.atomic():
        received = receive_batch(unit_id=unit_id, scans=kept, name=name, source=Batch.Source.FOLDER, actor=actor, at=at)
    shutil.rmtree(place) if place.is_dir() else place.unlink()
    return received.batch.pk if received.is_new else None


def _move_aside(place: Path) -> None:
    aside = place.parent.parent / REFUSED
    aside.mkdir(exist_ok=True)
    place.rename(aside / place.name)
