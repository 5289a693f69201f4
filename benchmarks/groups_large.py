"""100,000 made-up faces that nobody named: grouping them, and what one new photo takes, with the state."""

import multiprocessing
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.agreement import agreement
from benchmarks.figures import Figure
from benchmarks.matching import face
from facedaemon.config import Config
from facedaemon.dates import YEAR, DateSource, Taken
from facedaemon.gallery import ALONE
from facedaemon.pipeline.groups import refresh
from facedaemon.pipeline.session import Session
from facedaemon.store import Store
from facedaemon.values import Fingerprint, PhotoAnalysis, Size, Vectors
from facedaemon.vision import find_models

Labels = NDArray[np.int64]
LARGE, PEOPLE, LIKENESS = 100_000, 5000, 0.8
IN_A_PHOTO = 2
NEW_PHOTOS = 9


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


def large() -> Iterator[Figure]:
    """What grouping all takes, and then one photo more; each in a process of its own, with the state of another one."""
    with tempfile.TemporaryDirectory() as folder:
        yield from in_a_process(make, folder)
        yield from in_a_process(whole, folder)
        yield from in_a_process(one_more, folder)


def in_a_process(work: Callable[[str], list[Figure]], folder: str) -> list[Figure]:
    """What `work` gives in a process that does nothing else."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as one:
        return one.submit(work, folder).result()


@contextmanager
def session_in(folder: str) -> Iterator[Session]:
    """A session with the state in the folder."""
    config = Config.model_validate({"photos": {"roots": [folder]}, "state_directory": str(Path(folder, "state"))})
    with closing(Session(config, Store.open(config.state()), find_models(config, os.environ), None, None)) as session:
        yield session


def make(folder: str) -> list[Figure]:
    """The state with all faces, not grouped yet."""
    vectors, _ = made_up(LARGE, PEOPLE)
    with session_in(folder) as session, session.store.transaction():
        for start in range(0, len(vectors), IN_A_PHOTO):
            put(session, start, vectors[start : start + IN_A_PHOTO].astype(np.float32))
    return []


def whole(folder: str) -> list[Figure]:
    """The groups of all faces, from the state and into it, and what they took."""
    with session_in(folder) as session:
        before = most_memory()
        started, processor = time.perf_counter(), time.process_time()
        refresh(session)
        clock, processor = time.perf_counter() - started, time.process_time() - processor
        most, places = most_memory(), session.store.groups.places()
    found = [ALONE if places[face].number is None else places[face].number for face in sorted(places)]
    _, owner = made_up(LARGE, PEOPLE)
    return [
        Figure(f"{LARGE:,} faces grouped", clock, "s", 60),
        Figure("the same, processor time", processor, "s"),
        Figure("the same, most memory of the process", most, "GB", 1),
        Figure("the same, before it", before, "GB"),
        Figure("the same, BCubed F", agreement(np.array(found), owner).bcubed_f, ""),
    ]


def most_memory() -> float:
    """The most that this process had in memory, GB; getrusage begins with what the process had that started it."""
    found = re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) / 1e6 if found else 0.0


def one_more(folder: str) -> list[Figure]:
    """One new photo of people who are in others, from the state until the groups are in the state; processor time."""
    vectors, _ = made_up(LARGE, PEOPLE)
    draw, times = np.random.default_rng(1), []
    with session_in(folder) as session:
        for number in range(NEW_PHOTOS):
            like = vectors[draw.choice(len(vectors), IN_A_PHOTO)].astype(np.float32)
            like += 0.03 * draw.standard_normal(like.shape, np.float32)
            with session.store.transaction():
                put(session, len(vectors) + number, like / np.linalg.norm(like, axis=1, keepdims=True))
            processor = time.process_time()
            refresh(session)
            times.append(time.process_time() - processor)
    return [
        Figure("one new photo beside them, processor time, first of a process", times[0], "s"),
        Figure("the next ones, median", float(np.median(times[1:])), "s", 0.3),
    ]


def put(session: Session, number: int, vectors: Vectors) -> None:
    """A photo with these faces, one of some thousand of its year."""
    faces = tuple(face(vector, place) for place, vector in enumerate(vectors))
    analysis = PhotoAnalysis(Size(4000, 3000), 1, f"{number:032x}", session.model_id, faces)
    path = session.config.roots()[0] / f"{number // 2000:03}" / f"IMG_{number:06}.jpg"
    known = session.store.photos.put_analysis(path, Fingerprint(1, number * 10**11, number), analysis)
    session.store.photos.put_dates(known.id, Taken(int((30 + 25 * number / LARGE) * YEAR), DateSource.EXIF), None)
