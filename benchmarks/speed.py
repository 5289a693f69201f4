"""How fast photos are seen: `python -m benchmarks.speed --photos DIR --faces DIR [--runs 5] [--json]`.

All cores, the same files, runs of all methods taking turns; the table shows medians and what they are of the decode
floor (decoding alone, at the part of the size that detection needs, by the same number of workers). OpenCV's way is
full decoding and FaceDetectorYN, at our detection size and at digiKam's 620 pixels, with OpenCV's own threads.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from benchmarks.detection import DIGIKAM_SCORE, DIGIKAM_SIDE, digikams
from benchmarks.portraits import PHOTO_SUFFIXES, open_eyes, people
from facedaemon.errors import PhotoError
from facedaemon.vision import Eyes, read_picture
from facedaemon.vision.ahead import in_order
from facedaemon.vision.detect import FINE

COLLAGE_COLUMNS, COLLAGE_ROWS = 6, 4
WORKERS = len(os.sched_getaffinity(0))


def decode_only(photos: list[Path]) -> None:
    """The floor: what any method must do."""

    def decode(path: Path) -> None:
        read_picture(path, FINE)

    for _ in in_order(decode, photos, WORKERS):
        pass


def look(eyes: Eyes, photos: list[Path]) -> int:
    """Our whole way, from the file to embeddings; how many faces there were."""
    return sum(0 if isinstance(seen, PhotoError) else len(seen.faces) for _, seen in eyes.look_many(photos, WORKERS))


def opencv(photos: list[Path], side: int) -> None:
    """Full decoding and OpenCV's detector."""
    find = digikams(DIGIKAM_SCORE, side)
    for path in photos:
        find(path)


def collage(faces: Path, folder: Path) -> Path:
    """A photo of 24 people, made of portraits."""
    chosen = [paths[0] for paths in people(faces).values() if paths][: COLLAGE_COLUMNS * COLLAGE_ROWS]
    tiles = [cv2.resize(read_picture(path).pixels, (300, 300)) for path in chosen]
    rows = [np.hstack(tiles[at : at + COLLAGE_COLUMNS]) for at in range(0, len(tiles), COLLAGE_COLUMNS)]
    path = folder / "collage.jpg"
    cv2.imwrite(str(path), np.vstack(rows))
    return path


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measured(methods: dict[str, Callable[[], object]], runs: int) -> dict[str, float]:
    """The median seconds of each method; the first, untimed turn loads what is loaded once."""
    times: dict[str, list[float]] = {name: [] for name in methods}
    for turn in range(runs + 1):
        for name, work in methods.items():
            taken = seconds(work)
            if turn:
                times[name].append(taken)
    return {name: statistics.median(taken) for name, taken in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True, help="photos of a camera")
    parser.add_argument("--faces", type=Path, required=True, help="portraits in a folder a person")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    photos = sorted(path for path in options.photos.iterdir() if path.suffix.lower() in PHOTO_SUFFIXES)
    eyes = open_eyes()
    with tempfile.TemporaryDirectory() as folder:
        group = [collage(options.faces, Path(folder))] * 4
        faces = look(eyes, group)
        times = measured(
            {
                "decode floor": lambda: decode_only(photos),
                "facedaemon": lambda: look(eyes, photos),
                f"OpenCV, {FINE}": lambda: opencv(photos, FINE),
                f"OpenCV, {DIGIKAM_SIDE} (digiKam)": lambda: opencv(photos, DIGIKAM_SIDE),
                "collages decoded": lambda: decode_only(group),
                "collages": lambda: look(eyes, group),
            },
            options.runs,
        )
    floor, ours = times["decode floor"], times["facedaemon"]
    figures = {
        "pipeline over decode floor": (ours / floor, "times", 1.6),
        f"OpenCV at {FINE} over ours": (times[f"OpenCV, {FINE}"] / ours, "times", 3.0),
        f"OpenCV at {DIGIKAM_SIDE} over ours": (times[f"OpenCV, {DIGIKAM_SIDE} (digiKam)"] / ours, "times", 1.5),
        "a face after decoding": (1000 * (times["collages"] - times["collages decoded"]) / faces, "ms", 8.0),
    }
    if not options.json:
        for name, taken in times.items():
            print(f"{name:<28}{taken:8.2f} s {taken / floor:6.2f} of the floor")
    for name, (value, unit, reference) in figures.items():
        if options.json:
            print(json.dumps({"figure": name, "value": value, "unit": unit, "reference": reference}))
        else:
            print(f"{name:<28}{value:8.2f} {unit} (goal {reference})")


if __name__ == "__main__":
    main()
