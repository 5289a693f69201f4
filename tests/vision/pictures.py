"""Pictures for tests, made of real faces."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from facedaemon.vision.codecs import Pixels
from facedaemon.vision.decode import read_picture

# the transforms that make a stored picture of a displayed one, for each EXIF orientation
_BACK: dict[int, Callable[[Pixels], Pixels]] = {
    1: lambda p: p,
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    5: lambda p: p.transpose(1, 0, 2),
    6: np.rot90,
    7: lambda p: p[::-1, ::-1].transpose(1, 0, 2),
    8: lambda p: np.rot90(p, -1),
}


def collage(portraits: list[Path], columns: int, rows: int) -> Pixels:
    """Portraits of 150 by 150 side by side."""
    faces = [read_picture(path).pixels for path in portraits[: columns * rows]]
    lines = [np.hstack(faces[start : start + columns]) for start in range(0, columns * rows, columns)]
    return np.ascontiguousarray(np.vstack(lines), np.uint8)


def stored(displayed: Pixels, orientation: int) -> Pixels:
    """How a camera held in this orientation stores the picture."""
    return np.ascontiguousarray(_BACK[orientation](displayed))


def exif(orientation: int) -> bytes:
    """An EXIF block that tells only the orientation."""
    entry = b"\x12\x01\x03\x00\x01\x00\x00\x00" + orientation.to_bytes(2, "little") + b"\0\0"
    return b"Exif\0\0II*\0\x08\0\0\0\x01\x00" + entry + b"\0\0\0\0"


def jpeg(pixels: Pixels, orientation: int | None = None, quality: int = 92) -> bytes:
    """A JPEG, with an EXIF orientation if one is given."""
    _, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    data = encoded.tobytes()
    if orientation is None:
        return data
    block = exif(orientation)
    return data[:2] + b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block + data[2:]


def difference(a: Pixels, b: Pixels) -> float:
    """The mean difference of two pictures of one size, in grey levels."""
    assert a.shape == b.shape
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


def as_image(pixels: Pixels) -> Image.Image:
    """The same picture for Pillow."""
    return Image.fromarray(pixels[:, :, ::-1])
