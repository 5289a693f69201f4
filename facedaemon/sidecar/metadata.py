"""What a photo's metadata says about faces: from the sidecar where there is one, else from the photo itself."""

from dataclasses import dataclass
from pathlib import Path

from facedaemon.errors import PhotoError
from facedaemon.sidecar.embedded import Embedded
from facedaemon.sidecar.files import folder_of, let_go, open_plain
from facedaemon.sidecar.marks import read_own, suggestion
from facedaemon.sidecar.naming import Naming
from facedaemon.sidecar.rdf import values
from facedaemon.sidecar.reader import embedded_in
from facedaemon.sidecar.regions import MAX_REGIONS, NamedRegion, read_regions, speaks_of_faces, turned_readings
from facedaemon.sidecar.sources import sources
from facedaemon.sidecar.tree import Document, NotXmp, parse
from facedaemon.values import Suggestion

_ORIENTATION = "http://ns.adobe.com/tiff/1.0/ Orientation"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What metadata says about a photo's faces, all in the displayed frame.

    `file` is whose regions counted. `suggestions` are ours that still stand in the sidecar. `problems` are sentences
    about what had to be left out. `turned` are other readings of the same regions, where their frame is in doubt: one
    of them is right if more of its regions lie on faces.
    """

    regions: tuple[NamedRegion, ...]
    suggestions: tuple[Suggestion, ...]
    orientation: int
    file: Path
    problems: tuple[str, ...] = ()
    turned: tuple[tuple[NamedRegion, ...], ...] = ()


def read(photo: Path, naming: Naming | None, root: Path | None = None, orientation: int | None = None) -> Metadata:
    """The photo's metadata: of its sidecars and the photo itself, the first that has a region structure.

    A structure that is there and empty says that there are no faces; one that is absent says nothing, and the next
    source is asked: the sidecar that counts, the one named the other way, the photo. `naming` None: the full name
    goes before the stem. `orientation`, if given, is the one in which the picture was displayed to find faces: regions
    come in that frame, whatever the metadata says. Below `root` no symbolic link is followed. Raises PhotoError: the
    photo, or a sidecar that had to be asked, cannot be read whole.
    """
    with folder_of(photo, root) as folder:
        embedded = _embedded(photo, folder)
        found = sources(photo, naming, folder)
    first = next((source.document for source in found if source.document is not None), None)
    orientation = orientation or displayed_orientation(embedded, first)
    own = _suggestions(first, orientation) if first is not None else ()
    ours = _regions(first, orientation, embedded)[0] if first is not None and not speaks_of_faces(first.rdf) else ()
    for source in found:
        document = source.read()
        if document is not None and speaks_of_faces(document.rdf):
            regions, problems = _regions(document, orientation, embedded)
            turned = turned_readings(document.rdf, orientation, embedded.size)
            return Metadata(regions + ours, own, orientation, source.path, problems, turned)
    packet = _embedded_document(embedded)
    if isinstance(packet, NotXmp):
        return Metadata(ours, own, orientation, photo, (*embedded.problems, f"its XMP is not read: {packet}"))
    regions, problems = _regions(packet, orientation, embedded) if packet is not None else ((), ())
    own = _suggestions(packet, orientation) if packet is not None and not found else own
    turned = turned_readings(packet.rdf, orientation, embedded.size) if packet is not None else ()
    return Metadata(regions + ours, own, orientation, photo, (*embedded.problems, *problems), turned)


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


def displayed_orientation(embedded: Embedded, sidecar: Document | None) -> int:
    """How the stored picture is turned for display: by the file itself, else the sidecar's word goes before EXIF's."""
    if embedded.upright:
        return embedded.turn
    for value in values(sidecar.rdf, _ORIENTATION) if sidecar else ():
        if value.text.strip() in set("12345678"):
            return int(value.text)
    return embedded.orientation or 1


def _embedded(photo: Path, folder: int) -> Embedded:
    try:
        descriptor = open_plain(photo, folder)
    except FileNotFoundError:
        raise PhotoError(photo, "it is gone") from None
    try:
        return embedded_in(photo, descriptor)
    except OSError as error:
        raise PhotoError(photo, f"it cannot be read: {error.strerror}") from error
    finally:
        let_go(descriptor)


def _embedded_document(embedded: Embedded) -> Document | NotXmp | None:
    """The photo's own packet; None where there is none, the reason where it cannot be read."""
    if not embedded.packet.strip(b"\x00 \t\r\n"):
        return None
    try:
        return parse(embedded.packet)
    except NotXmp as reason:
        return reason


def _suggestions(document: Document, orientation: int) -> tuple[Suggestion, ...]:
    found = (suggestion(item, orientation) for item in read_own(document.rdf))
    return tuple(item for item in found if item is not None)
