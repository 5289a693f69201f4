"""Analysis of a photo: decode, detect, align, embed, judge the quality."""

import logging
import os
from collections.abc import Generator, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from facedaemon.config import Detection
from facedaemon.errors import PhotoError
from facedaemon.geometry import cover, overlap, turned_orientation
from facedaemon.values import AS_THE_FILE_SAYS, Display, EmbeddedFace, PhotoAnalysis, Region
from facedaemon.vision.align import Crops
from facedaemon.vision.decode import (
    MOST_DECODED,
    Picture,
    Source,
    decode,
    decoded_pixels,
    displayed_so,
    open_source,
)
from facedaemon.vision.detect import FACE_TO_BOX, FINE, Detector, Rows, landmarks, merged
from facedaemon.vision.embed import Embedder
from facedaemon.vision.engine import Engine
from facedaemon.vision.false_positives import ENOUGH, certainty
from facedaemon.vision.memory_budget import MemoryBudget
from facedaemon.vision.models import Models
from facedaemon.vision.ordered_pool import in_order
from facedaemon.vision.quality import CROP, TEMPLATE, judge, measure
from facedaemon.vision.tiling import HINT, Tiles, deserved, find_in_tiles, tiles_for

log = logging.getLogger(__name__)

_FACE_PIXELS = 64
"""Pixels of a face's shorter side that are enough: for smaller faces a photo is decoded at a higher resolution. LFW's
faces have 56, and 99.5 % of its pairs are verified."""
_LOWER_SCORE = 0.3
"""The detector's score that is enough where a human drew a region."""
_SURROUNDINGS = 1.0
"""How much around a human's region is searched, in its own width and height on each side."""

_MOST_REGIONS = 200
"""Human's regions analysed in one photo at most: each takes 50 ms, and the watchdog waits for the whole photo."""

# a network or OpenCV that fails on one photo must not stop the analysis of the others
_GAVE_UP = (RuntimeError, MemoryError, cv2.error)


class FaceAnalyzer:
    """The networks, loaded. Its methods only read files, and may be called by many threads at once."""

    def __init__(
        self, detector: Detector, embedder: Embedder, detection: Detection, model_id: str, roots: Sequence[Path] = ()
    ) -> None:
        self.detector = detector
        self.embedder = embedder
        self._detection = detection
        self._roots = tuple(roots)
        # 150 MB for pictures of which many pixels are needed, for all threads together
        self._budget = MemoryBudget(MOST_DECODED)
        self.model_id = model_id

    @classmethod
    def open(cls, models: Models, workers: int | None = None, roots: Sequence[Path] = ()) -> "FaceAnalyzer":
        """An analyzer with `models` and `workers` threads (default: one a core); below `roots` it follows no link."""
        engine = Engine(workers or len(os.sched_getaffinity(0)))
        return cls(
            Detector(engine, models.detector),
            Embedder(engine, models.recognisers),
            models.detection,
            models.model_id,
            roots,
        )

    def analyse(self, path: Path, display: Display = AS_THE_FILE_SAYS) -> PhotoAnalysis:
        """All faces in the photo. Raises PhotoError where it cannot be read.

        Where no face is found in the orientation that is `stated`, the file's own orientation is tried, too.
        """
        source = open_source(path, self._root_of(path), display)
        analysis = self._analyse(source, display)
        if source.orientation == source.own or display.stated is None or any(face.is_face for face in analysis.faces):
            return analysis
        for turn in (1, 2, 3):
            if turned_orientation(source.orientation, turn) == source.own:
                other = Display(display.stated, display.turn + turn)
                own = self._analyse(displayed_so(source, other), other)
                return own if any(face.is_face for face in own.faces) else analysis
        return analysis

    def _analyse(self, source: Source, display: Display) -> PhotoAnalysis:
        picture = decode(source, FINE)
        candidates = self.detector.find(picture.pixels, min(HINT, self._detection.min_score))
        rows = self._large_enough(candidates, picture)
        real = self._stand(picture, rows)
        is_tiled = deserved(candidates, rows[real], max(picture.pixels.shape[:2]))
        tiles = tiles_for(source.size) if is_tiled else None
        # small faces found in the tiles need the full resolution, too
        side = None if tiles else _needed_side(picture, rows[real])
        with self._budget.taken(0 if side == 0 else decoded_pixels(source, side)):
            if tiles is not None:
                picture, rows = self._find_in_tiles(source, tiles, picture, rows)
                real = self._stand(picture, rows)
                side = _needed_side(picture, rows[real])
            close = decode(source, side) if side else picture
            rows[:, :14] *= close.pixels.shape[1] / picture.pixels.shape[1]
            faces = self._faces(close, rows, real)
        shown = (display.stated, display.turn % 4)
        return PhotoAnalysis(picture.size, picture.orientation, picture.content, self.model_id, faces, *shown)

    def analyse_regions(
        self, path: Path, regions: Sequence[Region], display: Display = AS_THE_FILE_SAYS
    ) -> list[EmbeddedFace | None]:
        """The face in each region that a human drew; None where none is found. Raises PhotoError."""
        beyond: list[EmbeddedFace | None] = [None] * max(0, len(regions) - _MOST_REGIONS)
        try:
            source = open_source(path, self._root_of(path), display)
            with self._budget.taken(decoded_pixels(source)):
                picture = decode(source)
                return [self._face_in(picture, region) for region in regions[:_MOST_REGIONS]] + beyond
        except _GAVE_UP as error:
            raise _gave_up(path, error) from error

    def analyse_many(
        self, paths: Iterable[Path], workers: int, displays: Mapping[Path, Display] = MappingProxyType({})
    ) -> Generator[tuple[Path, PhotoAnalysis | PhotoError], None, None]:
        """`analyse` for each path, in their order, `workers` at once; closing the generator stops the rest.

        `displays` are given for photos that are not displayed in the file's own orientation.
        """
        return in_order(lambda path: self.analyse_or_error(path, displays.get(path, AS_THE_FILE_SAYS)), paths, workers)

    def _root_of(self, path: Path) -> Path | None:
        return next((root for root in self._roots if root in path.parents), None)

    def analyse_or_error(self, path: Path, display: Display = AS_THE_FILE_SAYS) -> PhotoAnalysis | PhotoError:
        """The same as `analyse`, or the error: also where a network or a codec fails."""
        try:
            return self.analyse(path, display)
        except PhotoError as error:
            return error
        except _GAVE_UP as error:
            return _gave_up(path, error)

    def _large_enough(self, candidates: Rows, picture: Picture) -> Rows:
        """Those with a high enough score and size in the full photo; the order, by score, stays."""
        sides = np.minimum(candidates[:, 2], candidates[:, 3]) * FACE_TO_BOX / picture.scale
        return candidates[(candidates[:, 14] >= self._detection.min_score) & (sides >= self._detection.min_size)]

    def _find_in_tiles(self, source: Source, tiles: Tiles, picture: Picture, rows: Rows) -> tuple[Picture, Rows]:
        """The picture at a higher resolution, and all faces: those found before and those found in tiles."""
        close = decode(source, max(tiles.size.width, tiles.size.height))
        rows[:, :14] *= close.pixels.shape[1] / picture.pixels.shape[1]
        far = find_in_tiles(self.detector, close.pixels, tiles, self._detection.min_score)
        return close, merged(np.concatenate([rows, self._large_enough(far, close)]))

    def _stand(self, picture: Picture, rows: Rows) -> NDArray[np.bool_]:
        """Which of the faces are no false positives, (n,)."""
        return certainty(self.detector, Crops(picture.pixels, landmarks(rows)), rows[:, 14]) >= ENOUGH

    def _faces(self, picture: Picture, rows: Rows, real: NDArray[np.bool_]) -> tuple[EmbeddedFace, ...]:
        """The rows as faces; `real` (n,): which of them are no false positives."""
        height, width = picture.pixels.shape[:2]
        points = landmarks(rows)
        crops = Crops(picture.pixels, points)
        sides = np.minimum(rows[:, 2], rows[:, 3]) / picture.scale
        qualities = [
            judge(measure(aligned, of_face, (width, height), float(side), float(score)))
            for aligned, of_face, side, score in zip(crops.cut(TEMPLATE, CROP), points, sides, rows[:, 14], strict=True)
        ]
        return tuple(
            EmbeddedFace(
                region=_region(row, width, height),
                landmarks=(of_face / (width, height)).astype(np.float32),
                score=float(row[14]),
                vector=vector,
                quality=quality,
                is_face=bool(is_face),
            )
            for row, of_face, vector, quality, is_face in zip(
                rows, points, self.embedder.embed(crops), qualities, real, strict=True
            )
        )

    def _face_in(self, picture: Picture, region: Region) -> EmbeddedFace | None:
        height, width = picture.pixels.shape[:2]
        x, y, w, h = region.x * width, region.y * height, region.w * width, region.h * height
        left, top = max(0, int(x - _SURROUNDINGS * w)), max(0, int(y - _SURROUNDINGS * h))
        right, bottom = (
            min(width, int(x + (1 + _SURROUNDINGS) * w) + 1),
            min(height, int(y + (1 + _SURROUNDINGS) * h) + 1),
        )
        if right - left < 8 or bottom - top < 8:
            return None
        part = np.ascontiguousarray(picture.pixels[top:bottom, left:right])
        rows = self.detector.find(part, _LOWER_SCORE)
        rows[:, [0, *range(4, 14, 2)]] += left
        rows[:, [1, *range(5, 14, 2)]] += top
        best = max(rows, key=lambda row: _agreement(row, region, width, height), default=None)
        if best is None or _agreement(best, region, width, height) < 0.25:
            return None
        # a human drew it: not checked as a false positive
        (face,) = self._faces(picture, best[None], np.array([True]))
        return face


def _gave_up(path: Path, error: Exception) -> PhotoError:
    log.exception("%s", path)
    return PhotoError(path, f"looking at it failed ({type(error).__name__}: {error})", transient=True)


def _needed_side(picture: Picture, rows: Rows) -> int:
    """The longer side of a picture in which the smallest face has enough pixels; 0 where it has them already."""
    if picture.scale == 1 or not len(rows):
        return 0
    smallest = float(np.minimum(rows[:, 2], rows[:, 3]).min())
    if smallest >= _FACE_PIXELS:
        return 0
    return round(float(max(picture.pixels.shape[:2]) * min(_FACE_PIXELS / smallest, 1 / picture.scale)))


def _agreement(row: Rows, region: Region, width: int, height: int) -> float:
    found = _region(row, width, height)
    return max(overlap(found, region), min(cover(found, region), cover(region, found) * 2) * 0.99)


def _region(row: Rows, width: int, height: int) -> Region:
    x, y, w, h = (float(value) for value in row[:4])
    return Region(x / width, y / height, w / width, h / height)
