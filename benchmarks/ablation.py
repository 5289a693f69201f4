"""What each part of the gallery is worth: `python -m benchmarks.ablation --faces DIR --embeddings FILE [--seeds 5]`.

DIR and FILE are those of `recognition` and `ages`. Each part is taken out in turn, by another function or constant in
its place, and all else stays. Right names in %: messy and clean LFW at 1 % and 0.1 % of strangers named, childhood and
adult photos at 1 %, and one person known from two photos among 400 strangers, as shown. `--only PART` measures some.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks import ages, few
from benchmarks.data import existing_folder
from benchmarks.portraits import open_eyes
from benchmarks.recognition import DAMAGED, PERMUTED, rates, samples_of, split
from benchmarks.recognition_faces import Portraits, Recogniser, degraded, portraits
from benchmarks.recognition_methods import Task, ours
from facedaemon.config import Config
from facedaemon.gallery import calibration, centring, cohort, gallery, held_out, prototypes, train
from facedaemon.gallery.samples import Floats, Integers
from facedaemon.unit_vectors import normalised
from facedaemon.values import Vectors
from facedaemon.vision.models import find_models

COLUMNS = ("messy 1 %", "messy 0.1 %", "clean 1 %", "clean 0.1 %", "child", "adult", "one person")
match = import_module("facedaemon.gallery.match")  # the package gives the function of this name
DRAWS = 10  # of each seed, for one known person


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the gallery, and what stands in its place where it is taken out: (module, name, value) each."""

    name: str
    instead: tuple[tuple[Any, str, object], ...]


def _uncentred(_: gallery.Gallery, vectors: Vectors, own: Integers | None = None, meant: int = 0) -> Vectors:  # noqa: ARG001
    return normalised(vectors)


def _without_quality(evidence: calibration.Evidence) -> calibration.Doubles:
    return np.column_stack([np.ones(len(evidence.score)), evidence.score, np.zeros(len(evidence.score))]).astype(float)


def _no_subcentroids(vectors: Vectors, owner: Integers, weights: Floats) -> Integers:  # noqa: ARG001
    return np.full(len(vectors), -1, np.int64)


def _no_witness(vectors: Vectors, owner: Integers, burst: Integers, good: object) -> Floats:  # noqa: ARG001
    return np.full(len(vectors), np.nan, np.float32)


def _nearest_alone(people: gallery.Gallery, faces: Vectors) -> Floats:
    score = np.asarray(faces @ people.centred_centroids.T, np.float32)
    if len(people.subcentroids):
        alike = faces @ people.centred_subcentroids.T
        owners = people.subcentroid_owner[people.subcentroid_starts]
        score[:, owners] = np.maximum.reduceat(alike, people.subcentroid_starts, axis=1)
    return score


def _everywhere(name: str, value: object, *modules: ModuleType) -> tuple[tuple[Any, str, object], ...]:
    return tuple((module, name, value) for module in modules)


NOTHING = Part("nothing", ())
PARTS = (
    NOTHING,
    Part("centring among strangers", _everywhere("centred", _uncentred, centring, match, held_out, train)),
    Part("strangers as far as they are not known people", ((train, "PASSES", 0),)),
    Part("people a face is most like are no strangers", ((centring.centred, "__defaults__", (None, 0)),)),
    Part("what is known of adults (prior of the cohort)", ((centring, "PRIOR_MASS", 1e-3),)),
    Part("subcentroids", ((prototypes, "find_subcentroids", _no_subcentroids),)),
    Part("half of the likeness to the centroid", _everywhere("scores", _nearest_alone, match, held_out, train)),
    Part("quality in the evidence", ((calibration.Evidence, "columns", _without_quality),)),
    Part("reweighting (one round)", ((prototypes, "ROUNDS", 1),)),
    Part("poor faces as support", _everywhere("support_of_poor", _no_witness, prototypes, train)),
    Part("two faces to take one from another name", ((prototypes, "AGREEING", 1),)),
    Part("no surer than the next, known from one face", ((match, "DOUBT", np.inf),)),
    Part(
        "excess of children in training",
        ((prototypes, "level", lambda mass, _: np.full_like(mass, cohort.PRIOR_LEVEL)),),
    ),
    Part("priors of the calibration", ((calibration, "PRIOR_SPREAD", np.array([100.0, 100.0, 100.0])),)),
)


@contextmanager
def taken_out(part: Part) -> Iterator[None]:
    """The gallery without this part, as long as the context lasts."""
    with ExitStack() as stack:
        for module, name, value in part.instead:
            stack.enter_context(patch.object(module, name, value))
        yield


def of_portraits(given: Portraits, recogniser: Recogniser, seed: int) -> Callable[[], list[float]]:
    """Right names, %, on messy and clean LFW at 1 % and at 0.1 % of strangers named."""
    tasks = []
    for messy in (True, False):
        roles = split(given.names, PERMUTED if messy else 0.0, np.random.default_rng(seed))
        faces, _ = degraded(given, DAMAGED if messy else 0.0, recogniser, seed)
        asked = np.concatenate([roles.probes, roles.strangers])
        truth = given.names[roles.probes]
        known = np.ones(len(roles.confirmed), bool)
        tasks.append((Task(samples_of(faces, roles), known, faces.vectors[asked], faces.quality[asked]), truth))

    def measure() -> list[float]:
        found = []
        for task, truth in tasks:
            named, sure = ours(task)
            right = named[: len(truth)] == truth
            found += [100 * rates(sure[: len(truth)], right, sure[len(truth) :], fpir)[0] for fpir in (0.01, 0.001)]
        return found

    return measure


def of_ages(faces: ages.Faces, seed: int) -> list[float]:
    """Right names, %, on childhood and on adult photos."""
    one = ages.drawn(faces, seed)
    named, sure = ours(one.task)
    known, child = len(one.probes), faces.is_child[one.probes]
    threshold = np.sort(sure[known:])[::-1][int(ages.FPIR * len(one.strangers))]
    right = (named[:known] == faces.person[one.probes].astype(str)) & (sure[:known] > threshold)
    return [100 * float(right[child].mean()), 100 * float(right[~child].mean())]


def of_one_person(given: Portraits, seed: int) -> list[float]:
    """Right names, %, of one person known from two photos, less 100 for each wrong one of 100 shown."""
    draws = [few.one_draw(given, 1, 2, np.random.default_rng((seed, number))) for number in range(DRAWS)]
    right, wrong, probes = np.sum(draws, axis=0).tolist()
    return [100 * right / probes - 100 * 100 * wrong / max(right + wrong, 1) / 100]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=existing_folder, required=True)
    parser.add_argument("--embeddings", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=[], help="parts, by a word of their names")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "facedaemon-bench")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    recogniser = Recogniser(find_models(Config(), os.environ))
    given = portraits(options.faces, open_eyes(list(Config().models.embedder)), recogniser, options.cache)
    lfw = [of_portraits(given, recogniser, seed) for seed in range(options.seeds)]
    families = ages.load(options.embeddings)
    whole: list[float] = []
    for part in PARTS:
        if part is not NOTHING and options.only and not any(word in part.name for word in options.only):
            continue
        with taken_out(part):
            values = np.mean(
                [m() + of_ages(families, seed) + of_one_person(given, seed) for seed, m in enumerate(lfw)], axis=0
            )
        whole = whole or values.tolist()
        show(part, values.tolist(), whole, as_json=options.json)


def show(part: Part, values: list[float], whole: list[float], *, as_json: bool) -> None:
    """A line: the figures with everything, then the differences without each part."""
    differences = values if part is NOTHING else [value - before for value, before in zip(values, whole, strict=True)]
    if as_json:
        print(json.dumps({"without": part.name, **dict(zip(COLUMNS, differences, strict=True))}), flush=True)
        return
    if part is NOTHING:
        print(f"{'without':<48}" + "".join(f"{column:>13}" for column in COLUMNS))
    form = "{:13.2f}" if part is NOTHING else "{:+13.2f}"
    print(f"{part.name:<48}" + "".join(form.format(value) for value in differences), flush=True)


if __name__ == "__main__":
    main()
