"""ExtendedXMP: XMP that did not fit into a JPEG's first XMP segment (XMP specification part 3, section 1.1.3.1)."""

import hashlib
import re
from collections.abc import Sequence
from typing import NamedTuple

from facedaemon.sidecar.rdf import descriptions, values
from facedaemon.sidecar.tree import MAX_BYTES, Document, Element, NotXmp, Splice, append, cut, parse, spliced

HEADER = b"http://ns.adobe.com/xmp/extension/\x00"
POINTER = "http://ns.adobe.com/xmp/note/ HasExtendedXMP"

_GUID_LENGTH = 32
_DECLARATION = re.compile(rb"""\sxmlns(?::([\w.-]+))?\s*=\s*("[^"]*"|'[^']*')""")


class Part(NamedTuple):
    """One segment: the GUID of the whole, the whole's length in bytes, where this part begins in it, its bytes."""

    guid: bytes
    length: int
    offset: int
    data: bytes


def part_of(segment: bytes) -> Part | None:
    """The part that the body of an APP1 segment holds; None for another kind of segment."""
    body = segment[len(HEADER) :]
    if not segment.startswith(HEADER) or len(body) < _GUID_LENGTH + 8:
        return None
    at = _GUID_LENGTH
    length, offset = int.from_bytes(body[at : at + 4], "big"), int.from_bytes(body[at + 4 : at + 8], "big")
    return Part(body[:_GUID_LENGTH].upper(), length, offset, body[at + 8 :])


def whole_packet(packet: bytes, parts: Sequence[Part]) -> bytes:
    """The first packet together with its extension, as UTF-8; the packet itself where it names no extension.

    Raises NotXmp where the named extension is absent, incomplete, or another one.
    """
    if b"HasExtendedXMP" not in packet:
        return packet
    main = parse(packet.rstrip(b"\x00"))
    guids = {value.text.strip().upper().encode() for value in values(main.rdf, POINTER)}
    if not guids:
        return packet
    if len(guids) > 1:
        raise NotXmp("its XMP names more than one extension")
    extension = parse(_assembled(guids.pop(), parts))
    pieces = [_with_declarations(extension, node) for node in descriptions(extension.rdf)]
    splices = [cut for node in descriptions(main.rdf) if (cut := removal(main, node, POINTER))]
    splices += append(main.data, main.rdf, b"".join(b"\n " + piece for piece in pieces)) if pieces else []
    joined = spliced(main.data, splices)
    if len(joined) > MAX_BYTES:
        raise NotXmp(f"its XMP with its extension is larger than {MAX_BYTES // 1024 // 1024} MiB")
    return joined


def removal(document: Document, node: Element, name: str) -> Splice | None:
    """Takes the property out of a description, whether it is an element or an attribute."""
    for child in node.children:
        if child.name == name:
            return cut(document.data, child)
    if name not in node.attributes:
        return None
    local = name.rpartition(" ")[2].encode()
    tag = document.data[node.start : node.open_end]
    for found in re.finditer(rb"""(?<!\s)\s+[\w.-]+:(%s)\s*=\s*("[^"]*"|'[^']*')""" % re.escape(local), tag):
        return Splice(node.start + found.start(), node.start + found.end())
    return None


def _assembled(guid: bytes, parts: Sequence[Part]) -> bytes:
    """The extension's bytes, whatever the order of its parts. Raises NotXmp."""
    wanted = sorted({part for part in parts if part.guid == guid}, key=lambda part: part.offset)
    if not wanted:
        raise NotXmp("the extension of its XMP is missing")
    length = wanted[0].length
    if length > MAX_BYTES:
        raise NotXmp(f"the extension of its XMP is larger than {MAX_BYTES // 1024 // 1024} MiB")
    pieces, at = [], 0
    for part in wanted:
        if part.length != length or part.offset != at:
            raise NotXmp("the extension of its XMP is incomplete or damaged")
        pieces.append(part.data)
        at += len(part.data)
    whole = b"".join(pieces)
    if at != length or hashlib.md5(whole, usedforsecurity=False).hexdigest().upper().encode() != guid:
        raise NotXmp("the extension of its XMP is incomplete or damaged")
    return whole


def _with_declarations(document: Document, node: Element) -> bytes:
    """The node's bytes, with the namespaces that were declared around it."""
    own = {found[1] for found in _DECLARATION.finditer(document.data[node.start : node.open_end])}
    around: dict[bytes, bytes] = {}
    for found in _DECLARATION.finditer(document.data[: document.rdf.open_end]):
        around[found[1]] = found[2]
    needed = b"".join(
        b" xmlns" + (b":" + prefix if prefix else b"") + b"=" + uri
        for prefix, uri in around.items()
        if prefix not in own
    )
    text = document.data[node.start : node.end]
    name = re.match(rb"<[^\s/>]+", text)
    assert name is not None  # noqa: S101 - expat has accepted the tag
    return name[0] + needed + text[name.end() :]
