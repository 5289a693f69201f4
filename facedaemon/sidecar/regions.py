"""Named regions of other programs: from MWG and Microsoft structures to the frame of the displayed photo. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from facedaemon.geometry import displayed, overlap
from facedaemon.names import clean_name
from facedaemon.sidecar.areas import Unreadable, applied_size, area_of, finite_or_none, is_swapped, rectangle_of
from facedaemon.sidecar.namespaces import MP_REGIONS, MPREG, MPRI, MWG, MWG_REGIONS, OWN
from facedaemon.sidecar.rdf import Value, values
from facedaemon.sidecar.tree import Element
from facedaemon.values import AnnotationSource, Region, Size

_LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"
_NO_FACES = {"pet", "focus", "barcode"}  # the other Types of MWG's guidelines 2.0, section 5.9
_SAME_OVERLAP = 0.5  # two records of one face, written by one program in two formats, differ by rounding only
_MAX_SAME_NAME = 100  # each is compared with each of Microsoft's; a picture of one person does not have so many
_MAX_PROBLEMS = 20
MAX_REGIONS = 2_000  # of one photo; each is compared with each face
BY_GUESS, BY_ANSWER = "auto", "answer"  # our mark on a region that facedaemon wrote: by itself, or as a human answered
MAX_NAME = 255  # characters, as many as digiKam's tags have at most


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
            return area_of(item.field(MWG + "Area"), None, None)
        return rectangle_of(item.text_of(MPREG + "Rectangle"))
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
            return (None, None) if renamed else (origin, finite_or_none(extensions.text_of(OWN + "Confidence")))
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
                yield AnnotationSource.MWG, item, displayed(area_of(item.field(MWG + "Area"), applied, size), turned)
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
                yield AnnotationSource.MP, item, rectangle_of(text)
            except Unreadable as problem:
                yield AnnotationSource.MP, item, problem
