"""What a photo costs by its size and by how many faces it shows."""

from collections.abc import Iterator
from pathlib import Path

import cv2

from benchmarks import made_photos, methods
from benchmarks.figures import Figure
from benchmarks.paired import medians
from facedaemon.store import Store
from facedaemon.vision import FaceAnalyzer, read_picture

MEGAPIXELS = (1, 3, 6, 12, 24, 48)
FACES = (1, 4, 9, 16, 25, 36)
SAME = 4  # photos of one size in a turn

Costs = dict[float, tuple[float, float]]
"""Milliseconds a photo of the decode floor and of facedaemon, by size."""


def by_megapixels(analyzer: FaceAnalyzer, store: Store, photo: Path, folder: Path, runs: int) -> Costs:
    """One photo of a camera at several sizes, 3:2."""
    pixels, costs = read_picture(photo).pixels, {}
    for megapixels in MEGAPIXELS:
        height = round((megapixels * 1e6 / 1.5) ** 0.5)
        path = folder / f"{megapixels}.jpg"
        cv2.imwrite(str(path), cv2.resize(pixels, (round(1.5 * height), height)), [cv2.IMWRITE_JPEG_QUALITY, 88])
        costs[float(megapixels)] = _costs(analyzer, store, path, runs)
    return costs


def by_faces(analyzer: FaceAnalyzer, store: Store, portraits: list[Path], folder: Path, runs: int) -> Costs:
    """Collages of 1,800 pixels with more and more faces."""
    costs = {}
    for count in FACES:
        columns = round(count**0.5)
        path = made_photos.collage(portraits[:count], columns, 1800 // columns, folder / f"faces{count}.jpg")
        costs[float(count)] = _costs(analyzer, store, path, runs)
    return costs


def figures(by_size: Costs, by_count: Costs) -> Iterator[Figure]:
    """The costs as figures."""
    for megapixels, (floor, ours) in by_size.items():
        yield Figure(f"a photo of {megapixels:g} megapixels", ours, "ms")
        yield Figure(f"a photo of {megapixels:g} megapixels, decoded alone", floor, "ms")
    for count, (_, ours) in by_count.items():
        yield Figure(f"a photo of {count:g} faces", ours, "ms")


def _costs(analyzer: FaceAnalyzer, store: Store, path: Path, runs: int) -> tuple[float, float]:
    photos = [path] * SAME
    times = medians({"floor": methods.floor(photos), "ours": lambda: methods.ours(analyzer, photos, store)}, runs)
    return 1000 * times["floor"].clock / SAME, 1000 * times["ours"].clock / SAME
