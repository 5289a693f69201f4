"""Groups of unnamed faces: `python -m benchmarks.groups --faces DIR [--seeds 3] [--large] [--json]`.

DIR holds one folder a person; nobody is named. Clean, and messy: 15 % of all faces pixelated, blurred by motion or
noisy before they are embedded. All methods get the same embeddings. The distances of the other methods are those that
are best on these very faces (by BCubed F), apart from a program's own default. A face in no group is a group of its
own. `--large` groups 100,000 made-up faces, then one new photo more.

BCubed (A. Bagga, B. Baldwin, 1998): for each face the share of its group that is the same person, and the share of the
person's faces that are in its group; F is the harmonic mean of both means.
"""

import argparse
import json
import os
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import DBSCAN, HDBSCAN, AgglomerativeClustering

from benchmarks.agreement import Labels, agreement
from benchmarks.data import existing_folder
from benchmarks.figures import Figure, show
from benchmarks.groups_large import large
from benchmarks.portraits import open_eyes
from benchmarks.recognition import DAMAGED
from benchmarks.recognition_faces import Embedded, Recogniser, degraded, portraits
from facedaemon.config import Config
from facedaemon.gallery import Unnamed, grouped
from facedaemon.vision.models import find_models

IMMICH = 0.5, 3  # the greatest distance (1 - cosine) and least number of faces that Immich sets
DISTANCES = np.arange(0.36, 0.62, 0.02)
LEAST_QUALITY = Config().training.min_quality
ROUNDS = 100  # as dlib's chinese_whispers


def ours(faces: Embedded) -> Labels:
    """facedaemon's groups, each face in a photo of its own."""
    alone = np.arange(len(faces.quality))
    return grouped(Unnamed(faces.vectors, faces.quality, alone, alone), LEAST_QUALITY).label


def dbscan(faces: Embedded, distance: float, least: int) -> Labels:
    """Immich's way, and with another distance."""
    return np.asarray(DBSCAN(eps=distance, min_samples=least, metric="precomputed").fit_predict(_distances(faces)))


def hdbscan(faces: Embedded, least: int) -> Labels:
    """LibrePhotos' way, and Nextcloud's."""
    return np.asarray(HDBSCAN(min_cluster_size=least, copy=True).fit_predict(faces.vectors))


def average(faces: Embedded, distance: float) -> Labels:
    """Average linkage."""
    made = AgglomerativeClustering(None, metric="precomputed", linkage="average", distance_threshold=distance)
    return np.asarray(made.fit_predict(_distances(faces)))


def chinese_whispers(faces: Embedded, distance: float) -> Labels:
    """dlib's way (C. Biemann, 2006): each face takes the group that most of its neighbours have, in random order."""
    draw = np.random.default_rng(0)
    near = _distances(faces) <= distance
    np.fill_diagonal(near, val=False)
    neighbours = [np.flatnonzero(row) for row in near]
    label = np.arange(len(near))
    for _ in range(ROUNDS):
        before = label.copy()
        for row in draw.permutation(len(near)).tolist():
            if len(neighbours[row]):
                groups, counts = np.unique(label[neighbours[row]], return_counts=True)
                label[row] = groups[counts.argmax()]
        if np.array_equal(before, label):
            break
    return label


def _distances(faces: Embedded) -> NDArray[np.float32]:
    return np.asarray(np.clip(1 - faces.vectors @ faces.vectors.T, 0, 2), np.float32)


METHODS: Mapping[str, Callable[[Embedded, Labels], Labels]] = {
    "facedaemon": lambda faces, _: ours(faces),
    "DBSCAN 0.5/3 (Immich)": lambda faces, _: dbscan(faces, *IMMICH),
    "DBSCAN, best": lambda faces, owner: best(owner, lambda d: dbscan(faces, d, 3)),
    "Chinese Whispers, best": lambda faces, owner: best(owner, lambda d: chinese_whispers(faces, d)),
    "HDBSCAN 2 (LibrePhotos)": lambda faces, _: hdbscan(faces, 2),
    "HDBSCAN 3 (Nextcloud)": lambda faces, _: hdbscan(faces, 3),
    "average linkage, best": lambda faces, owner: best(owner, lambda d: average(faces, d)),
}


def best(owner: Labels, method: Callable[[float], Labels]) -> Labels:
    """The groups of the distance that is best on these very faces."""
    return max((method(float(d)) for d in DISTANCES), key=lambda label: agreement(label, owner).bcubed_f)


def figures(name: str, found: Labels, owner: Labels) -> Iterator[Figure]:
    """What is printed of one method's groups."""
    values = agreement(found, owner)
    yield Figure(f"{name}: BCubed F", values.bcubed_f, "")
    yield Figure(f"{name}: BCubed precision", values.bcubed_precision, "")
    yield Figure(f"{name}: BCubed recall", values.bcubed_recall, "")
    yield Figure(f"{name}: pairwise precision", values.precision, "")
    yield Figure(f"{name}: pairwise recall", values.recall, "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=existing_folder, required=True)
    parser.add_argument("--seeds", type=int, default=3, help="draws of the messy faces")
    parser.add_argument("--large", action="store_true", help="100,000 faces as well")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "facedaemon-bench")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.large:
        for figure in large():
            show(figure, as_json=options.json)
    config = Config()
    recogniser = Recogniser(find_models(config, os.environ))
    given = portraits(options.faces, open_eyes(list(config.models.embedder)), recogniser, options.cache)
    owner = np.unique(given.names, return_inverse=True)[1]
    draws = {
        "clean": [given.clean],
        "messy": [degraded(given, DAMAGED, recogniser, s)[0] for s in range(options.seeds)],
    }
    for protocol, faces in draws.items():
        for name, method in METHODS.items():
            report(protocol, name, [method(each, owner) for each in faces], owner, options.json)
        report_cost(protocol, faces[0], options.json)


def report(protocol: str, name: str, found: list[Labels], owner: Labels, as_json: bool) -> None:
    """One method's figures, the mean of the draws."""
    rows = [list(figures(name, label, owner)) for label in found]
    means = {
        each[0].name.rpartition(": ")[2]: float(np.mean([one.value for one in each]))
        for each in zip(*rows, strict=True)
    }
    if as_json:
        print(json.dumps({"protocol": protocol, "method": name, "draws": len(found), **means}), flush=True)
    else:
        print(f"{protocol} {name:<26}" + "  ".join(f"{what} {value:.4f}" for what, value in means.items()), flush=True)


def report_cost(protocol: str, faces: Embedded, as_json: bool) -> None:
    """Time and memory of each method at one threshold."""
    ways: dict[str, Callable[[], Labels]] = {
        "facedaemon": lambda: ours(faces),
        "DBSCAN": lambda: dbscan(faces, *IMMICH),
        "Chinese Whispers": lambda: chinese_whispers(faces, IMMICH[0]),
        "HDBSCAN": lambda: hdbscan(faces, 3),
        "average linkage": lambda: average(faces, IMMICH[0]),
    }
    for name, way in ways.items():
        started = time.process_time()
        way()
        taken = time.process_time() - started
        tracemalloc.start()
        way()
        most = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        show(Figure(f"{protocol}, {name}: processor time", taken, "s"), as_json=as_json)
        show(Figure(f"{protocol}, {name}: memory", most, "MB"), as_json=as_json)


if __name__ == "__main__":
    main()
