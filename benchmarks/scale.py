"""A library that grows: `python -m benchmarks.scale --faces DIR [--json]`.

A state of made-up looks at 1,000, 10,000 and 50,000 photos, each of them a real (tiny) file. At each size: what a new
photo of a person costs, in a scan of its folder (the same faces at each size, the median of three folders); in the end,
how long a scan takes that finds nothing changed.
"""

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from benchmarks import made_photos
from benchmarks.data import existing_folder
from benchmarks.figures import Figure, show
from benchmarks.matching import WIDTH, face, unit
from benchmarks.paired import Spent, median, spent
from benchmarks.portraits import people
from facedaemon import watch
from facedaemon.config import Config
from facedaemon.pipeline.scan import scan_photos
from facedaemon.pipeline.session import Session
from facedaemon.store import Store
from facedaemon.values import PhotoAnalysis, Size
from facedaemon.vision import find_models

SIZES = (1_000, 10_000, 50_000)
NEW = 100
TURNS = 3
PHOTOS_IN_A_FOLDER = 100


def figures(faces: Path) -> Iterator[Figure]:
    """The cost of a new photo at each size, how it grew, and a scan that finds nothing to do."""
    portraits = [paths[0] for paths in people(faces).values() if paths][:NEW]
    with tempfile.TemporaryDirectory() as folder:
        roots = Path(folder, "photos")
        roots.mkdir()
        config = Config.model_validate({"photos": {"roots": [str(roots)]}, "state_directory": folder})
        session = Session(config, Store.open(Path(folder)), find_models(config, os.environ), library=None, naming=None)
        with closing(session):
            new_photos(session, portraits, roots / "first", 0)  # loads what is loaded once
            costs = []
            filled = 0
            for size in SIZES:
                fill(session, roots, range(filled, size))
                filled = size
                run(session, None)
                turns = [new_photos(session, portraits, roots / f"{size}-{turn}", size + turn) for turn in range(TURNS)]
                costs.append(median(turns))
                yield Figure(f"a new photo beside {size:,}", 1000 * costs[-1].clock, "ms")
                yield Figure("the same, processor time", 1000 * costs[-1].processor, "ms")
            growth = 100 * (costs[-1].processor / costs[0].processor - 1)
            yield Figure("the same, processor time, beside 50,000 over 1,000", growth, "% more", 10)
            again = [run(session, None) for _ in range(3)]
            yield Figure("second scan of 50,000 photos", min(each.clock for each in again), "s", 10)
            yield Figure("the same, processor time", min(each.processor for each in again), "s")


def new_photos(session: Session, portraits: list[Path], folder: Path, number: int) -> Spent:
    """What each of these photos takes, put into a folder as pictures of their own and scanned."""
    folder.mkdir()
    for portrait in portraits:
        (folder / portrait.name).write_bytes(made_photos.another(portrait.read_bytes(), number))
    taken = run(session, [folder])
    return Spent(taken.clock / len(portraits), taken.processor / len(portraits))


def fill(session: Session, root: Path, numbers: range) -> None:
    """Photos that were looked at: tiny files with a made-up stranger each."""
    draw = np.random.default_rng(numbers.start)
    vectors = unit(draw.normal(size=(len(numbers), WIDTH)).astype(np.float32))
    with session.store.transaction():
        for number, vector in zip(numbers, vectors, strict=True):
            path = root / f"{number // PHOTOS_IN_A_FOLDER:04}" / f"IMG_{number:06}.jpg"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"photo %d" % number)
            fingerprint = watch.fingerprint(path)
            assert fingerprint is not None
            analysis = PhotoAnalysis(Size(4000, 3000), 1, f"{number:032x}", session.model_id, (face(vector, 0),))
            session.store.photos.put_analysis(path, fingerprint, analysis)


def run(session: Session, paths: list[Path] | None) -> Spent:
    """What a scan takes."""

    def go() -> None:
        for _ in scan_photos(session, paths):
            pass

    return spent(go)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=existing_folder, required=True)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for figure in figures(options.faces):
        show(figure, as_json=options.json)


if __name__ == "__main__":
    main()
