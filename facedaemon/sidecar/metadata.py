"""What a photo's metadata says about faces: from the sidecar where there is one, else from the photo itself."""

from dataclasses import dataclass
from pathlib import Path

from facedaemon.errors import PhotoError
from facedaemon.sidecar.embedded import Embedded, read_embedded
from facedaemon.sidecar.files import folder_of, let_go, open_plain, read_small
from facedaemon.sidecar.marks import read_own, suggestion
from facedaemon.sidecar.naming import Naming, existing_sidecar
from facedaemon.sidecar.rdf import values
from facedaemon.sidecar.regions import NamedRegion, read_regions
from facedaemon.sidecar.tree import Document, NotXmp, parse
from facedaemon.values import Suggestion

_ORIENTATION = "http://ns.adobe.com/tiff/1.0/ Orientation"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What metadata says about a photo's faces, all in the displayed frame.

    `file` is whose XMP counted: the sidecar hides what the photo embeds. `suggestions` are ours that still stand
    there. `problems` are sentences about what had to be left out.
    """

    regions: tuple[NamedRegion, ...]
    suggestions: tuple[Suggestion, ...]
    orientation: int
    file: Path
    problems: tuple[str, ...] = ()


def read(photo: Path, naming: Naming | None, root: Path | None = None, orientation: int | None = None) -> Metadata:
    """The photo's metadata; `naming` None: whichever sidecar is there, the full name first.

    `orientation`, if given, is the one in which the picture was displayed to find faces: regions come in that frame,
    whatever the metadata says. Below `root` no symbolic link is followed. Raises PhotoError: the photo or its sidecar
    cannot be read whole.
    """
    sidecar = existing_sidecar(photo, naming)
    with folder_of(photo, root) as folder:
        embedded = _embedded(photo, folder)
        packet = read_small(sidecar, folder) if sidecar else None
    if sidecar is None or packet is None:
        return _without_sidecar(photo, embedded, orientation)
    document = parse_or_refuse(sidecar, packet)
    orientation = orientation or displayed_orientation(embedded, document)
    regions, problems = read_regions(document.rdf, orientation, embedded.size)
    return Metadata(regions, _suggestions(document, orientation), orientation, sidecar, problems)


def parse_or_refuse(path: Path, packet: bytes) -> Document:
    """The parsed sidecar. Raises PhotoError naming it."""
    try:
        return parse(packet)
    except NotXmp as reason:
        raise PhotoError(path, f"{reason}; it is left as it is") from None


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
        return read_embedded(descriptor)
    except OSError as error:
        raise PhotoError(photo, f"it cannot be read: {error.strerror}") from error
    finally:
        let_go(descriptor)


def _without_sidecar(photo: Path, embedded: Embedded, orientation: int | None) -> Metadata:
    orientation = orientation or displayed_orientation(embedded, None)
    problems = tuple(embedded.problems)
    if not embedded.packet.strip(b"\x00 \t\r\n"):
        return Metadata((), (), orientation, photo, problems)
    try:
        document = parse(embedded.packet)
    except NotXmp as reason:
        return Metadata((), (), orientation, photo, (*problems, f"its XMP is not read: {reason}"))
    regions, left_out = read_regions(document.rdf, orientation, embedded.size)
    return Metadata(regions, _suggestions(document, orientation), orientation, photo, (*problems, *left_out))


def _suggestions(document: Document, orientation: int) -> tuple[Suggestion, ...]:
    found = (suggestion(item, orientation) for item in read_own(document.rdf))
    return tuple(item for item in found if item is not None)
