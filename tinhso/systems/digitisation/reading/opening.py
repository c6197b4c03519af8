"""The pages of a file, one at a time: a file of hundreds of pages never stands in memory whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from tinhso.foundation.files import public as files
from tinhso.foundation.files.public import FileRefusedError, Problem
from tinhso.systems.digitisation.reading import drawing
from tinhso.systems.digitisation.reading.cleaning import WORKING_HEIGHT, Picture

MAX_PAGES = 500  # in one file; a longer bundle is scanned as several
KINDS = {"application/pdf", "image/jpeg", "image/png", "image/tiff", "image/webp"}
SCAN_SIDE = 3508  # pixels of the long side at which a page is drawn: A4 at 300 dpi
LARGEST_SIDE = 2 * SCAN_SIDE
LARGEST_FRAME = 120_000_000  # points; a file shows its first frame when it is taken in, the others only here
UNDRAWABLE = "Tệp PDF bị hỏng, hoặc có trang nặng quá mức của một trang giấy nên không mở được. Quét lại rồi gửi"


@dataclass(frozen=True, slots=True)
class SourcePage:
    """A page as it came. `text` where the page was made by a program and says its own text, else None."""

    number: int  # from 1
    grey: Picture
    text: str | None


def media_type_of(path: Path, name: str) -> tuple[str, int]:
    """(media type, pages) of a readable file. Raises FileRefusedError with one sentence."""
    media_type, pages = files.examined(path=path, name=name)
    must_be_pages(media_type, pages)
    return media_type, pages or 1


def _refused(code: str, sentence: str) -> FileRefusedError:
    return FileRefusedError((Problem(code, sentence),))


def pages_of(path: Path, media_type: str, *, start: int = 1) -> Iterator[SourcePage]:
    """Pages from `start`, drawn in grey as they come. Raises FileRefusedError where one cannot be drawn."""
    yield from (_of_pdf if media_type == "application/pdf" else _of_picture)(path, start)


def _of_picture(path: Path, start: int) -> Iterator[SourcePage]:
    try:
        with Image.open(path) as image:
            for index in range(start - 1, getattr(image, "n_frames", 1)):
                if index:
                    image.seek(index)
                if image.width * image.height > LARGEST_FRAME:
                    raise _refused("image_bomb", "Tệp có ảnh quá lớn khi mở ra. Quét lại ở 300 dpi")
                yield SourcePage(index + 1, _at_most(_grey(image)), None)
    except FileRefusedError:
        raise
    except Exception as error:  # Pillow raises whatever a damaged frame provokes
        raise _refused("damaged", "Ảnh bị hỏng hoặc thiếu một phần. Quét lại rồi gửi") from error


def _grey(image: Image.Image) -> Picture:
    """Grey on white, as the camera held it (EXIF) and not as the sensor did."""
    orientation = image.getexif().get(0x0112, 1)
    if image.mode in ("RGBA", "LA", "P") and (image.mode != "P" or "transparency" in image.info):
        clear = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    if image.mode.startswith("I") or image.mode == "F":  # 16 bits a point
        deep = np.asarray(image)
        picture = cv2.convertScaleAbs(deep, alpha=255 / max(float(deep.max()), 255.0)).astype(np.uint8, copy=False)
    else:
        picture = np.asarray(image.convert("L"), dtype=np.uint8)
    turns = {3: 2, 6: 3, 8: 1}.get(orientation, 0)
    return np.ascontiguousarray(np.rot90(picture, turns))


def _at_most(grey: Picture) -> Picture:
    """What is finer than any scan is read as a scan: each step of cleaning takes as much memory again."""
    factor = LARGEST_SIDE / max(grey.shape)
    if factor >= 1:
        return grey
    size = [max(1, round(side * factor)) for side in reversed(grey.shape)]
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _of_pdf(path: Path, start: int) -> Iterator[SourcePage]:
    try:
        # A page that says its own text is drawn for the eye and the codes only.
        drawn = drawing.pages(path, start=start, side=SCAN_SIDE, text_side=WORKING_HEIGHT)
        for number, page in enumerate(drawn, start):
            grey = np.frombuffer(page.content, dtype=np.uint8).reshape(page.height, page.width)
            yield SourcePage(number, grey, page.text)
    except drawing.UndrawableError as error:
        raise _refused("damaged", UNDRAWABLE) from error


def must_be_pages(media_type: str, pages: int | None) -> None:
    """Raises FileRefusedError for a kept file whose pages cannot be read."""
    if media_type not in KINDS:
        raise _refused(
            "wrong_type", "Chỉ đọc được tệp PDF và ảnh JPG, PNG, TIFF, WebP. Quét lại thành một trong các loại ấy"
        )
    if (pages or 1) > MAX_PAGES:
        raise _refused(
            "too_many_pages", f"Tệp có {pages} trang, mỗi lần đọc nhiều nhất {MAX_PAGES} trang. Tách thành nhiều tệp"
        )


def colour_page(path: Path, media_type: str, number: int, long_side: int) -> NDArray[np.uint8]:
    """One page in colour (BGR), at most `long_side` points long. Raises FileRefusedError."""
    try:
        if media_type == "application/pdf":
            page = drawing.colour(path, number=number, side=long_side)
            picture = np.frombuffer(page.content, dtype=np.uint8).reshape(page.height, page.width, 3)
        else:
            with Image.open(path) as image:
                image.seek(number - 1)
                picture = np.asarray(_upright(image).convert("RGB"))
    except drawing.UndrawableError as error:
        raise _refused("damaged", UNDRAWABLE) from error
    except (OSError, EOFError, ValueError) as error:
        raise _refused("damaged", "Có trang không mở được. Quét lại rồi gửi") from error
    factor = min(1.0, long_side / max(picture.shape[:2]))
    if factor < 1:
        picture = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA).astype(np.uint8)
    return cv2.cvtColor(picture, cv2.COLOR_RGB2BGR).astype(np.uint8)


def _upright(image: Image.Image) -> Image.Image:
    image = ImageOps.exif_transpose(image)
    if image.mode in ("RGBA", "LA", "P"):
        clear = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    return image
