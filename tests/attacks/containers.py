"""Photos made to cost whoever reads their metadata as much as possible."""

import struct
import zlib
from io import BytesIO

from PIL import Image

from tests.sidecar.packets import packet


def box(kind: bytes, body: bytes) -> bytes:
    """An ISO box."""
    return struct.pack(">I4s", 8 + len(body), kind) + body


def avif(iloc: bytes, iinf: bytes | None = None) -> bytes:
    """An AVIF with one XMP item (number 1), whose place `iloc` tells."""
    infe = box(b"infe", b"\x02\0\0\0" + struct.pack(">HH", 1, 0) + b"mime\0application/rdf+xml\0")
    items = box(b"iinf", b"\0\0\0\0" + struct.pack(">H", 1) + infe) if iinf is None else iinf
    meta = box(b"meta", b"\0\0\0\0" + items + box(b"iloc", iloc))
    return box(b"ftyp", b"avif\0\0\0\0avifmif1") + meta


def far_offset(offset: int) -> bytes:
    """An item that lies at an offset of 64 bits."""
    return avif(b"\x01\0\0\0" + b"\x88\x80" + struct.pack(">HHHHQHQQ", 1, 1, 0, 0, 0, 1, offset, 10))


def endless_pieces() -> bytes:
    """Two thousand items of 65,535 pieces each, of which none takes a byte in the file."""
    entry = struct.pack(">HHH", 9, 0, 65535)
    return avif(b"\0\0\0\0" + b"\0\0" + struct.pack(">H", 2000) + entry * 2000)


def many_items() -> bytes:
    """Four thousand million items are announced."""
    return avif(b"\x02\0\0\0" + b"\0\0" + struct.pack(">I", 0xFFFFFFFF) + b"\0" * 16000)


def many_boxes() -> bytes:
    """A million empty boxes in a row."""
    return avif(b"\0\0\0\0\0\0\0\0", box(b"iinf", b"\0\0\0\0\0\0" + box(b"free", b"") * 1_000_000))


def chunk(kind: bytes, body: bytes) -> bytes:
    """A PNG's chunk."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def many_packets(count: int = 200) -> bytes:
    """A PNG with many compressed XMP packets that unpack to 16 MiB each."""
    bomb = zlib.compress(b" " * (16 << 20), 9)
    text = chunk(b"iTXt", b"XML:com.adobe.xmp\0\x01\0\0\0" + bomb)
    buffer = BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG")
    plain = buffer.getvalue()
    return plain[:33] + text * count + plain[33:]


def jpeg(xmp: bytes) -> bytes:
    """A JPEG with that packet, whatever its length (in a PNG where it does not fit)."""
    buffer = BytesIO()
    if len(xmp) < 65_000:
        Image.new("RGB", (8, 8)).save(buffer, "JPEG", xmp=xmp)
        return buffer.getvalue()
    Image.new("RGB", (8, 8)).save(buffer, "PNG")
    plain = buffer.getvalue()
    return plain[:33] + chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp) + plain[33:]


def blanks_at_the_end() -> bytes:
    """A photo whose XMP ends in two million blanks, and not in what they are meant for."""
    return jpeg(packet("<dc:title>kept</dc:title>").encode() + b"<?xpacket begin=''?>" + b" " * 2_000_000 + b"<!-- -->")


def blanks_in_a_tag() -> str:
    """A packet with two million blanks in a tag."""
    blanks = " " * 2_000_000
    return packet("<dc:title>kept</dc:title>").replace("<rdf:Description ", f"<rdf:Description {blanks}", 1)


HOSTILE = {
    "an offset of 2**63": lambda: far_offset(1 << 63),
    "an offset of 2**64 - 1": lambda: far_offset((1 << 64) - 1),
    "pieces without bytes": endless_pieces,
    "items without end": many_items,
    "boxes without end": many_boxes,
    "packets without end": many_packets,
    "blanks at the end": blanks_at_the_end,
}
