"""A library in which few people are known: `python -m benchmarks.few --faces DIR [--seeds 5] [--json]`.

DIR holds one folder a person. One, two, three, five or ten people with ten or more photos are known from 1, 2, 3, 5 or
8 of them; their other photos and 400 strangers with one photo are asked about. The library holds 400 other strangers as
unnamed faces. What facedaemon shows at `max_wrong_per_100: 1`: wrong names of 100 shown, over all draws together.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.data import existing_folder
from benchmarks.portraits import open_eyes
from benchmarks.recognition_faces import Portraits, Recogniser, portraits
from facedaemon.config import Config
from facedaemon.gallery import Samples, build, match
from facedaemon.vision.models import find_models

KNOWN, FACES, STRANGERS = (1, 2, 3, 5, 10), (1, 2, 3, 5, 8), 400
DRAWS = 10  # of each seed: one person is few


def one_draw(given: Portraits, known: int, faces: int, draw: np.random.Generator) -> tuple[int, int, int]:
    """Right names, wrong names and probes."""
    _, owner, photos = np.unique(given.names, return_inverse=True, return_counts=True)
    chosen = draw.permutation(np.flatnonzero(photos >= 10))[:known]
    rows = [draw.permutation(np.flatnonzero(owner == person)) for person in chosen]
    confirmed, probes = (np.concatenate(part) for part in ([r[:faces] for r in rows], [r[faces:] for r in rows]))
    strangers = draw.permutation(np.flatnonzero(photos[owner] == 1))
    unnamed, new = strangers[:STRANGERS], strangers[STRANGERS : 2 * STRANGERS]
    vectors, quality = given.clean.vectors, given.clean.quality
    gallery = build(
        Samples(
            vectors[confirmed],
            tuple(given.names[confirmed].tolist()),
            quality[confirmed],
            np.arange(len(confirmed)),
            strangers=vectors[unnamed],
            stranger_quality=quality[unnamed],
        )
    )
    asked = np.concatenate([probes, new])
    found = match(gallery, vectors[asked], quality[asked])
    shown = found.confidence >= gallery.threshold
    right = np.array(gallery.people)[found.best] == given.names[asked]
    return int((shown & right).sum()), int((shown & ~right).sum()), len(probes)


def figures(given: Portraits, seeds: int) -> Iterator[dict[str, float]]:
    """One line for each number of people and of faces."""
    for known in KNOWN:
        for faces in FACES:
            draws = [
                one_draw(given, known, faces, np.random.default_rng((seed, number)))
                for seed in range(seeds)
                for number in range(DRAWS)
            ]
            right, wrong, probes = np.sum(draws, axis=0).tolist()
            wrong_per_100 = 100 * wrong / max(right + wrong, 1)
            yield {"known": known, "faces": faces, "right": right / probes, "wrong_per_100": wrong_per_100}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=existing_folder, required=True)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "facedaemon-bench")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    embedders = list(Config().models.embedder)
    recogniser = Recogniser(find_models(Config(), os.environ))
    given = portraits(options.faces, open_eyes(embedders), recogniser, options.cache)
    for line in figures(given, options.seeds):
        if options.json:
            print(json.dumps({**line, "seeds": options.seeds}), flush=True)
        else:
            print(
                "{known:3} known from {faces} faces: right {right:7.2%}, wrong of 100 {wrong_per_100:6.2f}".format(
                    **line
                )
            )


if __name__ == "__main__":
    main()
