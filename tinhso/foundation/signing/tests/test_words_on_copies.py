"""The words an agency's signature shows on a copy: where they stand on pages of any kind, and that they can be read."""

import io
from datetime import UTC, datetime

import numpy as np
import pikepdf
import pypdfium2
import pytest

from tinhso.foundation.signing import appearance, pades
from tinhso.foundation.signing.pades import Proof
from tinhso.foundation.signing.tests import factories as make

AGENCY = "Trung tâm Phục vụ hành chính công phường Tân Ninh, tỉnh Tây Ninh"
AT = datetime(2026, 11, 28, 7, 5, 9, tzinfo=UTC)
BLACK = (0, 0, 0, 0)


def _page(size: tuple[int, int], *, turned: int = 0, corner: tuple[int, int] = (0, 0), black: tuple[int, ...] = BLACK
          ) -> bytes:  # fmt: skip
    document = pikepdf.new()
    page = document.add_blank_page(page_size=size)
    page.MediaBox = [*corner, corner[0] + size[0], corner[1] + size[1]]
    page.Rotate = turned
    page.Contents = document.make_stream(b"0 g %d %d %d %d re f" % black)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _shown(content: bytes) -> np.ndarray:
    """Where there is ink, a point to a pixel."""
    document = pypdfium2.PdfDocument(content)
    document.init_forms()
    picture = document[0].render(scale=1, grayscale=True).to_numpy()
    document.close()
    return np.asarray((picture[:, :, 0] if picture.ndim == 3 else picture) < 140)


def _signed(content: bytes, agency: str = AGENCY) -> tuple[bytes, appearance.Appearance]:
    place = appearance.settled(content, appearance.default("copy"), organization=agency)
    mark = appearance.drawn(place, name="x", organization=agency, at=AT, sheet=appearance.sheet_of(content, place.page))
    signer = make.world().holder("Con dấu").signer()
    return pades.sign(content, signer, level="B-B", proof=Proof(), at=AT, mark=mark).content, place


@pytest.mark.parametrize(
    ("size", "turned", "corner"),
    [((595, 842), 0, (0, 0)), ((842, 595), 0, (0, 0)), ((842, 595), 90, (0, 0)), ((595, 842), 180, (0, 0)),
     ((842, 595), 270, (100, 50)), ((150, 90), 0, (0, 0)), ((2384, 3370), 0, (0, 0))],
)  # fmt: skip
def test_they_stand_upright_at_the_top_right_of_any_page(
    size: tuple[int, int], turned: int, corner: tuple[int, int]
) -> None:
    signed, place = _signed(_page(size, turned=turned, corner=corner))
    ink = _shown(signed)
    rows, columns = np.nonzero(ink)
    wide = size[1] if turned in (90, 270) else size[0]
    assert rows.max() < (place.top + place.height + 1) * appearance.POINTS
    assert columns.max() < wide - 2
    assert columns.max() > wide - 12 * appearance.POINTS
    across, down = columns.max() - columns.min(), rows.max() - rows.min()
    assert across > down  # lines of words, not standing on their side
    box = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    assert (
        box[:, -across // 3 :].mean() > box[:, : across // 3].mean()
    )  # ragged on the left: neither turned nor mirrored
    assert make.judge(signed, make.world().trust()).signatures[0].covers_whole_file


@pytest.mark.parametrize("black", [(480, 760, 80, 75), (0, 800, 595, 42)], ids=["a code in the corner", "a black edge"])
def test_they_keep_clear_of_what_is_there(black: tuple[int, int, int, int]) -> None:
    content = _page((595, 842), black=black)
    before = _shown(content)
    place = _signed(content)[1]
    upper, left = int(place.top * appearance.POINTS), int(place.left * appearance.POINTS)
    covered = before[upper : upper + int(place.height * appearance.POINTS), left : left + int(75 * appearance.POINTS)]
    assert not covered.any()


def test_a_second_agency_does_not_write_over_the_first() -> None:
    first, one = _signed(_page((595, 842)), "UBND phường Tân Ninh")
    place = appearance.settled(first, appearance.default("copy"), organization="Sở Nội vụ")
    assert abs(place.left - one.left) + abs(place.top - one.top) > 10


def test_no_ink_is_cut_off_at_the_edges_of_the_box() -> None:
    """«Ủy ban» was once read as «Uy ban»: marks on capitals reach above the ascender of the font."""
    signed, place = _signed(_page((595, 842)), "ỔẨẴ ban nhân dân phường Tân Ninh")
    document = pypdfium2.PdfDocument(signed)
    document.init_forms()
    picture = document[0].render(scale=4, grayscale=True).to_numpy()
    document.close()
    rows, columns = np.nonzero((picture[:, :, 0] if picture.ndim == 3 else picture) < 140)
    upper, right = place.top * 4 * appearance.POINTS, (place.left + place.width) * 4 * appearance.POINTS
    assert rows.min() > upper + 1
    assert rows.max() < upper + place.height * 4 * appearance.POINTS - 1
    assert columns.max() < right - 1
