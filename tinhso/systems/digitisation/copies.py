"""The working copy of a paper (bản dùng hằng ngày): PDF/A, small, the text behind the picture; the master stays.

Black print on white becomes bilevel G4 (35 KB a page against 500); pages with a seal, a photograph or coloured notes
keep their colour as JPEG. Pages that a program made are taken over as they are; a whole file of them is its own copy.
"""

import io
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime
from pathlib import Path

import cv2
import fpdf
import img2pdf
import numpy as np
import pikepdf
from PIL import Image, ImageCms

from tinhso.lib.typesetting import FONTS
from tinhso.systems.digitisation.models import Page
from tinhso.systems.digitisation.reading import cleaning, opening

DPI = 200
WORKING = cleaning.WORKING_HEIGHT
COLOURED = 0.0015  # share of the page in strong colour from which colour is kept: a seal has 0.01
JPEG_QUALITY = 40
OpenFile = Callable[[str], AbstractContextManager[Path]]


def pdf_of(pages: Sequence[Page], *, open_file: OpenFile, title: str, dated: datetime) -> bytes:
    """The same pages give the same bytes. pages with their `file`; open_file: hash → file on the disk."""
    with ExitStack() as opened:
        paths = {
            sha256: opened.enter_context(open_file(sha256)) for sha256 in dict.fromkeys(p.file.sha256 for p in pages)
        }
        if _is_whole_file(pages):
            return paths[pages[0].file.sha256].read_bytes()
        document = pikepdf.new()
        for page in pages:
            _add(document, page, paths[page.file.sha256])
        return _finished(document, title, dated, is_scan=all(page.source != "text_layer" for page in pages))


def _is_whole_file(pages: Sequence[Page]) -> bool:
    """A file that a program made, and perhaps somebody signed, is never written anew."""
    first = pages[0]
    whole = [page.file_page for page in pages] == list(range(1, first.file.pages + 1))
    return whole and all(page.source == "text_layer" and page.file_id == first.file_id for page in pages)


def _add(document: pikepdf.Pdf, page: Page, path: Path) -> None:
    if page.source == "text_layer":
        with pikepdf.open(path) as source:
            document.pages.append(source.pages[page.file_page - 1])
        return
    picture = upright(page, path)
    with pikepdf.open(io.BytesIO(img2pdf.convert(_squeezed(picture), layout_fun=_layout(picture)))) as image:
        document.pages.append(image.pages[0])
    if page.words and page.size:
        with pikepdf.open(io.BytesIO(_text_layer(page, picture.shape[1], picture.shape[0]))) as layer:
            document.pages[-1].add_overlay(layer.pages[0], None)


def upright(page: Page, path: Path) -> np.ndarray:
    """The page in colour (BGR) as a person reads it: turned, straightened, not larger than 200 dpi."""
    picture = opening.colour_page(path, page.file.media_type, page.file_page, WORKING)
    if "perspective" in page.steps:
        corners = cleaning.sheet_corners(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.uint8))
        picture = picture if corners is None else cleaning.squared(picture, corners)
    picture = turned_up(picture, page.turned)
    if page.skew:
        height, width = picture.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), page.skew, 1.0)
        straight = cv2.warpAffine(
            picture, matrix, (width, height), borderMode=cv2.BORDER_CONSTANT, borderValue=(255, 255, 255)
        )
        picture = straight.astype(np.uint8)
    return picture


def turned_up(picture: np.ndarray, degrees: int) -> np.ndarray:
    """Clockwise by a multiple of 90."""
    return np.ascontiguousarray(np.rot90(picture, -(degrees // 90)))


def _squeezed(picture: np.ndarray) -> bytes:
    out = io.BytesIO()
    if is_coloured(picture):
        Image.fromarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)).save(
            out, "JPEG", quality=JPEG_QUALITY, dpi=(DPI, DPI)
        )
        return out.getvalue()
    grey = cleaning.without_background(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.uint8))
    Image.fromarray(np.where(grey > 180, 255, 0).astype(np.uint8)).convert("1").save(
        out, "TIFF", compression="group4", dpi=(DPI, DPI)
    )
    return out.getvalue()


def is_coloured(picture: np.ndarray) -> bool:
    small = cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA).astype(np.int16)
    spread = small.max(axis=2) - small.min(axis=2)
    return bool((spread > 60).mean() > COLOURED)


def _layout(picture: np.ndarray) -> Callable[..., tuple[float, float, float, float]]:
    """Height of A4 for the longer side where it looks like one, whatever the camera's resolution."""
    height, width = picture.shape[:2]
    long_side = 842.0
    factor = long_side / max(height, width)
    return lambda *_: (width * factor, height * factor, width * factor, height * factor)


def _text_layer(page: Page, width: int, height: int) -> bytes:
    """Unseen words where they stand on the picture, in an embedded font, so that they can be found and copied."""
    factor = 842.0 / max(width, height)
    across, down = width * factor / page.size[0], height * factor / page.size[1]
    layer = fpdf.FPDF(unit="pt", format=(width * factor, height * factor))
    layer.set_auto_page_break(False)
    layer.set_margin(0)
    layer.c_margin = 0
    layer.add_font("Tinos", fname=str(FONTS / "Tinos-Regular.ttf"))
    layer.add_page()
    layer.text_mode = fpdf.enums.TextMode.INVISIBLE
    for text, left, top, wide, high in page.words:
        layer.set_font("Tinos", size=max(high * down * 0.9, 2))
        natural = layer.get_string_width(text) or 1
        layer.set_stretching(min(max(100 * wide * across / natural, 10), 400))
        layer.text(left * across, (top + high * 0.8) * down, text)
    layer.set_creation_date(datetime(2000, 1, 1, tzinfo=UTC))
    return bytes(layer.output())


def _srgb() -> bytes:
    """The colour profile; its date is blanked so that the same scan gives the same bytes."""
    made = bytes(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    return made[:24] + bytes(12) + made[36:]


def _finished(document: pikepdf.Pdf, title: str, dated: datetime, *, is_scan: bool) -> bytes:
    """Marked as PDF/A-2b where every page is ours; pages of others' programs are passed on without that promise."""
    if is_scan:
        profile = pikepdf.Stream(document, _srgb())
        profile["/N"] = 3
        intent = pikepdf.Dictionary(
            Type=pikepdf.Name("/OutputIntent"),
            S=pikepdf.Name("/GTS_PDFA1"),
            OutputConditionIdentifier="sRGB",
            DestOutputProfile=document.make_indirect(profile),
        )
        document.Root.OutputIntents = pikepdf.Array([document.make_indirect(intent)])
    document.Root.Lang = pikepdf.String("vi-VN")
    moment = dated.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as about:
        about["dc:title"] = re.sub(r"\s+", " ", title) or "Giấy tờ số hoá"
        about["xmp:CreateDate"] = about["xmp:ModifyDate"] = moment
        if is_scan:
            about["pdfaid:part"], about["pdfaid:conformance"] = "2", "B"
    out = io.BytesIO()
    document.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()
