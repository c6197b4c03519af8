"""The certified copy as a PDF: the pages of the original, then the words of certification with the QR."""

import io
from datetime import datetime
from pathlib import Path

import img2pdf
import pikepdf

from tinhso.foundation.files import public as files
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.signing.public import Appearance
from tinhso.lib.typesetting import typeset
from tinhso.systems.certified_copies.models import CertifiedCopy
from tinhso.systems.verification.public import Issued

TEMPLATE = Path(__file__).parent / "certification.typ"
SIGNATURE = Appearance("personal", page=-1, left=115, top=172, width=60, height=25)


class NotComposableError(ValueError):
    """The pages of the original cannot be put into the copy; the sentence says why."""


def compose(copy: CertifiedCopy, issued: Issued, *, at: datetime) -> bytes:
    """Raises NotComposableError."""
    words = typeset(TEMPLATE, _data(copy, issued), dated=at)
    try:
        with pikepdf.open(io.BytesIO(_pages(copy))) as document, pikepdf.open(io.BytesIO(words)) as certification:
            if "/AcroForm" in document.Root:
                del document.Root.AcroForm  # fields of the scan's own would take part in what is signed
            document.pages.extend(certification.pages)
            out = io.BytesIO()
            document.save(out, deterministic_id=True)
    except pikepdf.PdfError as error:
        raise NotComposableError("Bản quét bị hỏng nên không lập được bản sao. Quét lại bản chính.") from error
    return out.getvalue()


def _pages(copy: CertifiedCopy) -> bytes:
    with files.read(sha256=copy.scan_sha256) as stream:
        content = stream.read()
    if files.stored(sha256=copy.scan_sha256).media_type == "application/pdf":
        return content
    try:
        made: bytes = img2pdf.convert(
            content, layout_fun=img2pdf.get_layout_fun((img2pdf.mm_to_pt(210), img2pdf.mm_to_pt(297)))
        )
    except (img2pdf.ImageOpenError, img2pdf.AlphaChannelError) as error:
        raise NotComposableError("Ảnh quét không dùng được. Quét lại bản chính thành PDF hoặc JPG.") from error
    return made


def _data(copy: CertifiedCopy, issued: Issued) -> dict[str, object]:
    unit = organizations.get_unit(unit_id=copy.unit_id)
    parent = organizations.get_unit(unit_id=unit.parent_id) if unit.parent_id else None
    day = copy.certified_on
    place = unit.name.removeprefix("Ủy ban nhân dân ").removeprefix("UBND ")
    place = place[:1].upper() + place[1:]
    dated = f"ngày {day:%d} tháng {day:%m} năm {day:%Y}" if day else ""
    original = ", ".join(
        part
        for part in (
            f"số {copy.original_number}" if copy.original_number else "",
            f"ngày {copy.original_date:%d/%m/%Y}" if copy.original_date else "",
        )
        if part
    )
    return {
        "title": f"Bản sao chứng thực: {copy.name}",
        "unit_name": unit.name,
        "parent_name": parent.name if parent else "",
        "place_and_date": f"{place}, {dated}",
        "name": copy.name,
        "issuer": copy.issuer,
        "original": original,
        "pages": copy.pages,
        "number": str(copy.number),
        "book": copy.book,
        "day": f"{day:%d/%m/%Y}" if day else "",
        "compared_by": copy.compared_by,
        "scan": copy.scan_sha256,
        "signer_name": copy.signer_name,
        "signer_title": copy.signer_title,
        "qr": issued.qr_svg,
        "alt": issued.alt,
        "token": issued.printed,
    }
