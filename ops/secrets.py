"""The installation's own secret, made once and kept in the state folder."""

import os
import secrets as random
from pathlib import Path


def read_or_make(path: Path) -> str:
    """The secret in `path`; made, readable by its owner alone, where there is none."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    value = random.token_urlsafe(48)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(value)
    return value
