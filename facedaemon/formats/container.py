"""The container and the kind of a picture file, by its content."""

from enum import StrEnum
from typing import BinaryIO

from facedaemon.formats import tiff

HEAD = 16  # bytes that `container_of` needs
_MAX_BRANDS = 4096  # bytes of them
_RAW_BRAND = b"crx "  # Canon's CR3
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}


class Container(StrEnum):
    """The structure of a file. `BMFF` is the ISO base media format: HEIC, AVIF, CR3, and videos."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    GIF = "gif"
    BMP = "bmp"
    TIFF = "tiff"
    BMFF = "bmff"
    JXL = "jxl"
    OTHER_RAW = "raw"


_SIGNATURES = {
    b"\xff\xd8\xff": Container.JPEG,
    b"\x89PNG\r\n\x1a\n": Container.PNG,
    b"GIF8": Container.GIF,
    b"BM": Container.BMP,
    b"\xff\x0a": Container.JXL,
    b"\0\0\0\x0cJXL ": Container.JXL,
    b"FUJIFILMCCD-RAW": Container.OTHER_RAW,
    b"IIRO": Container.OTHER_RAW,
    b"IIRS": Container.OTHER_RAW,
    b"IIU\0": Container.OTHER_RAW,
    **dict.fromkeys(tiff.SIGNATURES, Container.TIFF),
}


def container_of(head: bytes) -> Container | None:
    """The container of a file that begins with `head` (`HEAD` bytes); None for one that is not known."""
    for signature, container in _SIGNATURES.items():
        if head.startswith(signature):
            return container
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Container.WEBP
    return Container.BMFF if head[4:8] == b"ftyp" else None


def kind_of(file: BinaryIO) -> str:
    """The kind of picture: jpeg, png, webp, gif, tiff, raw, heif, avif, jxl, bmp; "" for unknown ones."""
    file.seek(0)
    head = file.read(HEAD)
    container = container_of(head)
    if container is Container.TIFF:
        return "raw" if tiff.is_raw(file) else "tiff"
    if container is Container.BMFF:
        return _by_brands(head + file.read(min(int.from_bytes(head[:4], "big"), _MAX_BRANDS)))
    return container or ""


def _by_brands(head: bytes) -> str:
    size = min(int.from_bytes(head[:4], "big"), _MAX_BRANDS)
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, size, 4))}
    if _RAW_BRAND in brands:
        return "raw"
    if brands & _AVIF_BRANDS:
        return "avif"
    return "heif" if brands & _HEIF_BRANDS else ""
