"""`make backup`, `make restore FILE=…`: the database, the papers and the keys in one file, and back.

python -m ops.backup make [FILE] | restore FILE | check FILE

The file is a tar: database.dump (pg_dump, custom format, compressed), files/ (papers, each named by the digest of its
bytes), signing/ (keys for signing), keys (secret-key, …), manifest.json (time, digests of all). It is taken while the
province works: pg_dump sees one moment, and papers are written before the rows that name them, so every row's paper is
inside.
"""

import contextlib
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from ops import postgres, release, supervisor

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("TINHSO_VAR") or ROOT / "var").resolve()
EXTERNAL = os.environ.get("DATABASE_URL", "")
FORMAT = 1
KEYS = ("secret-key", "demo-password", "vneid-stand-in.pem")
FOLDERS = ("files", "signing")
UNFINISHED = {"incoming", "parts", "half"}  # under way: uploads are sent again, half-signed papers begun again
CHUNK = 1 << 20


def database_url(var: Path) -> str:
    return EXTERNAL or postgres.url(var)


def tool(name: str) -> str:
    """pg_dump, pg_restore: of the wheel, which speaks to servers of its own version and older."""
    return str(postgres.binaries() / name)


def digest(file: IO[bytes]) -> str:
    found = hashlib.sha256()
    while block := file.read(CHUNK):
        found.update(block)
    return found.hexdigest()


def dump(var: Path, target: Path) -> None:
    made = subprocess.run(
        [tool("pg_dump"), "--format=custom", "--compress=6", "--no-owner", "--no-privileges",
         f"--file={target}", f"--dbname={database_url(var)}"],
        text=True, capture_output=True,
    )  # fmt: skip
    if made.returncode:
        raise SystemExit(f"Không sao lưu được cơ sở dữ liệu:\n{made.stderr.strip()}")


def kept_files(var: Path) -> Iterator[Path]:
    yield from (var / name for name in KEYS if (var / name).is_file())
    for folder in FOLDERS:
        whole = (path for path in sorted((var / folder).rglob("*")) if path.parent.name not in UNFINISHED)
        yield from (path for path in whole if path.is_file())


def make(var: Path, target: Path) -> Path:
    """Write the backup beside its place and move it there when whole. Raises SystemExit; no half is left behind."""
    if not EXTERNAL:
        postgres.start(var)
    half = target.with_name(f"{target.name}.half")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(var, half)
        half.replace(target)
    except OSError as error:
        raise SystemExit(f"Không ghi được bản sao lưu vào {target.parent}: {error.strerror or error}") from error
    finally:
        half.unlink(missing_ok=True)
    return target


def _write(var: Path, half: Path) -> None:
    digests: dict[str, str] = {}
    with tempfile.TemporaryDirectory(dir=half.parent) as scratch:
        dumped = Path(scratch) / "database.dump"
        dump(var, dumped)
        with tarfile.open(half, "w") as tar:
            for path, name in [(dumped, "database.dump"), *((p, str(p.relative_to(var))) for p in kept_files(var))]:
                with path.open("rb") as file:
                    digests[name] = digest(file)
                tar.add(path, name, recursive=False)
            manifest = {"format": FORMAT, "made_at": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "files": digests}
            content = json.dumps(manifest, indent=1).encode()
            entry = tarfile.TarInfo("manifest.json")
            entry.size, entry.mtime = len(content), int(time.time())
            tar.addfile(entry, io.BytesIO(content))
    half.chmod(0o600)
    with half.open("rb") as file:
        os.fsync(file.fileno())


def read_manifest(tar: tarfile.TarFile) -> dict[str, Any]:
    with contextlib.suppress(KeyError, ValueError, tarfile.TarError):
        member = tar.extractfile("manifest.json")
        if member is not None:
            found = json.loads(member.read())
            if found.get("format") == FORMAT:
                return dict(found)
    raise SystemExit("Tệp này không phải bản sao lưu của Tỉnh Số, hoặc đã hỏng.")


def check(source: Path) -> int:
    """Read every byte and compare digests; how many files are inside. Raises SystemExit with what is wrong."""
    try:
        with tarfile.open(source) as tar:
            expected = dict(read_manifest(tar)["files"])
            count = len(expected)
            for member in tar:
                if member.name == "manifest.json":
                    continue
                content = tar.extractfile(member)
                if content is None or expected.pop(member.name, None) != digest(content):
                    raise SystemExit(f"Bản sao lưu hỏng: {member.name} không đúng như lúc ghi.")
    except (OSError, tarfile.TarError) as error:
        raise SystemExit(f"Không đọc được {source}: {error}") from error
    if expected:
        raise SystemExit(f"Bản sao lưu thiếu {len(expected)} tệp, thí dụ {next(iter(expected))}.")
    return count


def refuse_to_overwrite(var: Path) -> None:
    if supervisor.running(var) is not None:
        raise SystemExit("Tỉnh Số đang chạy ở thư mục này: `make down` trước, hoặc phục hồi vào TINHSO_VAR khác.")
    import psycopg

    with psycopg.connect(database_url(var)) as connection:
        row = connection.execute("select count(*) from pg_class where relnamespace = 'public'::regnamespace").fetchone()
    if row and row[0]:
        raise SystemExit(
            "Nơi phục hồi đã có dữ liệu; không ghi đè. Chọn TINHSO_VAR (hoặc DATABASE_URL) trống, xem xong rồi đổi."
        )


def restore(var: Path, source: Path) -> int:
    """Bring a backup into an empty state folder; how many files came. One that is not whole touches nothing."""
    count = check(source)
    var.mkdir(parents=True, exist_ok=True)
    if not EXTERNAL:
        postgres.start(var)
    refuse_to_overwrite(var)
    with tempfile.TemporaryDirectory(dir=var) as scratch, tarfile.open(source) as tar:
        tar.extractall(scratch, filter="data")
        loaded = subprocess.run(
            [tool("pg_restore"), "--no-owner", "--no-privileges", "--exit-on-error", "--jobs=2",
             f"--dbname={database_url(var)}", str(Path(scratch) / "database.dump")],
            text=True, capture_output=True,
        )  # fmt: skip
        if loaded.returncode:
            raise SystemExit(f"Không phục hồi được cơ sở dữ liệu:\n{loaded.stderr.strip()}")
        for name in (*KEYS, *FOLDERS):
            came = Path(scratch) / name
            if came.exists():
                if (var / name).is_dir():
                    shutil.rmtree(var / name)
                came.replace(var / name)
    for name in KEYS:
        with contextlib.suppress(FileNotFoundError):
            (var / name).chmod(0o600)
    release.forget(var)
    analyze(var)
    return count


def analyze(var: Path) -> None:
    """Without statistics the first minutes would be slow."""
    import psycopg

    with psycopg.connect(database_url(var), autocommit=True) as connection:
        connection.execute("analyze")


def main(arguments: list[str]) -> None:
    match arguments:
        case ["make"]:
            main(["make", str(VAR / "backup" / f"tinhso-{time.strftime('%Y%m%d-%H%M%S')}.tar")])
        case ["make", target]:
            made = make(VAR, Path(target).resolve())
            print(f"Đã sao lưu: {made} ({made.stat().st_size / 1e6:.1f} MB, {check(made)} tệp, đã đọc lại và khớp)")
        case ["check", source]:
            print(f"Bản sao lưu nguyên vẹn: {check(Path(source))} tệp.")
        case ["restore", source] if source:
            print(f"Đã phục hồi {restore(VAR, Path(source).resolve())} tệp vào {VAR}. Chạy `make up`.")
        case _:
            raise SystemExit("Cách dùng: make backup · make restore FILE=var/backup/….tar TINHSO_VAR=thư-mục-trống")


if __name__ == "__main__":
    main(sys.argv[1:])
