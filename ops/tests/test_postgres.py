"""Starting the database: from nothing, after a kill, on what belongs to somebody else."""

import os
import signal
import time
from pathlib import Path

import psycopg
import pytest

from ops import postgres, server_user

pytestmark = pytest.mark.slow


def test_it_starts_from_nothing_survives_a_kill_and_starts_again(tmp_path: Path) -> None:
    var = tmp_path / "var"
    try:
        postgres.start(var)
        with psycopg.connect(postgres.url(var), autocommit=True) as connection:
            connection.execute("create table kept as select 1 as one")
        assert postgres.socket_dir(var).stat().st_mode & 0o077 == 0
        pid = postgres.server_pid(var)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        until = time.monotonic() + 20
        while postgres.is_running(var) and time.monotonic() < until:
            time.sleep(0.1)
        postgres.start(var)
        with psycopg.connect(postgres.url(var)) as connection:
            assert connection.execute("select one from kept").fetchone() == (1,)
    finally:
        postgres.stop(var, "immediate")


def test_a_cluster_half_made_is_made_anew(tmp_path: Path) -> None:
    var = tmp_path / "var"
    (var / "postgres.half").mkdir(parents=True)
    (var / "postgres.half" / "PG_VERSION").write_text("18\n")
    try:
        postgres.start(var)
        assert not (var / "postgres.half").exists()
    finally:
        postgres.stop(var, "immediate")


def test_data_of_another_version_is_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("16\n")
    data.chmod(0o755)
    with pytest.raises(SystemExit, match="PostgreSQL 16"):
        postgres.start(tmp_path)
    assert (data / "PG_VERSION").read_text() == "16\n"


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "holiday.jpg").write_bytes(b"x")
    with pytest.raises(SystemExit, match="không phải cơ sở dữ liệu"):
        postgres.start(tmp_path)


def test_a_full_disk_is_told_before_anything_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "LEAST_FREE_BYTES", 10**18)
    with pytest.raises(SystemExit, match="giải phóng chỗ"):
        postgres.start(tmp_path / "var")


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    assert len(str(postgres.socket_dir(tmp_path / ("x" * 120)))) < 80


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to look for another user")
def test_root_finds_a_user_also_for_a_folder_only_root_may_enter(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    var = closed / "var"
    try:
        postgres.start(var)
        assert postgres.is_running(var)
    finally:
        postgres.stop(var, "immediate")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to look for another user")
def test_where_no_way_is_left_root_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_user, "_candidates", lambda: iter(()))
    with pytest.raises(SystemExit, match="người dùng thường"):
        server_user.find(Path("/bin/true"), tmp_path)
