"""digiKam's text for a face's place: integer pixels of the photo as displayed, in exactly one spelling."""

import math
import re
from dataclasses import dataclass

from facedaemon.geometry import from_pixels, in_pixels
from facedaemon.values import Region, Size

_RECT = re.compile(r'\s*<rect((?:\s+[a-z]+="-?\d{1,9}")+)\s*/>\s*')
_ATTRIBUTE = re.compile(r'([a-z]+)="(-?\d+)"')


@dataclass(frozen=True, slots=True)
class Rect:
    """Left, top, width and height in pixels of the full photo as displayed; it may stick out of the photo."""

    x: int
    y: int
    width: int
    height: int


def to_text(rect: Rect) -> str:
    """The rect as digiKam writes it, byte for byte: it finds and deletes its rows by comparing this text."""
    return f'<rect x="{rect.x}" y="{rect.y}" width="{rect.width}" height="{rect.height}"/>'


def from_text(text: str) -> Rect | None:
    """The rect that `text` spells, in any order of its attributes; None where it is none or has no area."""
    match = _RECT.fullmatch(text)
    if match is None:
        return None
    found = {name: int(number) for name, number in _ATTRIBUTE.findall(match[1])}
    if set(found) != {"x", "y", "width", "height"} or found["width"] <= 0 or found["height"] <= 0:
        return None
    return Rect(**found)


def rect_of(region: Region, size: Size) -> Rect:
    """The region in whole pixels of a displayed photo of `size`, rounded half up, at least one pixel wide and high."""
    x, y, w, h = (math.floor(pixels + 0.5) for pixels in in_pixels(region, size))
    return Rect(x, y, max(1, w), max(1, h))


def region_of(rect: Rect, size: Size) -> Region:
    """The rect as shares of a displayed photo of `size`."""
    return from_pixels(rect.x, rect.y, rect.width, rect.height, size)
