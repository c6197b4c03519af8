"""Where tests keep their state: named before Django's settings are read, hence a plugin and not a line of conftest.

Side by side (`-n`), each process has a folder and a database of its own, so that none sees another's files.
"""

import os
from pathlib import Path

os.environ.setdefault("TINHSO_VAR", str(Path(__file__).resolve().parent.parent / "var" / "test"))
if (process := os.environ.get("PYTEST_XDIST_WORKER", "")) and Path(os.environ["TINHSO_VAR"]).name != process:
    os.environ["TINHSO_VAR"] = str(Path(os.environ["TINHSO_VAR"]) / process)
