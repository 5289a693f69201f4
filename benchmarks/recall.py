"""Which faces are found by their size: labelled groups, and small faces in large photos."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from benchmarks import made_photos
from benchmarks.detection import DIGIKAM_SCORE, DIGIKAM_SIDE, Finder, digikams, labelled, ours, recall
from benchmarks.figures import Figure
from facedaemon.vision import FaceAnalyzer

PHOTOS = ((4000, 3000), (6000, 4000), (8000, 6000))
SIZES = (32, 48, 64, 96)
FACES = 24
BACKGROUNDS = 3


def figures(analyzer: FaceAnalyzer, groups: Path, faces: Path, photos: list[Path], folder: Path) -> Iterator[Figure]:
    """Labelled faces of 32 pixels and more; portraits of 32 to 96 pixels set into photos of 12 to 48 megapixels."""
    ways: dict[str, Finder] = {"facedaemon": ours(analyzer), f"digiKam's {DIGIKAM_SIDE}, {DIGIKAM_SCORE}": digikams()}
    truth = labelled(groups)
    for name, find in ways.items():
        found = recall(truth, find)
        wanted = 98.0 if name == "facedaemon" else None
        yield Figure(f"labelled faces of groups found, {name}", 100 * found.found / found.labelled, "%", wanted)
        yield Figure(f"others found in groups, {name}", found.other, "")
    for width, height in PHOTOS:
        for face in SIZES:
            for name, find in ways.items():
                share = small_faces(find, photos, made_photos.portraits(faces), (width, height), face, folder)
                title = f"faces of {face} pixels in {width * height / 1e6:.0f} megapixels, {name}"
                yield Figure(title, 100 * share, "%")


def small_faces(
    find: Finder, photos: list[Path], portraits: list[Path], size: tuple[int, int], face: int, folder: Path
) -> float:
    """The share that is found of portraits set into photos of a camera that show nobody."""
    found = there = 0
    for at, background in enumerate(photos[:BACKGROUNDS]):
        pixels, middles = made_photos.scene(*size, background, portraits[at * FACES : (at + 1) * FACES], face)
        path = folder / "scene.jpg"
        cv2.imwrite(str(path), pixels, [cv2.IMWRITE_JPEG_QUALITY, 92])
        boxes = find(path)
        centres = np.array([(x + w / 2, y + h / 2) for x, y, w, h in boxes]).reshape(-1, 2)
        there += len(middles)
        found += sum(bool((np.abs(centres - middle) < face / 2).all(axis=1).any()) for middle in middles)
    return found / there
