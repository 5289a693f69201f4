"""Packets in every encoding and wrapping; what is refused; where elements lie."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facedaemon.sidecar.rdf import values
from facedaemon.sidecar.tree import MAX_DEPTH, MAX_NODES, NotXmp, append, cut, parse, reparse, spliced, walk
from tests.sidecar.packets import packet

TITLE = "http://purl.org/dc/elements/1.1/ title"
PLAIN = packet("<dc:title>Zoë</dc:title>")


def wrapped(text: str, declared: str = "") -> str:
    """The packet as programs wrap it."""
    return (
        f"{declared}<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?>\n<!-- by hand -->"
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{text}</x:xmpmeta>\n<?xpacket end="w"?>'
    )


@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", [PLAIN, wrapped(PLAIN)])
def test_every_encoding_of_xmp_is_read_and_comes_back(text: str, codec: str, bom: str) -> None:
    """UTF-8, UTF-16 and UTF-32, with and without a byte order mark, bare or wrapped, give the same bytes again."""
    raw = (bom + text).encode(codec)
    document = parse(raw)
    assert ["Zoë"] == [value.text for value in values(document.rdf, TITLE)]
    assert raw == document.encoded()


@pytest.mark.parametrize("before", ["\n", " \r\n\t", "\n<!-- first -->"])
def test_white_space_and_comments_may_come_first(before: str) -> None:
    """A newline before the packet, which Exiv2 rejects, does no harm."""
    raw = (before + PLAIN).encode()
    assert raw == parse(raw).encoded()


@pytest.mark.parametrize("name", ["ISO-8859-1", "windows-1252", "US-ASCII", "utf-8", "UTF-8"])
def test_a_declared_encoding_counts(name: str) -> None:
    """Text in a single-byte encoding is read, and text that it lacks is added as character references."""
    raw = wrapped(PLAIN.replace("ë", "&#235;"), f'<?xml version="1.0" encoding="{name}"?>\n')
    document = parse(raw.replace("\ufeff", "").encode("ascii"))
    added = reparse(document, spliced(document.data, append(document.data, document.rdf, "<!--x--><a>Ωλ</a>".encode())))
    assert "Ωλ" == added.rdf.children[-1].text


REFUSED = {
    "empty": b"",
    "only spaces": b"  \n ",
    "not XML": b"hello",
    "binary": bytes(range(256)),
    "another XML": b"<svg/>",
    "no rdf": b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>',
    "two rdf": f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{PLAIN}{PLAIN}</x:xmpmeta>'.encode(),
    "cut short": PLAIN.encode()[:-20],
    "junk behind": PLAIN.encode() + b"<b/>",
    "text behind": PLAIN.encode() + b"junk",
    "unclosed": PLAIN.replace("</dc:title>", "").encode(),
    "undeclared prefix": PLAIN.replace("xmlns:dc", "xmlns:cd").encode(),
    "doubled attribute": PLAIN.replace('rdf:about=""', 'rdf:about="" rdf:about=""').encode(),
    "undefined entity": PLAIN.replace("Zoë", "&zoe;").encode(),
    "control character": PLAIN.replace("Zoë", "\x01").encode(),
    "control reference": PLAIN.replace("Zoë", "&#1;").encode(),
    "bare ampersand": PLAIN.replace("Zoë", "a & b").encode(),
    "invalid UTF-8": PLAIN.encode("latin-1"),
    "overlong UTF-8": PLAIN.encode().replace("ë".encode(), b"\xc0\xaf"),
    "odd UTF-16": wrapped(PLAIN).encode("utf-16-le")[:-1],
    "lone surrogate": wrapped(PLAIN).encode("utf-16-le").replace("ë".encode("utf-16-le"), b"\x00\xd8"),
    "strange encoding": b'<?xml version="1.0" encoding="EBCDIC-US"?>' + PLAIN.encode(),
    "doctype": b"<!DOCTYPE rdf>" + PLAIN.encode(),
    "billion laughs": b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>' + PLAIN.encode(),
    "external entity": b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + PLAIN.encode(),
    "parameter entity": b'<!DOCTYPE l [<!ENTITY % a SYSTEM "http://127.0.0.1/"> %a;]>' + PLAIN.encode(),
    "too deep": (PLAIN[:-10] + "<a>" * MAX_DEPTH + "</a>" * MAX_DEPTH + "</rdf:RDF>").encode(),
    "too many": (PLAIN[:-10] + "<a/>" * MAX_NODES + "</rdf:RDF>").encode(),
    "too large": PLAIN.encode() + b" " * (17 * 1024 * 1024),
    "NUL inside": PLAIN.replace("Zoë", "Z\x00e").encode(),
    "CDATA unclosed": PLAIN.replace("Zoë", "<![CDATA[x").encode(),
    "comment unclosed": PLAIN.replace("Zoë", "<!-- x").encode(),
    "prefix unbound by 1.0": PLAIN.replace("<dc:title", '<dc:title xmlns:dc=""').encode(),
}


@pytest.mark.parametrize("raw", REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_read_whole_is_refused(raw: bytes) -> None:
    """Malformed, hostile or enormous packets raise NotXmp with a reason, nothing else."""
    with pytest.raises(NotXmp, match=r".{10}"):
        parse(raw)


def test_padding_zeros_behind_the_packet_are_allowed() -> None:
    """Some programs fill the file with zeros; they stay."""
    raw = PLAIN.encode() + b"\x00" * 100
    assert raw == parse(raw).encoded()


def test_elements_know_their_bytes() -> None:
    """The bytes of each element begin with its tag and end with its end, also with ">" in attributes."""
    data = parse(packet('<dc:a b="1>" c=\'">\'/><dc:d\n>x<!-- </dc:d> --><![CDATA[</dc:d>]]></dc:d  >').encode())
    [first, second] = data.rdf.children[0].children
    assert b'<dc:a b="1>" c=\'">\'/>' == data.data[first.start : first.end]
    assert data.data[second.start : second.end].startswith(b"<dc:d\n>x")
    assert data.data[second.start : second.end].endswith(b"</dc:d  >")
    assert b"</dc:d  >" == data.data[second.close_start : second.end]


@given(st.lists(st.sampled_from(["<dc:a/>", "<dc:b>x</dc:b>", " ", "<!-- c -->", "\n\t", "<?pi x?>"]), max_size=8))
def test_what_is_appended_can_be_cut_out_again(content: list[str]) -> None:
    """Appending a child and cutting it gives the former bytes, whatever stands around it."""
    document = parse(packet("".join(content), ' dc:x="1"').encode())
    node = document.rdf.children[0]
    new = reparse(document, spliced(document.data, append(document.data, node, b"\n  <dc:new>n</dc:new>")))
    [added] = walk(new.rdf, lambda element: element.name.endswith(" new"))
    assert document.data == spliced(new.data, [cut(new.data, added)])


HUGE_TAG = """
import resource, sys
from facedaemon.sidecar.tree import parse
from tests.sidecar.packets import packet
raw = packet("").replace("<rdf:RDF", "<rdf:RDF" + " " * 16_000_000).encode()
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 200_000_000,) * 2)
parse(raw)
"""


def test_a_huge_tag_takes_little_memory() -> None:
    """A start tag of 16 MB is read with 200 MB at most."""
    done = subprocess.run([sys.executable, "-c", HUGE_TAG], capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)
