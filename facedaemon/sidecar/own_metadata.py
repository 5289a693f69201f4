"""Reads and removes facedaemon's own metadata in XMP. Pure functions of a parsed packet."""

import hashlib
import math
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from facedaemon.geometry import displayed, overlap, stored
from facedaemon.names import clean_name
from facedaemon.sidecar.namespaces import AREA, MP_REGIONS, MPREG, MPRI, MWG, MWG_REGIONS, OWN
from facedaemon.sidecar.rdf import Value, descriptions, value_of, values
from facedaemon.sidecar.regions import BY_GUESS, MAX_NAME, listed_regions, name_of, own_mark, place_of
from facedaemon.sidecar.tree import RDF, Document, Element, NotXmp, Splice, cut, is_empty, parse, reparse, spliced, walk
from facedaemon.values import Region, Suggestion

_XML = "http://www.w3.org/XML/1998/namespace "
_DECLARATION = re.compile(rb"""(?<!\s)\s+xmlns:[\w.-]+\s*=\s*(["'])%s\1""" % re.escape(OWN.strip().encode()))
_SAME_PLACE = 0.8  # of two regions, one of them rounded by another program
_MAX_NUMBER = 30  # characters; ours have ten
_OUR_FIELDS = {MWG + "AppliedToDimensions", MWG + "RegionList", MPRI + "Regions"}


@dataclass(frozen=True, slots=True)
class WrittenSuggestion:
    """One suggestion as written in a sidecar: as texts, so that it compares equal when read again.

    `area` is the centre's x and y, width and height, in the stored frame. `origin` is the mark on a real region.
    """

    name: str
    confidence: str
    area: tuple[str, str, str, str]
    generation: str
    date: str
    origin: str = BY_GUESS

    def same(self, other: "WrittenSuggestion") -> bool:
        """Whether both are equal but for the date."""
        return (self.name, self.confidence, self.area, self.generation) == (
            other.name,
            other.confidence,
            other.area,
            other.generation,
        )


@dataclass(frozen=True, slots=True)
class Record:
    """The record beside our list (`facedaemon:Record`), by which later changes of the list are explained.

    `state` is the id of the state that wrote it, `list` the digest of the suggestions written, `rest` the digest of all
    that is not ours; each is empty where it is absent.
    """

    state: str
    list: str
    rest: str


def list_digest(items: Sequence[WrittenSuggestion]) -> str:
    """The digest of a list, without the dates of its items."""
    texts = sorted((item.name, item.confidence, item.area, item.generation) for item in items)
    return hashlib.blake2b(repr(texts).encode(), digest_size=8).hexdigest()


def rest_digest(document: Document) -> str:
    """The digest of all that is not ours in a packet: its bytes without white space and empty descriptions."""
    foreign = reparse(document, without_own_utf8(document))
    bare = [
        cut(foreign.data, node)
        for node in descriptions(foreign.rdf)
        if not node.children and not node.text.strip() and node.attributes.keys() <= {RDF + "about"}
    ]
    text = re.sub(rb"\s+", b"", spliced(foreign.data, bare))
    name = re.escape(
        re.sub(rb"[\s/>].*", b"", foreign.data[foreign.rdf.start + 1 : foreign.rdf.open_end], flags=re.DOTALL)
    )
    text = re.sub(b"(<" + name + rb"[^>]*)></" + name + b">", rb"\1/>", text)  # added for ours and empty now
    return hashlib.blake2b(text, digest_size=8).hexdigest()


def read_record(rdf: Element) -> Record | None:
    """The record beside our list; None where there is none."""
    for value in values(rdf, OWN + "Record"):
        return Record(*(value.text_of(OWN + name) for name in ("State", "List", "Rest")))
    return None


def as_written(suggestion: Suggestion, orientation: int, date: str, origin: str = BY_GUESS) -> WrittenSuggestion:
    """The suggestion as it is written into the sidecar of a photo with EXIF `orientation`."""
    at = stored(suggestion.region, orientation)
    return WrittenSuggestion(
        _writable(suggestion.person),
        f"{suggestion.confidence:.4f}",
        (_decimal(at.x + at.w / 2), _decimal(at.y + at.h / 2), _decimal(at.w), _decimal(at.h)),
        str(suggestion.generation),
        date,
        origin,
    )


def _writable(name: str) -> str:
    """The name without what XML cannot hold: control characters and the like; in one line, else as it is."""
    kept = (
        c for c in name if (c >= " " or c in "\t\n\r") and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff"
    )
    return re.sub(r"\s*[\t\n\r]\s*", " ", "".join(kept)).strip()


def _decimal(number: float) -> str:
    text = f"{number:.6f}"
    return "0.000000" if text == "-0.000000" else text


def cannot_hold_own(document: Document) -> bool:
    """Whether our namespace is nowhere in the packet, not even spelled in character references."""
    return OWN.strip().encode() not in document.data and b"&#" not in document.data


def read_own(rdf: Element) -> tuple[WrittenSuggestion, ...]:
    """The suggestions in our own list, as written there."""
    return tuple(
        WrittenSuggestion(
            item.text_of(OWN + "Name"),
            item.text_of(OWN + "Confidence"),
            (*(item.text_of(OWN + "Area", AREA + side) for side in "xywh"),),  # type: ignore[arg-type]
            item.text_of(OWN + "Generation"),
            item.text_of(OWN + "Date"),
        )
        for value in values(rdf, OWN + "Suggestions")
        for item in value.items
    )


def suggestion(item: WrittenSuggestion, orientation: int) -> Suggestion | None:
    """The suggestion as a value, in the displayed frame; None where it was damaged."""
    texts = (*item.area, item.confidence, item.generation)
    if len(item.name) > MAX_NAME or any(len(text) > _MAX_NUMBER for text in texts):
        return None
    try:
        x, y, w, h = (float(number) for number in item.area)
        if not all(map(math.isfinite, (x, y, w, h, float(item.confidence)))) or abs(int(item.generation)) >= 1 << 63:
            return None
        at = Region(x - w / 2, y - h / 2, w, h)
        return Suggestion(
            displayed(at, orientation), clean_name(item.name), float(item.confidence), int(item.generation)
        )
    except ValueError:
        return None


def read_own_regions(rdf: Element) -> frozenset[tuple[str, tuple[str, ...], str | None]]:
    """Name, place and origin of each real region with our attribute, as written in MWG's and Microsoft's lists."""
    return frozenset(
        (*_name_and_place(item, is_mwg=name == MWG_REGIONS), own_mark(item)[0])
        for name in (MWG_REGIONS, MP_REGIONS)
        for value in values(rdf, name)
        if (listed := listed_regions(value))
        for item in listed.items
        if own_mark(item)[0]
    )


def _name_and_place(item: Value, *, is_mwg: bool) -> tuple[str, tuple[str, ...]]:
    if is_mwg:
        return item.text_of(MWG + "Name"), tuple(item.text_of(MWG + "Area", AREA + side) for side in "xywh")
    return item.text_of(MPREG + "PersonDisplayName"), (item.text_of(MPREG + "Rectangle"),)


Written = Collection[tuple[str, Region]]
"""Names and places, in the stored frame, of the real regions that the ledger says we wrote."""


def without_own_utf8(document: Document, written: Written | None = None) -> bytes:
    """The packet's UTF-8 form without anything of ours; the rest keeps its bytes.

    A region with our attribute is ours only if it is among `written` (None: every one is).
    """
    return spliced(document.data, [cut(document.data, element) for element in _own(document.rdf, written)])


def holds_unknown(document: Document, written: Written | None) -> bool:
    """Whether a region has our attribute although it is not among those `written`."""
    return written is not None and any(
        own_mark(item)[0] and not _is_ours(item, written)
        for name in (MWG_REGIONS, MP_REGIONS)
        for value in values(document.rdf, name)
        if (listed := listed_regions(value))
        for item in listed.items
    )


def written_at(regions: Iterable[Suggestion], orientations: Iterable[int]) -> frozenset[tuple[str, Region]]:
    """The regions as written in photos with these EXIF orientations."""
    turns = tuple(orientations)
    return frozenset((clean_name(each.person), stored(each.region, turn)) for each in regions for turn in turns)


def written_as(items: Iterable[WrittenSuggestion]) -> frozenset[tuple[str, Region]]:
    """Those that are about to be written."""
    placed = ((item.name, [float(number) for number in item.area]) for item in items)
    return frozenset((clean_name(name), Region(x - w / 2, y - h / 2, w, h)) for name, (x, y, w, h) in placed)


def _is_ours(item: Value, written: Written | None) -> bool:
    if not own_mark(item)[0]:
        return False
    if written is None:
        return True
    place = place_of(item)
    name = clean_name(name_of(item))
    return place is not None and any(name == other and overlap(place, at) >= _SAME_PLACE for other, at in written)


def opened(foreign: bytes, bare: Document) -> bytes:
    """The other programs' bytes in the form they have after something is added: an empty rdf:RDF tag becomes a pair."""
    rdf = bare.rdf
    if rdf.open_end != rdf.end:
        return foreign
    name = foreign[rdf.start + 1 : rdf.end].split()[0].rstrip(b"/>")
    return foreign[: rdf.end - 2] + b"></" + name + b">" + foreign[rdf.end :]


def undeclared(document: Document) -> bytes:
    """The packet's UTF-8 form without unneeded declarations of our namespace.

    Programs that rewrite a packet declare all namespaces at one place and keep ours there. Where the packet would mean
    something else without a declaration, it stays.
    """
    splices = [
        Splice(element.start + found.start(), element.start + found.end())
        for element in walk(document.rdf, lambda _: True)
        for found in _DECLARATION.finditer(document.data[element.start : element.open_end])
    ]
    without = spliced(document.data, splices)
    try:
        return without if splices and _says_same(document.rdf, reparse(document, without).rdf) else document.data
    except NotXmp:  # something does need it
        return document.data


def _says_same(one: Element, other: Element) -> bool:
    return (
        (one.name, one.attributes, one.text) == (other.name, other.attributes, other.text)
        and len(one.children) == len(other.children)
        and all(map(_says_same, one.children, other.children))
    )


def holds_own(raw: bytes) -> bool:
    """Whether a sidecar's bytes hold anything of ours; also True where they cannot be read."""
    if is_empty(raw):
        return False
    try:
        document = parse(raw)
    except NotXmp:
        return True
    return without_own_utf8(document) != document.data


def _own(rdf: Element, written: Written | None) -> Iterator[Element]:
    """The elements to cut, only the outermost ones: our list, our regions, and elements that held nothing else."""
    for node in descriptions(rdf):
        found = [_own_in(child, written) for child in node.children]
        cuts = [element for elements in found for element in elements]
        is_bare = all(name == RDF + "about" or name.startswith(_XML) for name in node.attributes)
        if cuts and is_bare and all(len(e) == 1 and e[0] is c for e, c in zip(found, node.children, strict=True)):
            yield node
        else:
            yield from cuts


def _own_in(element: Element, written: Written | None) -> list[Element]:
    if element.name.startswith(OWN):
        return [element]
    if element.name not in (MWG_REGIONS, MP_REGIONS):
        return []
    value = value_of(element)
    listed = listed_regions(value)
    if listed is None or not listed.items:
        return []
    ours = [item.element for item in listed.items if _is_ours(item, written) and item.element]
    # an element that holds only our regions was added for them; one with more content stays
    all_ours = len(ours) == len(listed.items) and value.fields.keys() <= _OUR_FIELDS
    return [element] if all_ours else ours
