"""Keeps the database, the web server and the worker running in the background; one per state folder.

python -m ops.supervisor          run until SIGTERM (`make up` starts it, `make down` stops it)

What dies is started again, at once the first time and after at most ten seconds when it keeps dying. Being the one is
an exclusive lock on var/run/supervisor.pid, held while the process lives: a recycled process number fools nobody.
"""

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from ops import demo_authority, postgres

ROOT = Path(__file__).resolve().parent.parent
GRACE_SECONDS = 25.0
LONGEST_PAUSE_SECONDS = 10.0
LOG_LIMIT_BYTES = 20_000_000


def run_dir(var: Path) -> Path:
    return var / "run"


def log_file(var: Path, name: str) -> Path:
    """The service's log; what outgrew its limit is kept once, as `.1`."""
    path = var / "log" / f"{name}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path


def commands(var: Path) -> dict[str, list[str]]:
    """Name of a service → its command."""
    port = os.environ.get("TINHSO_PORT", "8000")
    web = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", os.environ.get("TINHSO_WORKERS", "2"),
        "--blocking-threads", "4", "--host", os.environ.get("TINHSO_BIND", "127.0.0.1"), "--port", port,
        "--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "20",
        "--no-access-log", "config.wsgi:application",
    ]  # fmt: skip
    found = {"web": web, "worker": [sys.executable, "manage.py", "worker"]}
    if demo_authority.port(var):
        found["authority"] = [sys.executable, "-m", "tinhso.foundation.signing.demo.server", str(var)]
    return found


def _die_with_parent() -> None:
    """Linux: a service whose supervisor was killed is told to stop, so that no orphan keeps the port."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGTERM)


@dataclass
class Service:
    name: str
    command: list[str]
    var: Path
    process: subprocess.Popen[bytes] | None = None
    pause: float = 0.0
    started_at: float = 0.0
    next_start: float = 0.0
    log: IO[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        self.log = log_file(self.var, self.name).open("ab")
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT,
            start_new_session=True, preexec_fn=_die_with_parent,
        )  # fmt: skip
        self.started_at = time.monotonic()
        (run_dir(self.var) / f"{self.name}.pid").write_text(f"{self.process.pid}\n")

    def watch(self) -> None:
        """Start what is not running, unless it died a moment ago."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is None:
            if now - self.started_at > 30:
                self.pause = 0.0
            return
        if self.process is not None:
            self.kill_group()  # children of a killed parent would keep its port
            say(f"{self.name} ended with {self.process.returncode}; again in {self.pause:.1f} s")
            self.process, self.next_start = None, now + self.pause
            self.pause = min(LONGEST_PAUSE_SECONDS, max(0.5, self.pause * 2))
        if now >= self.next_start:
            self.start()

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        if self.process is None:
            return
        while self.process.poll() is None and time.monotonic() < until:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(3)
            self.ask_to_stop()  # again: asked while it starts, a program may not have heard
        if self.process.poll() is None:
            say(f"{self.name} did not stop in time and is killed")
        self.kill_group()
        self.process.wait(5)
        (run_dir(self.var) / f"{self.name}.pid").unlink(missing_ok=True)

    def kill_group(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


def say(sentence: str) -> None:
    print(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {sentence}", flush=True)


class Supervisor:
    """Watches each service twice a second until told to stop; then stops web and worker before the database."""

    def __init__(self, var: Path, *, with_database: bool, services: dict[str, list[str]] | None = None) -> None:
        self.var = var
        self.with_database = with_database
        self.services = [Service(name, command, var) for name, command in (services or commands(var)).items()]
        self.stopping = threading.Event()
        self.restarting = threading.Event()

    def run(self) -> None:
        signal.signal(signal.SIGTERM, lambda *_: self.stopping.set())
        signal.signal(signal.SIGINT, lambda *_: self.stopping.set())
        signal.signal(signal.SIGHUP, lambda *_: self.restarting.set())
        while not self.stopping.is_set():
            if self.restarting.is_set():
                self.restarting.clear()
                self._stop_services()
            self._try(self._watch_database)
            for service in self.services:
                self._try(service.watch)
            self.stopping.wait(0.5)
        self._stop_services()
        if self.with_database:
            postgres.stop(self.var)

    def _watch_database(self) -> None:
        if self.with_database and not _is_alive(postgres.server_pid(self.var)) and not paused(self.var).exists():
            say("the database does not run; starting it")
            postgres.start(self.var)

    def _stop_services(self) -> None:
        for service in self.services:
            service.ask_to_stop()
        until = time.monotonic() + GRACE_SECONDS
        for service in self.services:
            service.wait(until)
            service.process, service.pause, service.next_start = None, 0.0, 0.0

    @staticmethod
    def _try(step: Callable[[], None]) -> None:
        try:
            step()
        except (OSError, SystemExit, subprocess.SubprocessError) as error:
            say(f"{step.__qualname__}: {error}")
            time.sleep(2)


def paused(var: Path) -> Path:
    """While this file exists the supervisor leaves a stopped database alone (restore, tests of its absence)."""
    return run_dir(var) / "database.paused"


def _is_alive(pid: int | None) -> bool:
    """The server's process, by name too: a number left by a crash may be anybody's now."""
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip() == "postgres"
    except OSError:
        return True


def pid_file(var: Path) -> Path:
    return run_dir(var) / "supervisor.pid"


def running(var: Path) -> int | None:
    """Process number of the supervisor of this state folder, if one lives."""
    try:
        with pid_file(var).open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(file.read().split()[0])
    except (FileNotFoundError, ValueError, IndexError):
        pass
    return None


def spawn(var: Path) -> int:
    """Start the supervisor in the background; its process number."""
    with log_file(var, "supervisor").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ops.supervisor"], cwd=ROOT, env={**os.environ, "TINHSO_VAR": str(var)},
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    return process.pid


def restart(var: Path, pid: int, seconds: float = 60.0) -> None:
    """Have web and worker started anew, with the code of now; returns when the new ones are there."""
    mark = run_dir(var) / "web.pid"
    before = mark.read_text() if mark.exists() else ""
    os.kill(pid, signal.SIGHUP)
    until = time.monotonic() + seconds
    while time.monotonic() < until and (not mark.exists() or mark.read_text() in {before, ""}):
        time.sleep(0.1)


def stop(var: Path, seconds: float = 60.0) -> bool:
    """Ask the supervisor to stop everything and wait for it; False where none ran."""
    pid = running(var)
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + seconds
    while running(var) is not None:
        if time.monotonic() > until:
            raise SystemExit(f"Chương trình trông coi (số {pid}) chưa dừng sau {seconds:.0f} s; xem {var}/log.")
        time.sleep(0.1)
    return True


def main() -> None:
    var = Path(os.environ.get("TINHSO_VAR", ROOT / "var")).resolve()
    run_dir(var).mkdir(parents=True, exist_ok=True)
    with pid_file(var).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit("Đã có một chương trình trông coi cho thư mục này.") from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        say("watching")
        Supervisor(var, with_database=not os.environ.get("DATABASE_URL")).run()
        file.truncate(0)
    say("stopped")


if __name__ == "__main__":
    main()
