"""Files that mean harm: bombs, lies, endless ones, broken ones. Each is made of facts of its format, in memory."""

import io
import os
import random
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image

from facedaemon.watch import is_photo_name

pillow_heif.register_heif_opener()

Named = tuple[str, bytes]

BIG = (10_900, 10_900)  # 119 megapixels: just below what is too many by the header alone


def hostile_files(formats: Path) -> Iterator[Named]:
    """Sixty and more names and contents; `formats` is the folder with real files of cameras."""
    small = small_files(formats)
    yield from bombs_by_header(small)
    yield from bombs_by_content(small)
    yield from lies(small)
    yield from endless(small)
    yield from broken(small)


def bombs_by_header(small: dict[str, bytes]) -> Iterator[Named]:
    """A few bytes that promise billions of pixels."""
    yield "promise.png", png(60_000, 60_000, b"\0" * 1000)
    yield "promise.jpg", jpeg_sized(small["jpg"], 65_500, 65_500)
    yield "promise.gif", small["gif"][:6] + struct.pack("<HH", 65_535, 65_535) + small["gif"][10:]
    yield "promise.bmp", bmp(60_000, 60_000)
    yield "promise.tif", tiff(60_000, 60_000, b"\0" * 100)
    yield "promise.webp", webp_canvas(1 << 14, 1 << 14)
    yield "promise-wide.webp", webp_canvas(1 << 24, 100)
    yield "promise.heic", sized_boxes(small["heic"], 60_000, 60_000)
    yield "promise.avif", sized_boxes(small["avif"], 60_000, 60_000)
    yield "promise.dng", tiff(60_000, 60_000, b"\0" * 100, maker=b"Canon\0")


def bombs_by_content(small: dict[str, bytes]) -> Iterator[Named]:
    """Few bytes that do unfold to as many pixels as are allowed, or to more memory than pixels."""
    width, height = BIG
    yield "full.png", png(width, height, (b"\0" * (1 + 3 * width)) * height)
    yield "full-deep.png", png(width, height, (b"\0" * (1 + 8 * width)) * height, depth=16, colour=6)
    yield "full.tif", tiff(width, height, zlib.compress(b"\0" * (3 * width * height)))
    yield "full.bmp", bmp(width, height)
    yield "full.jpg", jpeg_sized(small["jpg"], 65_500, 3_900)
    yield "full-progressive.jpg", jpeg_sized(small["progressive"], 16_000, 16_000)
    yield "full.gif", gif_frame(small["gif"], width, height)
    yield "full-tall.tif", tiff(1, 100_000_000, zlib.compress(b"\0" * 300_000_000))
    yield "text.png", png(8, 8, b"\0" * 200, extra=(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 300_000_000)))
    yield "profile.png", png(8, 8, b"\0" * 200, extra=(b"iCCP", b"x\0\0" + zlib.compress(b"a" * 300_000_000)))


def lies(small: dict[str, bytes]) -> Iterator[Named]:
    """Headers that say something else than what follows."""
    yield "larger.jpg", jpeg_sized(small["jpg"], 4_000, 4_000)
    yield "smaller.jpg", jpeg_sized(small["jpg"], 8, 8)
    yield "nothing.jpg", jpeg_sized(small["jpg"], 0, 0)
    yield "two-frames.jpg", two_frames(small["jpg"])
    yield "larger.png", png(4_000, 4_000, b"\0" * 1000)
    yield "nothing.png", png(0, 0, b"")
    yield "negative.bmp", bmp(-100, -(1 << 31))
    yield "offset.bmp", small["bmp"][:10] + b"\xff\xff\xff\x7f" + small["bmp"][14:]
    yield "frame.gif", gif_frame(small["gif"], 65_535, 65_535)
    yield "strip.tif", tiff(100, 100, b"", length=0xFFFFFFF0)
    yield "offset.tif", b"II*\0\xf0\xff\xff\xff"
    yield "size.webp", small["webp"][:4] + b"\xff\xff\xff\xff" + small["webp"][8:]
    yield "box.heic", small["heic"][:28] + b"\xff\xff\xff\xff" + small["heic"][32:]
    yield "whole-box.heic", b"\0\0\0\0ftypheic" + b"\0" * 64
    yield "huge-box.avif", b"\0\0\0\x01ftypavif" + b"\xff" * 64
    yield "name.heic", b"PK\3\4" + b"\0" * 400
    yield "name.jpg", b"<svg xmlns='http://www.w3.org/2000/svg' width='9999999' height='9999999'/>"


def endless(small: dict[str, bytes]) -> Iterator[Named]:
    """What goes on and on."""
    frame = small["gif"][13:-1]
    yield "endless.gif", small["gif"][:13] + frame * 20_000
    yield "scans.jpg", many_scans(small["progressive"], 3_000)
    yield "fill.jpg", b"\xff\xd8" + b"\xff" * 20_000_000
    yield "comments.jpg", b"\xff\xd8" + (b"\xff\xfe\0\x02") * 2_000_000
    yield "loop.tif", tiff(10, 10, zlib.compress(b"\0" * 300), following=8)
    yield "tags.tif", b"II*\0\x08\0\0\0\xff\xff" + b"\0\1\4\0\xff\xff\xff\xff\0\0\0\0" * 65_535
    yield "chunks.png", png(8, 8, b"\0" * 200)[:33] + b"\0\0\0\0tEXt\0\0\0\0" * 1_000_000
    yield "boxes.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + nested_boxes(10_000)
    yield "exif-loop.jpg", exif_loop(small["jpg"])
    yield "line.png", png(1, 60_000, b"\0" * (4 * 60_000))
    yield "line.jpg", _saved(Image.new("RGB", (60_000, 1)), "JPEG")
    yield "column.gif", _saved(Image.new("L", (1, 60_000)), "GIF")


def broken(small: dict[str, bytes]) -> Iterator[Named]:
    """Cut off, or noise behind a right beginning."""
    draw = random.Random(7)
    for kind in ("jpg", "png", "gif", "tif", "webp", "heic", "avif", "bmp", "dng"):
        yield f"cut.{kind}", small[kind][: max(40, len(small[kind]) // 20)]
        yield f"noise.{kind}", small[kind][:64] + draw.randbytes(100_000)
    yield "empty.jpg", b""


def png(
    width: int, height: int, rows: bytes, depth: int = 8, colour: int = 2, extra: tuple[bytes, bytes] | None = None
) -> bytes:
    """A PNG with these rows, whatever its header says of them."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))]
    chunks += [extra] if extra else []
    chunks += [(b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def jpeg_sized(data: bytes, width: int, height: int) -> bytes:
    """The JPEG with another size in its frame header."""
    at = next(at for at in range(len(data)) if data[at] == 0xFF and data[at + 1] in (0xC0, 0xC2))
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def two_frames(data: bytes) -> bytes:
    """A JPEG with a frame header of 65,500 by 65,500 before the true one."""
    at = data.index(b"\xff\xc0")
    end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    huge = jpeg_sized(data[at:end], 65_500, 65_500)
    return data[:at] + huge + data[at:]


def many_scans(data: bytes, times: int) -> bytes:
    """A progressive JPEG of 9 megapixels whose last scan comes again and again."""
    data = jpeg_sized(data, 3_000, 3_000)
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * times + b"\xff\xd9"


def exif_loop(data: bytes) -> bytes:
    """A JPEG whose EXIF directories point at each other."""
    entry = struct.pack("<HHII", 0x8769, 4, 1, 8)
    block = b"Exif\0\0II*\0\x08\0\0\0\x01\0" + entry + struct.pack("<I", 8)
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + data[2:]


def bmp(width: int, height: int) -> bytes:
    """A run-length BMP that ends at once: decoders fill the rest with the first colour."""
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, 2, 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", 14 + 40 + 1024 + 2, 0, 0, 14 + 40 + 1024) + header + b"\0" * 1024 + b"\0\1"


def tiff(
    width: int, height: int, strip: bytes, length: int | None = None, following: int = 0, maker: bytes = b""
) -> bytes:
    """A TIFF of one deflated strip of 8-bit RGB."""
    tags = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 8), (262, 3, 1, 2)]
    count = len(tags) + 4 + (2 if maker else 0)
    start = 8 + 2 + 12 * count + 4
    tags += [(271, 2, len(maker), start + len(strip)), (330, 4, 1, 8)] if maker else []
    tags += [(273, 4, 1, start), (277, 3, 1, 3), (278, 4, 1, height)]
    tags += [(279, 4, 1, len(strip) if length is None else length)]
    entries = b"".join(struct.pack("<HHII", *tag) for tag in sorted(tags))
    return b"II*\0\x08\0\0\0" + struct.pack("<H", count) + entries + struct.pack("<I", following) + strip + maker


def webp_canvas(width: int, height: int) -> bytes:
    """An extended WebP that promises a canvas and holds nothing."""
    extended = b"\0\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunk = b"VP8X" + struct.pack("<I", 10) + extended
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def sized_boxes(data: bytes, width: int, height: int) -> bytes:
    """A HEIF whose `ispe` boxes tell another size."""
    at = -1
    while (at := data.find(b"ispe", at + 1)) >= 0:
        data = data[: at + 8] + struct.pack(">II", width, height) + data[at + 16 :]
    return data


def nested_boxes(depth: int) -> bytes:
    """A `meta` box in a `meta` box in a …."""
    return b"".join(struct.pack(">I", 12 * (depth - level)) + b"meta\0\0\0\0" for level in range(depth))


def gif_frame(data: bytes, width: int, height: int) -> bytes:
    """A GIF whose frame has another size than it has pixels for; its screen fits the frame where that may be."""
    at = data.index(b"\x2c", 13 + 3 * 2 ** ((data[10] & 7) + 1))
    screen = struct.pack("<HH", width, height) if width * height < 120_000_000 else data[6:10]
    return data[:6] + screen + data[10 : at + 5] + struct.pack("<HH", width, height) + data[at + 9 :]


def small_files(formats: Path) -> dict[str, bytes]:
    """A harmless file of each format, by its extension."""
    pixels = np.random.default_rng(7).integers(0, 255, (64, 96, 3), np.uint8)
    image = Image.fromarray(pixels)
    made = {"jpg": "JPEG", "png": "PNG", "gif": "GIF", "tif": "TIFF", "webp": "WEBP", "heic": "HEIF", "bmp": "BMP"}
    small = {name: _saved(image, kind) for name, kind in made.items()}
    small["avif"] = (formats / "8bit-sRGB.avif").read_bytes()
    small["dng"] = (formats / "canon_eos_6d.dng").read_bytes()
    return small | {"progressive": _saved(image, "JPEG", progressive=True)}


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def write_all(formats: Path, folder: Path) -> list[Path]:
    """All of them in a folder, with a file of two gigabytes that takes no space; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, content in hostile_files(formats):
        # what has another extension would not be opened at all
        path = folder / (name if is_photo_name(name) else f"{name}.jpg")
        path.write_bytes(content)
        paths.append(path)
    sparse = folder / "sparse.jpg"
    sparse.write_bytes(b"\xff\xd8\xff\xe0")
    os.truncate(sparse, 2 << 30)
    return [*paths, sparse]
