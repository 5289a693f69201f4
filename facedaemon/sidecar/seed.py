"""The first bytes of a new sidecar: all metadata of the photo, since a sidecar hides what the photo embeds."""

import re
from collections.abc import Callable, Collection
from pathlib import Path

from facedaemon.errors import PhotoError
from facedaemon.sidecar import exiv2
from facedaemon.sidecar.embedded import Embedded
from facedaemon.sidecar.extended import removal
from facedaemon.sidecar.files import own_photo
from facedaemon.sidecar.rdf import descriptions, names, values
from facedaemon.sidecar.reader_client import embedded_in, exif_and_iptc_of
from facedaemon.sidecar.sources import without_extension
from facedaemon.sidecar.tree import RDF, Document, Element, NotXmp, Splice, append, cut, parse, reparse, spliced, walk

_OPENING = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_CLOSING = b'\n<?xpacket end="w"?>\n'
_EMPTY = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">\n <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b"\n </rdf:RDF>\n</x:xmpmeta>"
)
_TRAILER = re.compile(rb"<\?xpacket\s+end=[^>]*\?>")
# the blanks must not follow a blank: else the search would try each of a million of them as the first
_EXIV2_ATTRIBUTE = re.compile(rb'(?<!\s)\s+([\w.-]+):([\w.-]+)="([^"]*)"')
_ORIENTATION = "http://ns.adobe.com/tiff/1.0/ Orientation"


def seed(embedded: Embedded, mapped: Callable[[], tuple[bytes, bytes]]) -> Document:
    """A packet with the photo's XMP byte for byte, and its EXIF and IPTC, which `mapped` returns as XMP packets.

    Properties that the XMP has already are not repeated; only where its tiff:Orientation contradicts EXIF, EXIF's is
    used, as by programs that show the photo. Raises NotXmp where the photo's XMP cannot be read whole.
    """
    if embedded.compressed:
        raise NotXmp("its metadata is compressed, and a sidecar without it would hide it")
    if embedded.incomplete:
        raise NotXmp(f"{embedded.incomplete}, and a sidecar without it would hide it")
    document = _from_packet(embedded.packet)
    if embedded.orientation is not None and not embedded.upright:
        document = _without_stale_orientation(document, embedded.orientation)
    exiv2.refuse_misnaming(document.data)
    more = _mapped(mapped(), document) if embedded.exif_block != b"" else b""
    if not more:
        return document
    return reparse(document, spliced(document.data, append(document.data, document.rdf, more)))


def seeded(photo: Path, folder: int) -> Document:
    """The packet of a new sidecar for the photo in the open `folder`. Raises PhotoError where none can be made."""
    with own_photo(photo, folder) as descriptor:
        try:
            return without_extension(seed(embedded_in(photo, descriptor), lambda: exif_and_iptc_of(photo, descriptor)))
        except NotXmp as reason:
            raise PhotoError(photo, f"no sidecar is made for it: {reason}") from None


def _from_packet(packet: bytes) -> Document:
    if not packet.strip(b"\x00 \t\r\n"):
        return parse(_OPENING + _EMPTY + _CLOSING)
    document = parse(packet.rstrip(b"\x00"))
    data = document.data
    # the padding before the closing instruction is for writing in place; a sidecar does not need it
    at = data.rfind(b"<?xpacket")
    trailer = _TRAILER.fullmatch(data[at:].rstrip()) if at >= 0 else None
    if trailer:
        data = data[:at].rstrip() + b"\n" + trailer[0] + b"\n"
    return reparse(document, data)


def _without_stale_orientation(document: Document, orientation: int) -> Document:
    stated = {value.text.strip() for value in values(document.rdf, _ORIENTATION)}
    if stated <= {str(orientation)}:
        return document
    removals = [removal(document, node, _ORIENTATION) for node in descriptions(document.rdf)]
    return reparse(document, spliced(document.data, [r for r in removals if r]))


def _mapped(mapped: tuple[bytes, bytes], document: Document) -> bytes:
    """rdf:Descriptions with the properties of EXIF and IPTC that the document lacks; empty where there are none.

    Of a property in both, EXIF's is used, as in digiKam and the Metadata Working Group's guidelines (2.0, section 5),
    unless it is blank, as captions by cameras are.
    """
    known = names(document.rdf)
    by_exif, by_iptc = map(parse, mapped)
    blank = {child.name for node in descriptions(by_exif.rdf) for child in node.children if _is_blank(child)}
    left_to_iptc = blank & names(by_iptc.rdf)
    about = _about(document)
    return _without(by_exif, known | left_to_iptc, about) + _without(
        by_iptc, known | (names(by_exif.rdf) - left_to_iptc), about
    )


def _is_blank(element: Element) -> bool:
    return not any(each.text.strip("\x00 \t\r\n") for each in walk(element, lambda _: True))


def _without(packet: Document, known: Collection[str], about: bytes) -> bytes:
    """The one rdf:Description of a packet by Exiv2, without the properties in `known`; empty where none is left."""
    if not packet.rdf.children:
        return b""
    node = packet.rdf.children[0]
    tag = packet.data[node.start : node.open_end]
    uris = {p: u.decode() for x, p, u in _EXIV2_ATTRIBUTE.findall(tag) if x == b"xmlns"}
    exiv2.refuse_wrong({prefix.decode(): uri for prefix, uri in uris.items()})
    splices = [cut(packet.data, child) for child in node.children if child.name in known]
    kept = len(node.children) - len(splices)
    for found in _EXIV2_ATTRIBUTE.finditer(tag):
        if found[1] == b"xmlns" or uris.get(found[1], RDF.strip()) == RDF.strip():
            continue
        if f"{uris[found[1]]} {found[2].decode()}" in known:
            splices.append(Splice(node.start + found.start(), node.start + found.end()))
        else:
            kept += 1
    if not kept:
        return b""
    text = spliced(packet.data[: node.end], splices)[node.start :]
    mark = b'rdf:about="' + about + b'" xmlns:rdf="' + RDF.strip().encode() + b'"'
    return b"\n  " + text.replace(b'rdf:about=""', mark, 1)


def _about(document: Document) -> bytes:
    """The rdf:about of the packet's descriptions, escaped for an attribute."""
    for node in descriptions(document.rdf):
        if value := node.attributes.get(RDF + "about"):
            return value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;").encode()
    return b""
