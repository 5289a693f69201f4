"""Photos of one person each, in a folder a person: which face is meant, and where all of them are."""

import os
from collections.abc import Iterable
from pathlib import Path

from facedaemon.config import Config
from facedaemon.errors import PhotoError
from facedaemon.values import EmbeddedFace, PhotoAnalysis
from facedaemon.vision import FaceAnalyzer, find_models

PHOTO_SUFFIXES = {".jpg", ".jpeg", ".png"}


def open_eyes(embedders: list[str] | None = None) -> FaceAnalyzer:
    """An analyzer as the default config has it, or with other recognisers."""
    config = Config.model_validate({"models": {"embedder": embedders}} if embedders else {})
    return FaceAnalyzer.open(find_models(config, os.environ))


def people(faces: Path) -> dict[str, list[Path]]:
    """The photos of each person, in order."""
    folders = sorted(folder for folder in faces.iterdir() if folder.is_dir())
    return {
        folder.name: sorted(file for file in folder.iterdir() if file.suffix.lower() in PHOTO_SUFFIXES)
        for folder in folders
    }


def main_face(analysis: PhotoAnalysis) -> EmbeddedFace | None:
    """The face nearest to the middle of the photo, a large one before a small one."""

    def off_the_middle(face: EmbeddedFace) -> float:
        x, y = face.region.x + face.region.w / 2 - 0.5, face.region.y + face.region.h / 2 - 0.5
        return float((x * x + y * y) ** 0.5 / max(face.region.w, 1e-6))

    return min(analysis.faces, key=off_the_middle, default=None)


def main_faces(analyzer: FaceAnalyzer, photos: Iterable[Path]) -> dict[Path, EmbeddedFace | None]:
    """The main face of each photo, None where none was found."""
    workers = len(os.sched_getaffinity(0))
    return {
        path: None if isinstance(analysis, PhotoError) else main_face(analysis)
        for path, analysis in analyzer.analyse_many(photos, workers)
    }
