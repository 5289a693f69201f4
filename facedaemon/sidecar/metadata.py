"""Faces named in a photo's metadata: in its sidecar where there is one, else in the photo itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from facedaemon.dates import Taken
from facedaemon.errors import PhotoError
from facedaemon.geometry import overlap
from facedaemon.sidecar.embedded import Embedded
from facedaemon.sidecar.files import folder_of, own_photo
from facedaemon.sidecar.namespaces import MP_REGIONS, MWG_REGIONS
from facedaemon.sidecar.naming import Naming
from facedaemon.sidecar.own_metadata import (
    Record,
    cannot_hold_own,
    list_digest,
    read_own,
    read_own_regions,
    read_record,
    rest_digest,
    suggestion,
)
from facedaemon.sidecar.owners import sources_of_owners, sources_of_strangers
from facedaemon.sidecar.rdf import values
from facedaemon.sidecar.reader_client import embedded_in
from facedaemon.sidecar.regions import (
    MAX_REGIONS,
    NamedRegion,
    listed_regions,
    read_regions,
    speaks_of_faces,
    turned_readings,
)
from facedaemon.sidecar.seed import seeded
from facedaemon.sidecar.sources import Source
from facedaemon.sidecar.stamp import is_only_ours, is_stale, named_since
from facedaemon.sidecar.taken import taken_of
from facedaemon.sidecar.tree import Document, NotXmp, parse
from facedaemon.values import Suggestion

_SINCE = (
    "the photo itself names faces since the sidecar was made; those of which the sidecar says nothing count as well"
)
_SAME_FACE = 0.4  # of two regions, by whomever they were drawn
_ORIENTATION = "http://ns.adobe.com/tiff/1.0/ Orientation"


@dataclass(frozen=True, slots=True)
class Own:
    """Our own metadata in a sidecar, as far as it shows what another program or a human changed.

    `record` stands beside our list; `list` and `rest` are the digests that it would contain for the present content.
    `marked`: a region still has our attribute (`facedaemon:Origin`); `emptied`: there is an empty list of regions.
    """

    record: Record | None = None
    list: str = ""
    rest: str = ""
    marked: bool = False
    emptied: bool = False


@dataclass(frozen=True, slots=True)
class Metadata:
    """The faces named in a photo's metadata, in the displayed frame.

    `file` is the file whose regions were used. `suggestions` are ours that the sidecar still holds. `problems` are
    sentences about regions that were left out. `turned` are other readings of the same regions, where their frame is in
    doubt: the reading with the most regions on faces is right. `is_stale` is True where a sidecar that only facedaemon
    wrote differs from the photo's own metadata by now. `taken` is the photo's date, corrected by the sidecar in use,
    unless facedaemon made it; None where neither states one that can be right.
    """

    regions: tuple[NamedRegion, ...]
    suggestions: tuple[Suggestion, ...]
    orientation: int
    file: Path
    problems: tuple[str, ...] = ()
    turned: tuple[tuple[NamedRegion, ...], ...] = ()
    is_stale: bool = False
    own: Own = Own()
    taken: Taken | None = None


def read(
    photo: Path,
    naming: Naming | None,
    root: Path | None = None,
    orientation: int | None = None,
    made: str | None = None,
    now: float | None = None,
) -> Metadata:
    """The photo's metadata: of its sidecars and the photo itself, the first that has a region structure.

    An empty structure means that there are no faces. Where the structure is absent the next source is read: the sidecar
    in use, the one with the other naming, the photo. A sidecar that only facedaemon wrote is skipped: the photo has the
    same metadata, and maybe newer ones. `naming` None: the full name is preferred to the stem. `orientation`, if given,
    is the one in which the picture was displayed to find faces: regions are returned in that frame, whatever the
    metadata states. A sidecar of another user than the owners of the photo, the root and this facedaemon only adds
    names and replaces none. Dates after `now` are ignored. Below `root` no symbolic link is followed. Raises
    PhotoError: the photo, or a sidecar that had to be read, cannot be read whole.
    """
    found = _read(photo, naming, root, orientation, made, now)
    strangers = sources_of_strangers(photo, naming, root)
    return _with_more(found, strangers) if strangers else found


def _read(
    photo: Path, naming: Naming | None, root: Path | None, orientation: int | None, made: str | None, now: float | None
) -> Metadata:
    with folder_of(photo, root) as folder:
        embedded = _embedded(photo, folder)
        found = sources_of_owners(photo, naming, root, folder)
        source = next((source for source in found if source.document is not None), None)
        first = None if source is None else source.document
        is_ours = source is not None and first is not None and is_only_ours(first, source.data, made)
        is_stale = is_ours and first is not None and _is_stale(first, photo, folder)
    others = [each for each in found if not is_ours or each is not source]
    orientation = orientation or displayed_orientation(embedded, None if is_ours else first)
    listed = _suggestions(first, orientation) if first is not None else ()
    own = _own(first) if first is not None else Own()
    ours = _ours(first, orientation, embedded) if first is not None else ()
    packet = _embedded_document(embedded)
    taken = taken_of(embedded, packet, None if is_ours else first, now)
    for source in others:
        document = source.read()
        if document is not None and speaks_of_faces(document.rdf):
            regions, problems = _regions(document, orientation, embedded)
            turned = _turned(document, orientation, embedded)
            if isinstance(packet, Document) and named_since(document, packet):
                regions, problems = _joined(regions, _regions(packet, orientation, embedded)), (*problems, _SINCE)
            return Metadata(
                _with(regions, ours), listed, orientation, source.path, problems, turned, is_stale, own, taken
            )
    if isinstance(packet, NotXmp):
        problems = (*embedded.problems, f"its XMP is not read: {packet}")
        return Metadata(ours, listed, orientation, photo, problems, is_stale=is_stale, own=own, taken=taken)
    regions, problems = _regions(packet, orientation, embedded) if packet is not None else ((), ())
    listed = _suggestions(packet, orientation) if packet is not None and not found else listed
    turned = _turned(packet, orientation, embedded) if packet is not None else ()
    problems = (*embedded.problems, *problems)
    return Metadata(_with(regions, ours), listed, orientation, photo, problems, turned, is_stale, own, taken)


def _with_more(found: Metadata, strangers: Sequence[Source]) -> Metadata:
    """The metadata with names from other users' sidecars, for faces that have no name yet."""
    regions, problems = found.regions, found.problems
    for source in strangers:
        if source.document is None:
            problems += (f"{source.path.name} of user {source.owner}: {source.error or 'it is empty'}",)
            continue
        more, left_out = _regions(source.document, found.orientation, Embedded())
        regions += tuple(region for region in more if region.name and not _is_named(region, regions))
        problems += left_out
    return replace(found, regions=regions[:MAX_REGIONS], problems=problems)


def _is_named(region: NamedRegion, among: Sequence[NamedRegion]) -> bool:
    return any(other.name and overlap(region.region, other.region) > _SAME_FACE for other in among)


def _is_stale(made: Document, photo: Path, folder: int) -> bool:
    """Also True where no new sidecar could be made: the attempt to write it reports the reason."""
    try:
        return is_stale(made, seeded(photo, folder))
    except PhotoError:
        return True


def _ours(document: Document, orientation: int, embedded: Embedded) -> tuple[NamedRegion, ...]:
    """The real regions of ours in a sidecar."""
    return tuple(region for region in _regions(document, orientation, embedded)[0] if region.origin is not None)


def _with(regions: tuple[NamedRegion, ...], ours: tuple[NamedRegion, ...]) -> tuple[NamedRegion, ...]:
    return regions + tuple(region for region in ours if region not in regions)


def _joined(
    regions: tuple[NamedRegion, ...], embedded: tuple[tuple[NamedRegion, ...], tuple[str, ...]]
) -> tuple[NamedRegion, ...]:
    """The sidecar's regions, and the photo's for faces that are not in the sidecar."""
    return regions + tuple(
        region for region in embedded[0] if all(overlap(region.region, other.region) == 0 for other in regions)
    )


def _turned(document: Document, orientation: int, embedded: Embedded) -> tuple[tuple[NamedRegion, ...], ...]:
    readings = turned_readings(document.rdf, orientation, embedded.size)
    return tuple(reading[:MAX_REGIONS] for reading in readings)


def _regions(
    document: Document, orientation: int, embedded: Embedded
) -> tuple[tuple[NamedRegion, ...], tuple[str, ...]]:
    regions, problems = read_regions(document.rdf, orientation, embedded.size)
    if len(regions) > MAX_REGIONS:
        problems = (
            *problems,
            f"{len(regions) - MAX_REGIONS} of {len(regions)} regions are left out: no photo has so many",
        )
    return regions[:MAX_REGIONS], problems


def stated_orientation(
    photo: Path, naming: Naming | None, root: Path | None, is_ours: Callable[[Path, bytes], bool]
) -> int | None:
    """The EXIF orientation stated by the sidecar in use; None where it states none or `is_ours`.

    Raises PhotoError where it cannot be read whole.
    """
    with folder_of(photo, root) as folder:
        found = sources_of_owners(photo, naming, root, folder)
    first = next((source for source in found if source.read() is not None), None)
    if first is None or first.document is None or is_ours(first.path, first.data):
        return None
    return _stated(first.document)


def _stated(document: Document) -> int | None:
    stated = (value.text.strip() for value in values(document.rdf, _ORIENTATION))
    return next((int(text) for text in stated if text in set("12345678")), None)


def displayed_orientation(embedded: Embedded, sidecar: Document | None) -> int:
    """How the stored picture is turned for display: by the format itself, else the sidecar's value, else EXIF's."""
    if embedded.upright:
        return embedded.turn
    return (_stated(sidecar) if sidecar else None) or embedded.orientation or 1


def stated_date(photo: Path, naming: Naming | None, root: Path | None, made: str | None, now: float) -> Taken | None:
    """What `read` would give as `taken`. Raises PhotoError."""
    with folder_of(photo, root) as folder:
        embedded = _embedded(photo, folder)
        found = sources_of_owners(photo, naming, root, folder)
    first = next((source for source in found if source.document is not None), None)
    is_ours = first is not None and first.document is not None and is_only_ours(first.document, first.data, made)
    return taken_of(embedded, _embedded_document(embedded), None if is_ours or first is None else first.document, now)


def _embedded(photo: Path, folder: int) -> Embedded:
    with own_photo(photo, folder) as descriptor:
        return embedded_in(photo, descriptor)


def _embedded_document(embedded: Embedded) -> Document | NotXmp | None:
    """The photo's own packet; None where there is none, the reason where it cannot be read."""
    if not embedded.packet.strip(b"\x00 \t\r\n"):
        return None
    try:
        return parse(embedded.packet)
    except NotXmp as reason:
        return reason


def _own(document: Document) -> Own:
    if cannot_hold_own(document):
        return Own()
    record = read_record(document.rdf)
    lists = [listed_regions(value) for name in (MWG_REGIONS, MP_REGIONS) for value in values(document.rdf, name)]
    return Own(
        record,
        list_digest(read_own(document.rdf)),
        rest_digest(document) if record is not None and record.rest else "",
        bool(read_own_regions(document.rdf)),
        any(listed is None or not listed.items for listed in lists),
    )


def _suggestions(document: Document, orientation: int) -> tuple[Suggestion, ...]:
    found = (suggestion(item, orientation) for item in read_own(document.rdf))
    return tuple(item for item in found if item is not None)
