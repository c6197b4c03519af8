"""The watched folder: only what is finished, once, and nothing lost when the power goes."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tinhso.foundation.accounts.public import Actor, actor_of_job
from tinhso.foundation.files import public as files
from tinhso.foundation.organizations import public as organizations
from tinhso.systems.digitisation import permissions
from tinhso.systems.digitisation.models import Batch
from tinhso.systems.digitisation.services import folder
from tinhso.systems.digitisation.tests import factories
from tinhso.systems.digitisation.tests.conftest import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def scans(tmp_path: Path, settings: object, desk: Actor) -> Path:
    """The folder of the desk's unit."""
    settings.SCANS_FOLDER = tmp_path  # type: ignore[attr-defined]
    place = tmp_path / organizations.get_unit(unit_id=permissions.unit_of(desk)).key
    place.mkdir()
    return place


def lay(place: Path, content: bytes) -> Path:
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(content)
    return place


def collect(*, seconds_later: float = 60) -> list[int]:
    return folder.collect(actor=actor_of_job(name="scans"), at=AT, now=time.time() + seconds_later)


def scan(number: int = 0) -> bytes:
    return factories.scan(factories.blank() - number)


def test_a_finished_file_is_taken_kept_and_removed(scans: Path) -> None:
    content = factories.scan(factories.blank())
    lay(scans / "lo.pdf", content)
    (batch_id,) = collect()
    batch = Batch.objects.get(pk=batch_id)
    assert (batch.source, batch.name) == (Batch.Source.FOLDER, "lo.pdf")
    assert files.read(sha256=batch.files.get().sha256).read() == content
    assert not (scans / "lo.pdf").exists()
    assert not list((scans / folder.TAKEN).iterdir())


def test_a_file_that_is_still_written_waits(scans: Path) -> None:
    lay(scans / "lo.pdf", scan())
    lay(scans / "lo2.pdf.part", scan())
    assert collect(seconds_later=1) == []
    assert {one.name for one in scans.iterdir()} == {"lo.pdf", "lo2.pdf.part", folder.TAKEN}


def test_a_folder_of_pictures_is_one_batch_in_the_order_of_names(scans: Path) -> None:
    for number in (2, 1, 3):
        lay(scans / "lo" / f"{number}.jpg", factories.jpeg(factories.blank() - number))
    (batch_id,) = collect()
    assert list(Batch.objects.get(pk=batch_id).files.values_list("name", flat=True)) == ["1.jpg", "2.jpg", "3.jpg"]


def test_what_was_taken_when_the_power_went_goes_on_and_is_not_doubled(
    scans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(scans / "lo.pdf", factories.scan(factories.blank()))
    with monkeypatch.context() as gone:
        unlink = Path.unlink
        gone.setattr(Path, "unlink", lambda self, **how: _dies() if folder.TAKEN in self.parts else unlink(self, **how))
        with pytest.raises(KeyboardInterrupt):
            collect()
    assert list((scans / folder.TAKEN).iterdir())
    assert collect() == []  # its row was written: known again
    assert Batch.objects.get().repeats == 1
    assert not list((scans / folder.TAKEN).iterdir())


def _dies() -> None:
    raise KeyboardInterrupt


def test_a_scanner_that_sends_the_same_batch_twice_makes_one(scans: Path) -> None:
    content = factories.scan(factories.blank())
    for name in ("a.pdf", "b.pdf"):
        lay(scans / name, content)
    assert len(collect()) == 1
    assert Batch.objects.get().repeats == 1


def test_a_damaged_file_is_laid_aside_and_said_at_the_desk(scans: Path) -> None:
    lay(scans / "hong.pdf", b"%PDF-1.4 nothing more")
    assert collect() == []
    batch = Batch.objects.get()
    assert batch.status == Batch.Status.REFUSED
    assert "hỏng" in batch.problem
    assert len(list((scans / folder.REFUSED).iterdir())) == 1


def test_a_full_disk_leaves_the_file_to_be_tried_again(scans: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(scans / "lo.pdf", factories.scan(factories.blank()))

    def full(**_: object) -> None:
        raise files.FileRefusedError((files.Problem("no_space", "Máy chủ tạm hết chỗ chứa"),))

    with monkeypatch.context() as disk:
        disk.setattr(files, "keep", full)
        assert collect() == []
    assert not Batch.objects.exists()
    assert len(collect()) == 1


@pytest.mark.parametrize("days", [-1, 1])
def test_the_scanners_own_clock_does_not_matter(scans: Path, days: int) -> None:
    place = lay(scans / "lo.pdf", scan())
    os.utime(place, (time.time() + days * 86_400,) * 2)
    assert collect(seconds_later=1) == []
    assert len(collect()) == 1


def test_what_grows_for_a_minute_is_taken_whole(scans: Path) -> None:
    content = scan()
    place = scans / "lo.pdf"
    for end in (len(content) // 3, len(content) // 2, len(content)):
        lay(place, content[:end])
        assert collect(seconds_later=5) == []
    assert len(collect()) == 1
    assert files.read(sha256=Batch.objects.get().files.get().sha256).read() == content


def test_what_is_no_batch_is_left_and_the_rest_is_taken(scans: Path) -> None:
    (scans / "a-rong" / "trong").mkdir(parents=True)
    lay(scans / "Thumbs.db", b"x")
    os.mkfifo(scans / "b-ong")
    (scans / "c-lien-ket.pdf").symlink_to(scans / "khong-co.pdf")
    (scans / "d-ra-ngoai.pdf").symlink_to(lay(scans.parent / "rieng.pdf", scan(1)))
    lay(scans / "lo" / "1.pdf", scan())
    lay(scans / "lo" / "Thumbs.db", b"x")
    assert len(collect()) == 1
    assert list(Batch.objects.get().files.values_list("name", flat=True)) == ["1.pdf"]


def test_one_file_that_cannot_be_opened_holds_up_no_other(scans: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.pdf", "b.pdf"):
        lay(scans / name, scan(ord(name[0])))
    opened = Path.open

    def broken(self: Path, *how: object) -> object:
        if self.name.endswith("-a.pdf"):
            raise PermissionError(13, "Permission denied")
        return opened(self, *how)  # type: ignore[call-overload]

    with monkeypatch.context() as lost:
        lost.setattr(Path, "open", broken)
        with pytest.raises(folder.ScansUnreadableError, match=r"a\.pdf"):
            collect()
    assert Batch.objects.get().name == "b.pdf"
    assert len(collect()) == 1


def test_a_folder_that_cannot_be_written_to_holds_up_no_other(scans: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(scans / "lo.pdf", scan())
    mkdir = Path.mkdir

    def read_only(self: Path, *how: object, **more: object) -> None:
        if self.name == folder.TAKEN:
            raise OSError(30, "Read-only file system")
        mkdir(self, *how, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as locked:
        locked.setattr(Path, "mkdir", read_only)
        with pytest.raises(folder.ScansUnreadableError, match="Read-only"):
            collect()
    assert (scans / "lo.pdf").exists()
    assert len(collect()) == 1


def test_a_folder_taken_and_half_removed_when_the_power_went_makes_no_second_batch(
    scans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        lay(scans / "lo" / f"{number}.pdf", scan(number))

    def half(place: Path) -> None:
        next(place.iterdir()).unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as gone:
        gone.setattr(folder.shutil, "rmtree", half)
        with pytest.raises(KeyboardInterrupt):
            collect()
    assert collect() == []
    assert Batch.objects.get().page_count == 3
    assert not list((scans / folder.TAKEN).iterdir())


def test_the_same_pages_under_another_name_are_the_same_batch(scans: Path) -> None:
    for name in ("lo", "lo-2"):
        for number in (1, 2):
            lay(scans / name / f"{name}{number}.pdf", scan(number))
    assert len(collect()) == 1
    assert Batch.objects.get().repeats == 1


def test_a_disk_that_is_really_full_keeps_the_file_and_takes_it_later(
    scans: Path, small_disk: Callable[[Path, int], None], settings: Any, tmp_path: Path
) -> None:
    settings.VAR = tmp_path / "var"
    store = settings.VAR / "files"
    small_disk(store, 1)
    content = factories.scan(factories.letter())
    lay(scans / "lo.pdf", content)
    (store / "other").write_bytes(b"x" * ((1 << 20) - 8192 - len(content) // 2 // 4096 * 4096))
    assert collect() == []
    assert not Batch.objects.exists()
    assert not [path for path in store.rglob("*") if path.is_file() and path.name != "other"]
    (store / "other").unlink()
    assert len(collect()) == 1
    assert files.read(sha256=Batch.objects.get().files.get().sha256).read() == content
