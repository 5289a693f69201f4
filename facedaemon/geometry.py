"""Boxes, overlaps and the eight EXIF orientations. Pure arithmetic on shares of a photo."""

from facedaemon.values import Region, Size

# How each EXIF orientation maps a point (x, y) of the stored picture, in shares, to the displayed one
# (Exif 2.32, tag 0x0112): first whether x and y change places, then whether the new x and y run backwards.
_TRANSPOSED = frozenset({5, 6, 7, 8})
_MIRROR_X = frozenset({2, 3, 6, 7})
_MIRROR_Y = frozenset({3, 4, 7, 8})

ORIENTATIONS = range(1, 9)
_QUARTERS = (1, 6, 3, 8)
_MARK = Region(0.125, 0.25, 0.0625, 0.03125)  # at another place in each orientation, without rounding


def displayed(region: Region, orientation: int) -> Region:
    """The region of a stored picture, as displayed in EXIF `orientation`. Raises ValueError outside 1 to 8."""
    _check(orientation)
    x, y, w, h = region.x, region.y, region.w, region.h
    if orientation in _TRANSPOSED:
        x, y, w, h = y, x, h, w
    if orientation in _MIRROR_X:
        x = 1 - x - w
    if orientation in _MIRROR_Y:
        y = 1 - y - h
    return Region(x, y, w, h)


def stored(region: Region, orientation: int) -> Region:
    """The inverse of `displayed`: where a displayed region lies in the stored picture."""
    _check(orientation)
    x, y, w, h = region.x, region.y, region.w, region.h
    if orientation in _MIRROR_X:
        x = 1 - x - w
    if orientation in _MIRROR_Y:
        y = 1 - y - h
    if orientation in _TRANSPOSED:
        x, y, w, h = y, x, h, w
    return Region(x, y, w, h)


def relative(shown: int, wanted: int) -> int:
    """The orientation that makes of a picture displayed in `shown` one displayed in `wanted`."""
    here, there = displayed(_MARK, shown), displayed(_MARK, wanted)
    return next(each for each in ORIENTATIONS if displayed(here, each) == there)


def turned(region: Region, quarters: int) -> Region:
    """The region after the picture was turned by `quarters` quarter turns, clockwise."""
    return displayed(region, _QUARTERS[quarters % 4])


def turned_orientation(orientation: int, quarters: int) -> int:
    """The orientation that displays as `orientation` does and turns `quarters` quarter turns further, clockwise."""
    there = turned(displayed(_MARK, orientation), quarters)
    return next(each for each in ORIENTATIONS if displayed(_MARK, each) == there)


def displayed_size(size: Size, orientation: int) -> Size:
    """The displayed size of a picture stored with `size`; its own inverse."""
    _check(orientation)
    return Size(size.height, size.width) if orientation in _TRANSPOSED else size


def area(region: Region) -> float:
    """The region's share of the photo; 0 for an empty or negative one."""
    return max(0.0, region.w) * max(0.0, region.h)


def intersection(a: Region, b: Region) -> float:
    """The area that both regions cover."""
    w = min(a.x + a.w, b.x + b.w) - max(a.x, b.x)
    h = min(a.y + a.h, b.y + b.h) - max(a.y, b.y)
    return min(max(0.0, w) * max(0.0, h), area(a), area(b))  # never more, whatever the rounding


def overlap(a: Region, b: Region) -> float:
    """Intersection over union, 0 to 1; 0 where either is empty."""
    shared = intersection(a, b)
    union = area(a) + area(b) - shared
    return shared / union if union > 0 else 0.0


def cover(inner: Region, outer: Region) -> float:
    """The share of `inner` that `outer` covers, 0 to 1."""
    own = area(inner)
    return intersection(inner, outer) / own if own > 0 else 0.0


def in_pixels(region: Region, size: Size) -> tuple[float, float, float, float]:
    """x, y, width and height in pixels of a displayed photo of `size`."""
    return region.x * size.width, region.y * size.height, region.w * size.width, region.h * size.height


def from_pixels(x: float, y: float, w: float, h: float, size: Size) -> Region:
    """The inverse of `in_pixels`."""
    return Region(x / size.width, y / size.height, w / size.width, h / size.height)


def _check(orientation: int) -> None:
    if orientation not in ORIENTATIONS:
        raise ValueError(f"EXIF orientation must be 1 to 8, got {orientation}")
