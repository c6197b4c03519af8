"""Codes on pictures: the card in the hand, and what is no picture."""

import io

import pytest
import segno
from PIL import Image

from tinhso.lib.barcodes import codes_in_photograph

CARD = "072190004217|291234567|Nguyễn Thị Ưởng|01021990|Nữ|Tân Ninh, Tây Ninh|05062021"


def photograph(text: str, size: tuple[int, int] = (1600, 1200)) -> bytes:
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="png", scale=6, border=4)
    table = Image.new("RGB", size, (180, 170, 160))
    table.paste(Image.open(drawn).convert("RGB").rotate(7, expand=True, fillcolor=(180, 170, 160)), (300, 200))
    out = io.BytesIO()
    table.save(out, "JPEG", quality=75)
    return out.getvalue()


def test_a_card_held_askew_is_read() -> None:
    assert [code.text for code in codes_in_photograph(photograph(CARD))] == [CARD]


def test_a_photograph_without_a_code_has_none() -> None:
    out = io.BytesIO()
    Image.new("RGB", (800, 600), "grey").save(out, "PNG")
    assert codes_in_photograph(out.getvalue()) == ()


@pytest.mark.parametrize("content", [b"", b"no picture", b"GIF89a", b"%PDF-1.7"])
def test_what_is_no_photograph_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="picture"):
        codes_in_photograph(content)
