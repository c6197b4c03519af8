"""Tesseract as we call it: one page in, its words with their confidence out, one thread, a time limit.

The picture goes in through a file without a name and the answer comes back on the standard output: a killed reading
leaves nothing behind. (On its standard input Tesseract takes a picture letter by letter: a tenth of its time.)
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2

from tinhso.systems.digitisation.reading.cleaning import Picture

MISSING = (
    "Chưa cài tesseract-ocr (vie): bản quét vẫn được lưu và ký, nhưng chưa tìm kiếm được theo nội dung. "
    "Cài: apt-get install tesseract-ocr tesseract-ocr-vie tesseract-ocr-osd"
)
_NO_NEGATIVES = ("-c", "invert_threshold=0")  # paper is lighter than print; asking costs time
_NOT_OURS = str.maketrans("Ðð⁄¡ïÏ", "Đđ/iiI")  # letters like ours that Vietnamese has not; Ð is the Icelandic one
TIME_LIMIT = 30  # seconds for one page; a page of print takes one or two


class OcrMissingError(Exception):
    """Tesseract or its Vietnamese data is not on this machine."""


class PageUnreadableError(Exception):
    """Tesseract gave up on one page; the others are not touched by it."""


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    confidence: float  # 0 to 1
    left: int
    top: int
    width: int
    height: int
    line: tuple[int, int, int]  # block, paragraph, line


@dataclass(frozen=True, slots=True)
class Reading:
    words: tuple[Word, ...]

    @property
    def confidence(self) -> float:
        """Mean over letters, 0 to 1; 0 where nothing was read."""
        letters = sum(len(word.text) for word in self.words)
        return sum(word.confidence * len(word.text) for word in self.words) / letters if letters else 0.0

    @property
    def text(self) -> str:
        """Lines as they stand, an empty line between paragraphs; a notation broken at the margin is whole again."""
        lines: list[str] = []
        before: tuple[int, int, int] | None = None
        joined = False  # the word before was drawn up to the line above its own
        for word in self.words:
            if word.line == before and not joined:
                lines[-1] += f" {word.text}"
                continue
            joined = word.line != before and before is not None and _is_broken(lines[-1], word.text)
            if joined:
                lines[-1] += word.text
            else:
                if before is not None and word.line[:2] != before[:2]:
                    lines.append("")
                lines.append(word.text)
            before = word.line
        return "\n".join(lines)


def _is_broken(line: str, following: str) -> bool:
    """«131/2021/NĐ-» and «CP»: Vietnamese breaks no words, so a hyphen or slash that ends a line is of a notation."""
    return bool(re.search(r"[0-9A-ZĐƯ][-/]$", line) and re.match(r"[0-9A-ZĐƯ]", following))


@lru_cache(maxsize=1)
def languages() -> frozenset[str]:
    """Installed data of Tesseract; empty where the program is not there."""
    if not shutil.which("tesseract"):
        return frozenset()
    answer = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=False, timeout=30)
    return frozenset(answer.stdout.split("\n")[1:])


def is_there() -> bool:
    return "vie" in languages()


def read(picture: Picture, *, layout: int = 3, dpi: int = 200) -> Reading:
    """Words of a page. layout: Tesseract's page mode (3 = a page, 6 = one block).

    Raises OcrMissingError, PageUnreadableError.
    """
    return Reading(_words(_run(picture, ["-l", "vie", "--psm", str(layout), "--dpi", str(dpi), *_NO_NEGATIVES, "tsv"])))


def turned(picture: Picture) -> tuple[int, float]:
    """(degrees clockwise to turn the page by, how sure: over 2 is sure). (0, 0) where nothing can be said."""
    if "osd" not in languages():
        return 0, 0.0
    try:
        answer = _run(picture, ["--psm", "0", "--dpi", "200"])
    except PageUnreadableError:  # too little print
        return 0, 0.0
    found = dict(line.split(":", 1) for line in answer.splitlines() if ":" in line)
    return int(found.get("Rotate", "0")), float(found.get("Orientation confidence", "0"))


def _run(picture: Picture, arguments: Sequence[str]) -> str:
    if not is_there():
        raise OcrMissingError(MISSING)
    with tempfile.TemporaryFile() as place:
        place.write(cv2.imencode(".bmp", picture)[1].data)  # unpacked and read by rows: what it opens fastest
        place.flush()
        return _answer(f"/dev/fd/{place.fileno()}", place.fileno(), arguments)


def _answer(name: str, descriptor: int, arguments: Sequence[str]) -> str:
    try:
        answer = subprocess.run(
            ["tesseract", name, "stdout", *arguments],
            pass_fds=(descriptor,),
            capture_output=True,
            check=True,
            timeout=TIME_LIMIT,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise PageUnreadableError(str(error)) from error
    return answer.stdout.decode("utf-8", "replace")


def _words(table: str) -> tuple[Word, ...]:
    words = []
    for row in table.splitlines()[1:]:
        cells = row.split("\t") if row.startswith("5\t") else []  # the other rows are blocks and lines
        if len(cells) != 12 or not cells[11].strip():
            continue
        left, top, width, height = (int(cell) for cell in cells[6:10])
        line = (int(cells[2]), int(cells[3]), int(cells[4]))
        words.append(Word(_letters(cells[11]), max(0.0, float(cells[10]) / 100), left, top, width, height, line))
    return tuple(words)


def _letters(cell: str) -> str:
    text = cell.strip().translate(_NOT_OURS)
    return "-" if text == "~" else text  # a dash before an item
