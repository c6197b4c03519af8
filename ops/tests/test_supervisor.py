"""The supervisor starts again what dies, and leaves nothing behind when it stops."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ops import release, supervisor

PROGRAM = """
import sys
from pathlib import Path
from ops import supervisor
var = Path(sys.argv[1])
sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
supervisor.commands = lambda var: {"web": sleeper, "worker": sleeper}
supervisor.main()
"""


def wait_for(what: Callable[[], object], seconds: float = 15.0) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def pid_of(var: Path, name: str) -> int:
    try:
        return int((var / "run" / f"{name}.pid").read_text())
    except (OSError, ValueError):
        return 0


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Path]:
    environment = {**os.environ, "TINHSO_VAR": str(tmp_path), "DATABASE_URL": "postgresql://nowhere/x"}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], env=environment, cwd=supervisor.ROOT, stdout=subprocess.DEVNULL
    )
    wait_for(lambda: pid_of(tmp_path, "web") and pid_of(tmp_path, "worker"))
    yield tmp_path
    process.terminate()
    process.wait(30)


def test_it_is_known_by_its_lock(watched: Path) -> None:
    assert supervisor.running(watched) is not None


def test_nobody_runs_in_an_empty_folder(tmp_path: Path) -> None:
    assert supervisor.running(tmp_path) is None


def test_a_number_left_by_a_crash_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    supervisor.pid_file(tmp_path).write_text(f"{os.getpid()}\n")
    assert supervisor.running(tmp_path) is None


def test_a_killed_service_is_started_again(watched: Path) -> None:
    first = pid_of(watched, "worker")
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: pid_of(watched, "worker") not in {0, first} and is_alive(pid_of(watched, "worker")))


def test_stopping_leaves_no_process_behind(watched: Path) -> None:
    pids = [pid_of(watched, "web"), pid_of(watched, "worker")]
    assert supervisor.stop(watched)
    assert not any(map(is_alive, pids))
    assert not supervisor.stop(watched)


def test_services_of_a_killed_supervisor_stop_too(watched: Path) -> None:
    pids = [pid_of(watched, "web"), pid_of(watched, "worker")]
    os.kill(supervisor.running(watched) or 0, signal.SIGKILL)
    wait_for(lambda: not any(map(is_alive, pids)))


def test_a_restart_brings_new_processes(watched: Path) -> None:
    before = pid_of(watched, "web")
    supervisor.restart(watched, supervisor.running(watched) or 0)
    assert pid_of(watched, "web") != before


def test_what_was_set_up_is_remembered_and_a_change_is_noticed(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "units.csv").write_text("a")
    before = release.marks(pack)
    release.remember(tmp_path, before)
    assert release.remembered(tmp_path) == before == release.marks(pack)
    (pack / "units.csv").write_text("ab")
    assert release.marks(pack)["pack"] != before["pack"]
    assert release.marks(pack)["migrations"] == before["migrations"]
    release.forget(tmp_path)
    assert release.remembered(tmp_path) == {}
