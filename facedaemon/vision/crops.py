"""Cuts pixels for people to look at: a face with a little of its surroundings, and a whole photo. Pure."""

import cv2
import numpy as np

from facedaemon.geometry import in_pixels
from facedaemon.values import Region, Size
from facedaemon.vision.codecs import Pixels

MARGIN = 0.35  # of the face's longer side, on each side of it: hair, ears and chin are seen
_QUALITY = 85
_BOX = (60, 200, 255)  # blue green red: amber, seen on light and dark
_SHADE = (20, 20, 20)


def needed_side(region: Region, size: Size, side: int) -> int:
    """How long the longer side of the decoded photo must be, so that the face's crop has `side` pixels of its own."""
    cut = max(1.0, _square(region, size)[2])
    return max(1, round(max(size.width, size.height) * min(1.0, side / cut)))


def face_crop(pixels: Pixels, region: Region, side: int) -> Pixels:
    """A square of `side` pixels around the region of the upright photo; beyond the photo's edge it is repeated."""
    height, width = pixels.shape[:2]
    left, top, length = _square(region, Size(width, height))
    step = length / side
    moved = np.array([[1 / step, 0, -left / step], [0, 1 / step, -top / step]])
    if step > 1:  # a larger picture is averaged first, else small details flicker
        pixels, moved = _cut(pixels, left, top, length, side)
    return np.asarray(
        cv2.warpAffine(pixels, moved, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def whole(pixels: Pixels, side: int, box: Region | None = None) -> Pixels:
    """The photo with at most `side` pixels on its longer side, and the box drawn on it."""
    height, width = pixels.shape[:2]
    factor = min(1.0, side / max(height, width))
    if factor < 1:
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    if box is None:
        return pixels
    drawn = np.ascontiguousarray(pixels).copy()
    height, width = drawn.shape[:2]
    x, y, w, h = (round(number) for number in in_pixels(box, Size(width, height)))
    for colour, thickness in ((_SHADE, 5), (_BOX, 3)):
        cv2.rectangle(drawn, (x, y), (x + w, y + h), colour, thickness, cv2.LINE_AA)
    return np.asarray(drawn, np.uint8)


def as_jpeg(pixels: Pixels) -> bytes:
    """The pixels as a JPEG without any metadata."""
    done, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise ValueError("the picture cannot be encoded")
    return bytes(encoded)


def _square(region: Region, size: Size) -> tuple[float, float, float]:
    """Left, top and length in pixels of the square that shows the face."""
    x, y, w, h = in_pixels(region, size)
    length = max(1.0, max(w, h) * (1 + 2 * MARGIN))
    return x + w / 2 - length / 2, y + h / 2 - length / 2, length


def _cut(pixels: Pixels, left: float, top: float, length: float, side: int) -> tuple[Pixels, np.ndarray]:
    """The part of the photo that the square covers, reduced; and how a point of it comes to its place in the crop."""
    height, width = pixels.shape[:2]
    x0, y0 = int(max(0, left)), int(max(0, top))
    x1, y1 = int(min(width, np.ceil(left + length))), int(min(height, np.ceil(top + length)))
    part = pixels[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
    if not part.size:
        part, x0, y0 = pixels[-1:, -1:], width - 1, height - 1
    step = length / side
    size = (max(1, round(part.shape[1] / step)), max(1, round(part.shape[0] / step)))
    reduced = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    return reduced, np.array([[1, 0, (x0 - left) / step], [0, 1, (y0 - top) / step]])
