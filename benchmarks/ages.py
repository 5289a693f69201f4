"""People who grow up: `python -m benchmarks.ages --embeddings FILE [--seeds 5] [--confirmed 1] [--json]`.

FILE holds `vectors` (n, d), `person`, `is_child` and `quality`, (n,) each. 80 people with two or more faces of each
age: one of each (`--confirmed`) is confirmed, the rest are probes. Childhood photos are dated 20 years earlier; without
periods no photo has a date. Half of all other people are the library's unnamed strangers, half are new ones. The
threshold of each method is swept, so that 1 % of the new strangers get a name. Then what facedaemon shows at its own
threshold, `max_wrong_per_100: 1`.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.recognition_methods import Floats, Names, Task, centroid, digikam, nearest, ours
from facedaemon.gallery import Samples, build, match
from facedaemon.values import Vectors

KNOWN = 80
FPIR = 0.01
COHORT = 50  # nearest strangers
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """Embeddings of people at two ages; all (n,) but `vectors` (n, d)."""

    vectors: Vectors
    person: NDArray[np.int64]
    is_child: Flags
    quality: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """One draw: what the methods may know, then the rows of the probes and of the new strangers."""

    task: Task
    probes: NDArray[np.int64]
    strangers: NDArray[np.int64]


def load(path: Path) -> Faces:
    """The faces of the file."""
    with np.load(path, allow_pickle=False) as stored:
        vectors = stored["vectors"].astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        person, is_child = stored["person"].astype(np.int64), stored["is_child"].astype(bool)
        return Faces(vectors, person, is_child, stored["quality"].astype(np.float32))


def drawn(faces: Faces, seed: int, known: int = KNOWN, each: int = 1) -> Drawn:
    """The protocol's roles for one seed; `each` faces of either age are confirmed."""
    draw = np.random.default_rng(seed)
    people = np.unique(faces.person)
    often = [p for p in people if all(((faces.person == p) & (faces.is_child == kind)).sum() > each for kind in (0, 1))]
    chosen = draw.permutation(often)[:known]
    confirmed: list[int] = []
    probes: list[int] = []
    for person in chosen:
        for kind in (True, False):
            rows = draw.permutation(np.flatnonzero((faces.person == person) & (faces.is_child == kind))).tolist()
            confirmed += rows[:each]
            probes += rows[each:]
    others = draw.permutation(np.setdiff1d(people, chosen))
    library = np.flatnonzero(np.isin(faces.person, others[: len(others) // 2]))
    strangers = np.flatnonzero(np.isin(faces.person, others[len(others) // 2 :]))
    rows = np.array(confirmed)
    samples = Samples(
        faces.vectors[rows],
        tuple(faces.person[rows].astype(str).tolist()),
        faces.quality[rows],
        np.arange(len(rows)),
        strangers=faces.vectors[library],
        stranger_quality=faces.quality[library],
        years=np.where(faces.is_child[rows], 1990, 2010).astype(np.float32),
    )
    asked = np.concatenate([probes, strangers])
    task = Task(samples, np.ones(len(rows), bool), faces.vectors[asked], faces.quality[asked])
    return Drawn(task, np.array(probes), strangers)


def cohort_normalised(task: Task) -> tuple[Names, Floats]:
    """The greatest likeness to a sample or to the mean, less half of both sides' to their nearest 50 strangers."""
    persons, strangers = np.array(task.samples.persons), task.samples.strangers
    names, owner = np.unique(persons, return_inverse=True)
    means = np.zeros((len(names), strangers.shape[1]), np.float32)
    np.add.at(means, owner, task.samples.vectors)
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    score = _less_cohort(task.faces, means, strangers)
    for row, person in enumerate(owner):
        one = _less_cohort(task.faces, task.samples.vectors[[row]], strangers)[:, 0]
        score[:, person] = np.maximum(score[:, person], one)
    return names[score.argmax(axis=1)], score.max(axis=1).astype(float)


def _less_cohort(faces: Vectors, prototypes: Vectors, strangers: Vectors) -> Vectors:
    def level(vectors: Vectors) -> Vectors:
        return np.asarray(np.partition(vectors @ strangers.T, -COHORT, axis=1)[:, -COHORT:].mean(axis=1))

    return np.asarray(faces @ prototypes.T - level(faces)[:, None] / 2 - level(prototypes)[None] / 2)


METHODS: dict[str, Callable[[Task], tuple[Names, Floats]]] = {
    "nearest sample": nearest,
    "mean": centroid,
    "cohort-normalised": cohort_normalised,
    "digiKam 8.6": digikam,
    "facedaemon without periods": lambda task: ours(replace(task, samples=replace(task.samples, years=None))),
    "facedaemon": ours,
}


def one_seed(faces: Faces, seed: int, each: int) -> Iterator[tuple[str, str, dict[str, float]]]:
    """Method, age, and its figures, for one draw of the protocol."""
    one = drawn(faces, seed, each=each)
    known = len(one.probes)
    truth = faces.person[one.probes].astype(str)
    for name, method in METHODS.items():
        found, sure = method(one.task)
        threshold = np.sort(sure[known:])[::-1][int(FPIR * len(one.strangers))]
        right, named = found[:known] == truth, sure > threshold
        for age, child in (("child", True), ("adult", False)):
            probes, strangers = faces.is_child[one.probes] == child, faces.is_child[one.strangers] == child
            yield (
                name,
                age,
                {
                    "tpir": float((right & named[:known])[probes].mean()),
                    "wrong": float((~right & named[:known])[probes].mean()),
                    "strangers_named": float(named[known:][strangers].mean()),
                },
            )
    yield from _shown(faces, one)


def _shown(faces: Faces, one: Drawn) -> Iterator[tuple[str, str, dict[str, float]]]:
    """What is shown at `max_wrong_per_100: 1`: wrong names of 100 shown, and the share of probes named rightly."""
    gallery = build(one.task.samples)
    found = match(gallery, one.task.faces, one.task.quality)
    asked = np.concatenate([one.probes, one.strangers])
    right = np.array(gallery.people)[found.best] == faces.person[asked].astype(str)
    shown = found.confidence >= gallery.threshold
    probe = np.arange(len(asked)) < len(one.probes)
    for age, child in (("child", True), ("adult", False)):
        own = faces.is_child[asked] == child
        wrong = 100 * float((shown & ~right & own).sum()) / max(int((shown & own).sum()), 1)
        yield "shown", age, {"wrong_per_100": wrong, "right": float((shown & right)[own & probe].mean())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--embeddings", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--confirmed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    faces = load(options.embeddings)
    values: dict[tuple[str, str], list[dict[str, float]]] = {}
    for seed in range(options.seeds):
        for method, age, figures in one_seed(faces, seed, options.confirmed):
            values.setdefault((method, age), []).append(figures)
    for (method, age), found in values.items():
        means = {name: float(np.mean([each[name] for each in found])) for name in found[0]}
        if options.json:
            line = {"method": method, "age": age, "seeds": options.seeds, "confirmed": options.confirmed}
            print(json.dumps({**line, **({} if method == "shown" else {"fpir": FPIR}), **means}))
        else:
            cells = "".join(f"{name:>17} {v if name == 'wrong_per_100' else 100 * v:6.2f}" for name, v in means.items())
            print(f"{method:<28}{age:<6}{cells}")


if __name__ == "__main__":
    main()
