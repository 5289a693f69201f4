"""Small faces: a photo in which the first pass found signs of them is searched again in tiles of more pixels.

On a tile a face of 16 pixels (YuNet's box) is found as well as a large one, one of 12 in three of four cases, one of 8
hardly ever; in a photo of 24 megapixels the first pass sees a face of 64 pixels as one of 11. Tiling every photo would
take several times as long as everything else. But small faces are seldom alone: one small face that was found, or
several that were almost found, show which photos need it (`python -m benchmarks.bench --groups DIR`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from facedaemon.values import Size
from facedaemon.vision.codecs import Pixels
from facedaemon.vision.detect import FINE, Detector, Rows

HINT = 0.3  # of a score: almost a face
_HINTS = 4  # how many almost-faces make a photo be tiled; camera photos without people have at most 2
_SMALL = 20.0  # pixels of the first pass's FINE; it finds larger faces itself
_WANTED = 0.625  # of the photo's pixels: a face of 32, as people draw it, has a box of 16 then
_ENOUGH = 0.95  # of that: a little less is better than one more row of tiles
_LONG, _SHORT = FINE, FINE * 3 // 4
_SHARED = 128  # pixels that neighbouring tiles share: more than the largest face that is looked for on them
_LARGEST = (
    110.0  # pixels on a tile, of the longer side; in 48 megapixels the first pass finds faces of 75 by 98 of them
)
_MOST_TILES = 9  # in a row: enough for 200 megapixels
_BORDER = 2.0  # a box so near to a tile's inner border may be half of a face; the neighbour has it whole


@dataclass(frozen=True, slots=True)
class Tiles:
    """A picture of `size` in `columns` by `rows` tiles."""

    size: Size
    columns: int
    rows: int

    @property
    def tile(self) -> Size:
        """The size of one tile: as the picture lies, so lies the tile."""
        return Size(_LONG, _SHORT) if self.size.width >= self.size.height else Size(_SHORT, _LONG)


def deserved(candidates: Rows, faces: Rows, longest: int) -> bool:
    """Whether a photo should be tiled, after a first pass on a picture of `longest` pixels.

    `candidates` are all rows with a score of at least `HINT`, `faces` those that are no false positives.
    """
    most = _SMALL * longest / FINE
    almost, sure = (np.minimum(rows[:, 2], rows[:, 3]) < most for rows in (candidates, faces))
    return bool(sure.any() or almost.sum() >= _HINTS)


def tiles_for(size: Size) -> Tiles | None:
    """The fewest tiles for a photo of this size; None where they would show (almost) no more than the first pass."""
    grids = ((columns, rows) for columns in range(1, _MOST_TILES + 1) for rows in range(1, _MOST_TILES + 1))
    for columns, rows in sorted(grids, key=lambda grid: grid[0] * grid[1]):
        tiles = _fitted(size, columns, rows)
        if tiles.size.width >= _ENOUGH * _WANTED * size.width:
            return tiles if columns * rows > 1 else None
    return _fitted(size, _MOST_TILES, _MOST_TILES)


def _fitted(size: Size, columns: int, rows: int) -> Tiles:
    """The photo scaled so that it fits into this many tiles, never enlarged."""
    width, height = (_LONG, _SHORT) if size.width >= size.height else (_SHORT, _LONG)
    wide, high = (n * (side - _SHARED) + _SHARED for n, side in ((columns, width), (rows, height)))
    scale = min(1.0, wide / size.width, high / size.height)
    return Tiles(Size(max(1, int(size.width * scale)), max(1, int(size.height * scale))), columns, rows)


def find_in_tiles(detector: Detector, pixels: Pixels, tiles: Tiles, min_score: float) -> Rows:
    """The small faces in a picture, in its own pixels; a face on two tiles may come twice."""
    wide, high = tiles.size.width, tiles.size.height
    seen = np.asarray(cv2.resize(pixels, (wide, high), interpolation=cv2.INTER_AREA), np.uint8)
    found = [np.zeros((0, 15), np.float32)]
    for left, top in _corners(tiles):
        part = seen[top : top + tiles.tile.height, left : left + tiles.tile.width]
        canvas = np.zeros((tiles.tile.height, tiles.tile.width, 3), np.uint8)
        canvas[: part.shape[0], : part.shape[1]] = part
        rows = detector.find_on(canvas, min_score)
        rows = rows[np.maximum(rows[:, 2], rows[:, 3]) <= _LARGEST]
        rows[:, [0, *range(4, 14, 2)]] += left
        rows[:, [1, *range(5, 14, 2)]] += top
        found.append(rows[_is_whole(rows, (left, top), tiles)])
    rows = np.concatenate(found)
    rows[:, 0:14:2] *= pixels.shape[1] / wide
    rows[:, 1:14:2] *= pixels.shape[0] / high
    return rows


def _corners(tiles: Tiles) -> Iterator[tuple[int, int]]:
    for row in range(tiles.rows):
        for column in range(tiles.columns):
            yield column * (tiles.tile.width - _SHARED), row * (tiles.tile.height - _SHARED)


def _is_whole(rows: Rows, corner: tuple[int, int], tiles: Tiles) -> NDArray[np.bool_]:
    """Which of the boxes do not touch a border between tiles; shape (n,)."""
    whole = np.ones(len(rows), bool)
    for at, (start, length, end) in enumerate(
        zip(corner, (tiles.tile.width, tiles.tile.height), (tiles.size.width, tiles.size.height), strict=True)
    ):
        low, high = rows[:, at], rows[:, at] + rows[:, at + 2]
        whole &= (low > start + _BORDER) | (start == 0)
        whole &= (high < start + length - _BORDER) | (start + length >= end)
    return whole
