"""From the picture of a page to what Tesseract reads best: chosen page by page, so that a good page is left alone.

All pictures are 8-bit grey, 255 = paper. Measures are taken on a small copy: they cost a few milliseconds, so that a
clean page pays next to nothing. Nothing here changes what is kept: the master stays as it was scanned.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

cv2.setNumThreads(1)  # pages are what runs side by side; threads inside a page only cost

WORKING_HEIGHT = 2339  # pixels of the long side of A4 at 200 dpi: enough for 13 pt print and a fifth cheaper than 300
BLANK_INK = 0.0002  # share of ink under which a page is blank; a page with one signature has 0.001
UNEVEN = 14.0  # grey levels between parts of the paper; a flat-bed scan stays under 6
NOISY = 0.0008  # specks to a point
FAINT = 160.0  # grey levels from paper to print; print seen through from behind has less than half of it
STRAIGHT = 0.8  # degrees that Tesseract bears by itself
PRINT_HEIGHT = 13.6  # points of a small letter that Tesseract reads best; larger print takes longer and reads no better
BLURRED_PRINT_HEIGHT = 17.5  # a blurred letter keeps its tone marks apart only when it is larger
SHARP = 0.68  # of `sharpness`: flat-bed scans have 0.72 and more, photographs 0.5 to 0.65, blurred scans under 0.5
MAX_SKEW = 20.0  # degrees
UPSIDE_DOWN = 0.8  # of `topside`: print that stands upright has more


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A page made ready for reading, and what was done to it."""

    picture: Picture
    turned: int  # degrees by which it was turned clockwise: 0, 90, 180, 270
    skew: float  # degrees it was straightened by
    steps: tuple[str, ...]  # perspective, background, median, skew, turned, scale, edges


def ink(grey: Picture) -> float:
    """Share of the page that is written on; margins, shadows, dust and show-through do not count."""
    small = shrunk(grey, 900)
    height, width = small.shape
    inner = small[int(height * 0.03) : int(height * 0.97), int(width * 0.03) : int(width * 0.97)]
    if inner.size == 0:
        return 0.0
    marks = (cv2.subtract(cv2.medianBlur(inner, 25), inner) > 60).astype(np.uint8)
    return float(cv2.morphologyEx(marks, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)).mean())


def is_blank(grey: Picture) -> bool:
    has_print = print_of(grey)[1] > 0  # a third of the cost of measuring ink
    return not has_print and ink(grey) < BLANK_INK


def shrunk(grey: Picture, long_side: int) -> Picture:
    factor = long_side / max(grey.shape)
    if factor >= 1:
        return grey
    if factor < 0.5:  # by half first: whole points cost a quarter of parts of points
        return shrunk(cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.uint8), long_side)
    size = (max(1, round(grey.shape[1] * factor)), max(1, round(grey.shape[0] * factor)))
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


def cleaned(grey: Picture) -> Cleaned:
    """Perspective, background, noise, a quarter turn and the slant; upside down is found by the reader."""
    steps: list[str] = []
    picture = grey
    if (corners := sheet_corners(picture)) is not None:
        picture = squared(picture, corners)
        steps.append("perspective")
    if max(picture.shape) > WORKING_HEIGHT * 1.15:
        picture = shrunk(picture, WORKING_HEIGHT)
        steps.append("scale")
    specks, height = print_of(picture)
    noisy = specks > NOISY
    if noisy or unevenness(picture) > UNEVEN:
        picture = without_background(picture)
        steps.append("background")
    if noisy:
        picture = cv2.medianBlur(picture, 3).astype(np.uint8)
        steps.append("median")
    blurred = sharpness(picture) < SHARP
    needed = BLURRED_PRINT_HEIGHT if blurred else PRINT_HEIGHT
    if height > needed * 1.1:
        picture = shrunk(picture, round(max(picture.shape) * max(needed / height, 0.6)))
        steps.append("scale")
    lies = lie(picture)
    turned = (90 if lies.is_sideways else 0) + (180 if lies.is_upside_down else 0)
    if turned:
        picture = turn(picture, turned)
        steps.append("turned")
    if abs(lies.skew) >= STRAIGHT:
        picture = _straightened(picture, lies.skew)
        steps.append("skew")
    if blurred:
        picture = sharpened(picture, 1.5, 2.5)
        steps.append("edges")
    elif noisy:
        picture = sharpened(picture, 1.0, 1.0)  # what the median has softened
        steps.append("edges")
    return Cleaned(picture, turned, lies.skew if "skew" in steps else 0.0, tuple(dict.fromkeys(steps)))


def turn(picture: Picture, degrees: int) -> Picture:
    """Clockwise by a multiple of 90."""
    return np.ascontiguousarray(np.rot90(picture, -degrees // 90))


def unevenness(grey: Picture) -> float:
    """How far the lightness of the paper itself varies over the page, in grey levels."""
    small = shrunk(grey, 300)
    paper = cv2.morphologyEx(cv2.medianBlur(small, 3), cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    low, high = np.percentile(paper, (5, 95))
    return float(high - low)


def print_of(grey: Picture) -> tuple[float, float]:
    """(specks to a point, height of small letters in points; 0 where there is too little) where the page is darkest.

    A speck has one to three points; the dots of print are larger.
    """
    middle = _darkest(grey)
    if middle.size == 0:
        return 0.0, 0.0
    paper, darkest = float(np.median(middle)), float(np.percentile(middle[::2, ::2], 0.5))
    between = paper - 0.4 * max(paper - darkest, FAINT)  # by what is print here: grain on faint print is no speck
    marks = cv2.threshold(middle, between, 1, cv2.THRESH_BINARY_INV)[1]
    _, _, statistics, _ = cv2.connectedComponentsWithStats(marks, connectivity=8)
    areas, heights = statistics[1:, cv2.CC_STAT_AREA], statistics[1:, cv2.CC_STAT_HEIGHT]
    letters = heights[(areas > 20) & (heights > 6) & (heights < 150)]
    return float((areas <= 3).sum() / middle.size), float(np.percentile(letters, 40)) if len(letters) > 60 else 0.0


def _darkest(grey: Picture) -> Picture:
    """Of three windows down the middle of the page the one with most print."""
    height, width = grey.shape
    windows = [
        grey[top : top + 600, width // 4 : width // 4 + 800] for top in (height // 8, height // 3, height * 5 // 8)
    ]
    return np.ascontiguousarray(min(windows, key=lambda one: float(one[::4, ::4].mean()) if one.size else 256.0))


def sharpness(grey: Picture) -> float:
    """How much of the way from paper to print the sharpest edges take in one point; 1.0 for black on white."""
    middle = _darkest(grey)
    if middle.shape[1] < 2:
        return 1.0
    contrast = float(np.median(middle)) - float(np.percentile(middle[::2, ::2], 2))
    edges = cv2.absdiff(middle[:, 1:], middle[:, :-1])
    return float(np.percentile(edges, 99.5)) / max(contrast, 1.0)


def sharpened(grey: Picture, width: float, strength: float) -> Picture:
    """Unsharp mask: what tells ẩ from ấ is two points wide and is lost first, in a blur and under a median alike."""
    return cv2.addWeighted(grey, 1 + strength, cv2.GaussianBlur(grey, (0, 0), width), -strength, 0).astype(np.uint8)


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
    return _without_edges(marks.astype(np.uint8)).astype(np.float32)


def _without_edges(marks: Picture) -> Picture:
    """Without what is longer than words are: edges of the sheet, shadows, ruled lines, pictures."""
    count, labels, statistics, _ = cv2.connectedComponentsWithStats(marks, connectivity=8)
    longest = np.maximum(statistics[:, cv2.CC_STAT_WIDTH], statistics[:, cv2.CC_STAT_HEIGHT])
    kept = (longest < max(marks.shape) * 0.12).astype(np.uint8)
    kept[0] = 0
    return kept[labels].astype(np.uint8) if count > 1 else marks


def turned_and_straight(made: Cleaned, degrees: int) -> Cleaned:
    """Turned clockwise by what the reader found out, and its slant looked for anew."""
    picture = turn(made.picture, degrees)
    steps = [step for step in made.steps if step not in ("turned", "skew")] + ["turned"]
    slant = lie(picture)
    straight = slant.is_sideways or abs(slant.skew) < STRAIGHT
    if not straight:
        picture = _straightened(picture, slant.skew)
        steps.append("skew")
    return Cleaned(picture, (made.turned + degrees) % 360, 0.0 if straight else slant.skew, tuple(steps))


@dataclass(frozen=True, slots=True)
class Lie:
    """How the print lies on the page."""

    is_sideways: bool  # lines of print run up and down
    is_upside_down: bool  # once it stands upright; a guess that the reader proves
    skew: float  # degrees the lines fall to the right, once it stands upright


def lie(grey: Picture) -> Lie:
    """Found by the lines of print: they and the gaps between them alternate most sharply along the right direction."""
    marks = _marks(grey, 800)
    coarse = cv2.resize(marks, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.float32)
    side = min(coarse.shape)
    top, left = (coarse.shape[0] - side) // 2, (coarse.shape[1] - side) // 2
    square = coarse[top : top + side, left : left + side]
    standing = np.ascontiguousarray(np.rot90(square, -1))
    across, down = _sharpness(square, 0.0), _sharpness(standing, 0.0)
    if across > down * 3:  # plain: looked at no further than a few degrees around
        return _lie(marks, _sharpest(coarse, np.arange(-3, 3.1, 0.5)), is_sideways=False)
    angles = np.arange(-MAX_SKEW, MAX_SKEW + 0.1, 1.0)
    flat_angle, side_angle = _sharpest(square, angles), _sharpest(standing, angles)
    if _sharpness(standing, side_angle) > _sharpness(square, flat_angle) * 1.4:
        return _lie(np.ascontiguousarray(np.rot90(marks, -1)), side_angle, is_sideways=True)
    return _lie(marks, flat_angle, is_sideways=False)


def _lie(marks: NDArray[np.float32], angle: float, *, is_sideways: bool) -> Lie:
    angle = _sharpest(marks, angle + np.arange(-0.6, 0.61, 0.2))
    if _sharpness(marks, angle) < _sharpness(marks, 0.0) * 1.05:
        angle = 0.0
    return Lie(is_sideways, topside(_rotated(marks, angle)) < UPSIDE_DOWN, round(angle, 2))


def topside(marks: NDArray[np.float32]) -> float:
    """Over 1 where print stands upright: lines end sharply at the baseline and raggedly above, under 1 upside down.

    By four strips side by side, because lines of a photographed page run apart.
    """
    change = np.concatenate([np.diff(strip.sum(axis=1)) for strip in np.array_split(marks, 4, axis=1)])
    falls = float((np.maximum(-change, 0) ** 3).sum())
    rises = float((np.maximum(change, 0) ** 3).sum())
    return falls / rises if rises else 1.0


def _sharpness(marks: NDArray[np.float32], angle: float) -> float:
    sums = (_rotated(marks, angle) if angle else marks).sum(axis=1)
    return float(np.square(np.diff(sums)).sum()) / (float(sums.sum()) ** 2 + 1.0)


def _sharpest(marks: NDArray[np.float32], angles: NDArray[np.float64]) -> float:
    return float(max(angles, key=lambda angle: _sharpness(marks, float(angle))))


def _rotated(marks: NDArray[np.float32], angle: float) -> NDArray[np.float32]:
    height, width = marks.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), float(angle), 1.0)
    return cv2.warpAffine(marks, matrix, (width, height), flags=cv2.INTER_LINEAR).astype(np.float32)


def _straightened(grey: Picture, angle: float) -> Picture:
    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    return cv2.warpAffine(
        grey, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=255
    ).astype(np.uint8)


def sheet_corners(grey: Picture) -> NDArray[np.float32] | None:
    """Corners of the sheet when it was photographed on something darker; None where there is nothing to unfold."""
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
    if _cuts_print(small, sheet.astype(np.int32)):
        return None
    placed = corners.reshape(4, 2).astype(np.float32) * (max(grey.shape) / max(small.shape))
    sides = np.linalg.norm(placed - np.roll(placed, 1, axis=0), axis=1)
    return placed if float(sides.min()) > 200 else None


def _cuts_print(small: Picture, sheet: NDArray[np.int32]) -> bool:
    """The «sheet» is only the lit part of a page: print goes on outside it."""
    marks = cv2.adaptiveThreshold(small, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 20)
    inside = cv2.fillConvexPoly(np.zeros_like(small), cv2.convexHull(sheet), 1)
    outside = marks * cv2.erode(1 - inside, np.ones((31, 31), np.uint8))
    return bool(outside.sum() > marks.sum() * 0.03)


def squared(picture: Picture, corners: NDArray[np.float32]) -> Picture:
    """The sheet alone, with right angles; grey or in colour."""
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
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(ordered, target)
    return cv2.warpPerspective(picture, matrix, (width, height), flags=cv2.INTER_CUBIC).astype(np.uint8)
