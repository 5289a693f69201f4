"""Recognition on a messy library: `python -m benchmarks.recognition --faces DIR [--seeds 5] [--embedder A,B] [--json]`.

DIR holds one folder a person. People with 5 or more photos: half of each one's photos are confirmed, the rest are
probes; people with one photo are strangers. Messy: 5 % of the confirmed names permuted, 15 % of all faces pixelated,
blurred by motion or noisy before they are embedded. Clean: neither. All methods get the same embeddings; the threshold
of each is swept, so that a share FPIR of the strangers gets a name.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.data import existing_folder
from benchmarks.portraits import open_eyes
from benchmarks.recognition_faces import Embedded, Portraits, Recogniser, degraded, portraits
from benchmarks.recognition_methods import METHODS, Floats, Names, Task
from facedaemon.config import Config
from facedaemon.gallery import Samples, build, doubtfulness, match
from facedaemon.vision.models import find_models

MOST_FPIR = (0.1, 0.01, 0.001)
DAMAGED, PERMUTED = 0.15, 0.05
BINS = 15


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Rows of the faces: confirmed ones with the names they bear, probes and strangers."""

    confirmed: NDArray[np.int64]
    labels: Names
    probes: NDArray[np.int64]
    strangers: NDArray[np.int64]


def split(names: Names, permuted: float, draw: np.random.Generator, least: int = 5) -> Split:
    """The protocol's roles, drawn again for each seed."""
    people, owner, photos = np.unique(names, return_inverse=True, return_counts=True)
    confirmed: list[int] = []
    probes: list[int] = []
    for person in np.flatnonzero(photos >= least):
        rows = draw.permutation(np.flatnonzero(owner == person)).tolist()
        confirmed += rows[: len(rows) // 2]
        probes += rows[len(rows) // 2 :]
    labels = people[owner[confirmed]]
    wrong = draw.permutation(len(confirmed))[: round(permuted * len(confirmed))]
    labels[wrong] = labels[np.roll(wrong, 1)]
    return Split(np.array(confirmed), labels, np.array(probes), np.flatnonzero(photos[owner] == 1))


def samples_of(faces: Embedded, roles: Split, strangers: NDArray[np.int64] | None = None) -> Samples:
    """The confirmed faces as the gallery takes them."""
    rows = roles.confirmed
    more = np.zeros(0, np.int64) if strangers is None else strangers
    return Samples(
        faces.vectors[rows],
        tuple(roles.labels.tolist()),
        faces.quality[rows],
        np.arange(len(rows)),
        strangers=faces.vectors[more],
        stranger_quality=faces.quality[more],
    )


def rates(sure: Floats, right: NDArray[np.bool_], strangers: Floats, fpir: float) -> tuple[float, float]:
    """Shares of the probes with the right and with a wrong name when at most `fpir` of the strangers get any."""
    threshold = np.sort(strangers)[::-1][int(fpir * len(strangers))]
    return float((right & (sure > threshold)).mean()), float((~right & (sure > threshold)).mean())


def one_seed(given: Portraits, recogniser: Recogniser, seed: int, messy: bool) -> Iterator[tuple[str, float, float]]:
    """Figure, value of TPIR or figure, and share of wrong names, for one draw of the protocol."""
    draw = np.random.default_rng(seed)
    roles = split(given.names, PERMUTED if messy else 0.0, draw)
    faces, damaged = degraded(given, DAMAGED if messy else 0.0, recogniser, seed)
    samples = samples_of(faces, roles)
    wrong = roles.labels != given.names[roles.confirmed]
    asked = np.concatenate([roles.probes, roles.strangers])
    task = Task(samples, ~wrong & ~damaged[roles.confirmed], faces.vectors[asked], faces.quality[asked])
    known = len(roles.probes)
    for name, method in METHODS.items():
        found, sure = method(task)
        right = found[:known] == given.names[roles.probes]
        for fpir in MOST_FPIR:
            yield (f"{name}\t{fpir}", *rates(sure[:known], right, sure[known:], fpir))
    if messy:
        yield "mislabel_ap", average_precision(doubtfulness(build(samples), samples), wrong), 0.0
        yield "mislabel_ap_centroid_margin", average_precision(centroid_margins(samples), wrong), 0.0
    yield from calibration(given, faces, roles)


def centroid_margins(samples: Samples) -> Floats:
    """The reference mislabel finder: likeness to the nearest other mean minus that to the own one, left out; (n,)."""
    names, owner = np.unique(np.array(samples.persons), return_inverse=True)
    total = np.zeros((len(names), samples.vectors.shape[1]))
    np.add.at(total, owner, samples.vectors)
    rest = total[owner] - samples.vectors
    own = (samples.vectors * rest).sum(1) / np.maximum(np.linalg.norm(rest, axis=1), 1e-9)
    alike = samples.vectors @ (total / np.linalg.norm(total, axis=1, keepdims=True)).T
    alike[np.arange(len(owner)), owner] = -1
    return np.asarray(alike.max(axis=1) - own)


def average_precision(score: NDArray[np.floating], positive: NDArray[np.bool_]) -> float:
    """The area under precision over recall."""
    hits = positive[np.argsort(-score, kind="stable")]
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())


def calibration(given: Portraits, faces: Embedded, roles: Split) -> Iterator[tuple[str, float, float]]:
    """What the gallery's own threshold and confidence are worth on held-out people and photos.

    Half of the strangers are in the library as unnamed faces, the other half are asked about.
    """
    gallery = build(samples_of(faces, roles, roles.strangers[::2]))
    asked = np.concatenate([roles.probes, roles.strangers[1::2]])
    found = match(gallery, faces.vectors[asked], faces.quality[asked])
    right = np.array(gallery.people)[found.best] == given.names[asked]
    shown = found.confidence >= gallery.threshold
    yield "wrong_among_shown", float((~right & shown).sum() / max(shown.sum(), 1)), 0.0
    probes = np.arange(len(asked)) < len(roles.probes)
    yield "right_shown", float((right & shown)[probes].mean()), 0.0
    bins = np.minimum((found.confidence * BINS).astype(int), BINS - 1)
    error = sum(
        abs(found.confidence[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)
    )
    yield "calibration_error", float(error), 0.0


def imbalance(given: Portraits, seed: int) -> Iterator[tuple[str, float, float]]:
    """One person with as many samples as there are (up to 300), all others with 5: its part of the strangers' names."""
    draw = np.random.default_rng(seed)
    people, owner, photos = np.unique(given.names, return_inverse=True, return_counts=True)
    rich = int(photos.argmax())
    rows = [
        draw.permutation(np.flatnonzero(owner == p))[: 300 if p == rich else 5] for p in np.flatnonzero(photos >= 5)
    ]
    chosen = np.concatenate(rows)
    samples = Samples(
        given.clean.vectors[chosen],
        tuple(given.names[chosen].tolist()),
        given.clean.quality[chosen],
        np.arange(len(chosen)),
    )
    gallery = build(samples)
    strangers = np.flatnonzero(photos[owner] == 1)
    found = match(gallery, given.clean.vectors[strangers], given.clean.quality[strangers])
    likeliest = np.argsort(-found.confidence)[: max(round(0.01 * len(strangers)), 1)]
    part = float((found.best[likeliest] == gallery.index[str(people[rich])]).mean())
    yield "imbalance_times_fair_share", part * len(gallery.people), float(photos[rich])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=existing_folder, required=True)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--embedder", default="", help="recognisers of the manifest, by comma; default: the config's")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "facedaemon-bench")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    names = options.embedder.split(",") if options.embedder else list(Config().models.embedder)
    config = Config.model_validate({"models": {"embedder": names}})
    recogniser = Recogniser(find_models(config, os.environ))
    given = portraits(options.faces, open_eyes(names), recogniser, options.cache)
    for messy in (True, False):
        values: dict[str, list[tuple[float, float]]] = {}
        for seed in range(options.seeds):
            for figure, value, wrong in one_seed(given, recogniser, seed, messy):
                values.setdefault(figure, []).append((value, wrong))
            if not messy:
                for figure, value, wrong in imbalance(given, seed):
                    values.setdefault(figure, []).append((value, wrong))
        report("messy" if messy else "clean", values, options.seeds, options.json)


def report(protocol: str, values: dict[str, list[tuple[float, float]]], seeds: int, as_json: bool) -> None:
    """One table, or one JSON line a method and figure."""
    if not as_json:
        print(f"\n{protocol}, mean of {seeds} seeds, %: right (wrong) at FPIR {', '.join(map(str, MOST_FPIR))}")
    means = {figure: np.mean(found, axis=0) for figure, found in values.items()}
    for figure, (value, wrong) in means.items():
        method, _, fpir = figure.partition("\t")
        if as_json and fpir:
            line = {"method": method, "seeds": seeds, "fpir": float(fpir), "tpir": value, "wrong": wrong}
            print(json.dumps({**line, "protocol": protocol}))
        elif as_json:
            print(json.dumps({"figure": figure, "value": value, "protocol": protocol}))
        elif not fpir:
            print(f"  {figure:<28}{value:9.4f}")
    if not as_json:
        for method in METHODS:
            cells = [means[f"{method}\t{fpir}"] for fpir in MOST_FPIR]
            print(f"  {method:<14}" + "".join(f"{100 * right:8.2f} ({100 * wrong:.2f})" for right, wrong in cells))


if __name__ == "__main__":
    main()
