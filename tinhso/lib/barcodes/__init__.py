"""Bar codes and QR codes (mã vạch): what is printed in codes on a scanned page, or on a card before a camera."""

import io
from dataclasses import dataclass

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageOps

MAX_POINTS = 60_000_000  # of a photograph; a telephone makes 12 to 50 million
CLOSE = 2400  # points of the longer side that a card in the hand needs


@dataclass(frozen=True, slots=True)
class Code:
    """kind: qr | code128."""

    kind: str
    text: str


_KINDS = {zxingcpp.BarcodeFormat.QRCode: "qr", zxingcpp.BarcodeFormat.Code128: "code128"}


def codes_on(grey: NDArray[np.uint8]) -> tuple[Code, ...]:
    """Codes on a grey picture, top to bottom; one that cannot be read is not there."""
    found = zxingcpp.read_barcodes(grey, formats=list(_KINDS), try_invert=False)  # type: ignore[arg-type]
    ordered = sorted(found, key=lambda one: one.position.top_left.y)
    return tuple(Code(_KINDS[one.format], one.text) for one in ordered if one.text and one.format in _KINDS)


def codes_in_photograph(content: bytes) -> tuple[Code, ...]:
    """Codes in a photograph (JPG, PNG, WebP). Raises ValueError where the bytes are no such picture, or too large."""
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > MAX_POINTS:
                raise ValueError("too many points")
            upright = ImageOps.exif_transpose(image).convert("L")
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError("no picture") from error
    found = codes_on(np.asarray(upright, np.uint8))
    if found or max(upright.size) <= CLOSE:
        return found
    upright.thumbnail((CLOSE, CLOSE))  # the noise of a large sensor hides a code that a smaller picture shows
    return codes_on(np.asarray(upright, np.uint8))
