"""How the province calls itself on pages: read from the pack's `portal.json`."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """A thing in life (việc trong đời) and the procedures people need for it, most needed first."""

    key: str
    icon: str
    name: str
    note: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Province:
    name: str
    portal_name: str
    centre: str
    hotline: str
    hotline_hours: str
    questions: tuple[str, ...]  # as people ask, shown as examples
    life_events: tuple[LifeEvent, ...]


def _said(row: dict[str, Any], key: str, language: str) -> str:
    return str(row.get(f"{key}_{language}") or row.get(key, ""))


@cache
def _read(language: str) -> Province:
    path = settings.PACK / "portal.json"
    row: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return Province(
        name=_said(row, "name", language) or "Tỉnh Số",
        portal_name=_said(row, "portal_name", language) or "Cổng dịch vụ công",
        centre=_said(row, "centre", language),
        hotline=str(row.get("hotline", "")),
        hotline_hours=str(row.get("hotline_hours", "")),
        questions=tuple(row.get("questions", ())),
        life_events=tuple(
            LifeEvent(e["key"], e["icon"], _said(e, "name", language), _said(e, "note", language), tuple(e["codes"]))
            for e in row.get("life_events", [])
        ),
    )


def province() -> Province:
    """The province of this installation, in the language of the reader."""
    return _read(get_language() or "vi")
