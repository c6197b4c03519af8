"""Reading a paper: pages opened one by one, cleaned where it helps, read by Tesseract, fields found by rule.

No tables and no screens: the same code stands behind `manage.py papers read` and behind the queue of batches.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tinhso.lib.barcodes import Code, codes_on
from tinhso.systems.digitisation.reading import cleaning, tesseract
from tinhso.systems.digitisation.reading.fields import Field, fields_of
from tinhso.systems.digitisation.reading.opening import SourcePage, pages_of

DOUBTFUL = 0.72  # mean confidence under which a page may be lying wrong, or was spoilt by cleaning
GARBLED = 0.55  # an upside-down page reads at 0.2 to 0.5


@dataclass(frozen=True, slots=True)
class ReadPage:
    """One page, read. confidence: 0 to 1, how sure the letters are; 1 for a page that says its own text."""

    number: int  # from 1
    source: str  # text_layer | ocr | blank | unread
    text: str
    confidence: float
    turned: int  # degrees clockwise it was turned by
    skew: float  # degrees it was straightened by
    steps: tuple[str, ...]  # of cleaning
    codes: tuple[Code, ...]
    fields: dict[str, Field]
    ink: float  # share of the page written on
    problem: str = ""  # one sentence where the page could not be read
    words: tuple[tesseract.Word, ...] = field(default=(), repr=False)
    picture: cleaning.Picture | None = field(default=None, repr=False, compare=False)


def read_pages(path: Path, media_type: str, *, start: int = 1, with_text: bool = True) -> Iterator[ReadPage]:
    """Page after page. Without Tesseract scanned pages come as `unread`. Raises FileRefusedError."""
    for page in pages_of(path, media_type, start=start):
        yield read_page(page, with_text=with_text)


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


def read_page(page: SourcePage, *, with_text: bool = True) -> ReadPage:
    codes = codes_on(page.grey)
    if page.text is not None:
        return ReadPage(
            page.number, "text_layer", page.text, 1.0, 0, 0.0, (), codes, fields_of(page.text), 1.0, picture=page.grey
        )
    ink = cleaning.ink(page.grey)
    if ink < cleaning.BLANK_INK and not codes:
        return ReadPage(page.number, "blank", "", 1.0, 0, 0.0, (), codes, {}, ink, picture=page.grey)
    made = cleaning.cleaned(page.grey)
    if not with_text or not tesseract.is_there():
        return _unread(page, made, codes, ink, "" if not with_text else tesseract.MISSING)
    try:
        made, reading = _read_right_way_up(made)
    except tesseract.PageUnreadableError:
        return _unread(page, made, codes, ink, "Trang này không đọc được chữ; xem ảnh bằng mắt.")
    return _read(page, made, reading, codes, ink)


def _read(
    page: SourcePage, made: cleaning.Cleaned, reading: tesseract.Reading, codes: tuple[Code, ...], ink: float
) -> ReadPage:
    height, width = made.picture.shape
    found = fields_of(reading.text, reading.words, size=(width, height))
    return ReadPage(
        page.number,
        "ocr",
        reading.text,
        round(reading.confidence, 3),
        made.turned,
        made.skew,
        made.steps,
        codes,
        {
            name: Field(one.value, round(one.confidence * max(reading.confidence, 0.5), 3))
            for name, one in found.items()
        },
        ink,
        words=reading.words,
        picture=made.picture,
    )


def _unread(page: SourcePage, made: cleaning.Cleaned, codes: tuple[Code, ...], ink: float, problem: str) -> ReadPage:
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
        ink,
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
        return made, reading
    other = cleaning.turned_and_straight(made, degrees)
    again = tesseract.read(other.picture)
    return (other, again) if again.confidence > reading.confidence else (made, reading)
