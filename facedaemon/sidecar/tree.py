"""An XMP packet as a tree with each element's position in the bytes, so that edits are cuts and inserts.

Nothing is serialised again: what an edit does not change keeps its bytes, comments, prefixes and order.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple
from xml.parsers import expat

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns# "
"""The RDF namespace as expat spells it before a local name: URI, one space."""

# Lightroom's largest packets are a few megabytes; 10,000 regions in both formats are about 190,000 nodes.
MAX_BYTES = 16 * 1024 * 1024
MAX_NODES = 200_000
MAX_DEPTH = 64

_WRAPPERS = ("adobe:ns:meta/ xmpmeta", "adobe:ns:meta/ xapmeta")  # the second is that of the first years

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_DECLARED = re.compile(rb"""^<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_INSTRUCTION = re.compile(rb"<\?.*?\?>", re.DOTALL)
_MAX_EMPTY_BYTES = 64 * 1024  # with the padding that some programs put into a packet
_SINGLE_BYTE = {"us-ascii": "ascii", "ascii": "ascii", "iso-8859-1": "latin-1", "windows-1252": "cp1252"}
# a character at a time, as an alternative beside the quoted parts, would take 120 bytes of memory for each
_START_TAG = re.compile(rb"""<[^"'>]*(?:(?:"[^"]*"|'[^']*')[^"'>]*)*>""")


class NotXmp(Exception):
    """The bytes are no XMP packet that can be read whole; the message says why."""


class Element(NamedTuple):
    """One element, with its place in the bytes.

    `name` and attribute names are "URI local"; `text` is its own character data, without its children's. It covers
    the bytes `start` to `end`, its content `open_end` to `close_start`; for an empty-element tag the last three are
    equal.
    """

    name: str
    attributes: dict[str, str]
    children: tuple["Element", ...]
    text: str
    start: int
    open_end: int
    close_start: int
    end: int


class Document(NamedTuple):
    """A parsed packet. `data` is its UTF-8 form, in which offsets count; `codec` and `bom` restore the encoding."""

    data: bytes
    codec: str
    bom: bytes
    rdf: Element

    def encoded(self) -> bytes:
        """The packet in the encoding it came in; characters that encoding lacks become character references."""
        return encode(self.data, self.codec, self.bom)


def encode(data: bytes, codec: str, bom: bytes) -> bytes:
    """UTF-8 `data` in `codec`."""
    if codec == "utf-8":
        return bom + data
    return bom + data.decode("utf-8").encode(codec, "xmlcharrefreplace")


def parse(raw: bytes) -> Document:
    """The packet in `raw`: any encoding XMP allows, with or without XML declaration, xpacket and x:xmpmeta.

    Raises NotXmp: malformed, a DOCTYPE, too large, too deep, not exactly one rdf:RDF.
    """
    if len(raw) > MAX_BYTES:
        raise NotXmp(f"the XMP is larger than {MAX_BYTES // 1024 // 1024} MiB")
    data, codec, bom = _as_utf8(raw)
    root = _Builder(data).build()
    if root.name not in (RDF + "RDF", *_WRAPPERS):
        raise NotXmp(f"its outermost element is {root.name.rpartition(' ')[2][:40]}, not x:xmpmeta or rdf:RDF")
    found = [root] if root.name == RDF + "RDF" else [c for c in root.children if c.name == RDF + "RDF"]
    if len(found) != 1:
        raise NotXmp(f"it has {len(found)} rdf:RDF elements where one is due")
    return Document(data, codec, bom, found[0])


def is_empty(raw: bytes) -> bool:
    """Whether a sidecar is empty: no byte, white space, a byte order mark, or XMP's wrapping around nothing.

    Such a file is treated like an absent one and may be written like a new one. Zeros do not count as empty: a crash
    may have left them in the place of data.
    """
    if len(raw) > _MAX_EMPTY_BYTES:
        return False
    try:
        data, _, _ = _as_utf8(raw)
        body = _INSTRUCTION.sub(b"", data).strip()
        if not body.strip(b"\x00"):
            return body != data.strip() or not body
        return b"<!" not in body and _holds_nothing(_Builder(data).build())
    except NotXmp:
        return False


def _holds_nothing(element: Element) -> bool:
    if element.text.strip() or element.name not in (*_WRAPPERS, RDF + "RDF", RDF + "Description"):
        return False
    if element.name == RDF + "Description" and not element.attributes.keys() <= {RDF + "about"}:
        return False
    return all(map(_holds_nothing, element.children))


def reparse(document: Document, data: bytes) -> Document:
    """`document` after an edit that made its UTF-8 form `data`. Raises NotXmp."""
    return parse(encode(data, document.codec, document.bom))


def _as_utf8(raw: bytes) -> tuple[bytes, str, bytes]:
    bom, codec = next((pair for pair in _BOMS if raw.startswith(pair[0])), (b"", ""))
    body = raw[len(bom) :]
    codec = codec or _guessed(body)
    try:
        text = body.decode(codec)
    except UnicodeDecodeError as error:
        raise NotXmp(f"it is not valid {codec}: {error.reason} at byte {error.start}") from None
    if codec != "utf-8" and text.encode(codec) != body:
        raise NotXmp(f"its {codec} text cannot be written back as it was")
    return (body if codec == "utf-8" else text.encode("utf-8")), codec, bom


def _guessed(body: bytes) -> str:
    """The encoding where there is no byte order mark: from the zeros around the first "<", or as declared."""
    head = body[:4]
    for codec, pattern in (
        ("utf-32-le", (1, 0, 0, 0)),
        ("utf-32-be", (0, 0, 0, 1)),
        ("utf-16-le", (1, 0, 1, 0)),
        ("utf-16-be", (0, 1, 0, 1)),
    ):
        if len(head) == 4 and all(bool(byte) == bool(set_) for byte, set_ in zip(head, pattern, strict=True)):
            return codec
    declared = _DECLARED.match(body.lstrip()[:200])
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    if name in _SINGLE_BYTE:
        return _SINGLE_BYTE[name]
    if name not in ("utf-8", "utf8"):
        raise NotXmp(f"its encoding {name} is none that XMP allows")
    return "utf-8"


class _Open(NamedTuple):
    name: str
    attributes: dict[str, str]
    children: list[Element]
    text: list[str]
    start: int
    open_end: int


class _Builder:
    """Turns expat's events into an Element; for one use."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        # an XML declaration must come first, but programs put newlines before it; NULs pad some sidecars
        self._base = len(data) - len(data.lstrip(b" \t\r\n"))
        self._stop = len(data.rstrip(b"\x00"))
        self._open: list[_Open] = []
        self._root: Element | None = None
        self._nodes = 0
        self._parser: Any = expat.ParserCreate("utf-8", " ")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def build(self) -> Element:
        """The root element. Raises NotXmp."""
        try:
            self._parser.Parse(self._data[self._base : self._stop], True)
        except expat.ExpatError as error:
            raise NotXmp(f"it is not well-formed XML: {error}") from None
        if self._root is None:
            raise NotXmp("it has no element")
        return self._root

    def _refuse_doctype(self, *_: object) -> None:
        raise NotXmp("it has a DOCTYPE, which XMP forbids")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._nodes += 1 + len(attributes)
        if self._nodes > MAX_NODES:
            raise NotXmp(f"it has more than {MAX_NODES} elements and attributes")
        if len(self._open) >= MAX_DEPTH:
            raise NotXmp(f"its elements are nested deeper than {MAX_DEPTH}")
        start = self._base + self._parser.CurrentByteIndex
        tag = _START_TAG.match(self._data, start)
        if tag is None:  # expat has accepted the tag, so this cannot be
            raise NotXmp(f"the tag at byte {start} has no end")
        self._open.append(_Open(name, attributes, [], [], start, tag.end()))

    def _end(self, _name: str) -> None:
        opened = self._open.pop()
        close_start = end = opened.open_end
        if self._data[opened.open_end - 2] != ord("/"):
            close_start = self._base + self._parser.CurrentByteIndex
            end = self._data.index(b">", close_start) + 1
        element = Element(
            opened.name,
            opened.attributes,
            tuple(opened.children),
            "".join(opened.text),
            opened.start,
            opened.open_end,
            close_start,
            end,
        )
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element

    def _characters(self, text: str) -> None:
        self._open[-1].text.append(text)


class Splice(NamedTuple):
    """Replaces the bytes `start` to `end` by `text`."""

    start: int
    end: int
    text: bytes = b""


def spliced(data: bytes, splices: Sequence[Splice]) -> bytes:
    """`data` after all splices, which must not overlap; those at one place keep their order."""
    pieces: list[bytes] = []
    at = 0
    for splice in sorted(splices, key=lambda s: (s.start, s.end)):
        pieces += [data[at : splice.start], splice.text]
        at = splice.end
    return b"".join([*pieces, data[at:]])


def cut(data: bytes, element: Element) -> Splice:
    """Takes the element out, with the white space before it."""
    start = element.start
    while start > 0 and data[start - 1] in b" \t\r\n":
        start -= 1
    return Splice(start, element.end)


def append(data: bytes, parent: Element, text: bytes, before: Element | None = None) -> list[Splice]:
    """Puts `text` after the parent's last child, or after the one in front of `before`.

    An empty-element tag is opened for it.
    """
    if parent.open_end == parent.end:
        name = re.match(rb"<([^\s/>]+)", data[parent.start : parent.end])
        assert name is not None  # noqa: S101 - expat has accepted the tag
        return [Splice(parent.open_end - 2, parent.open_end, b">" + text + b"</" + name[1] + b">")]
    first = [child for child in parent.children if before is None or child.end <= before.start]
    at = first[-1].end if first else parent.open_end
    return [Splice(at, at, text)]


def walk(element: Element, wanted: Callable[[Element], bool]) -> Iterator[Element]:
    """The element and all below it that are `wanted`, in document order."""
    if wanted(element):
        yield element
    for child in element.children:
        yield from walk(child, wanted)
