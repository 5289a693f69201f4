"""LFW-style verification: `python -m benchmarks.verification --faces DIR [--embedder NAME ...] [--json]`.

3,000 pairs of photos of one person and 3,000 of two, drawn by seed; ten folds: the threshold of each comes from the
other nine. A photo in which no face was found counts as wrong.
"""

import argparse
import json
import random
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.data import existing_folder
from benchmarks.portraits import main_faces, open_eyes, people

FOLDS = 10
Pair = tuple[Path, Path]


def drawn_pairs(photos: dict[str, list[Path]], count: int, seed: int) -> tuple[list[Pair], list[Pair]]:
    """`count` different pairs of the same person, and as many of two people."""
    draw = random.Random(seed)
    several = [name for name, paths in photos.items() if len(paths) > 1]
    same: set[Pair] = set()
    while len(same) < count:
        first, second = sorted(draw.sample(photos[draw.choice(several)], 2))
        same.add((first, second))
    names = list(photos)
    different: set[Pair] = set()
    while len(different) < count:
        one, other = sorted(draw.sample(names, 2))
        different.add((draw.choice(photos[one]), draw.choice(photos[other])))
    return draw.sample(sorted(same), count), draw.sample(sorted(different), count)


def accuracy(same: NDArray[np.float64], different: NDArray[np.float64]) -> list[float]:
    """The share of right answers in each fold."""
    folds = np.arange(len(same)) % FOLDS
    results = []
    for fold in range(FOLDS):
        known, asked = folds != fold, folds == fold
        tried = np.unique(np.r_[same[known], different[known]])
        right = (same[known][:, None] >= tried).sum(axis=0) + (different[known][:, None] < tried).sum(axis=0)
        threshold = tried[right.argmax()]
        results.append(float(np.r_[same[asked] >= threshold, different[asked] < threshold].mean()))
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faces", type=existing_folder, required=True)
    parser.add_argument("--embedder", nargs="+")
    parser.add_argument("--pairs", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    analyzer = open_eyes(options.embedder)
    same, different = drawn_pairs(people(options.faces), options.pairs, options.seed)
    faces = main_faces(analyzer, sorted({path for pair in same + different for path in pair}))

    def likenesses(pairs: list[Pair], missing: float) -> NDArray[np.float64]:
        found = [(faces[a], faces[b]) for a, b in pairs]
        return np.array([missing if a is None or b is None else float(np.dot(a.vector, b.vector)) for a, b in found])

    folds = accuracy(likenesses(same, -2.0), likenesses(different, 2.0))
    missed = sum(face is None for face in faces.values())
    if options.json:
        print(json.dumps({"figure": "verification", "value": float(np.mean(folds)), "folds": folds, "missed": missed}))
        return
    print(f"{analyzer.model_id}\n{len(faces)} photos, {missed} without a face")
    print(f"{options.pairs} + {options.pairs} pairs, {FOLDS} folds: {np.mean(folds):.4f} (± {np.std(folds):.4f})")


if __name__ == "__main__":
    main()
