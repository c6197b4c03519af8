"""Pages for tests: typeset, drawn, and spoilt the way scanners and cameras spoil them."""

import io
from functools import cache
from typing import Any

import cv2
import img2pdf
import numpy as np
import segno
import typst

from tinhso.lib.typesetting import FONTS

PROSE = (
    "Ủy ban nhân dân phường Tân Ninh đã nhận được đơn của ông Nguyễn Văn Thưởng về việc xác nhận tình trạng sử dụng "
    "đất tại thửa số 25, tờ bản đồ số 7. Sau khi kiểm tra hồ sơ địa chính và ý kiến của các hộ liền kề, bộ phận chuyên "
    "môn nhận thấy nội dung đề nghị phù hợp với quy định của pháp luật hiện hành và không có tranh chấp."
)


@cache
def drawn(body: str, dpi: int = 150) -> np.ndarray:
    """A page of grey points from typst source."""
    source = (
        '#set page(paper: "a4", margin: (top: 2cm, bottom: 2cm, left: 3cm, right: 1.5cm))\n'
        '#set text(font: "Tinos", size: 13pt, lang: "vi")\n#set par(justify: true, leading: 0.8em)\n' + body
    )
    png = typst.compile(source.encode(), format="png", ppi=dpi, font_paths=[str(FONTS)], ignore_system_fonts=True)
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return picture


def letter(number: str = "15", subject: str = "xác nhận tình trạng sử dụng đất", dpi: int = 150) -> np.ndarray:
    """The head of an official letter in two columns, and prose."""
    head = (
        "#grid(columns: (1fr, 1.5fr), align: center, [UBND TỈNH TÂY NINH \\ *UBND PHƯỜNG TÂN NINH* \\ #v(2pt) "
        f"Số: {number}/UBND-VP \\ V/v {subject}], [*CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM* \\ "
        "*Độc lập - Tự do - Hạnh phúc* \\ #v(2pt) _Tân Ninh, ngày 12 tháng 11 năm 2026_])\n#v(1cm)\n"
    )
    return drawn(head + "\n\n".join([PROSE] * 4), dpi)


def prose(times: int = 5, dpi: int = 150, mark: str = "") -> np.ndarray:
    return drawn("\n\n".join([mark, *[PROSE] * times]), dpi)


def blank() -> np.ndarray:
    return np.full((1754, 1240), 252, np.uint8)


def sheet(code: str) -> np.ndarray:
    """A page with a QR code in the middle, as a separator sheet has."""
    out = io.BytesIO()
    segno.make(code, error="m", micro=False).save(out, kind="png", scale=9, border=4)
    qr = cv2.imdecode(np.frombuffer(out.getvalue(), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert qr is not None
    page = np.full((1754, 1240), 255, np.uint8)
    page[300 : 300 + qr.shape[0], 200 : 200 + qr.shape[1]] = qr
    return page


def jpeg(picture: np.ndarray, quality: int = 80) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def scan(*pages: np.ndarray) -> bytes:
    """A PDF as a scanner makes it: one picture a page."""
    content: Any = img2pdf.convert([jpeg(page) for page in pages], engine=img2pdf.Engine.internal)
    return bytes(content)
