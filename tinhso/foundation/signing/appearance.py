"""Visible signatures: drawn by typst, placed as Nghị định 30/2020/NĐ-CP wants, never over a code.

The signer's picture stands between position and name; the seal, in its true size, over about a third of it to the left;
copies and attachments bear words only, at the top right of page 1.
"""

import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pypdfium2
import zxingcpp
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, InnerScaling, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.stamp import StaticStampStyle

from tinhso.foundation.signing import blanks
from tinhso.foundation.signing.judging.records import VIETNAM
from tinhso.foundation.signing.pades import Mark, NotSignableError
from tinhso.foundation.signing.sheets import POINTS, Sheet, free_place, sheet_of
from tinhso.lib.typesetting import typeset

TEMPLATE = Path(__file__).parent / "appearance.typ"
SEEN_AT = 110 / 72  # scale of the picture in which codes are looked for
A4 = (210.0, 297.0)
SEAL = 36.0  # true size of an agency's seal
COPY_WIDTH, COPY_TOP, COPY_MARGIN = 75.0, 4.0, 10.0  # words on a copy: above the head of a paper
LINE, LETTERS = 4.3, 38  # height of a line of 10 points, letters of it in the width of the words on a copy
MARKS = 1.3  # over the first line, for the marks on capitals


@dataclass(frozen=True, slots=True)
class Appearance:
    """Where and how a signature is shown. Millimetres from the upper left corner of the page.

    kind: personal (the signer's hand) | seal (the agency's) | copy (words only). page: from 0; -1 is the last.
    """

    kind: str
    page: int = -1
    left: float = 115.0
    top: float = 205.0
    width: float = 60.0
    height: float = 25.0
    words: str = ""  # a line of its own, such as number and symbol on an attachment


class _Page(PdfContent):
    """A page of a PDF in memory as the drawing of a stamp; the library's own class wants a file."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.content = content

    def render(self) -> bytes:
        reader = PdfFileReader(io.BytesIO(self.content))
        drawing = self._ensure_writer.import_page_as_xobject(reader, page_ix=0)
        self.resources.xobject["/Appearance"] = drawing
        left, lower, right, upper = drawing.get_object()["/BBox"]
        self.box = BoxConstraints(width=abs(right - left), height=abs(upper - lower))
        return b"/Appearance Do"


def default(kind: str, at: Appearance | None = None) -> Appearance:
    """The place the decree gives, on a page in the layout of Nghị định 30/2020; `at` moves the seal to a signature."""
    if kind == "copy":
        return Appearance(
            "copy", page=0, left=A4[0] - COPY_MARGIN - COPY_WIDTH, top=COPY_TOP, width=COPY_WIDTH, height=14
        )
    signature = at or Appearance("personal")
    if kind == "personal":
        return signature
    left = signature.left + signature.width / 3 - SEAL  # over about a third of the signer's picture, to the left
    return Appearance("seal", signature.page, left, signature.top - (SEAL - signature.height) / 2, SEAL, SEAL)


def settled(content: bytes, wanted: Appearance, *, organization: str) -> Appearance:
    """Where it goes on this paper: words on a copy to free room at the upper edge of a page of any size, anything else
    into the box the paper keeps for it, or where it was wanted. Raises NotSignableError."""
    if wanted.kind != "copy":
        return at_reserved(content, wanted)
    wide, high = (side / POINTS for side in sheet_of(content, wanted.page).size)
    margin = min(COPY_MARGIN, wide / 20)
    width = min(COPY_WIDTH, wide - 2 * margin)
    lines = 1 + -(-len(organization) // LETTERS) + bool(wanted.words)
    height = min(lines * LINE + MARKS, high / 4)
    top = min(COPY_TOP, high / 40)
    left, top = free_place(content, wanted.page, (width, height), top=top, margin=margin)
    return replace(wanted, left=left, top=top, width=width, height=height)


def at_reserved(content: bytes, wanted: Appearance) -> Appearance:
    """Where the paper keeps a box for this kind of signature, that box; else the place wanted."""
    if b"/AcroForm" not in content:
        return wanted
    try:
        reader = PdfFileReader(io.BytesIO(content), strict=False)
        kept = blanks.reserved(reader, wanted.kind)
        if kept is None:
            return wanted
        sheet = sheet_of(content, kept.page)
    except (PdfError, ValueError, KeyError, TypeError, AttributeError, IndexError):
        return wanted  # a damaged file is refused where it is signed
    left, lower, right, upper = kept.box
    return replace(
        wanted, page=kept.page, left=(left - sheet.left) / POINTS, top=(sheet.upper - upper) / POINTS,
        width=(right - left) / POINTS, height=(upper - lower) / POINTS,
    )  # fmt: skip


def to_json(appearance: Appearance | None) -> dict[str, Any] | None:
    return asdict(appearance) if appearance else None


def drawn(
    appearance: Appearance,
    *,
    name: str,
    organization: str,
    at: datetime,
    sheet: Sheet,
    picture: bytes | None = None,
) -> Mark:
    """The picture of this signature for that page, upright as the page is shown. Raises NotSignableError."""
    box = sheet.in_file(box_of(appearance, sheet.size))
    made = typeset(
        TEMPLATE,
        {
            "kind": appearance.kind,
            "name": name,
            "seal_text": organization,
            "picture": list(picture) if picture else None,
            "lines": _lines(appearance, name, organization, at),
            "width": appearance.width,
            "height": appearance.height,
            "turned": sheet.turned,
        },
        dated=at,
    )
    layout = SimpleBoxLayoutRule(
        x_align=AxisAlignment.ALIGN_MID, y_align=AxisAlignment.ALIGN_MID, margins=Margins.uniform(0),
        inner_content_scaling=InnerScaling.STRETCH_TO_FIT,
    )  # fmt: skip
    style = StaticStampStyle(background=_Page(made), background_opacity=1.0, border_width=0, background_layout=layout)
    return Mark(style, appearance.page, box)


def _lines(appearance: Appearance, name: str, organization: str, at: datetime) -> list[str]:
    stamp = at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S +07:00")
    lines = [appearance.words] if appearance.words else []
    return [*lines, stamp] if appearance.kind == "personal" else [*lines, organization or name, stamp]


def box_of(appearance: Appearance, page_size: tuple[float, float]) -> tuple[float, float, float, float]:
    """In points from the lower left corner. Raises NotSignableError where it does not fit the page."""
    width, height = page_size
    left, right = appearance.left * POINTS, (appearance.left + appearance.width) * POINTS
    upper, lower = height - appearance.top * POINTS, height - (appearance.top + appearance.height) * POINTS
    if (
        left < 0
        or lower < 0
        or right > width + 1
        or upper > height + 1
        or appearance.width <= 0
        or appearance.height <= 0
    ):
        raise NotSignableError("Ô chữ ký nằm ngoài trang giấy, chọn lại vị trí.")
    return left, lower, right, upper


def check_place(content: bytes, appearance: Appearance) -> None:
    """Raises NotSignableError where the box leaves the page or would cover a QR or bar code."""
    box = box_of(appearance, sheet_of(content, appearance.page).size)
    if any(_overlap(box, code) for code in codes_on(content, appearance.page)):
        raise NotSignableError("Chữ ký sẽ che mã QR hay mã vạch trên trang, chọn vị trí khác.")


def codes_on(content: bytes, page: int) -> Iterable[tuple[float, float, float, float]]:
    """Boxes of the QR and bar codes on a page, in points from the lower left corner."""
    document = pypdfium2.PdfDocument(content)
    try:
        number = page % len(document)
        height = document.get_page_size(number)[1]
        picture = document[number].render(scale=SEEN_AT, grayscale=True).to_numpy()
        for code in zxingcpp.read_barcodes(picture[:, :, 0] if picture.ndim == 3 else picture):
            corners = (
                code.position.top_left,
                code.position.top_right,
                code.position.bottom_left,
                code.position.bottom_right,
            )
            xs = [corner.x / SEEN_AT for corner in corners]
            ys = [height - corner.y / SEEN_AT for corner in corners]
            yield min(xs), min(ys), max(xs), max(ys)
    finally:
        document.close()


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
