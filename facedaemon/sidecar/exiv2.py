"""Metadata read by Exiv2: formats that `embedded` does not parse, and EXIF and IPTC as XMP.

Exiv2 adopts namespace prefixes from every file it reads, for the rest of the process: a photo whose XMP binds "dc" or
"tiff" to another namespace, by damage or by malice, would corrupt the XMP made from every later photo. So Exiv2 never
reads such a file.
"""

import os
import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

import pyexiv2

from facedaemon.sidecar.tree import NotXmp

# Warnings (level 2) about harmless oddities in EXIF would go to the terminal, one a photo; errors must still raise.
pyexiv2.set_log_level(3)

# those to which it converts EXIF and IPTC, by every prefix that it knows for them
_IPTC, _IPTC_EXTENSION = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/", "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_NAMESPACES = {
    "aux": "http://ns.adobe.com/exif/1.0/aux/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "exifEX": "http://cipa.jp/exif/1.0/",
    "iptc": _IPTC,
    "iptcExt": _IPTC_EXTENSION,
    "Iptc4xmpCore": _IPTC,
    "Iptc4xmpExt": _IPTC_EXTENSION,
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
}
_BINDING = re.compile(rb"""xmlns:(%s)\s*=\s*["']([^"'<>]*)""" % b"|".join(name.encode() for name in _NAMESPACES))
# the beginning of a binding that the next part of the file may complete
_UNFINISHED = re.compile(rb"""xmlns:[A-Za-z0-9]*(\s*(=\s*(["'][^"'<>]*)?)?)?""")
_WINDOW = 4 << 20  # bytes of a file that are looked through at once
_MOST_UNFINISHED = 64 << 10


@dataclass(frozen=True, slots=True)
class Seen:
    """XMP packet, EXIF orientation and dates as Exiv2 finds them; empty and None where it finds none."""

    packet: bytes = b""
    orientation: int | None = None
    taken: str = ""
    digitized: str = ""


def inspect(descriptor: int) -> Seen:
    """What Exiv2 sees in a photo. Raises NotXmp where its metadata is damaged or must not be shown to Exiv2."""
    _refuse_misnamed(descriptor)
    try:
        image = pyexiv2.Image(f"/proc/self/fd/{descriptor}")
    except RuntimeError:
        return Seen()  # a format in which Exiv2 finds no metadata
    with closing(image):
        try:
            packet = image.read_raw_xmp().encode()
            exif = image.read_exif()
        except (RuntimeError, UnicodeDecodeError) as error:
            raise NotXmp(f"its metadata is damaged: {error}") from None
    orientation = str(exif.get("Exif.Image.Orientation", ""))
    dates = (str(exif.get(f"Exif.Photo.DateTime{name}", "")) for name in ("Original", "Digitized"))
    return Seen(packet, int(orientation) if orientation in set("12345678") else None, *dates)


def exif_and_iptc(descriptor: int, exif_block: bytes | None, empty: bytes) -> tuple[bytes, bytes]:
    """The photo's EXIF and its IPTC as XMP, each in a copy of the packet `empty`.

    `exif_block` is EXIF as a TIFF block, in formats whose own Exiv2 reads badly. Raises NotXmp.
    """
    _refuse_misnamed(descriptor)
    try:
        image = pyexiv2.ImageData(exif_block) if exif_block else pyexiv2.Image(f"/proc/self/fd/{descriptor}")
        with closing(image):
            return _as_xmp(image, empty, exif=True), _as_xmp(image, empty, exif=False)
    except RuntimeError as error:
        raise NotXmp(f"the photo's own metadata cannot be carried over to a new sidecar: {error}") from None


def _as_xmp(image: "pyexiv2.Image", empty: bytes, *, exif: bool) -> bytes:
    """Its EXIF, or else its IPTC."""
    with closing(pyexiv2.ImageData(empty)) as target:
        image.copy_to_another_image(
            target, exif=exif, iptc=not exif, xmp=False, comment=False, icc=False, thumbnail=False
        )
        return bytes(target.get_bytes())


def refuse_wrong(namespaces: Mapping[str, str]) -> None:
    """Raises NotXmp where a prefix (the keys) stands for another namespace than it should."""
    for prefix, uri in namespaces.items():
        if _NAMESPACES.get(prefix, uri) != uri:
            raise NotXmp(f"its XMP binds the prefix {prefix} to another namespace than all programs do")


def refuse_misnaming(data: bytes, before: int | None = None) -> None:
    """Raises NotXmp where a well-known prefix is bound to another namespace, anywhere in the bytes.

    A binding that begins at `before` or after it does not count.
    """
    for found in _BINDING.finditer(data):
        if before is None or found.start() < before:
            refuse_wrong({found[1].decode(): found[2].decode("utf-8", "replace")})


def _refuse_misnamed(descriptor: int) -> None:
    """The same for a file, read part by part: it may be a video of gigabytes."""
    held, at = b"", 0
    while block := os.pread(descriptor, _WINDOW, at):
        at += len(block)
        held += block
        last = held.rfind(b"xmlns:")
        if last < 0 or not _UNFINISHED.fullmatch(held, last):
            last = len(held)
        elif len(held) - last > _MOST_UNFINISHED:
            raise NotXmp("its XMP binds a prefix in more words than any program writes")
        refuse_misnaming(held, last)
        held = held[max(0, min(last, len(held) - len(b"xmlns"))) :]
    refuse_misnaming(held)
