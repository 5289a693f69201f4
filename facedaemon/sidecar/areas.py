"""Where a region lies: MWG's areas and Microsoft's rectangles as shares of the stored picture. Pure."""

import math
import re

from facedaemon.geometry import displayed_size
from facedaemon.sidecar.namespaces import AREA, DIMENSIONS, MWG
from facedaemon.sidecar.rdf import Value
from facedaemon.values import Region, Size

_DECIMAL = re.compile(r"\s*[+-]?(\d{1,12}[.,]?\d{0,30}|[.,]\d{1,30})([eE][+-]?\d{1,3})?\s*", re.ASCII)
_MAX_NUMBER = 200  # characters of a coordinate or a rectangle


class Unreadable(ValueError):
    """A region that cannot be placed; the message says why."""


def applied_size(regions: Value) -> Size | None:
    """AppliedToDimensions in pixels, or None where it is missing, broken or in another unit."""
    stated = regions.field(MWG + "AppliedToDimensions")
    if stated is None or _unit(stated, DIMENSIONS) not in ("", "pixel"):
        return None
    width, height = (finite_or_none(stated.text_of(DIMENSIONS + side)) for side in "wh")
    if not width or not height or width < 1 or height < 1 or max(width, height) > 1e6:
        return None
    return Size(round(width), round(height))


def is_swapped(applied: Size | None, size: Size | None) -> bool:
    """Whether the regions were measured on the picture turned by 90 degrees."""
    if applied is None or size is None or size.width == size.height:
        return False
    turned = displayed_size(size, 6)
    same_shape = abs(applied.width * turned.height - applied.height * turned.width) <= max(size.width, size.height)
    return same_shape and (applied.width > applied.height) != (size.width > size.height)


def area_of(area: Value | None, applied: Size | None, size: Size | None) -> Region:
    """The place in MWG's `area`, of which pixels are those of `applied`, else of `size`. Raises Unreadable."""
    if area is None:
        raise Unreadable("it has no area")
    x, y = _number(area, "x"), _number(area, "y")
    if area.field(AREA + "w") is None and area.field(AREA + "d") is None:
        raise Unreadable("its area is a point")
    unit, base = _unit(area, AREA) or "normalized", applied or size
    is_circle = area.field(AREA + "w") is None
    w, h = (_number(area, "d"),) * 2 if is_circle else (_number(area, "w"), _number(area, "h"))
    if unit == "pixel":
        if base is None:
            raise Unreadable("its unit is pixel, and the picture's size is not stated")
        x, y, w, h = x / base.width, y / base.height, w / base.width, h / base.height
    elif unit != "normalized":
        raise Unreadable(f"its unit is {unit[:20]!r}")
    elif is_circle and base is not None:  # the diameter is a share of the shorter side
        shorter = min(base.width, base.height)
        w, h = w * shorter / base.width, h * shorter / base.height
    return _sane(Region(x - w / 2, y - h / 2, w, h))


def _unit(value: Value, namespace: str) -> str:
    """The unit as the guidelines spell it, for any spelling a program uses (Normalized, pixels)."""
    unit = value.text_of(namespace + "unit").lower()
    return {"pixels": "pixel", "px": "pixel", "normalised": "normalized"}.get(unit, unit)


def _number(area: Value, side: str) -> float:
    text = area.text_of(AREA + side)
    if not text:
        raise Unreadable(f"its area has no {side}")
    value = finite_or_none(text)
    if value is None:
        raise Unreadable(f"its {side} is {text[:20]!r}")
    return value


def rectangle_of(text: str) -> Region:
    """Microsoft's "x, y, w, h"; also with decimal commas ("0,1, 0,2, 0,3, 0,4"), as some locales make them.

    Raises Unreadable.
    """
    if len(text) > _MAX_NUMBER:
        raise Unreadable(f"its rectangle has {len(text)} characters")
    parts = re.split(r"\s*[,;]\s+|\s+", text)
    if len(parts) != 4:
        parts = text.split(",")
    if len(parts) == 8:
        parts = [f"{whole}.{decimals}" for whole, decimals in zip(parts[::2], parts[1::2], strict=True)]
    numbers = [value for part in parts if (value := finite_or_none(part)) is not None]
    if len(parts) != 4 or len(numbers) != 4:
        raise Unreadable(f"its rectangle is {text[:40]!r}")
    return _sane(Region(*numbers))


def finite_or_none(text: str) -> float | None:
    """The number that the text is, with a decimal point or comma; None for anything else."""
    if len(text) > _MAX_NUMBER or not _DECIMAL.fullmatch(text):
        return None
    value = float(text.replace(",", "."))
    return value if math.isfinite(value) else None


def _sane(region: Region) -> Region:
    """The region, if it can be a face: not empty, not the whole picture, its centre inside. Raises Unreadable."""
    x, y = region.x + region.w / 2, region.y + region.h / 2
    if region.w <= 0 or region.h <= 0:
        raise Unreadable("it is empty")
    if not (0 <= x <= 1 and 0 <= y <= 1) or region.w > 1.5 or region.h > 1.5:
        raise Unreadable("it lies outside the picture")
    if region.w >= 1 and region.h >= 1:
        raise Unreadable("it is the whole picture")
    return region
