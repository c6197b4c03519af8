"""The watched folder: only what is finished, once, and nothing lost when the power goes."""

import os
import time
from pathlib import Path

import pytest

from tinhso.foundation.accounts.public import Actor, actor_of_job
from tinhso.foundation.files import public as files
from tinhso.foundation.organizations import public as organizations
from tinhso.systems.digitisation import permissions, services
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


def lay(place: Path, content: bytes, *, seconds_ago: float = 60) -> Path:
    place.write_bytes(content)
    os.utime(place, (time.time() - seconds_ago,) * 2)
    return place


def collect() -> list[int]:
    return services.collect(actor=actor_of_job(name="scans"), at=AT)


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
    lay(scans / "lo.pdf", factories.scan(factories.blank()), seconds_ago=1)
    lay(scans / "lo2.pdf.part", factories.scan(factories.blank()))
    assert collect() == []
    assert {one.name for one in scans.iterdir()} == {"lo.pdf", "lo2.pdf.part", folder.TAKEN}


def test_a_folder_of_pictures_is_one_batch_in_the_order_of_names(scans: Path) -> None:
    (scans / "lo").mkdir()
    for number in (2, 1, 3):
        lay(scans / "lo" / f"{number}.jpg", factories.jpeg(factories.blank() - number))
    os.utime(scans / "lo", (time.time() - 60,) * 2)
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
