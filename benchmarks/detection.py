"""Which faces are found: `python -m benchmarks.detection --groups DIR --animals DIR [--faces DIR] [--json]`.

`--groups` holds photos with labelled faces (training.xml, testing.xml), `--animals` photos without people, `--faces` a
folder a person with portraits. Beside ours: YuNet by OpenCV as digiKam 8.6 uses it (longest side 620, score 0.713).
A labelled face is found where a face's middle lies in the inner half of its box.
"""

import argparse
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np

from benchmarks.data import existing_folder
from benchmarks.portraits import main_faces, open_eyes, people
from facedaemon.config import Config
from facedaemon.geometry import in_pixels
from facedaemon.vision import FaceAnalyzer, find_models, read_picture

Box = tuple[float, float, float, float]
Finder = Callable[[Path], list[Box]]
SMALLEST = 32
DIGIKAM_SIDE, DIGIKAM_SCORE = 620, 0.713


@dataclass(frozen=True, slots=True)
class Recall:
    """Labelled faces, those found of them, what else was found, and how much wider labels are than found boxes."""

    labelled: int
    found: int
    other: int
    label_to_box: float


def labelled(groups: Path) -> dict[Path, list[Box]]:
    """The labelled faces of at least `SMALLEST` pixels in each photo; x, y, width, height in pixels."""
    photos: dict[Path, list[Box]] = {}
    for name in ("training.xml", "testing.xml"):
        for image in ElementTree.parse(groups / name).getroot().iter("image"):
            boxes = [tuple(float(box.get(key, 0)) for key in ("left", "top", "width", "height")) for box in image]
            large = [(x, y, w, h) for x, y, w, h in boxes if min(w, h) >= SMALLEST]
            photos[groups / str(image.get("file"))] = large
    return photos


def ours(analyzer: FaceAnalyzer, *, false_positives: bool = True) -> Finder:
    """What facedaemon takes for faces."""

    def find(path: Path) -> list[Box]:
        analysis = analyzer.analyse(path)
        return [in_pixels(face.region, analysis.size) for face in analysis.faces if face.is_face or not false_positives]

    return find


def digikams(score: float = DIGIKAM_SCORE, side: int = DIGIKAM_SIDE) -> Finder:
    """What OpenCV's YuNet finds at digiKam's setting."""
    model = find_models(Config(), os.environ).detector.files[0]
    detector = cv2.FaceDetectorYN.create(str(model), "", (side, side), score, 0.8 * score)

    def find(path: Path) -> list[Box]:
        pixels = read_picture(path).pixels
        scale = min(1.0, side / max(pixels.shape[:2]))
        small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        detector.setInputSize((small.shape[1], small.shape[0]))
        rows = detector.detect(small)[1]
        return [] if rows is None else [tuple(float(value) / scale for value in row[:4]) for row in np.asarray(rows)]

    return find


def recall(photos: dict[Path, list[Box]], find: Finder) -> Recall:
    """How many of the labelled faces `find` finds."""
    found = other = 0
    widths = []
    for path, boxes in photos.items():
        left = list(boxes)
        for x, y, w, h in find(path):
            inside = [box for box in left if _in_inner_half(x + w / 2, y + h / 2, box)]
            other += not inside
            for box in inside[:1]:
                left.remove(box)
                widths.append(min(box[2:]) / min(w, h))
        found += len(boxes) - len(left)
    return Recall(sum(map(len, photos.values())), found, other, float(np.median(widths)))


def _in_inner_half(x: float, y: float, box: Box) -> bool:
    return abs(x - box[0] - box[2] / 2) < box[2] / 2 and abs(y - box[1] - box[3] / 2) < box[3] / 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--groups", type=existing_folder, required=True)
    parser.add_argument("--animals", type=existing_folder, required=True)
    parser.add_argument("--faces", type=existing_folder)
    parser.add_argument("--limit", type=int, default=2000, help="one photo each of so many people")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    analyzer = open_eyes()
    methods = {
        "facedaemon": ours(analyzer),
        "facedaemon, one look": ours(analyzer, false_positives=False),
        "digiKam 8.6 (620, 0.713)": digikams(),
    }
    photos, animals = labelled(options.groups), sorted(options.animals.glob("*.jpg"))
    kept = None
    if options.faces:
        faces = main_faces(
            analyzer, [paths[0] for paths in list(people(options.faces).values())[: options.limit] if paths]
        )
        kept = float(np.mean([face is not None and face.is_face for face in faces.values()]))
    for name, find in methods.items():
        seen, false = recall(photos, find), sum(bool(find(path)) for path in animals)
        if not options.json:
            print(
                f"{name:<26}{seen.found:4} of {seen.labelled} labelled faces, {seen.other} others; a face in", end=" "
            )
            print(f"{false} of {len(animals)} animal photos; label to box {seen.label_to_box:.2f}")
        elif name == "facedaemon":
            found = {"recall": seen.found / seen.labelled, "other": seen.other, "kept_of_portraits": kept}
            print(json.dumps({"figure": "animals", "photos": len(animals), "with_false_face": false, **found}))
        else:
            line = {"figure": "detection", "method": name, "recall": seen.found / seen.labelled, "other": seen.other}
            print(json.dumps({**line, "with_false_face": false}))
    if kept is not None and not options.json:
        print(f"{100 * kept:.2f} % of {len(faces)} portraits keep their main face")


if __name__ == "__main__":
    main()
