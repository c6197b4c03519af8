"""Bar codes and QR codes on a page: separator sheets, receipts, identity cards, results."""

from dataclasses import dataclass

import zxingcpp

from tinhso.systems.digitisation.reading.cleaning import Picture

_FORMATS = (zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128)


@dataclass(frozen=True, slots=True)
class Code:
    kind: str  # qr | code128
    text: str


def codes_on(grey: Picture) -> tuple[Code, ...]:
    """What is printed in codes, top to bottom; a code that cannot be read is not there."""
    found = zxingcpp.read_barcodes(grey, formats=list(_FORMATS), try_invert=False)
    ordered = sorted(found, key=lambda one: one.position.top_left.y)
    names = {zxingcpp.BarcodeFormat.QRCode: "qr", zxingcpp.BarcodeFormat.Code128: "code128"}
    return tuple(Code(names.get(one.format, str(one.format).lower()), one.text) for one in ordered if one.text)
