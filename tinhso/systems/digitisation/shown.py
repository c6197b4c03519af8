"""A paper read, as JSON: text, confidence and fields by page."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tinhso.systems.digitisation import reading
from tinhso.systems.digitisation.reading import fields, opening, tesseract


def paper_shown(file: Path) -> dict[str, Any]:
    """All of a file. Raises FileRefusedError, OSError."""
    media_type, count = opening.media_type_of(file, file.name)
    pages = list(map(light, reading.read_side_by_side(file, media_type, at_once=os.cpu_count() or 1)))
    whole = fields.best([page.fields for page in pages])
    answer: dict[str, Any] = {
        "file": file.name,
        "media_type": media_type,
        "page_count": count,
        "text": "\n\n".join(page.text for page in pages if page.text),
        "confidence": mean_confidence(pages),
        "fields": {name: {"value": one.value, "confidence": one.confidence} for name, one in whole.items()},
        "pages": [page_shown(page) for page in pages],
    }
    return answer | ({} if tesseract.is_there() else {"notice": tesseract.MISSING})


def light(page: reading.ReadPage) -> reading.ReadPage:
    """Without its picture: hundreds of pages are held until they are printed."""
    return replace(page, picture=None, words=())


def page_shown(page: reading.ReadPage) -> dict[str, Any]:
    """A page as the JSON has it."""
    shown: dict[str, Any] = {
        "page": page.number,
        "source": page.source,
        "blank": page.source == "blank",
        "text": page.text,
        "confidence": page.confidence,
        "fields": {name: {"value": one.value, "confidence": one.confidence} for name, one in page.fields.items()},
        "codes": [{"kind": code.kind, "text": code.text} for code in page.codes],
        "turned": page.turned,
        "skew": page.skew,
        "cleaning": list(page.steps),
    }
    return shown | ({"problem": page.problem} if page.problem else {})


def mean_confidence(pages: Sequence[reading.ReadPage]) -> float:
    """Over the letters of all pages, 0 to 1."""
    letters = sum(len(page.text) for page in pages)
    return round(sum(page.confidence * len(page.text) for page in pages) / letters, 3) if letters else 0.0
