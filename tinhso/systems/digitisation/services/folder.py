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
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
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
TAKEN, REFUSED, DONE = ".taken", "khong-nhan", ".done-"
UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart", "~")
LITTER = frozenset({"Thumbs.db", "desktop.ini"})
SAID = 5  # of the things that could not be taken, at most


class ScansUnreadableError(OSError):
    """What lies in the watched folder and could not be taken; shown with the regular job."""


def collect(*, actor: Actor, at: datetime, now: float | None = None) -> list[int]:
    """Take what is finished; numbers of the new batches. now: seconds since 1970, as the file system counts.

    What cannot be opened stays where it lies and holds up nothing else; raises ScansUnreadableError after the rest.
    """
    root = Path(settings.SCANS_FOLDER)
    if not root.is_dir():
        return []
    batches: list[int] = []
    wrong: list[str] = []
    for folder in sorted(one for one in root.iterdir() if one.is_dir()):
        try:
            unit = organizations.unit_by_key(key=folder.name)
        except LookupError:
            log.warning("scans: %s is no key of a unit", folder.name)
            continue
        take = partial(_receive, unit_id=unit.id, actor=actor, at=at)
        batches += _collect_folder(folder, now if now is not None else time.time(), take, wrong)
    if wrong:
        raise ScansUnreadableError("; ".join(wrong[:SAID]))
    return batches


def _collect_folder(folder: Path, now: float, take: Callable[[Path], int | None], wrong: list[str]) -> list[int]:
    batches = []
    try:
        for place in _taken(folder, now):
            try:
                batches.append(take(place))
            except OSError as error:
                wrong.append(_sentence(place, error))
    except OSError as error:
        wrong.append(_sentence(folder, error))
    return [one for one in batches if one]


def _sentence(place: Path, error: OSError) -> str:
    return f"Không lấy được «{place.name}» ở thư mục máy quét: {error.strerror or error}"


def _taken(folder: Path, now: float) -> Iterator[Path]:
    """What was taken before and not finished, then what is finished now."""
    taken = folder / TAKEN
    taken.mkdir(exist_ok=True)
    for done in taken.glob(f"{DONE}*"):
        shutil.rmtree(done)
    yield from sorted(taken.iterdir())
    for place in sorted(folder.iterdir()):
        if place.name in (TAKEN, REFUSED) or _is_litter(place) or not _is_finished(place, now):
            continue
        target = taken / f"{int(now * 1000):x}-{place.name}"
        with contextlib.suppress(FileNotFoundError):  # another worker was quicker
            place.rename(target)
            yield target


def _is_litter(place: Path) -> bool:
    """What file systems and file managers leave behind, and links: they lead to where nobody scans."""
    return place.name.startswith(".") or place.name in LITTER or place.is_symlink()


def _parts(place: Path) -> list[Path]:
    """The files of a batch in the order of their names."""
    if not place.is_dir():
        return [place] if place.is_file() else []  # a pipe would never end
    return sorted(part for part in place.rglob("*") if part.is_file() and not _is_litter(part))


def _is_finished(place: Path, now: float) -> bool:
    """By the clock of the file system: the time of change of a scanner that keeps its own may be a day wrong."""
    parts = _parts(place)
    if not parts or any(part.name.endswith(UNFINISHED) for part in parts):
        return False
    try:
        return all(now - part.stat().st_ctime > QUIET_SECONDS for part in parts)
    except FileNotFoundError:  # taken away while we looked
        return False


def _receive(place: Path, *, unit_id: int, actor: Actor, at: datetime) -> int | None:
    name = place.name.partition("-")[2] or place.name
    kept = []
    for part in _parts(place):
        part_name = part.name if place.is_dir() else name
        try:
            with part.open("rb") as content:
                kept.append((part_name, keep_scan(content=content, name=part_name)))
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
    if not kept:
        _move_aside(place)
        return None
    with transaction.atomic():
        received = receive_batch(unit_id=unit_id, scans=kept, name=name, source=Batch.Source.FOLDER, actor=actor, at=at)
    _remove(place)
    return received.batch.pk if received.is_new else None


def _remove(place: Path) -> None:
    """A folder under another name first: half of it left by a killed worker would be a batch of its own."""
    if place.is_dir():
        shutil.rmtree(place.rename(place.with_name(f"{DONE}{place.name}")))
    else:
        place.unlink()


def _move_aside(place: Path) -> None:
    aside = place.parent.parent / REFUSED
    aside.mkdir(exist_ok=True)
    place.rename(aside / place.name)
