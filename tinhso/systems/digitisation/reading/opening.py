"""The pages of a file, one at a time: a file of hundreds of pages never stands in memory whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image, ImageOps

from tinhso.foundation.files import public as files
from tinhso.foundation.files.public import FileRefusedError, Problem
from tinhso.systems.digitisation.reading.cleaning import WORKING_HEIGHT, Picture

MAX_PAGES = 500  # in one file; a longer bundle is scanned as several
KINDS = {"application/pdf", "image/jpeg", "image/png", "image/tiff", "image/webp"}
COVERING = 0.7  # share of a page that one picture takes when the page is a scan
SCAN_SIDE = 3508  # pixels of the long side at which a page is drawn: A4 at 300 dpi
LEGIBLE = 0.9  # share of letters in a text layer that Vietnamese can have


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
                yield SourcePage(index + 1, _grey(image), None)
    except (OSError, EOFError, ValueError) as error:
        raise _refused("damaged", "Ảnh bị hỏng hoặc thiếu một phần. Quét lại rồi gửi") from error


def _grey(image: Image.Image) -> Picture:
    """Grey on white, as the camera held it (EXIF) and not as the sensor did."""
    orientation = image.getexif().get(0x0112, 1)
    if image.mode in ("RGBA", "LA", "P") and (image.mode != "P" or "transparency" in image.info):
        clear = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    if image.mode.startswith("I") or image.mode == "F":  # 16 bits a point
        deep = np.asarray(image, dtype=np.float32)
        picture = (deep / max(float(deep.max()), 255.0) * 255).astype(np.uint8)
    else:
        picture = np.asarray(image.convert("L"), dtype=np.uint8)
    turns = {3: 2, 6: 3, 8: 1}.get(orientation, 0)
    return np.ascontiguousarray(np.rot90(picture, turns))


def _of_pdf(path: Path, start: int) -> Iterator[SourcePage]:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise _refused("damaged", "Tệp PDF bị hỏng hoặc tải lên thiếu. Quét lại rồi gửi") from error
    try:
        for index in range(start - 1, len(document)):
            yield _pdf_page(document, index)
    except (pypdfium2.PdfiumError, ValueError, MemoryError) as error:
        raise _refused("damaged", "Tệp PDF có trang không mở được. Quét lại rồi gửi") from error
    finally:
        document.close()


def _pdf_page(document: pypdfium2.PdfDocument, index: int) -> SourcePage:
    page = document[index]
    try:
        text = _own_text(page)
        # A page that says its own text is drawn for the eye and the codes only.
        side = WORKING_HEIGHT if text is not None else SCAN_SIDE
        scale = min(side / max(*page.get_size(), 1.0), 6.0)
        bitmap = page.render(scale=scale, grayscale=True)
        picture = np.ascontiguousarray(bitmap.to_numpy()[:, :, 0] if bitmap.to_numpy().ndim == 3 else bitmap.to_numpy())
        return SourcePage(index + 1, picture.copy(), text)
    finally:
        page.close()


def _own_text(page: pypdfium2.PdfPage) -> str | None:
    """The text layer of a page made by a program; None for a scan, whoever has written a layer over it."""
    layer = page.get_textpage()
    try:
        text = layer.get_text_bounded()
    finally:
        layer.close()
    letters = [letter for letter in text if not letter.isspace()]
    if len(letters) < 20 or _covered(page) > COVERING or not _is_legible(letters):
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


_OLD_FONTS = frozenset("¸µ¶·¹¨¾»¼½Æ©ÊÇÈÉË®ÐÌÎÏÑªÕÒÓÔÖ×ØÜÞ£¢¥¤¦ß¬øöï")


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
            picture = _drawn(path, number, long_side)
        else:
            with Image.open(path) as image:
                image.seek(number - 1)
                picture = np.asarray(_upright(image).convert("RGB"))
    except (OSError, EOFError, ValueError, pypdfium2.PdfiumError) as error:
        raise _refused("damaged", "Có trang không mở được. Quét lại rồi gửi") from error
    factor = min(1.0, long_side / max(picture.shape[:2]))
    if factor < 1:
        picture = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA).astype(np.uint8)
    return cv2.cvtColor(picture, cv2.COLOR_RGB2BGR).astype(np.uint8)


def _drawn(path: Path, number: int, long_side: int) -> NDArray[np.uint8]:
    document = pypdfium2.PdfDocument(path)
    try:
        page = document[number - 1]
        bitmap = page.render(scale=min(long_side / max(*page.get_size(), 1.0), 6.0), rev_byteorder=True)
        return np.asarray(bitmap.to_numpy()[:, :, :3]).copy()
    finally:
        document.close()


def _upright(image: Image.Image) -> Image.Image:
    image = ImageOps.exif_transpose(image)
    if image.mode in ("RGBA", "LA", "P"):
        clear = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    return image
