"""The methods that the recognition benchmark compares, on the same embeddings: each gives names and how sure."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.svm import SVC

from facedaemon.gallery import Samples, build, match
from facedaemon.values import Vectors

Names = NDArray[np.str_]
Floats = NDArray[np.float64]

NEIGHBOURS = 8
GAMMA, PENALTY = 0.38, 10.0  # digiKam 8.6's support vector machine


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What a method may know: samples with the names they bear, and faces to name; `faultless` is for the oracle."""

    samples: Samples
    faultless: NDArray[np.bool_]
    faces: Vectors
    quality: NDArray[np.float32]


Method = Callable[[Task], tuple[Names, Floats]]


def nearest(task: Task) -> tuple[Names, Floats]:
    """1-NN: the name of the likest sample."""
    alike = task.faces @ task.samples.vectors.T
    return np.array(task.samples.persons)[alike.argmax(axis=1)], alike.max(axis=1).astype(float)


def centroid(task: Task) -> tuple[Names, Floats]:
    """The likest mean of a person's samples."""
    return _likest_mean(task.samples.vectors, np.array(task.samples.persons), task.faces)


def oracle(task: Task) -> tuple[Names, Floats]:
    """The centroid without wrong names and damaged samples, which nobody can know."""
    chosen = task.faultless
    return _likest_mean(task.samples.vectors[chosen], np.array(task.samples.persons)[chosen], task.faces)


def ours(task: Task) -> tuple[Names, Floats]:
    """facedaemon's gallery with its default settings; strangers are not shown to it."""
    gallery = build(task.samples)
    found = match(gallery, task.faces, task.quality)
    return np.array(gallery.people)[found.best], found.confidence.astype(float)


def digikam(task: Task) -> tuple[Names, Floats]:
    """digiKam 8.6's classifier, rewritten from a description of its behaviour, for every threshold at once.

    The nearest eight samples and a support vector machine each give a name. A sample passes a threshold t when its
    cosine distance is below t and its Euclidean distance below 1 + t / 10. 1: both agree and one of the person's
    nearest passes. 2: the nearest sample bears the machine's name and passes. 3: names of the neighbours that pass
    and the machine's vote; most votes, then the lowest mean distance. The name is that of the loosest threshold, and
    `sure` the negative of the strictest at which that name is given.
    """
    persons = np.array(task.samples.persons)
    machine = SVC(C=PENALTY, gamma=GAMMA).fit(task.samples.vectors, persons).predict(task.faces)
    alike = task.faces @ task.samples.vectors.T
    order = np.argsort(-alike, axis=1)[:, :NEIGHBOURS]
    names, sure = [], []
    for face, rows in enumerate(order):
        distance = 1 - alike[face, rows]
        needed = np.maximum(distance, (np.sqrt(2 * np.maximum(distance, 0)) - 1) * 10)
        name, threshold = _vote(persons[rows], distance, needed, str(machine[face]))
        names.append(name)
        sure.append(-threshold)
    return np.array(names), np.array(sure)


def _vote(near: Names, distance: Floats, needed: Floats, machine: str) -> tuple[str, float]:
    """The name, and the lowest threshold at which it is given."""
    labels, votes = np.unique(near, return_counts=True)
    neighbours = str(labels[votes == votes.max()][0]) if near[0] not in labels[votes == votes.max()] else str(near[0])
    if neighbours == machine and (near == machine).any():
        return machine, float(needed[near == machine].min())
    if near[0] == machine:
        return machine, float(needed[0])
    score = {str(label): (-int((near == label).sum()), float(distance[near == label].mean())) for label in labels}
    if machine in score:
        score[machine] = (score[machine][0] - 1, score[machine][1])
    winner = min(score, key=lambda label: score[label])
    return winner, float(needed[near == winner].min())


def _likest_mean(vectors: Vectors, persons: Names, faces: Vectors) -> tuple[Names, Floats]:
    names, owner = np.unique(persons, return_inverse=True)
    means = np.zeros((len(names), vectors.shape[1]))
    np.add.at(means, owner, vectors)
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    alike = faces @ means.T
    return names[alike.argmax(axis=1)], alike.max(axis=1)


METHODS: dict[str, Method] = {
    "1-NN": nearest,
    "centroid": centroid,
    "digiKam 8.6": digikam,
    "facedaemon": ours,
    "oracle": oracle,
}
