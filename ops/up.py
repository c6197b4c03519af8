"""`make up`: everything from nothing to a running province; again: only what changed. `make down`: stop it.

python -m ops.up [down]
"""

import errno
import fcntl
import http.client
import io
import json
import os
import shutil
import socket
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ops import postgres, release, supervisor

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("TINHSO_VAR") or ROOT / "var").resolve()
PACK = Path(os.environ.get("TINHSO_PACK") or ROOT / "packs" / "tay_ninh").resolve()
PORT = int(os.environ.get("TINHSO_PORT") or 8000)
EXTERNAL = os.environ.get("DATABASE_URL", "")
DEMO_DOSSIERS = int(os.environ.get("TINHSO_DEMO") or 3000)
LEAST_FREE_BYTES = 500_000_000
OLDEST_SERVER = 150000
NOT_SERVED = ["ninja", "*.map"]  # 24 MB of a documentation page that we do not show


def step(sentence: str, work: Callable[[], object]) -> None:
    """Say what is done and how long it took; nothing is said of what needed no work."""
    print(f"  {sentence} … ", end="", flush=True)
    began = time.monotonic()
    found = work()
    took = f"{time.monotonic() - began:.1f}".replace(".", ",")
    print(f"{found or 'xong'} ({took} s)", flush=True)


def refuse(sentence: str) -> None:
    raise SystemExit(f"\nKhông khởi động được. {sentence}")


def check_folders() -> None:
    if not PACK.is_dir():
        refuse(f"Không có gói dữ liệu tỉnh {PACK} (TINHSO_PACK).")
    try:
        (VAR / "log").mkdir(parents=True, exist_ok=True)
        (VAR / "run").mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(VAR).free
    except OSError as error:
        refuse(f"Không ghi được vào {VAR}: {error.strerror}. Chọn thư mục khác bằng TINHSO_VAR.")
        return
    if free < LEAST_FREE_BYTES:
        refuse(f"Đĩa chứa {VAR} còn {free // 1_000_000} MB, cần ít nhất {LEAST_FREE_BYTES // 1_000_000} MB.")


def check_port() -> None:
    """Somebody else on our port would answer in our name."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((os.environ.get("TINHSO_BIND", "127.0.0.1"), PORT))
        except OSError as error:
            if error.errno == errno.EACCES:
                refuse(f"Không được phép mở cổng {PORT}: chọn cổng trên 1023, thí dụ `make up TINHSO_PORT=8080`.")
            refuse(
                f"Cổng {PORT} đang có chương trình khác dùng. Dừng chương trình ấy, hoặc chọn cổng khác: "
                f"`make up TINHSO_PORT={PORT + 1}`."
            )


def start_database() -> str:
    if not EXTERNAL:
        postgres.start(VAR)
        return ""
    import psycopg

    try:
        with psycopg.connect(EXTERNAL, connect_timeout=10) as connection:
            version = connection.info.server_version
    except psycopg.Error as error:
        refuse(f"Không vào được cơ sở dữ liệu của DATABASE_URL: {str(error).strip()}")
        return ""
    if version < OLDEST_SERVER:
        refuse(f"DATABASE_URL là PostgreSQL {version // 10000}; cần từ bản 15.")
    return f"PostgreSQL {version // 10000} của DATABASE_URL"


def database_identity() -> str:
    """Which cluster and database this is: after a restore or with another address everything is looked at again."""
    import psycopg

    with psycopg.connect(EXTERNAL or postgres.url(VAR), connect_timeout=10) as connection:
        row = connection.execute(
            "select c.system_identifier, d.oid from pg_control_system() c, pg_database d "
            "where d.datname = current_database()"
        ).fetchone()
    return f"{row[0]}/{row[1]}" if row else ""


def command(name: str, *arguments: object, **options: object) -> str:
    """Run one of our commands here (starting a new Python for each would cost a second); its last line."""
    from django.core.management import call_command
    from django.core.management.base import CommandError
    from django.db import connection

    said = io.StringIO()
    fault = ""
    try:
        call_command(name, *map(str, arguments), stdout=said, stderr=said, **options)
    except CommandError as error:
        fault = str(error)
    except Exception as error:
        said.write(traceback.format_exc())
        fault = f"{type(error).__name__}: {error}"
    finally:
        connection.close()
    log = VAR / "log" / "up.log"
    with log.open("a") as file:
        file.write(f"== {time.strftime('%Y-%m-%d %H:%M:%S')} {name}\n{said.getvalue()}{fault}\n")
    lines = said.getvalue().strip().splitlines()
    if fault:
        shown = "" if "Traceback" in said.getvalue() else "\n".join(lines[-20:]) + "\n"
        refuse(f"Lệnh «{name}» báo:\n{shown}{fault}\nNhật ký: {log}")
    return lines[-1].strip() if lines else ""


def is_demo() -> bool:
    """Demo accounts are there and only this machine is served: a mock authority may vouch for the officials."""
    from django.conf import settings

    from tinhso.foundation.accounts import public as accounts

    return bool(settings.IS_LOCAL and accounts.demo_sign_ins())


def has_dossiers() -> bool:
    """Samples never go among dossiers that are there: they may be real, restored or of another installation."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select exists (select 1 from one_stop_dossier)")
        found = bool(cursor.fetchone()[0])
    connection.close()
    return found


def set_up(marks: dict[str, str], before: dict[str, Any]) -> dict[str, Any]:
    """Do what changed since it was last done; what is now remembered."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    now = dict(before)

    def changed(what: str) -> bool:
        return bool(before.get(what) != marks[what])

    def done(*what: str) -> None:
        now.update({key: marks[key] for key in what})
        release.remember(VAR, now)

    if changed("migrations"):
        step("Lập bảng dữ liệu", lambda: command("migrate", interactive=False, verbosity=0))
        done("migrations")
    if changed("static"):
        step(
            "Gói tệp giao diện",
            lambda: command("collectstatic", interactive=False, clear=True, ignore_patterns=NOT_SERVED, verbosity=0),
        )
        done("static")
    if changed("pack"):
        step(f"Nạp gói dữ liệu tỉnh ({PACK.name})", lambda: command("pack", "load", PACK))
        done("pack")
    if before.get("demo_ca") != marks["pack"] and is_demo():
        step("Cấp chứng thư ký số mô phỏng", lambda: command("demo_ca", "set_up"))
        now["demo_ca"] = marks["pack"]
    if not before.get("demo") and DEMO_DOSSIERS and not has_dossiers():
        step(f"Dựng {DEMO_DOSSIERS} hồ sơ mẫu", lambda: command("demo", dossiers=DEMO_DOSSIERS))
        if is_demo():
            step("Cất giấy tờ mẫu vào kho của tài khoản mẫu", lambda: command("vault", "samples"))
        now["demo"] = DEMO_DOSSIERS
    now["sign_ins"] = sign_in_table()
    done("code")
    return now


def sign_in_table() -> str:
    """The demo's accounts, as the accounts' own door lists them."""
    from tinhso.foundation.accounts import public as accounts

    listed = accounts.demo_sign_ins()
    if not listed:
        return ""
    rows = [("Đăng nhập", "Mật khẩu", "Vai", "Họ và tên")]
    rows += [(one.username, one.password, one.role, one.name) for one in listed]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    rows.insert(1, tuple("─" * width for width in widths))  # type: ignore[arg-type]
    return "\n".join("  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def health() -> dict[str, Any]:
    """What /healthz says; empty while nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return dict(json.loads(connection.getresponse().read()))
    except (OSError, ValueError, http.client.HTTPException):
        return {}
    finally:
        connection.close()


def wait_until_well(pid: int, seconds: float = 60.0) -> str:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = health()
        if found.get("status") == "ok":
            return f"bản {found['version']}"
        if supervisor.running(VAR) is None and time.monotonic() > until - seconds + 5:
            break
        time.sleep(0.15)
    for name in ("supervisor", "web", "worker"):
        lines = supervisor.log_file(VAR, name)
        if lines.exists():
            print(f"\n--- {lines}\n" + "\n".join(lines.read_text(errors="replace").splitlines()[-12:]))
    refuse(f"Sau {seconds:.0f} giây hệ thống vẫn chưa khoẻ: {health() or 'web chưa trả lời'}. Nhật ký ở trên.")
    return ""


def up() -> None:
    began = time.monotonic()
    check_folders()
    with (VAR / "run" / "up.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second `make up` waits for the first
        watcher = supervisor.running(VAR)
        if watcher is None:
            check_port()
        step("Khởi động cơ sở dữ liệu", start_database)
        marks = release.marks(PACK)
        before = release.remembered(VAR)
        identity = database_identity()
        if before.get("database") != identity:
            before = {"database": identity, "static": before.get("static", "")}
        fresh = all(before.get(key) == mark for key, mark in marks.items()) and (VAR / "static").exists()
        if not (VAR / "static").exists():
            before.pop("static", None)
        state = before if fresh else set_up(marks, before)
        if watcher is None:
            watcher = supervisor.spawn(VAR)
        elif not fresh:
            supervisor.restart(VAR, watcher)
        number = watcher
        step("Khởi động web và việc nền", lambda: wait_until_well(number))
    took = f"{time.monotonic() - began:.1f}".replace(".", ",")
    print(f"\nTỉnh Số is ready: http://localhost:{PORT}  ({took} s)")
    if state.get("sign_ins"):
        print(f"\n{state['sign_ins']}")


def down() -> None:
    if supervisor.stop(VAR):
        print("Đã dừng Tỉnh Số; dữ liệu còn nguyên trong", VAR)
        return
    if not EXTERNAL and postgres.data_dir(VAR).exists():
        postgres.stop(VAR)
    print("Tỉnh Số không chạy.")


if __name__ == "__main__":
    down() if sys.argv[1:] == ["down"] else up()
