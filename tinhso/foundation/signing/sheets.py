"""Pages as a reader shows them, and where on one there is room for words."""

from dataclasses import dataclass

import numpy as np
import pypdfium2

from tinhso.foundation.signing.pades import NotSignableError

Box = tuple[float, float, float, float]  # points: left, lower, right, upper
POINTS = 72 / 25.4  # a millimetre
DARK = 170  # of 255: what is darker is print
CLEAR = 0.002  # share of print up to which a place is free: dust, the edge of a sheet
STEP, ROWS = 5.0, (0.0, 12.0, 24.0)  # mm between the places looked at; lower rows for scans with a black upper edge


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page: its visible box in the coordinates of the file (points) and how far it is shown turned, clockwise."""

    left: float
    lower: float
    right: float
    upper: float
    turned: int = 0

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as shown."""
        wide, high = self.right - self.left, self.upper - self.lower
        return (high, wide) if self.turned in (90, 270) else (wide, high)

    def in_file(self, shown: Box) -> Box:
        """A box as shown, from the lower left corner, in the coordinates of the file."""
        (one, other) = (self._point(shown[0], shown[1]), self._point(shown[2], shown[3]))
        return min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1])

    def _point(self, x: float, y: float) -> tuple[float, float]:
        wide, high = self.right - self.left, self.upper - self.lower
        across, up = {0: (x, y), 90: (wide - y, x), 180: (wide - x, high - y), 270: (y, high - x)}[self.turned]
        return self.left + across, self.lower + up


def sheet_of(content: bytes, page: int) -> Sheet:
    """Raises NotSignableError."""
    try:
        document = pypdfium2.PdfDocument(content)
        try:
            if not -len(document) <= page < len(document):
                raise NotSignableError("Tệp không có trang được chọn để đặt chữ ký.")
            found = document[page % len(document)]
            left, lower, right, upper = found.get_cropbox()
            wide, high = found.get_size()
            turned = found.get_rotation()
            if turned in (90, 270):
                wide, high = high, wide
            # A box larger than the sheet counts as far as the sheet goes.
            return Sheet(left, max(lower, upper - high), min(right, left + wide), upper, turned)
        finally:
            document.close()
    except pypdfium2.PdfiumError as error:
        raise NotSignableError("Tệp PDF bị hỏng nên không ký được.") from error


def free_place(
    content: bytes, page: int, size: tuple[float, float], *, top: float, margin: float
) -> tuple[float, float]:
    """Left and top (mm) of a place of that size (mm) at the upper edge, as far to the right as nothing is covered;
    where every place covers something, the one that covers least. Raises NotSignableError."""
    width, height = size
    wide, dark = _strip(content, page, top + ROWS[-1] + height)
    rightmost, places = wide - margin - width, []
    for row in ROWS:
        upper = top + row
        for number in range(int(max(rightmost - margin, 0) / STEP) + 1):
            left = rightmost - number * STEP
            part = dark[
                int(upper * POINTS) : int((upper + height) * POINTS), int(left * POINTS) : int((left + width) * POINTS)
            ]
            covered = float(part.mean()) if part.size else 1.0
            if covered <= CLEAR:
                return left, upper
            places.append((covered, row, number, left))
    _covered, row, _number, left = min(places)
    return left, top + row


def _strip(content: bytes, page: int, high: float) -> tuple[float, np.ndarray]:
    """Width of the page (mm), and of its upper edge down to `high` what is printed, a point to a pixel."""
    try:
        document = pypdfium2.PdfDocument(content)
        try:
            document.init_forms()  # signatures shown already are print too
            found = document[page]
            wide, whole = found.get_size()
            cut = max(whole - high * POINTS, 0)
            picture = found.render(scale=1, grayscale=True, crop=(0, cut, 0, 0)).to_numpy()
            return wide / POINTS, (picture[:, :, 0] if picture.ndim == 3 else picture) < DARK
        finally:
            document.close()
    except pypdfium2.PdfiumError as error:
        raise NotSignableError("Tệp PDF bị hỏng nên không ký được.") from error
