"""Time and memory of a large library: `python -m benchmarks.matching [million] [library] [rebuild] [--json]`.

Made-up people and faces, scattered as LFW's are, 256 numbers each. A million faces against 2,000 people; a rebuild from
10,000 stored samples of 500 people, validation included; a new confirmation with 100,000 stored faces and 500 people,
until all suggestions in the state are right again: the pipeline's own learning and suggesting on a real state file.
Each part runs in a process of its own, whose peak of memory is told.
"""

import argparse
import json
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from facedaemon.config import Config
from facedaemon.gallery import Samples, build, change_since, match, updated
from facedaemon.pipeline.match import SuggestionChanges, reached, suggest
from facedaemon.pipeline.rebuild import rebuild_gallery
from facedaemon.pipeline.session import Session
from facedaemon.pipeline.train import train
from facedaemon.store import Store, Verdict
from facedaemon.values import AnnotationState, EmbeddedFace, Fingerprint, PhotoAnalysis, Quality, Region, Size, Vectors
from facedaemon.vision import find_models

WIDTH = 256
LIKENESS = 0.82  # of a face to its person: two faces of one person are then 0.67 alike
MILLION, BLOCK = 1_000_000, 50_000
FACES_IN_A_PHOTO = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="*", choices=[*PARTS, []])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for part in options.part or PARTS:
        process = multiprocessing.get_context("spawn").Process(target=report, args=(part, options.json))
        process.start()
        process.join()


def report(part: str, as_json: bool) -> None:
    """Print the figures of one part."""
    for figure, value in PARTS[part]():
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        if as_json:
            print(json.dumps({"figure": figure, "value": round(value, 3), "peak_mb": round(peak)}), flush=True)
        else:
            print(f"{figure:<44}{value:9.2f}   peak so far {peak:6.0f} MB", flush=True)


def million() -> Iterator[tuple[str, float]]:
    """Seconds to match a million faces, stored as float16, with 2,000 people; and again after one of them changed."""
    draw = np.random.default_rng(1)
    people = unit(draw.normal(size=(2000, WIDTH)).astype(np.float32))
    samples = samples_of(people, 3, draw)
    gallery = build(samples)
    faces = np.empty((MILLION, WIDTH), np.float16)
    for start in range(0, MILLION, BLOCK):
        faces[start : start + BLOCK] = scattered(people[draw.integers(len(people), size=BLOCK)], draw)
    began = time.perf_counter()
    match(gallery, faces, np.full(len(faces), 0.8, np.float32))
    yield "seconds for 1,000,000 faces x 2,000 people", time.perf_counter() - began
    more = with_one_more(samples, people[7])
    began = time.perf_counter()
    own = [row for row, person in enumerate(more.persons) if person == "person 0007"]
    changed = updated(gallery, more.chosen(own), {"person 0007"}, is_whole=False)
    change = change_since(changed, gallery)
    assert change is not None, "the change concerns all faces"
    concerned = 0
    for start in range(0, MILLION, BLOCK):
        block = faces[start : start + BLOCK]
        chosen = block[change.reaches(block)]
        concerned += len(chosen)
        match(changed, chosen, np.full(len(chosen), 0.8, np.float32))
    yield "seconds after one of the people changed", time.perf_counter() - began
    yield "faces that the change could reach", float(concerned)


def state_of_a_large_library() -> Iterator[tuple[str, float]]:
    """Seconds of one confirmation until the suggestions are right again."""
    with tempfile.TemporaryDirectory() as folder:
        config = Config.model_validate({"photos": {"roots": [folder]}, "state_directory": folder})
        store = Store.open(Path(folder))
        session = Session(config, store, find_models(config, os.environ), library=None, naming=None)
        fill(session, unknown=100_000, confirmed=10_000, people=500)
        trained = train(session)
        assert trained is not None
        for _ in suggest(session, trained, None, SuggestionChanges()):
            pass
        yield "suggestions open", float(sum(len(found) for found in store.suggestions.open_by_photo().values()))
        yield "seconds of one confirmation, first", confirmation(session, 0)
        for number in range(1, 4):
            yield "seconds of one confirmation, another", confirmation(session, number)
        session.close()


def rebuilding() -> Iterator[tuple[str, float]]:
    """Seconds of a rebuild from stored embeddings until the new generation is promoted, twice."""
    with tempfile.TemporaryDirectory() as folder:
        config = Config.model_validate({"photos": {"roots": [folder]}, "state_directory": folder})
        session = Session(config, Store.open(Path(folder)), find_models(config, os.environ), library=None, naming=None)
        fill(session, unknown=20_000, confirmed=10_000, people=500)
        for which in ("the first", "a second"):  # which is compared with the first
            start = time.perf_counter()
            steps = rebuild_gallery(session)
            while next(steps).stage in ("training", "validating"):
                pass
            yield f"seconds of a rebuild, 10,000 samples, {which}", time.perf_counter() - start
        session.close()


def confirmation(session: Session, number: int) -> float:
    """Confirm the suggestion of that number, learn it, and bring all suggestions in line."""
    record = next(item for place, item in enumerate(session.store.suggestions.all()) if place == number)
    photo = session.store.faces.get(record.face).photo
    start = time.perf_counter()
    with session.store.transaction():
        session.store.faces.put_verdict(record.face, Verdict(AnnotationState.CONFIRMED, record.person, 1.0))
    trained = train(session)
    assert trained is not None
    further = reached(session, trained)
    assert further is not None
    for _ in suggest(session, trained, further | {photo}, SuggestionChanges()):
        pass
    return time.perf_counter() - start


def fill(session: Session, unknown: int, confirmed: int, people: int) -> None:
    """A library of made-up faces: half of the unknown ones show the people."""
    draw = np.random.default_rng(2)
    middles = unit(draw.normal(size=(people, WIDTH)).astype(np.float32))
    shown = np.concatenate(
        [draw.integers(people, size=unknown // 2), np.repeat(np.arange(people), confirmed // people)]
    )
    strangers = unit(draw.normal(size=(unknown - unknown // 2, WIDTH)).astype(np.float32))
    vectors = np.concatenate([strangers, scattered(middles[shown], draw)])
    first_confirmed = unknown
    with session.store.transaction():
        for start in range(0, len(vectors), FACES_IN_A_PHOTO):
            rows = range(start, min(start + FACES_IN_A_PHOTO, len(vectors)))
            path = Path(session.config.roots()[0]) / f"{start:07}.jpg"
            analysis = PhotoAnalysis(
                Size(4000, 3000), 1, f"{start:032x}", session.model_id, tuple(face(vectors[r], r % 4) for r in rows)
            )
            photo = session.store.photos.put_analysis(path, Fingerprint(1, start * 10**11, start), analysis)
            for record, row in zip(session.store.faces.of(photo.id), rows, strict=True):
                if row >= first_confirmed:
                    person = f"person {shown[row - len(strangers)]:04}"
                    session.store.faces.put_verdict(record.id, Verdict(AnnotationState.CONFIRMED, person, 1.0))


def face(vector: Vectors, place: int) -> EmbeddedFace:
    """A good face in one of four places of its photo."""
    landmarks = np.full((5, 2), 0.5, np.float32)
    return EmbeddedFace(Region(0.05 + 0.24 * place, 0.4, 0.2, 0.2), landmarks, 0.9, vector, Quality(0.8, ()), True)


def samples_of(people: Vectors, each: int, draw: np.random.Generator) -> Samples:
    """`each` good faces of every direction."""
    owner = np.repeat(np.arange(len(people)), each)
    count = len(owner)
    return Samples(
        scattered(people[owner], draw),
        tuple(f"person {number:04}" for number in owner),
        np.full(count, 0.9, np.float32),
        np.arange(count),
    )


def with_one_more(samples: Samples, middle: Vectors) -> Samples:
    """The samples and one more of the eighth person."""
    vector = scattered(middle[None], np.random.default_rng(8))
    return Samples(
        np.concatenate([samples.vectors, vector]),
        (*samples.persons, "person 0007"),
        np.append(samples.quality, np.float32(0.9)),
        np.append(samples.groups, len(samples.groups)),
    )


def scattered(middles: Vectors, draw: np.random.Generator) -> Vectors:
    """A face of each person, about their direction."""
    aside = draw.standard_normal(middles.shape, np.float32)
    aside = unit(aside - (aside * middles).sum(axis=1, keepdims=True) * middles)
    return unit(LIKENESS * middles + np.sqrt(1 - LIKENESS**2) * aside)


def unit(vectors: Vectors) -> Vectors:
    """The vectors with length 1."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), np.float32)


PARTS = {"million": million, "library": state_of_a_large_library, "rebuild": rebuilding}


if __name__ == "__main__":
    main()
