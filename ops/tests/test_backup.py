"""What was backed up comes back, and nothing else is taken for a backup."""

import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from ops import backup, postgres

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "EXTERNAL", "")


@pytest.fixture
def province(tmp_path: Path) -> Iterator[Path]:
    """A small state folder with a running database, a paper and a key."""
    var = tmp_path / "var"
    postgres.start(var)
    with psycopg.connect(postgres.url(var), autocommit=True) as connection:
        connection.execute("create table dossier (code text primary key, name text)")
        connection.execute(
            "insert into dossier select 'H53-' || n, 'Nguyễn Văn Ấn ' || n from generate_series(1, 500) n"
        )
    (var / "files" / "ab").mkdir(parents=True)
    (var / "files" / "ab" / "abcdef").write_bytes(b"%PDF-1.7 giay khai sinh")
    (var / "secret-key").write_text("khoa")
    yield var
    postgres.stop(var, "immediate")


def test_a_backup_restored_elsewhere_has_every_row_paper_and_key(province: Path, tmp_path: Path) -> None:
    made = backup.make(province, tmp_path / "b" / "one.tar")
    assert made.stat().st_mode & 0o077 == 0
    assert backup.check(made) == 3
    elsewhere = tmp_path / "elsewhere"
    try:
        assert backup.restore(elsewhere, made) == 3
        with psycopg.connect(postgres.url(elsewhere)) as connection:
            assert connection.execute("select count(*), max(name) from dossier").fetchone() == (500, "Nguyễn Văn Ấn 99")
        assert (elsewhere / "files" / "ab" / "abcdef").read_bytes().startswith(b"%PDF")
        assert (elsewhere / "secret-key").read_text() == "khoa"
        with pytest.raises(SystemExit, match="không ghi đè"):
            backup.restore(elsewhere, made)
    finally:
        postgres.stop(elsewhere, "immediate")


def test_a_damaged_backup_is_refused_before_anything_is_touched(province: Path, tmp_path: Path) -> None:
    made = backup.make(province, tmp_path / "one.tar")
    content = bytearray(made.read_bytes())
    place = content.find(b"%PDF")
    content[place : place + 4] = b"%PDX"
    made.write_bytes(content)
    with pytest.raises(SystemExit, match="hỏng"):
        backup.restore(tmp_path / "elsewhere", made)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("content", [b"", b"not a tar", b"\0" * 10240])
def test_what_is_no_backup_is_named_so(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "x.tar"
    file.write_bytes(content)
    with pytest.raises(SystemExit, match=r"Không đọc được|không phải bản sao lưu"):
        backup.check(file)


def test_a_tar_with_a_foreign_manifest_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"format": 99}')
    with tarfile.open(tmp_path / "x.tar", "w") as tar:
        tar.add(tmp_path / "manifest.json", "manifest.json")
    with pytest.raises(SystemExit, match="không phải bản sao lưu"):
        backup.check(tmp_path / "x.tar")


def test_a_full_disk_is_said_and_leaves_no_half_and_the_former_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_disk: Callable[[Path, int], None]
) -> None:
    monkeypatch.setattr(backup.postgres, "start", lambda var: None)
    monkeypatch.setattr(backup, "dump", lambda var, target: target.write_bytes(b"dump"))
    (tmp_path / "var" / "files").mkdir(parents=True)
    place = tmp_path / "backups"
    small_disk(place, 1)
    former = backup.make(tmp_path / "var", place / "one.tar").read_bytes()
    (tmp_path / "var" / "files" / "large").write_bytes(b"x" * 2_000_000)
    with pytest.raises(SystemExit, match="Không ghi được bản sao lưu"):
        backup.make(tmp_path / "var", place / "one.tar")
    assert [(path.name, path.read_bytes() == former) for path in place.iterdir()] == [("one.tar", True)]
