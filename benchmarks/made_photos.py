"""Photos made for measuring: collages of portraits, and scenes of any size with small faces."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from benchmarks.portraits import people
from facedaemon.vision import read_picture
from facedaemon.vision.codecs import Pixels

PORTRAIT_FACE = 0.37  # of a portrait's width: how wide its face is, as people label it


def portraits(faces: Path) -> list[Path]:
    """One portrait of each person."""
    return [paths[0] for paths in people(faces).values() if paths]


def collage(chosen: list[Path], columns: int, tile: int, path: Path) -> Path:
    """Portraits side by side in rows of `columns`, each `tile` pixels wide; a JPEG."""
    tiles = [cv2.resize(read_picture(each).pixels, (tile, tile)) for each in chosen]
    rows = [np.hstack(tiles[at : at + columns]) for at in range(0, len(tiles) - columns + 1, columns)]
    cv2.imwrite(str(path), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 92])
    return path


def another(jpeg: bytes, number: int) -> bytes:
    """The same picture as one of its own: an unused quantisation table in it counts as part of what is shown."""
    assert jpeg.startswith(b"\xff\xd8")
    return jpeg[:2] + b"\xff\xdb\x00\x43\x03" + (number + 1).to_bytes(64, "big") + jpeg[2:]


def scene(width: int, height: int, background: Path, chosen: list[Path], face: int) -> tuple[Pixels, list[Pixels]]:
    """A photo of this size, with portraits whose faces are `face` pixels wide; the middles of the faces, (n, 2)."""
    pixels = np.asarray(cv2.resize(read_picture(background).pixels, (width, height)), np.uint8)
    side = round(face / PORTRAIT_FACE)
    middles = []
    for portrait, (left, top) in zip(chosen, _places(width, height, side, len(chosen)), strict=False):
        tile = cv2.resize(read_picture(portrait).pixels, (side, side), interpolation=cv2.INTER_AREA)
        pixels[top : top + side, left : left + side] = tile
        middles.append(np.array([left + side / 2, top + side / 2]))
    return pixels, middles


def _places(width: int, height: int, side: int, count: int) -> Iterator[tuple[int, int]]:
    draw = np.random.default_rng(width + side)
    columns, rows = width // (2 * side), height // (2 * side)
    for cell in draw.choice(columns * rows, min(count, columns * rows), replace=False):
        yield int(cell % columns) * 2 * side + side // 2, int(cell // columns) * 2 * side + side // 2
