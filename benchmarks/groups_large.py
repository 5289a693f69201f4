"""100,000 made-up faces that nobody named: grouping them, and what one new photo takes, with the state."""

import os
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import Figure
from benchmarks.matching import face
from facedaemon.config import Config
from facedaemon.dates import YEAR, DateSource, Taken
from facedaemon.gallery import Unnamed, grouped
from facedaemon.pipeline.groups import refresh
from facedaemon.pipeline.session import Session
from facedaemon.store import Store
from facedaemon.values import Fingerprint, PhotoAnalysis, Size, Vectors
from facedaemon.vision import find_models

Labels = NDArray[np.int64]
LARGE, PEOPLE, LIKENESS = 100_000, 5000, 0.8
IN_A_PHOTO = 2
NEW_PHOTOS = 9
LEAST_QUALITY = Config().training.min_quality


def made_up(count: int, people: int, seed: int = 0) -> tuple[NDArray[np.float16], Labels]:
    """So many faces, half of them of people seen from twice to 2,000 times, half of strangers seen once."""
    draw = np.random.default_rng(seed)
    sizes = np.clip(4 * draw.pareto(1.0, people) + 2, 2, 2000).astype(np.int64)
    owner = np.repeat(np.arange(people), sizes)[: count // 2]
    owner = np.concatenate([owner, people + np.arange(count - len(owner))])
    middles = draw.standard_normal((owner.max() + 1, 256), np.float32)
    middles /= np.linalg.norm(middles, axis=1, keepdims=True)
    vectors = np.empty((count, 256), np.float16)
    for start in range(0, count, 10_000):
        rows = slice(start, start + 10_000)
        aside = draw.standard_normal((len(owner[rows]), 256), np.float32) / 16
        block = LIKENESS * middles[owner[rows]] + np.sqrt(1 - LIKENESS**2) * aside
        vectors[rows] = block / np.linalg.norm(block, axis=1, keepdims=True)
    order = draw.permutation(count)
    return vectors[order], owner[order]


def whole(vectors: NDArray[np.float16]) -> tuple[Labels, list[Figure]]:
    """The groups of all faces, and what they took."""
    alone = np.arange(len(vectors))
    faces = Unnamed(vectors, np.full(len(vectors), 0.8, np.float32), alone, alone)
    started, processor = time.perf_counter(), time.process_time()
    label = grouped(faces, LEAST_QUALITY).label
    clock, processor = time.perf_counter() - started, time.process_time() - processor
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return label, [
        Figure(f"{len(vectors):,} faces grouped", clock, "s", 60),
        Figure("the same, processor time", processor, "s"),
        Figure("the same, most memory of the process", most, "GB", 1),
    ]


def one_more(vectors: NDArray[np.float16]) -> Iterator[Figure]:
    """One new photo of people who are in others, from the state until the groups are in the state; processor time."""
    with tempfile.TemporaryDirectory() as folder:
        config = Config.model_validate({"photos": {"roots": [folder]}, "state_directory": str(Path(folder, "state"))})
        session = Session(config, Store.open(config.state()), find_models(config, os.environ), None, None)
        with session.store.transaction():
            for start in range(0, len(vectors), IN_A_PHOTO):
                put(session, start, vectors[start : start + IN_A_PHOTO].astype(np.float32))
        refresh(session)
        session.store.embedding_cache.forget()  # as in a process that was just started
        draw, times = np.random.default_rng(1), []
        for number in range(NEW_PHOTOS):
            like = vectors[draw.choice(len(vectors), IN_A_PHOTO)].astype(np.float32)
            like += 0.03 * draw.standard_normal(like.shape, np.float32)
            with session.store.transaction():
                put(session, len(vectors) + number, like / np.linalg.norm(like, axis=1, keepdims=True))
            processor = time.process_time()
            refresh(session)
            times.append(time.process_time() - processor)
        session.close()
    yield Figure("one new photo beside them, processor time, first of a process", times[0], "s")
    yield Figure("the next ones, median", float(np.median(times[1:])), "s", 0.3)


def put(session: Session, number: int, vectors: Vectors) -> None:
    """A photo with these faces, one of some thousand of its year."""
    faces = tuple(face(vector, place) for place, vector in enumerate(vectors))
    analysis = PhotoAnalysis(Size(4000, 3000), 1, f"{number:032x}", session.model_id, faces)
    path = session.config.roots()[0] / f"{number // 2000:03}" / f"IMG_{number:06}.jpg"
    known = session.store.photos.put_analysis(path, Fingerprint(1, number * 10**11, number), analysis)
    session.store.photos.put_dates(known.id, Taken(int((30 + 25 * number / LARGE) * YEAR), DateSource.EXIF), None)
