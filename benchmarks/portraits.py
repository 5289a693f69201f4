"""Photos of one person each, in a folder a person: which face is meant, and where all of them are."""

import os
from collections.abc import Iterable
from pathlib import Path

from facedaemon.config import Config
from facedaemon.errors import PhotoError
from facedaemon.values import EmbeddedFace, Look
from facedaemon.vision import Eyes, find_models

PHOTO_SUFFIXES = {".jpg", ".jpeg", ".png"}


def open_eyes(embedders: list[str] | None = None) -> Eyes:
    """Eyes as the default config has them, or with other recognisers."""
    config = Config.model_validate({"models": {"embedder": embedders}} if embedders else {})
    return Eyes.open(find_models(config, os.environ))


def people(faces: Path) -> dict[str, list[Path]]:
    """The photos of each person, in order."""
    folders = sorted(folder for folder in faces.iterdir() if folder.is_dir())
    return {
        folder.name: sorted(file for file in folder.iterdir() if file.suffix.lower() in PHOTO_SUFFIXES)
        for folder in folders
    }


def main_face(look: Look) -> EmbeddedFace | None:
    """The face nearest to the middle of the photo, a large one before a small one."""

    def off_the_middle(face: EmbeddedFace) -> float:
        x, y = face.region.x + face.region.w / 2 - 0.5, face.region.y + face.region.h / 2 - 0.5
        return float((x * x + y * y) ** 0.5 / max(face.region.w, 1e-6))

    return min(look.faces, key=off_the_middle, default=None)


def main_faces(eyes: Eyes, photos: Iterable[Path]) -> dict[Path, EmbeddedFace | None]:
    """The main face of each photo, None where none was found."""
    workers = len(os.sched_getaffinity(0))
    return {
        path: None if isinstance(look, PhotoError) else main_face(look)
        for path, look in eyes.look_many(photos, workers)
    }
