"""Draws the pages of a PDF in a process of its own, whose memory and time are bounded.

A few hundred bytes of PDF (forms that call forms, pictures packed twice) take all memory of the machine or never end,
and nothing in the file tells so beforehand. The process that draws is ended then; the one that asked goes on.

Run as a program it imports nothing of the house, so that it starts in a tenth of a second.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pypdfium2

MEMORY = 900_000_000  # bytes of address space; an A3 page scanned in colour at 600 dpi takes half of it
SECONDS = 10  # of the processor, for one page
COVERING = 0.7  # share of a page that one picture takes when the page is a scan
LEGIBLE = 0.9  # share of letters in a text layer that Vietnamese can have
FEWEST_LETTERS = 20
LARGEST_SCALE = 6.0
_OLD_FONTS = frozenset("¸µ¶·¹¨¾»¼½Æ©ÊÇÈÉË®ÐÌÎÏÑªÕÒÓÔÖ×ØÜÞ£¢¥¤¦ß¬øöï")


class UndrawableError(Exception):
    """The file is damaged, or a page of it takes more memory or time than any honest page."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page drawn. content: rows of `width` points of one byte (grey) or three (red, green, blue)."""

    width: int
    height: int
    content: bytes
    text: str | None  # its own text where the page was made by a program


def pages(path: Path, *, start: int, side: int, text_side: int) -> Iterator[Drawn]:
    """Pages from `start` in grey, their long side `side` points, `text_side` where the page says its own text.

    Raises UndrawableError.
    """
    yield from _asked(path, start, 0, side, text_side)


def colour(path: Path, *, number: int, side: int) -> Drawn:
    """One page in colour. Raises UndrawableError."""
    with closing(_asked(path, number, 1, side, side)) as drawn:
        page = next(drawn, None)
    if page is None:
        raise UndrawableError
    return page


def _asked(path: Path, start: int, in_colour: int, side: int, text_side: int) -> Generator[Drawn, None, None]:
    numbers = map(str, (start, in_colour, side, text_side))
    with subprocess.Popen(
        [sys.executable, "-I", __file__, str(path.resolve()), *numbers],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as child:
        try:
            while child.stdout and (line := child.stdout.readline()):
                head = json.loads(line)
                content = child.stdout.read(head["size"])
                if len(content) < head["size"]:
                    break
                yield Drawn(head["width"], head["height"], content, head["text"])
            if child.wait():
                raise UndrawableError
        finally:
            child.kill()


def main(path: str, start: int, in_colour: int, side: int, text_side: int) -> None:
    """Write a line of JSON and the points of each page."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = sys.stdout.buffer
    _within(SECONDS)
    document = pypdfium2.PdfDocument(path)
    for index in range(start - 1, len(document)):
        _within(SECONDS)
        page = document[index]
        text = None if in_colour else _own_text(page)
        scale = min((side if text is None else text_side) / max(*page.get_size(), 1.0), LARGEST_SCALE)
        width, height, content = _points(page, scale, in_colour)
        head = {"width": width, "height": height, "size": len(content), "text": text}
        out.write(json.dumps(head).encode() + b"\n" + content)
        out.flush()
        page.close()


def _within(seconds: int) -> None:
    """More time of the processor than this from now on ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _points(page: pypdfium2.PdfPage, scale: float, in_colour: int) -> tuple[int, int, bytes]:
    bitmap = page.render(scale=scale, rev_byteorder=True) if in_colour else page.render(scale=scale, grayscale=True)
    wanted = 3 if in_colour else 1
    content, stride, channels = bytes(bitmap.buffer), bitmap.stride, bitmap.n_channels
    rows = (content[row * stride : row * stride + bitmap.width * channels] for row in range(bitmap.height))
    if channels == wanted:
        return bitmap.width, bitmap.height, b"".join(rows)
    return bitmap.width, bitmap.height, b"".join(_fewer(row, channels, wanted) for row in rows)


def _fewer(row: bytes, channels: int, wanted: int) -> bytes:
    """The first channels of each point."""
    kept = bytearray(len(row) // channels * wanted)
    for channel in range(wanted):
        kept[channel::wanted] = row[channel::channels]
    return bytes(kept)


def _own_text(page: pypdfium2.PdfPage) -> str | None:
    """The text layer of a page made by a program; None for a scan, whoever has written a layer over it."""
    layer = page.get_textpage()
    try:
        text = layer.get_text_bounded()
    finally:
        layer.close()
    letters = [letter for letter in text if not letter.isspace()]
    if len(letters) < FEWEST_LETTERS or _covered(page) > COVERING or not _is_legible(letters):
        return None
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").replace("\ufffe", "").split("\n")).strip()


def _covered(page: pypdfium2.PdfPage) -> float:
    """Share of the page that its largest picture takes."""
    width, height = page.get_size()
    areas = [0.0]
    for thing in page.get_objects(filter=(pypdfium2.raw.FPDF_PAGEOBJ_IMAGE,), max_depth=4):
        left, bottom, right, top = thing.get_bounds()
        areas.append(max(0.0, min(right, width) - max(left, 0)) * max(0.0, min(top, height) - max(bottom, 0)))
    return max(areas) / (width * height or 1.0)


def _is_legible(letters: list[str]) -> bool:
    """Old fonts (TCVN3, VNI) and fonts without a map give letters that no Vietnamese text has."""
    strange = sum(
        1 for letter in letters if letter == "\ufffd" or "\ue000" <= letter <= "\uf8ff" or letter in _OLD_FONTS
    )
    return 1 - strange / len(letters) >= LEGIBLE


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:6]))
