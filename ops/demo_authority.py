"""Where the demonstration's certification authority answers, as it was set up in the state folder."""

import json
from pathlib import Path


def place(var: Path) -> Path:
    return var / "signing" / "demo"


def _said(var: Path) -> dict[str, str]:
    try:
        return dict(json.loads((place(var) / "authority.json").read_text("utf-8")))
    except (OSError, ValueError):
        return {}


def port(var: Path) -> int:
    """0 where there is no demonstration authority."""
    return int(_said(var).get("port", 0))


def timestamps(var: Path) -> str:
    """Address of its timestamp service; empty where there is none."""
    return f"http://127.0.0.1:{port(var)}/timestamps" if port(var) else ""


def hosts(var: Path) -> set[str]:
    return {f"127.0.0.1:{port(var)}"} if port(var) else set()
