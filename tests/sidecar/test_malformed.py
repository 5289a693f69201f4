"""Sidecars as crashes, old programs and careless scripts leave them: edited rightly, or left alone and named."""

import json
import shutil
import subprocess
from pathlib import Path

from facedaemon import sidecar
from facedaemon.errors import PhotoError
from facedaemon.sidecar.edit_plan import edited as without_ours
from facedaemon.sidecar.tree import is_empty, parse
from tests.sidecar.packets import ADA, EVE_REGION, NOW, SIZE, exiftool, mp, mwg, packet

BODY = packet("<dc:title>mine</dc:title>" + mwg(EVE_REGION) + mp("Eve", "0.4, 0.45, 0.2, 0.1"), ' dc:source="s"')
WRAPPED = f'<?xpacket begin="\ufeff" id="x"?><x:xmpmeta xmlns:x="adobe:ns:meta/">{BODY}</x:xmpmeta><?xpacket end="w"?>'
PLAIN = WRAPPED.encode()
EMPTY_RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'


def _in_title(text: str) -> bytes:
    return WRAPPED.replace("mine", text).encode()


MALFORMED = {
    "empty": b"",
    "one byte": b"<",
    "white space only": b" \n\t ",
    "zeros": b"\x00" * 4096,
    "text": b"hello",
    "a photo": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "html": b"<html><body>404</body></html>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "cut in the middle": PLAIN[: len(PLAIN) // 2],
    "cut in the last tag": PLAIN[:-30],
    "cut in a character": _in_title("Zo\u00eb")[: _in_title("Zo\u00eb").index(b"\xc3") + 1],
    "the end twice": PLAIN + PLAIN[-60:],
    "two packets": PLAIN + PLAIN,
    "garbage before": b"garbage" + PLAIN,
    "garbage behind": PLAIN + b"garbage",
    "zeros behind": PLAIN + b"\x00" * 512,
    "white space before": b"\n\n" + PLAIN,
    "doctype": b'<!DOCTYPE x [<!ENTITY a "b">]>' + PLAIN,
    "billion laughs": b'<!DOCTYPE l [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>' + _in_title("&b;"),
    "external entity": b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + _in_title("&a;"),
    "unknown entity": _in_title("&nbsp;"),
    "bare ampersand": _in_title("Tom & Ada"),
    "bare less-than": _in_title("a < b"),
    "control character": _in_title("a\x01b"),
    "reference to a control character": _in_title("a&#1;b"),
    "surrogate reference": _in_title("a&#xD800;b"),
    "latin-1 in utf-8": PLAIN.replace(b"mine", b"Zo\xeb"),
    "overlong utf-8": PLAIN.replace(b"mine", b"\xc0\xaf"),
    "declared latin-1": b'<?xml version="1.0" encoding="ISO-8859-1"?>' + PLAIN.replace(b"mine", b"Zo\xeb"),
    "declared utf-16 in utf-8": b'<?xml version="1.0" encoding="UTF-16"?>' + PLAIN,
    "declared koi8-r": b'<?xml version="1.0" encoding="KOI8-R"?>' + PLAIN,
    "utf-16": WRAPPED.encode("utf-16-le"),
    "utf-16 of odd length": WRAPPED.encode("utf-16")[:-1],
    "two byte order marks": b"\xef\xbb\xbf\xef\xbb\xbf" + PLAIN,
    "unbound prefix": PLAIN.replace(b"<dc:title>", b"<no:title>").replace(b"</dc:title>", b"</no:title>"),
    "attribute twice": PLAIN.replace(b' dc:source="s"', b' dc:source="s" dc:source="t"'),
    "attribute unquoted": PLAIN.replace(b'"s"', b"s"),
    "tags crossed": PLAIN.replace(b"</dc:title>", b"</dc:titel>"),
    "no rdf": b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>',
    "rdf twice": PLAIN.replace(b"</x:xmpmeta>", EMPTY_RDF.encode() + b"</x:xmpmeta>"),
    "rdf without anything": EMPTY_RDF.encode(),
    "rdf deeper": b"<a>" + PLAIN[PLAIN.index(b"<rdf:RDF") : PLAIN.index(b"</x:xmpmeta>")] + b"</a>",
    "text in a description": PLAIN.replace(b"<dc:title>", b"loose<dc:title>"),
    "two values": PLAIN.replace(b"mine", b"<rdf:Bag/><rdf:Seq/>"),
    "literal markup": PLAIN.replace(b"<dc:title>", b'<dc:title rdf:parseType="Literal"><b xmlns="h">x</b>'),
    "typed node": PLAIN.replace(b"rdf:Description", b"dc:Thing"),
    "a list without items": PLAIN.replace(b"rdf:li", b"rdf:lj"),
    "regions without a list": packet('<mwg-rs:Regions rdf:parseType="Resource"/>').encode(),
    "regions as text": packet("<mwg-rs:Regions>none</mwg-rs:Regions>").encode(),
    "another about": PLAIN.replace(b'about=""', b'about="uuid:1&amp;2"'),
    "comments everywhere": PLAIN.replace(b">", b"><!-- x -->"),
    "nested too deep": packet("<dc:a>" * 70 + "</dc:a>" * 70).encode(),
}


def _foreign_tags(place: Path) -> dict[str, object]:
    """What ExifTool sees in a sidecar, or in each of a folder, warnings too, without what is ours."""
    wanted = ["-XMP:all", "-Error", "-Warning", "-ext", "xmp"]
    command = ["exiftool", "-q", "-j", "-G1", "-a", "-struct", "-n", *wanted, str(place)]
    done = subprocess.run(command, capture_output=True, check=False)  # it fails where it has something to say
    return {
        Path(each.pop("SourceFile")).name: {name: value for name, value in each.items() if "facedaemon" not in name}
        for each in json.loads(done.stdout)
    }


def _is_seen_alike(before: Path, after: Path) -> bool:
    """ExifTool's answer to a broken structure changes from run to run (Perl's hash order), so it is asked again."""
    return any(_foreign_tags(before) == _foreign_tags(after) for _ in range(10))


def test_each_is_edited_rightly_or_left_alone(tmp_path: Path) -> None:
    """Of 50 kinds none is harmed: ExifTool sees the same in what was edited, what was refused has every byte."""
    exiftool("-ver")
    original, place = tmp_path / "original", tmp_path / "place"
    original.mkdir()
    for kind, content in MALFORMED.items():
        (original / f"{kind}.jpg").write_bytes(b"\xff\xd8\xff\xd9")
        (original / f"{kind}.jpg.xmp").write_bytes(content)
    shutil.copytree(original, place)
    refused = {kind: reason for kind in MALFORMED if (reason := _refusal(place / f"{kind}.jpg"))}
    edited = MALFORMED.keys() - refused.keys()
    assert [] == [kind for kind in refused if (place / f"{kind}.jpg.xmp").read_bytes() != MALFORMED[kind]]
    assert [] == [reason for kind, reason in refused.items() if f"{place / kind}.jpg.xmp: " not in reason]
    assert {
        "zeros behind",
        "white space before",
        "utf-16",
        "declared latin-1",
        "another about",
        "empty",
        "white space only",
        "no rdf",
    } <= edited
    assert {"cut in the last tag", "doctype", "two packets", "latin-1 in utf-8", "rdf twice", "zeros"} <= refused.keys()
    before, after = _foreign_tags(original), _foreign_tags(place)
    suspects = [
        name
        for name in (f"{kind}.jpg.xmp" for kind in edited if not is_empty(MALFORMED[kind]))
        if before[name] != after[name]
    ]
    assert [] == [name for name in suspects if not _is_seen_alike(original / name, place / name)]
    for kind in edited:
        assert 1 == len(sidecar.read(place / f"{kind}.jpg", None).suggestions), kind
        if is_empty(MALFORMED[kind]):
            continue
        bare = without_ours(parse((place / f"{kind}.jpg.xmp").read_bytes()), [], [], SIZE)
        assert bare is not None
        assert bare.replace(b"></rdf:RDF>", b"/>") == MALFORMED[kind].replace(b"></rdf:RDF>", b"/>"), kind


def _refusal(photo: Path) -> str:
    """Why no suggestion is written for the photo; empty where one was."""
    try:
        edit = sidecar.plan(photo, orientation=1, size=SIZE, wanted=[ADA], date=NOW, root=photo.parent)
        assert edit is not None
        sidecar.apply(edit)
    except PhotoError as error:
        return str(error)
    return ""
