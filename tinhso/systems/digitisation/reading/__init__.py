"""Reading a paper: pages opened one by one, cleaned where it helps, read by Tesseract, fields found by rule.

No tables and no screens: the same code stands behind `manage.py papers read` and behind the queue of batches.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from tinhso.lib.barcodes import Code, codes_on
from tinhso.systems.digitisation.reading import cleaning, tesseract
from tinhso.systems.digitisation.reading.fields import WEAK, Field, fields_of, number_line
from tinhso.systems.digitisation.reading.opening import SourcePage, pages_of

DOUBTFUL = 0.72  # mean confidence under which a page may be lying wrong, or was spoilt by cleaning
GARBLED = 0.55  # an upside-down page reads at 0.2 to 0.5


@dataclass(frozen=True, slots=True)
class ReadPage:
    """One page, read. confidence: 0 to 1, how sure the letters are; 1 for a page that says its own text."""

    number: int  # from 1
    source: str  # text_layer | ocr | blank | sheet | unread
    text: str
    confidence: float
    turned: int  # degrees clockwise it was turned by
    skew: float  # degrees it was straightened by
    steps: tuple[str, ...]  # of cleaning
    codes: tuple[Code, ...]
    fields: dict[str, Field]
    problem: str = ""  # one sentence where the page could not be read
    words: tuple[tesseract.Word, ...] = field(default=(), repr=False)
    picture: cleaning.Picture | None = field(default=None, repr=False, compare=False)


def read_pages(
    path: Path, media_type: str, *, start: int = 1, is_sheet: Callable[[str], bool] = lambda code: False
) -> Iterator[ReadPage]:
    """Page after page. Without Tesseract scanned pages come as `unread`. Raises FileRefusedError.

    is_sheet: whether a code makes its page a sheet that nobody needs to read.
    """
    for page in pages_of(path, media_type, start=start):
        yield read_page(page, is_sheet=is_sheet)


def read_side_by_side(path: Path, media_type: str, *, at_once: int) -> Iterator[ReadPage]:
    """As `read_pages`, in order, with `at_once` pages in hand: Tesseract uses one processor core a page."""
    pages = pages_of(path, media_type)
    with ThreadPoolExecutor(at_once) as readers:
        begun: deque[Future[ReadPage]] = deque()
        for page in pages:
            begun.append(readers.submit(read_page, page))
            if len(begun) > at_once:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()


def read_page(page: SourcePage, *, is_sheet: Callable[[str], bool] = lambda code: False) -> ReadPage:
    codes = codes_on(page.grey)
    if any(is_sheet(code.text) for code in codes):
        return ReadPage(page.number, "sheet", "", 1.0, 0, 0.0, (), codes, {}, picture=page.grey)
    if page.text is not None:
        return ReadPage(
            page.number, "text_layer", page.text, 1.0, 0, 0.0, (), codes, fields_of(page.text), picture=page.grey
        )
    if not codes and cleaning.is_blank(page.grey):
        return ReadPage(page.number, "blank", "", 1.0, 0, 0.0, (), codes, {}, picture=page.grey)
    made = cleaning.cleaned(page.grey)
    if not tesseract.is_there():
        return _unread(page, made, codes, tesseract.MISSING)
    try:
        made, reading = _read_right_way_up(made)
    except tesseract.PageUnreadableError:
        return _unread(page, made, codes, "Trang này không đọc được chữ; xem ảnh bằng mắt.")
    return _read(page, made, reading, codes)


def _read(page: SourcePage, made: cleaning.Cleaned, reading: tesseract.Reading, codes: tuple[Code, ...]) -> ReadPage:
    height, width = made.picture.shape
    sure = reading.confidence
    found = fields_of(reading.text, reading.words, size=(width, height))
    if "number" not in found:
        found |= _closer_look(made.picture, reading.words)
    return ReadPage(
        page.number,
        "ocr",
        reading.text,
        round(sure, 3),
        made.turned,
        made.skew,
        made.steps,
        codes,
        {name: Field(one.value, round(one.confidence * max(sure, 0.5), 3)) for name, one in found.items()},
        words=reading.words,
        picture=made.picture,
    )


def _closer_look(picture: cleaning.Picture, words: Sequence[tesseract.Word]) -> dict[str, Field]:
    """Number and notation from their line alone, twice as large, where it stands and was not made out."""
    line = number_line(words)
    if not line:
        return {}
    top, bottom = min(word.top for word in line), max(word.top + word.height for word in line)
    left, right = line[0].left, line[-1].left + line[-1].width
    crop = picture[max(top - 8, 0) : bottom + 8, max(left - 8, 0) : right + 8]
    try:
        text = tesseract.read(cv2.resize(crop, None, fx=2, fy=2).astype(np.uint8), layout=7).text
    except tesseract.PageUnreadableError:
        return {}
    found = fields_of(text)
    return {name: Field(found[name].value, WEAK) for name in ("number", "notation") if name in found}


def _unread(page: SourcePage, made: cleaning.Cleaned, codes: tuple[Code, ...], problem: str) -> ReadPage:
    return ReadPage(
        page.number,
        "unread",
        "",
        0.0,
        made.turned,
        made.skew,
        made.steps,
        codes,
        {},
        problem,
        picture=made.picture,
    )


def _read_right_way_up(made: cleaning.Cleaned) -> tuple[cleaning.Cleaned, tesseract.Reading]:
    """Read as it lies; where that makes little sense ask which way is up, read again, and keep the surer of the two."""
    reading = tesseract.read(made.picture)
    if reading.confidence >= DOUBTFUL:
        return made, reading
    degrees, sure = tesseract.turned(made.picture)
    if sure < 1 and reading.confidence < GARBLED:
        degrees = 180
    if not degrees:
        return _as_it_lay(made, reading), reading
    other = cleaning.turned_and_straight(made, degrees)
    again = tesseract.read(other.picture)
    made, reading = (other, again) if again.confidence > reading.confidence else (made, reading)
    return _as_it_lay(made, reading), reading


def _as_it_lay(made: cleaning.Cleaned, reading: tesseract.Reading) -> cleaning.Cleaned:
    """A drawing, a seal, a code: nothing that reads says which way is up, so the page is left as it was scanned."""
    if reading.confidence >= GARBLED or not made.turned:
        return made
    steps = tuple(step for step in made.steps if step != "turned")
    return cleaning.Cleaned(cleaning.turn(made.picture, 360 - made.turned), 0, made.skew, steps)
