"""What the quality gate leaves out: `python -m benchmarks.quality --faces DIR [--seed N] [--limit N] [--json]`.

The main faces of ordinary photos, aligned to the crop that qualities are measured on, are judged as they are, and again
pixelated (reduced to 10 to 19 pixels and back), moved (a line of 9 to 20 pixels in any direction) and noisy (Gaussian,
sigma 60). Left out is what has less than `training.min_quality`'s default; two halves of the people are told apart.
"""

import argparse
import json
from collections.abc import Callable

import cv2
import numpy as np

from benchmarks.data import existing_folder
from benchmarks.portraits import main_faces, open_eyes, people
from facedaemon.config import Training
from facedaemon.vision import read_picture
from facedaemon.vision.align import crop
from facedaemon.vision.codecs import Pixels
from facedaemon.vision.quality import CROP, TEMPLATE, judge, measure

Damage = Callable[[Pixels, np.random.Generator], Pixels]
LINES = (cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC)


def pixelated(face: Pixels, draw: np.random.Generator) -> Pixels:
    """Reduced to 10 to 19 pixels and enlarged again in one of the usual ways."""
    side = int(draw.integers(10, 20))
    tiny = cv2.resize(face, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(tiny, CROP, interpolation=LINES[draw.integers(len(LINES))]), np.uint8)


def moved(face: Pixels, draw: np.random.Generator) -> Pixels:
    """Blurred along a line of 9 to 20 pixels at any angle."""
    length = int(draw.integers(9, 21))
    line = np.zeros((length, length), np.float32)
    line[length // 2] = 1
    middle = ((length - 1) / 2, (length - 1) / 2)
    turned = cv2.warpAffine(line, cv2.getRotationMatrix2D(middle, draw.uniform(0, 180), 1), (length, length))
    return np.asarray(cv2.filter2D(face, -1, turned / turned.sum()), np.uint8)


def noisy(face: Pixels, draw: np.random.Generator) -> Pixels:
    """With Gaussian noise of 60 grey levels."""
    return np.clip(face + draw.normal(0, 60, face.shape), 0, 255).astype(np.uint8)


def as_it_is(face: Pixels, _draw: np.random.Generator) -> Pixels:
    """The photo's own."""
    return face


DAMAGES: dict[str, Damage] = {"good": as_it_is, "pixelated": pixelated, "blurred": moved, "noisy": noisy}


def left_out(faces: list[tuple[Pixels, float, float]], seed: int) -> dict[str, float]:
    """The share of faces (crop, pixels in the photo, score) that the gate leaves out, for each damage."""
    gate = Training().min_quality
    points = np.array(TEMPLATE, np.float64) * CROP
    shares = {}
    for name, damage in DAMAGES.items():
        draw = np.random.default_rng(seed)
        values = [judge(measure(damage(face, draw), points, CROP, side, score)).value for face, side, score in faces]
        shares[name] = float(np.mean([value < gate for value in values]))
    return shares


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faces", type=existing_folder, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=int, default=2000, help="one photo each of so many people")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    chosen = [paths[0] for paths in people(options.faces).values() if paths][: options.limit]
    faces = []
    for path, face in main_faces(open_eyes(), chosen).items():
        if face is not None:
            pixels = read_picture(path).pixels
            points = face.landmarks.astype(np.float64) * (pixels.shape[1], pixels.shape[0])
            side = min(face.region.w * pixels.shape[1], face.region.h * pixels.shape[0])
            faces.append((crop(pixels, points, TEMPLATE, CROP), side, face.score))
    shares = left_out(faces, options.seed)
    if options.json:
        print(json.dumps({"figure": "quality", "good_left_out": shares.pop("good"), **shares}))
        return
    halves = left_out(faces[::2], options.seed), left_out(faces[1::2], options.seed)
    print(f"{len(faces)} faces; left out, in %:     all   one half   other half")
    for name, share in shares.items():
        print(f"  {name:<24}{100 * share:9.1f}{100 * halves[0][name]:11.1f}{100 * halves[1][name]:13.1f}")


if __name__ == "__main__":
    main()
