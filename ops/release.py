"""What was set up already, so that a second `make up` does only what changed."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CODE = ("tinhso", "config", "ops")
IGNORED = {"__pycache__", "tests"}


def _files(folder: Path) -> Iterator[Path]:
    for path, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - IGNORED)
        yield from (Path(path) / name for name in sorted(names) if not name.endswith(".pyc"))


def _mark(files: Iterable[Path]) -> str:
    """A fingerprint of names, sizes and times: reading every byte would cost more than it tells."""
    digest = hashlib.sha256()
    for file in files:
        state = file.stat()
        digest.update(f"{file}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


def marks(pack: Path) -> dict[str, str]:
    """Fingerprints of what each step of setting up depends on."""
    code = [file for name in CODE for file in _files(ROOT / name)]
    lock = ROOT / "requirements.lock"
    return {
        "migrations": _mark([*(file for file in code if file.parent.name == "migrations"), lock]),
        "static": _mark([*(file for file in code if "static" in file.parts), lock]),
        "pack": _mark(_files(pack)),
        "code": _mark([*code, lock]),
    }


def remembered(var: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((var / "release.json").read_text()))
    except (OSError, ValueError):
        return {}


def remember(var: Path, state: dict[str, Any]) -> None:
    half = var / "release.json.half"
    half.write_text(json.dumps(state, indent=1, sort_keys=True))
    half.replace(var / "release.json")


def forget(var: Path) -> None:
    (var / "release.json").unlink(missing_ok=True)
