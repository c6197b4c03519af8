"""From the picture of a page to what Tesseract reads best: chosen page by page, so that a good page is left alone.

All pictures are 8-bit grey, 255 = paper. Measures are taken on a small copy: they cost a few milliseconds, so that a
clean page pays next to nothing. Nothing here changes what is kept: the master stays as it was scanned.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

WORKING_HEIGHT = 2339  # pixels of the long side of A4 at 200 dpi: enough for 13 pt print and a fifth cheaper than 300
BLANK_INK = 0.0002  # share of ink under which a page is blank; a page with one signature has 0.001
UNEVEN = 14.0  # grey levels between parts of the paper; a flat-bed scan stays under 6
NOISY = 0.004  # share of pixels that stand alone against their neighbours
STRAIGHT = 0.4  # degrees that Tesseract bears by itself
MAX_SKEW = 20.0  # degrees


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A page made ready for reading, and what was done to it."""

    picture: Picture
    turned: int  # degrees by which it was turned clockwise: 0, 90, 180, 270
    skew: float  # degrees it was straightened by
    steps: tuple[str, ...]  # perspective, background, median, skew, turned, scale


def ink(grey: Picture) -> float:
    """Share of the page that is written on; margins, shadows, dust and show-through do not count."""
    small = shrunk(grey, 1170)
    height, width = small.shape
    inner = small[int(height * 0.03) : int(height * 0.97), int(width * 0.03) : int(width * 0.97)]
    if inner.size == 0:
        return 0.0
    marks = (cv2.subtract(cv2.medianBlur(inner, 31), inner) > 60).astype(np.uint8)
    return float(cv2.morphologyEx(marks, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)).mean())


def is_blank(grey: Picture) -> bool:
    return ink(grey) < BLANK_INK


def shrunk(grey: Picture, long_side: int) -> Picture:
    factor = long_side / max(grey.shape)
    if factor >= 1:
        return grey
    size = (max(1, round(grey.shape[1] * factor)), max(1, round(grey.shape[0] * factor)))
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


def cleaned(grey: Picture) -> Cleaned:
    """Perspective, background, noise, a quarter turn and the slant; upside down is found by the reader."""
    steps: list[str] = []
    picture = grey
    if (flat := _unfolded(picture)) is not None:
        picture = flat
        steps.append("perspective")
    if max(picture.shape) > WORKING_HEIGHT * 1.15:
        picture = shrunk(picture, WORKING_HEIGHT)
        steps.append("scale")
    noisy = noise(picture) > NOISY
    if noisy or unevenness(picture) > UNEVEN:
        picture = without_background(picture)
        steps.append("background")
    if noisy:
        picture = cv2.medianBlur(picture, 3).astype(np.uint8)
        steps.append("median")
    turned = 0
    if lies_on_its_side(picture):
        picture, turned = turn(picture, 90), 90
        steps.append("turned")
    angle = skew(picture)
    if abs(angle) >= STRAIGHT:
        picture = _straightened(picture, angle)
        steps.append("skew")
    return Cleaned(picture, turned, round(angle, 2), tuple(steps))


def turn(picture: Picture, degrees: int) -> Picture:
    """Clockwise by a multiple of 90."""
    return np.ascontiguousarray(np.rot90(picture, -degrees // 90))


def unevenness(grey: Picture) -> float:
    """How far the lightness of the paper itself varies over the page, in grey levels."""
    small = shrunk(grey, 300)
    paper = cv2.morphologyEx(cv2.medianBlur(small, 3), cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    low, high = np.percentile(paper, (5, 95))
    return float(high - low)


def noise(grey: Picture) -> float:
    """Share of pixels that stand alone, on the middle of the page."""
    height, width = grey.shape
    middle = grey[height // 4 : height // 4 + 500, width // 4 : width // 4 + 700]
    if middle.size == 0:
        return 0.0
    return float((cv2.absdiff(middle, cv2.medianBlur(np.ascontiguousarray(middle), 3)) > 60).mean())


def without_background(grey: Picture) -> Picture:
    """Divided by the paper around each point: shadows, yellow paper and show-through go, the print stays."""
    small = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    width = max(9, grey.shape[1] // 120) | 1
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), width)
    paper = cv2.resize(paper, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    return cv2.divide(grey, paper, scale=255).astype(np.uint8)


def _marks(grey: Picture, long_side: int) -> NDArray[np.float32]:
    small = shrunk(grey, long_side)
    marks = cv2.adaptiveThreshold(small, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 15)
    return marks.astype(np.float32)


def _sharpness(marks: NDArray[np.float32], axis: int) -> float:
    """How strongly lines of print alternate with the gaps between them along an axis."""
    sums = marks.sum(axis=axis)
    return float(np.square(np.diff(sums)).sum()) / (float(sums.sum()) ** 2 + 1.0)


def lies_on_its_side(grey: Picture) -> bool:
    """Lines of print run up and down. Only said when it is plain."""
    marks = _marks(grey, 900)
    side = min(marks.shape)
    top, left = (marks.shape[0] - side) // 2, (marks.shape[1] - side) // 2
    square = marks[top : top + side, left : left + side]
    angle = _best_angle(square)
    across = max(_sharpness(square, 1), _sharpness(_rotated(square, angle), 1))
    upright = square.T.copy()
    down = max(_sharpness(upright, 1), _sharpness(_rotated(upright, _best_angle(upright)), 1))
    return down > across * 1.6


def skew(grey: Picture) -> float:
    """Degrees by which the lines of print fall to the right; positive is clockwise."""
    return _best_angle(_marks(grey, 1000))


def _best_angle(marks: NDArray[np.float32]) -> float:
    coarse = shrunk_marks(marks)
    best = max(np.arange(-MAX_SKEW, MAX_SKEW + 0.1, 1.0), key=lambda a: _sharpness(_rotated(coarse, a), 1))
    for step in (0.5, 0.1):
        around = best + np.arange(-2, 2.1) * step
        best = max(around, key=lambda a: _sharpness(_rotated(marks, a), 1))
    straight = _sharpness(marks, 1)
    return float(best) if _sharpness(_rotated(marks, best), 1) > straight * 1.05 else 0.0


def shrunk_marks(marks: NDArray[np.float32]) -> NDArray[np.float32]:
    return cv2.resize(marks, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.float32)


def _rotated(marks: NDArray[np.float32], angle: float) -> NDArray[np.float32]:
    height, width = marks.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), float(angle), 1.0)
    return cv2.warpAffine(marks, matrix, (width, height), flags=cv2.INTER_LINEAR).astype(np.float32)


def _straightened(grey: Picture, angle: float) -> Picture:
    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    return cv2.warpAffine(
        grey, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=255
    ).astype(np.uint8)


def _unfolded(grey: Picture) -> Picture | None:
    """The sheet alone, square, when it was photographed on something darker; None where there is nothing to unfold."""
    small = shrunk(grey, 700)
    frame = np.concatenate([small[:6].ravel(), small[-6:].ravel(), small[:, :6].ravel(), small[:, -6:].ravel()])
    if np.percentile(frame, 50) > np.percentile(small, 60) - 40:
        return None
    _, bright = cv2.threshold(cv2.GaussianBlur(small, (7, 7), 0), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    bright = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    outlines, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return None
    sheet = max(outlines, key=cv2.contourArea)
    if cv2.contourArea(sheet) < small.size * 0.3:
        return None
    corners = cv2.approxPolyDP(cv2.convexHull(sheet), 0.03 * cv2.arcLength(sheet, True), True)
    if len(corners) != 4:
        return None
    return _squared(grey, corners.reshape(4, 2).astype(np.float32) * (max(grey.shape) / max(small.shape)))


def _squared(grey: Picture, corners: NDArray[np.float32]) -> Picture | None:
    total, difference = corners.sum(axis=1), np.diff(corners, axis=1).ravel()
    ordered = np.array(
        [
            corners[total.argmin()],
            corners[difference.argmin()],
            corners[total.argmax()],
            corners[difference.argmax()],
        ],
        np.float32,
    )
    width = round(max(np.linalg.norm(ordered[0] - ordered[1]), np.linalg.norm(ordered[3] - ordered[2])))
    height = round(max(np.linalg.norm(ordered[0] - ordered[3]), np.linalg.norm(ordered[1] - ordered[2])))
    if min(width, height) < 200:
        return None
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(ordered, target)
    return cv2.warpPerspective(grey, matrix, (width, height), flags=cv2.INTER_CUBIC).astype(np.uint8)
