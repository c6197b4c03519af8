"""PostgreSQL refuses to run as root: who runs it then, and how it still reaches folders that only root may enter.

Four ways, the first that works: as ourselves (not root) · as `postgres` or `nobody` · as that user with the one right
to pass closed folders (setpriv) · as root's own files seen from a user namespace in which we are not root (unshare).
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CANNOT = """Không chạy được PostgreSQL bằng quyền root ở đây: {why}
Hãy chạy `make up` bằng một người dùng thường, hoặc đặt mã nguồn và TINHSO_VAR ở nơi ai cũng vào được (/srv/tinhso)."""


@dataclass(frozen=True)
class ServerUser:
    """owner: who must own the data (None: ourselves). prefix: what is put before every command."""

    owner: tuple[int, int] | None = None
    prefix: tuple[str, ...] = ()

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        switched = self.owner is not None and not self.prefix
        return subprocess.run(
            [*self.prefix, *command],
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd="/",
            env={**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            **({"user": self.owner[0], "group": self.owner[1], "extra_groups": []} if switched and self.owner else {}),  # type: ignore[call-overload]
        )

    def own(self, path: Path) -> None:
        if self.owner and (path.stat().st_uid, path.stat().st_gid) != self.owner:
            os.chown(path, *self.owner)

    def can(self, program: Path, folder: Path) -> bool:
        """Whether the program starts and the folder can be written under this identity."""
        script = '"$1" --version >/dev/null && test -w "$2" && cd "$2"'
        try:
            return self.run(["sh", "-c", script, "sh", str(program), str(folder)]).returncode == 0
        except OSError:
            return False


def _candidates() -> Iterator[ServerUser]:
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        owner = (found.pw_uid, found.pw_gid)
        yield ServerUser(owner)
        if shutil.which("setpriv"):
            for right in ("dac_read_search", "dac_override"):
                yield ServerUser(
                    owner,
                    ("setpriv", f"--reuid={owner[0]}", f"--regid={owner[1]}", "--clear-groups",
                     "--securebits=+no_setuid_fixup", f"--inh-caps=+{right}", f"--ambient-caps=+{right}", "--"),
                )  # fmt: skip
    if shutil.which("unshare"):
        yield ServerUser(None, ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--"))


def find(program: Path, folder: Path) -> ServerUser:
    """Who may run `program` on `folder` (which exists); the folder's present owner is kept when it already has data."""
    if os.geteuid() != 0:
        return ServerUser()
    has_data = any(folder.iterdir())
    before = folder.stat()
    for candidate in _candidates():
        owner = candidate.owner or (0, 0)
        if has_data and owner[0] != before.st_uid:
            continue
        try:
            os.chown(folder, *owner)
        except OSError:
            continue
        if candidate.can(program, folder):
            return candidate
    os.chown(folder, before.st_uid, before.st_gid)
    why = f"không người dùng nào mở được {folder} hay {program}."
    if has_data:
        why = f"dữ liệu trong {folder} thuộc người dùng số {before.st_uid}, người ấy không mở được."
    raise SystemExit(CANNOT.format(why=why))
