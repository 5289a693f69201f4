"""Decode, detect, align, embed, judge: all that is seen in a photo."""

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
"""A face's shorter side from which on more pixels are not decoded for it: LFW's faces have 56, and verify at 99.5 %."""
_LOWER_SCORE = 0.3
"""Enough where a human says that a face is there."""
_SURROUNDINGS = 1.0
"""How much is seen around a region that a human drew, in its own width and height on each side."""

_MOST_REGIONS = 200
"""That are looked at closer in one photo: each takes 50 ms, and the watchdog waits for the whole photo."""

# a network or OpenCV that gives up on one photo must not keep all the others from being looked at
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
        # 150 MB for pictures of which many pixels are needed, however many threads look
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
        """Every face in the photo. Raises PhotoError where it cannot be read.

        Where nobody is found in the orientation that is `stated`, the file's own is tried, too.
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
        # somebody far away needs the full pixels after the tiles as well
        side = None if tiles else _hint_side(picture, rows[real])
        with self._budget.taken(0 if side == 0 else decoded_pixels(source, side)):
            if tiles is not None:
                picture, rows = self._find_in_tiles(source, tiles, picture, rows)
                real = self._stand(picture, rows)
                side = _hint_side(picture, rows[real])
            close = decode(source, side) if side else picture
            rows[:, :14] *= close.pixels.shape[1] / picture.pixels.shape[1]
            faces = self._faces(close, rows, real)
        shown = (display.stated, display.turn % 4)
        return PhotoAnalysis(picture.size, picture.orientation, picture.content, self.model_id, faces, *shown)

    def analyse_regions(
        self, path: Path, regions: Sequence[Region], display: Display = AS_THE_FILE_SAYS
    ) -> list[EmbeddedFace | None]:
        """The face in each region that a human drew; None where none can be made out. Raises PhotoError."""
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
        """`analysis` for each path, in their order, `workers` at once; closing the generator stops the rest.

        `displays` are those of photos that are not displayed as the file says.
        """
        return in_order(lambda path: self.analyse_or_error(path, displays.get(path, AS_THE_FILE_SAYS)), paths, workers)

    def _root_of(self, path: Path) -> Path | None:
        return next((root for root in self._roots if root in path.parents), None)

    def analyse_or_error(self, path: Path, display: Display = AS_THE_FILE_SAYS) -> PhotoAnalysis | PhotoError:
        """The same as `analysis`, or why there is nothing to be seen: also where a network or a codec gives up."""
        try:
            return self.analyse(path, display)
        except PhotoError as error:
            return error
        except _GAVE_UP as error:
            return _gave_up(path, error)

    def _large_enough(self, candidates: Rows, picture: Picture) -> Rows:
        """Those that score enough and are large enough in the full photo; the surest first, as they come."""
        sides = np.minimum(candidates[:, 2], candidates[:, 3]) * FACE_TO_BOX / picture.scale
        return candidates[(candidates[:, 14] >= self._detection.min_score) & (sides >= self._detection.min_size)]

    def _find_in_tiles(self, source: Source, tiles: Tiles, picture: Picture, rows: Rows) -> tuple[Picture, Rows]:
        """The picture with more pixels, and all its faces: those that were seen and those that are far away."""
        close = decode(source, max(tiles.size.width, tiles.size.height))
        rows[:, :14] *= close.pixels.shape[1] / picture.pixels.shape[1]
        far = find_in_tiles(self.detector, close.pixels, tiles, self._detection.min_score)
        return close, merged(np.concatenate([rows, self._large_enough(far, close)]))

    def _stand(self, picture: Picture, rows: Rows) -> NDArray[np.bool_]:
        """Which of them stand the second look, (n,)."""
        return certainty(self.detector, Crops(picture.pixels, landmarks(rows)), rows[:, 14]) >= ENOUGH

    def _faces(self, picture: Picture, rows: Rows, real: NDArray[np.bool_]) -> tuple[EmbeddedFace, ...]:
        """The rows as faces; `real` says which of them are some, (n,)."""
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
        # the human's word counts more than a second look
        (face,) = self._faces(picture, best[None], np.array([True]))
        return face


def _gave_up(path: Path, error: Exception) -> PhotoError:
    log.exception("%s", path)
    return PhotoError(path, f"looking at it failed ({type(error).__name__}: {error})", transient=True)


def _hint_side(picture: Picture, rows: Rows) -> int:
    """The longer side with enough pixels for the picture's smallest face; 0 where it has them already."""
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
