"""Decodes a file to upright pixels, at no more resolution than is needed."""

import io
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from facedaemon.errors import PhotoError
from facedaemon.formats import heif, jpeg, jxl, kind_of, png, tiff, webp
from facedaemon.geometry import displayed_size, relative, turned_orientation
from facedaemon.process_messages import sensible
from facedaemon.safe_open import let_go
from facedaemon.values import AS_THE_FILE_SAYS, Display, Size
from facedaemon.vision.codecs import BROKEN, Pixels, decoded, upright
from facedaemon.vision.content import content_digest
from facedaemon.vision.decoder_client import DECODER, opened_photo
from facedaemon.vision.trusted_formats import is_trusted, may_be_trusted

MOST_PIXELS = 260_000_000  # the largest phone cameras give 200 megapixels; beyond it a file is a bomb or a map
MOST_BYTES = 1 << 30
MOST_EXPANDED = 120_000_000  # formats that cannot be decoded at a part of their size
MOST_DECODED = 50_000_000  # pixels that are handed out, 150 MB; of a larger JPEG every second one, or fewer
_MOST_DECODED_WHOLE = 25_000_000  # the same for formats that are decoded whole first: a codec needs its memory, too
_SHRUNK_FROM = 16_000_000  # larger pictures of such formats are handed out at a part of their size
_HEAD = 8192  # bytes by which a file's kind is recognised
_HELD = 32 << 20  # larger TIFF files are read again for decoding instead of being held
_UPRIGHT_BY_ITSELF = {"heif", "avif", "jxl"}
_KINDS = {"jpeg", "png", "webp", "gif", "bmp", "tiff", "heif", "avif", "jxl"}
_TURNED_BY_READER = {"heif", "tiff", "jxl"}
"""Kinds whose pixels are upright when decoded. JPEG XL has an orientation of its own: EXIF's does not count there and
is not reported as the picture's orientation."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A picture file as read: its bytes, what it is, and how it is displayed.

    `size` is that of the full picture as displayed in `orientation`; `own` is the orientation that the file itself
    names. `content` does not depend on `orientation`. Where `is_sandboxed`, another process reads it and `data` is
    empty. Below `root` it is opened through no link.
    """

    path: Path
    data: bytes
    kind: str
    size: Size
    orientation: int
    content: str
    own: int
    is_sandboxed: bool = False
    root: Path | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An upright picture: `pixels` are `scale` times (1, or near 1/2, 1/4, 1/8) those of the full `size`."""

    pixels: Pixels
    size: Size
    orientation: int
    content: str
    scale: float


def read_picture(path: Path, longest_side: int | None = None) -> Picture:
    """The photo, upright, with at least `longest_side` pixels on its longer side if it has as many (None: all).

    Raises PhotoError with the reason where the file is no picture that can be read.
    """
    return decode(open_source(path), longest_side)


def open_source(path: Path, root: Path | None = None, display: Display = AS_THE_FILE_SAYS) -> Source:
    """The picture's header, without decoding its pixels; `display` overrides the file's orientation. Raises PhotoError.

    Below `root` no link is followed.

    Plain JPEG and PNG are read here; everything else in a process of its own (docs/decisions/013).
    """
    opened = opened_photo(path, root)
    try:
        data = _bytes(path, opened, only=may_be_trusted)
    finally:
        let_go(opened)
    if is_trusted(data) or not kind_of(io.BytesIO(data)):
        return displayed_so(_source(path, data), display)
    return displayed_so(described(path, root, DECODER.ask(path, root).values), display)


def described(path: Path, root: Path | None, answer: dict[str, Any]) -> Source:
    """The source as the decoder's process describes it, which a hostile file may control. Raises PhotoError."""
    with sensible(path, DECODER.task):
        width, height = (int(side) for side in answer["size"])
        kind, content, own = str(answer["kind"]), str(answer["content"]), int(answer["orientation"])
        if _valid(own) != own or kind not in _KINDS:
            raise ValueError("no such orientation or kind")
    _check_size(path, kind, Size(width, height))
    return Source(path, b"", kind, Size(width, height), own, content, own, is_sandboxed=True, root=root)


def displayed_so(source: Source, display: Display) -> Source:
    """The same picture with this orientation."""
    base = source.own if display.stated is None or source.kind in _UPRIGHT_BY_ITSELF else display.stated
    orientation = turned_orientation(base, display.turn)
    size = displayed_size(source.size, relative(source.orientation, orientation))
    return replace(source, orientation=orientation, size=size)


def decode(source: Source, longest_side: int | None = None) -> Picture:
    """The source's pixels, upright, with at least `longest_side` on the longer side if it has as many.

    Never more than MOST_DECODED pixels. Raises PhotoError.
    """
    if source.is_sandboxed:
        answer = DECODER.ask(source.path, source.root, content=source.content, longest_side=longest_side)
        with sensible(source.path, DECODER.task):
            height, width, _ = answer.values["shape"]
            pixels = answer.payload.reshape(int(height), int(width), 3)
            if not pixels.size:
                raise ValueError("no pixels")
    else:
        pixels = decode_here(source, longest_side)
    pixels = upright(pixels, relative(source.own, source.orientation))
    scale = max(pixels.shape[:2]) / max(source.size.width, source.size.height)
    return Picture(pixels, source.size, source.orientation, source.content, scale)


def decoded_pixels(source: Source, longest_side: int | None = None) -> int:
    """How many pixels `decode` gives."""
    by = _reduction(source, longest_side)
    return source.size.width * source.size.height // (by * by)


def open_here(opened: int) -> Source:
    """As `open_source`, but always in this process; `opened` is the open file."""
    path = Path(f"/proc/self/fd/{opened}")  # large ones are read again by this name
    return _source(path, _bytes(path, opened))


def decode_here(source: Source, longest_side: int | None = None) -> Pixels:
    """The pixels of a source from `open_here`, in the file's own orientation. Raises PhotoError.

    At a lower resolution where memory does not suffice.
    """
    wished = _reduction(source, longest_side)
    for by in (by for by in (1, 2, 4, 8) if by >= wished):
        try:
            pixels = decoded(source.path, source.kind, source.data, by, source.size.width * source.size.height)
        except MemoryError:
            continue
        return pixels if source.kind in _TURNED_BY_READER else upright(pixels, source.own)
    megapixels = source.size.width * source.size.height / 1e6
    reason = f"its {megapixels:.0f} megapixels take more memory than one photo may (docs/vision.md has the limits)"
    raise PhotoError(source.path, reason)


def _source(path: Path, data: bytes) -> Source:
    kind = kind_of(io.BytesIO(data))
    if not data:
        raise PhotoError(path, "the file is empty")
    if kind == "":
        raise PhotoError(path, "this is not a picture in a format facedaemon reads")
    if kind == "jpeg" and (frame := jpeg.unusual_frame(io.BytesIO(data))):
        raise PhotoError(path, f"{frame} cannot be read")
    if kind == "raw":
        from facedaemon.vision.raw import preview  # noqa: PLC0415 - rawpy is loaded for raw files only

        try:
            pixels_of, orientation = preview(path, data)
        except PhotoError:
            if (shown := _shown_without_sensor(data)) is None:
                raise
            return _as_it_stands(path, data, "tiff", shown)
        size = displayed_size(_header(path, pixels_of, "jpeg")[1], orientation)
        return Source(path, pixels_of, "jpeg", size, orientation, content_digest(data, 1), orientation)
    shown = _main_picture(data, tiff.directories(io.BytesIO(data))) if kind == "tiff" else None
    return _as_it_stands(path, data, kind, data if shown is None else shown)


def _shown_without_sensor(data: bytes) -> bytes | None:
    """A file that the raw reader refused, as a TIFF whose main picture can be shown; else None."""
    found = tiff.directories(io.BytesIO(data))
    return None if tiff.holds_sensor_data(found) else _main_picture(data, found)


def _main_picture(data: bytes, found: list[tiff.Directory]) -> bytes | None:
    """The TIFF with its main picture as its first; None where it has none."""
    layout, main = tiff.layout_of(io.BytesIO(data)), tiff.main_picture(found)
    return None if layout is None or main is None else tiff.opened_at(data, layout, main)


def _as_it_stands(path: Path, data: bytes, kind: str, shown: bytes) -> Source:
    """The picture in the file's `data`; `shown` is the same data with the displayed directory first (TIFF)."""
    orientation, stored = _header(path, shown, kind)
    size = displayed_size(stored, orientation)
    content = content_digest(data, orientation)
    held = b"" if kind == "tiff" and shown is data and len(data) > _HELD else shown
    return Source(path, held, kind, size, orientation, content, orientation)


def _reduction(source: Source, longest_side: int | None) -> int:
    """By how much the sides of the picture are divided: 1, 2, 4 or 8."""
    longest, pixels = max(source.size.width, source.size.height), source.size.width * source.size.height
    most = MOST_DECODED if source.kind == "jpeg" else _MOST_DECODED_WHOLE
    least = next(by for by in (1, 2, 4, 8) if pixels <= most * by * by)
    if not longest_side or (source.kind != "jpeg" and pixels <= _SHRUNK_FROM):
        return least
    return max(least, next((by for by in (8, 4, 2) if longest // by >= longest_side), 1))


def _bytes(path: Path, opened: int, only: Callable[[bytes, int], bool] | None = None) -> bytes:
    """The open file's bytes, or only its first ones where `only` says that the rest is not needed."""
    try:
        status = os.fstat(opened)
        if not stat.S_ISREG(status.st_mode):
            raise PhotoError(path, "this is no plain file")
        if status.st_size > MOST_BYTES:
            raise PhotoError(path, f"the file is larger than {MOST_BYTES >> 20} MB")
        with open(opened, "rb", closefd=False) as file:
            file.seek(0)
            # the size is checked first: `read(n)` allocates n bytes before the first one arrives
            if only is not None and not only(head := file.read(_HEAD), status.st_size):
                return head
            file.seek(0)
            return file.read(min(status.st_size, MOST_BYTES))
    except OSError as error:
        raise PhotoError(path, f"it cannot be read: {error.strerror}", transient=True) from error


def _header(path: Path, data: bytes, kind: str) -> tuple[int, Size]:
    """EXIF orientation and stored size."""
    try:
        if kind == "jxl":  # Pillow's reader would decode it all
            found = jxl.header(io.BytesIO(data))
            _check_size(path, kind, found.size)
            return 1, displayed_size(found.size, found.orientation)
        if kind == "webp":  # Pillow's reader would allocate memory for all its pixels, twice
            size = webp.size(io.BytesIO(data))
            _check_size(path, kind, size)
            return _stated_by(webp.exif(io.BytesIO(data))), size
        with Image.open(io.BytesIO(data)) as image:
            size = Size(*image.size)
            _check_size(path, kind, size)  # before Pillow looks for a PNG's EXIF, which may come after its pixels
            # a HEIC is turned by its own properties; an EXIF orientation that differs from them is wrong
            orientation = (
                heif.orientation(heif.meta_of(io.BytesIO(data))) if kind == "heif" else _orientation(image, data)
            )
            return orientation, displayed_size(size, orientation) if kind in _TURNED_BY_READER else size
    except UnidentifiedImageError as error:
        raise PhotoError(path, "the picture is damaged (its header makes no sense)") from error
    except BROKEN as error:
        raise PhotoError(path, f"the picture is damaged ({error})") from error


def _orientation(image: Image.Image, data: bytes) -> int:
    try:
        if image.format != "PNG" or "Raw profile type exif" in image.info:
            return _valid(image.getexif().get(0x0112))
    except BROKEN:
        return 1  # damaged EXIF: every viewer shows the picture as stored
    return _stated_by(png.exif(io.BytesIO(data)))  # Pillow would decode the whole picture to learn that there is none


def _stated_by(exif: bytes) -> int:
    try:
        block = Image.Exif()
        block.load(exif)
        return _valid(block.get(0x0112))
    except BROKEN:
        return 1


def _valid(orientation: object) -> int:
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1


def _check_size(path: Path, kind: str, size: Size) -> None:
    most = MOST_PIXELS if kind == "jpeg" else MOST_EXPANDED
    if size.width < 1 or size.height < 1:
        raise PhotoError(path, "the picture has no pixels")
    if size.width * size.height > most:
        raise PhotoError(
            path, f"{size.width} x {size.height} pixels are too many (at most {most // 1_000_000} megapixels)"
        )
