"""The faces of the recognition benchmark: embedded once, cached, and degraded the way the protocol says."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.portraits import main_faces, people
from benchmarks.quality import moved, noisy, pixelated
from facedaemon.config import Config
from facedaemon.values import Vectors
from facedaemon.vision import read_picture
from facedaemon.vision.align import Crops, crop
from facedaemon.vision.codecs import Pixels
from facedaemon.vision.embed import Embedder
from facedaemon.vision.engine import Engine
from facedaemon.vision.face_analyzer import FaceAnalyzer
from facedaemon.vision.models import Models
from facedaemon.vision.quality import CROP, TEMPLATE, judge, measure

DAMAGES = (pixelated, moved, noisy)
POINTS = np.array(TEMPLATE, np.float64) * CROP


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """An aligned crop, the shorter side in the photo, and the detector's score."""

    crop: Pixels
    pixels: float
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """Embeddings (n, d) with qualities (n,)."""

    vectors: Vectors
    quality: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Portraits:
    """All main faces of a folder with one folder a person: names (n,), crops, and how they look undamaged."""

    names: NDArray[np.str_]
    faces: tuple[Face, ...]
    clean: Embedded


class Recogniser:
    """Embeds and judges crops with the networks of a config."""

    def __init__(self, models: Models) -> None:
        self._embedder = Embedder(Engine(1), models.recognisers)
        self.model_id = models.model_id

    def analyse(self, faces: list[Face]) -> Embedded:
        """The embedding and the quality of each crop as it is now."""
        vectors = [self._embedder.embed(Crops(face.crop, POINTS[None]))[0] for face in faces]
        quality = [judge(measure(face.crop, POINTS, CROP, face.pixels, face.score)).value for face in faces]
        return Embedded(np.array(vectors, np.float32), np.array(quality, np.float32))


def portraits(folder: Path, analyzer: FaceAnalyzer, recogniser: Recogniser, cache: Path) -> Portraits:
    """The main faces of the folder's photos; kept in `cache` for the next run with the same networks."""
    photos = [(name, path) for name, paths in people(folder).items() for path in paths]
    listed = "".join(f"{path}:{path.stat().st_size}" for _, path in photos) + recogniser.model_id + repr(Config())
    kept = cache / f"portraits-{hashlib.blake2b(listed.encode(), digest_size=8).hexdigest()}.npz"
    if kept.is_file():
        with np.load(kept) as stored:
            faces = tuple(map(Face, stored["crops"], stored["pixels"].tolist(), stored["scores"].tolist()))
            return Portraits(stored["names"], faces, Embedded(stored["vectors"], stored["quality"]))
    names, found = [], []
    of_path = {path: name for name, path in photos}
    for path, face in main_faces(analyzer, of_path).items():
        if face is not None:
            picture = read_picture(path)
            height, width = picture.pixels.shape[:2]
            points = face.landmarks.astype(np.float64) * (width, height)
            side = min(face.region.w * width, face.region.h * height)
            found.append(Face(crop(picture.pixels, points, TEMPLATE, CROP), side, face.score))
            names.append(of_path[path])
    made = Portraits(np.array(names), tuple(found), recogniser.analyse(found))
    cache.mkdir(parents=True, exist_ok=True)
    np.savez(
        kept,
        names=made.names,
        crops=np.array([face.crop for face in found]),
        pixels=np.array([face.pixels for face in found]),
        scores=np.array([face.score for face in found]),
        vectors=made.clean.vectors,
        quality=made.clean.quality,
    )
    return made


def degraded(given: Portraits, share: float, recogniser: Recogniser, seed: int) -> tuple[Embedded, NDArray[np.bool_]]:
    """The faces with a share of them damaged before embedding, and which."""
    draw = np.random.default_rng(seed)
    damaged = draw.random(len(given.faces)) < share
    rows = np.flatnonzero(damaged)
    worse = []
    for row in rows.tolist():
        face = given.faces[row]
        damage = DAMAGES[draw.integers(len(DAMAGES))]
        worse.append(Face(damage(face.crop, draw), face.pixels, face.score))
    vectors, quality = given.clean.vectors.copy(), given.clean.quality.copy()
    if worse:
        seen = recogniser.analyse(worse)
        vectors[rows], quality[rows] = seen.vectors, seen.quality
    return Embedded(vectors, quality), damaged
