"""`manage.py papers read FILE`: text, confidence and fields of a paper by page, as JSON."""

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tinhso.foundation.files.public import FileRefusedError
from tinhso.systems.digitisation import reading
from tinhso.systems.digitisation.reading import fields, opening, tesseract


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


class Command(BaseCommand):
    help = "Giấy tờ: đọc chữ và các mục của một tệp quét hay tệp PDF, in ra JSON."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        read = verbs.add_parser("read", help="in chữ, độ tin cậy và các mục của từng trang; không ghi gì")
        read.add_argument("file", type=Path, help="tệp PDF, JPG, PNG hoặc TIFF")

    def handle(self, *, verb: str, **options: Any) -> None:
        {"read": self.read}[verb](**options)

    def read(self, *, file: Path, **options: Any) -> None:
        try:
            answer = self.paper(file)
        except FileRefusedError as error:
            problem = error.problems[0]
            self.refuse(file, problem.code, problem.sentence)
        except OSError as error:
            self.refuse(file, "unreadable", f"Không mở được tệp: {os.strerror(error.errno or 0)}.")
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))

    def refuse(self, file: Path, code: str, sentence: str) -> None:
        self.stdout.write(
            json.dumps({"file": file.name, "error": {"code": code, "sentence": sentence}}, ensure_ascii=False)
        )
        raise SystemExit(1)

    def paper(self, file: Path) -> dict[str, Any]:
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


def mean_confidence(pages: Sequence[reading.ReadPage]) -> float:
    """Over the letters of all pages, 0 to 1."""
    letters = sum(len(page.text) for page in pages)
    return round(sum(page.confidence * len(page.text) for page in pages) / letters, 3) if letters else 0.0
