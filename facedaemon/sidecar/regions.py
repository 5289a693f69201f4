"""Named regions of other programs: from MWG and Microsoft structures to the frame of the displayed photo. Pure."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from facedaemon.geometry import displayed, displayed_size, overlap
from facedaemon.names import clean_name
from facedaemon.sidecar.rdf import Value, values
from facedaemon.sidecar.tree import Element
from facedaemon.values import AnnotationSource, Region, Size

MWG = "http://www.metadataworkinggroup.com/schemas/regions/ "
MP = "http://ns.microsoft.com/photo/1.2/ "
MPRI = "http://ns.microsoft.com/photo/1.2/t/RegionInfo# "
MPREG = "http://ns.microsoft.com/photo/1.2/t/Region# "
AREA = "http://ns.adobe.com/xmp/sType/Area# "
DIMENSIONS = "http://ns.adobe.com/xap/1.0/sType/Dimensions# "
OWN = "http://ns.facedaemon.org/1.0/ "
MWG_REGIONS, MP_REGIONS = MWG + "Regions", MP + "RegionInfo"

_LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"
_NO_FACES = {"pet", "focus", "barcode"}  # the other Types of MWG's guidelines 2.0, section 5.9
_SAME_OVERLAP = 0.5  # two records of one face, written by one program in two formats, differ by rounding only
_MAX_SAME_NAME = 100  # each is compared with each of Microsoft's; a picture of one person does not have so many
_MAX_PROBLEMS = 20
MAX_REGIONS = 2_000  # of one photo; each is compared with each face
BY_GUESS, BY_ANSWER = "auto", "answer"  # our mark on a region that facedaemon wrote: by itself, or as a human answered
MAX_NAME = 255  # characters, as many as digiKam's tags have at most
_DECIMAL = re.compile(r"\s*[+-]?(\d{1,12}[.,]?\d{0,30}|[.,]\d{1,30})([eE][+-]?\d{1,3})?\s*", re.ASCII)
_MAX_NUMBER = 200  # characters of a coordinate or a rectangle


@dataclass(frozen=True, slots=True)
class NamedRegion:
    """A face region in metadata, with the displayed frame; `name` is None for a face without a name.

    `name` is normalised for comparison; `spelling` is as written, where that differs (`names.clean_name`). `origin` and
    `confidence` are our attributes of regions that facedaemon wrote (`BY_GUESS` or `BY_ANSWER`): `origin` None means
    that another program wrote it.
    """

    region: Region
    name: str | None
    type: str
    source: AnnotationSource
    origin: str | None = None
    confidence: float | None = None
    spelling: str | None = None


class Unreadable(ValueError):
    """A region that cannot be placed; the message says why."""


def read_regions(
    rdf: Element, orientation: int, size: Size | None, turn: int = 1
) -> tuple[tuple[NamedRegion, ...], tuple[str, ...]]:
    """All face regions with the displayed frame, MWG's first, and a sentence for each that had to be left out.

    `size` is the stored size where it is known. Areas are shares of the stored picture, whatever AppliedToDimensions
    says; `turn`, an EXIF orientation, is applied to those of lists whose AppliedToDimensions has width and height
    exchanged. A Microsoft region that repeats one of MWG's is left out.
    """
    found: list[NamedRegion] = []
    by_name: dict[str, list[Region]] = {}
    problems: list[str] = []
    records = list(_mwg(rdf, size, turn)) + list(_mp(rdf))
    for number, (source, item, place) in enumerate(records, 1):
        kind = item.text_of(MWG + "Type")
        if kind.lower() in _NO_FACES:
            continue
        spelled = name_of(item)
        name = clean_name(spelled[: 4 * MAX_NAME])
        if len(name) > MAX_NAME:
            problems.append(f"region {number} has no name: the one that stands there has {len(name)} characters")
            name = spelled = ""
        try:
            if isinstance(place, Unreadable):
                raise place
            region = displayed(place, orientation)
            if source == AnnotationSource.MP and _repeats(region, name, by_name):
                continue
        except Unreadable as problem:
            problems.append(f"region {number} ({name or 'no name'}) is left out: {problem}")
            continue
        if source == AnnotationSource.MWG:
            by_name.setdefault(name, []).append(region)
        origin, confidence = own_mark(item)
        spelling = spelled if name and spelled != name else None
        found.append(NamedRegion(region, name or None, kind or "Face", source, origin, confidence, spelling))
    if len(problems) > _MAX_PROBLEMS:
        problems[_MAX_PROBLEMS:] = [f"{len(problems) - _MAX_PROBLEMS} more regions are left out"]
    return tuple(found), tuple(problems)


def turned_readings(rdf: Element, orientation: int, size: Size | None) -> tuple[tuple[NamedRegion, ...], ...]:
    """The result of `read_regions` if lists with exchanged AppliedToDimensions were measured on the turned picture.

    Both exist: programs that turn the picture and do not change its regions, and programs that turn areas and do not
    change AppliedToDimensions (ExifTool's rotate_regions.config). Empty where no list is like that.
    """
    if not any(is_swapped(applied_size(regions), size) for regions in values(rdf, MWG_REGIONS)):
        return ()
    back = {5: 5, 6: 8, 7: 7, 8: 6}.get(orientation)  # measured on the picture as displayed
    turns = dict.fromkeys(turn for turn in (back, 6, 8) if turn is not None)
    return tuple(read_regions(rdf, orientation, size, turn)[0][:MAX_REGIONS] for turn in turns)


def place_of(item: Value) -> Region | None:
    """A region's place in the stored frame; None where it cannot be computed from the region alone."""
    try:
        if item.field(MWG + "Area") is not None:
            return _area(item.field(MWG + "Area"), None, None)
        return _rectangle(item.text_of(MPREG + "Rectangle"))
    except Unreadable:
        return None


def name_of(item: Value) -> str:
    """The name of a region as written; empty where there is none, or where it is ambiguous.

    Some programs write the name as alternatives by language, some a face's name as its title.
    """
    is_face = item.text_of(MWG + "Type").lower() == "face"
    for field in (MWG + "Name", MPREG + "PersonDisplayName", *((MWG + "Title",) if is_face else ())):
        value = item.field(field)
        if value is not None and (name := _only_text(value)):
            return name
    return ""


def _only_text(value: Value) -> str:
    """The text; of alternatives the default one, of a list the only one."""
    if not value.items:
        return value.text.strip()
    for item in value.items:
        if item.element is not None and item.element.attributes.get(_LANGUAGE) == "x-default":
            return item.text.strip()
    texts = {item.text.strip() for item in value.items}
    return texts.pop() if len(texts) == 1 else ""


def speaks_of_faces(rdf: Element) -> bool:
    """Whether there is a region structure by another program, even an empty one: then it lists the photo's faces.

    A structure that holds only regions of ours was added for them and does not count.
    """
    for name in (MWG_REGIONS, MP_REGIONS):
        for value in values(rdf, name):
            listed = listed_regions(value)
            if listed is None or not listed.items or not all(own_mark(item)[0] for item in listed.items):
                return True
    return False


def _repeats(region: Region, name: str, by_name: dict[str, list[Region]]) -> bool:
    """Whether a Microsoft region repeats an MWG region. Raises Unreadable where they contradict each other."""
    there = by_name.get(name, ())
    if len(there) > _MAX_SAME_NAME:
        raise Unreadable(f"more than {_MAX_SAME_NAME} regions bear its name")
    if any(overlap(other, region) > _SAME_OVERLAP for other in there):
        return True
    if name and name in by_name:
        raise Unreadable("its Microsoft rectangle lies elsewhere than its MWG area")
    return False


def own_mark(item: Value) -> tuple[str | None, float | None]:
    """Our attribute of a region, and the confidence; None where it has none, or where it was renamed since."""
    name = name_of(item)
    for extensions in (item.field(MWG + "Extensions"), item):
        if extensions and (origin := extensions.text_of(OWN + "Origin")):
            renamed = clean_name(extensions.text_of(OWN + "Name")) not in ("", clean_name(name))
            return (None, None) if renamed else (origin, _finite_or_none(extensions.text_of(OWN + "Confidence")))
    return None, None


def listed_regions(value: Value) -> Value | None:
    """The array of regions in MWG's or Microsoft's structure."""
    return value.field(MWG + "RegionList") or value.field(MPRI + "Regions")


Record = tuple[AnnotationSource, Value, "Region | Unreadable"]


def _mwg(rdf: Element, size: Size | None, turn: int) -> Iterator[Record]:
    for regions in values(rdf, MWG_REGIONS):
        listed = regions.field(MWG + "RegionList")
        if listed is None:
            continue
        applied = applied_size(regions)
        turned = turn if is_swapped(applied, size) else 1
        for item in listed.items:
            try:
                yield AnnotationSource.MWG, item, displayed(_area(item.field(MWG + "Area"), applied, size), turned)
            except Unreadable as problem:
                if name_of(item) or item.field(MWG + "Area"):
                    yield AnnotationSource.MWG, item, problem


def _mp(rdf: Element) -> Iterator[Record]:
    for info in values(rdf, MP_REGIONS):
        listed = info.field(MPRI + "Regions")
        for item in listed.items if listed else ():
            text = item.text_of(MPREG + "Rectangle")
            if not text:
                continue  # a person tagged without a place, as digiKam and Windows write it
            try:
                yield AnnotationSource.MP, item, _rectangle(text)
            except Unreadable as problem:
                yield AnnotationSource.MP, item, problem


def applied_size(regions: Value) -> Size | None:
    """AppliedToDimensions in pixels, or None where it is missing, broken or in another unit."""
    stated = regions.field(MWG + "AppliedToDimensions")
    if stated is None or _unit(stated, DIMENSIONS) not in ("", "pixel"):
        return None
    width, height = (_finite_or_none(stated.text_of(DIMENSIONS + side)) for side in "wh")
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


def _area(area: Value | None, applied: Size | None, size: Size | None) -> Region:
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
    value = _finite_or_none(text)
    if value is None:
        raise Unreadable(f"its {side} is {text[:20]!r}")
    return value


def _rectangle(text: str) -> Region:
    """Microsoft's "x, y, w, h"; also with decimal commas ("0,1, 0,2, 0,3, 0,4"), as some locales make them."""
    if len(text) > _MAX_NUMBER:
        raise Unreadable(f"its rectangle has {len(text)} characters")
    parts = re.split(r"\s*[,;]\s+|\s+", text)
    if len(parts) != 4:
        parts = text.split(",")
    if len(parts) == 8:
        parts = [f"{whole}.{decimals}" for whole, decimals in zip(parts[::2], parts[1::2], strict=True)]
    numbers = [value for part in parts if (value := _finite_or_none(part)) is not None]
    if len(parts) != 4 or len(numbers) != 4:
        raise Unreadable(f"its rectangle is {text[:40]!r}")
    return _sane(Region(*numbers))


def _finite_or_none(text: str) -> float | None:
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
