"""A first start: `python -m benchmarks.first --library DIR --faces DIR [--photos 20000] [--against DIR] [--json]`.

A library that was never scanned: the sample library (855 photos, 426 confirmed faces in digiKam's database) among
copies of LFW's photos, each a picture of its own, whose times lie in the years of the sample. One scan; the ledger says
when each sidecar was written. `--against` names a checkout of another version, which scans a second such library right
before; then the whole time is compared with its.
"""

import argparse
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.data import existing_folder
from benchmarks.figures import Figure, show
from benchmarks.made_photos import another
from benchmarks.portraits import people

PHOTOS = 20_000
IN_A_FOLDER = 200
YEARS = 14
OLDEST = 1_262_300_000  # seconds: January 2010, as the sample's


@dataclass(frozen=True)
class Place:
    """A library that was never scanned; `truth` names who is on a photo's main face, by its path below `photos`."""

    folder: Path
    truth: dict[str, str | None]

    @property
    def photos(self) -> Path:
        """The root of the photos."""
        return self.folder / "photos"


@dataclass(frozen=True)
class Scanned:
    """What one scan did: seconds in all, of processor time, and after how many each sidecar was written first."""

    seconds: float
    processor: float
    sidecars: tuple[float, ...]
    wrong: int
    wrong_meanwhile: int
    withdrawn: int


def made(folder: Path, library: Path, faces: Path, count: int) -> Place:
    """The sample library below `folder`, and so many photos in all."""
    place = Place(folder, {})
    shutil.copytree(library / "photos", place.photos)
    listed = json.loads((library / "truth.json").read_text(encoding="utf-8"))
    place.truth.update((name, true["person"]) for name, true in listed.items())
    known = {person for person in place.truth.values() if person is not None}
    shutil.copyfile(library / "digikam4.db", folder / "digikam4.db")
    with closing(sqlite3.connect(folder / "digikam4.db")) as database, database:
        database.execute("UPDATE AlbumRoots SET identifier = replace(identifier, '/library', ?)", [str(place.photos)])
    portraits = [(name.replace("_", " "), path) for name, paths in people(faces).items() for path in paths]
    missing = max(count - len(place.truth), 0)
    for number in range(missing):
        person, portrait = portraits[number * 7919 % len(portraits)]
        name = f"copies/{number // IN_A_FOLDER:04}/IMG_{number:06}.jpg"
        target = place.photos / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(another(portrait.read_bytes(), number))
        taken = OLDEST + number * 86_400 * 365 * YEARS / max(missing, 1)
        os.utime(target, (taken, taken))
        place.truth[name] = person if person in known else None
    settings = {
        "photos": {"roots": [str(place.photos)]},
        "library": {"digikam": {"database": str(folder / "digikam4.db")}},
        "state_directory": str(folder / "state"),
    }
    (folder / "config.yaml").write_text(json.dumps(settings), encoding="utf-8")
    return place


def scanned(place: Place, checkout: Path) -> Scanned:
    """One scan by the facedaemon of that checkout."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
    command = [sys.executable, "-m", "facedaemon", "scan", "--json", "--config", str(place.folder / "config.yaml")]
    began, start, spent = time.time(), time.perf_counter(), _processor_seconds()
    done = subprocess.run(
        command,
        cwd=checkout,
        env={**kept, "HOME": str(place.folder), "PYTHONPATH": str(checkout)},
        stdout=subprocess.PIPE,
        check=False,
    )
    seconds, processor = time.perf_counter() - start, _processor_seconds() - spent
    if done.returncode:
        raise SystemExit(f"the scan ended with {done.returncode}")
    with closing(sqlite3.connect(place.folder / "state" / "state.db")) as state:
        written = state.execute(
            "SELECT min(done) FROM ledger WHERE kind = 'sidecar' AND done IS NOT NULL GROUP BY target ORDER BY 1"
        )
        sidecars = tuple(row[0] - began for row in written)
        names = state.execute(
            "SELECT photo.path, suggestion.person, suggestion.state FROM suggestion JOIN face ON face.id = face"
            " JOIN photo ON photo.id = face.photo WHERE abs(face.x + face.w / 2 - 0.5) < 0.2"
            " AND abs(face.y + face.h / 2 - 0.5) < 0.25"
        ).fetchall()
    paths = {os.fsencode(place.photos / name): person for name, person in place.truth.items()}
    is_wrong = [state for path, person, state in names if paths[path] != person]
    withdrawn = sum(state == "withdrawn" for _, _, state in names)
    return Scanned(seconds, processor, sidecars, is_wrong.count("open"), len(is_wrong), withdrawn)


def figures(options: argparse.Namespace) -> Iterator[Figure]:
    """When the first sidecar comes, the longest wait for the next, and the whole."""
    here = Path(__file__).parent.parent
    with tempfile.TemporaryDirectory() as folder:
        before = None
        if options.against is not None:
            other = Path(folder, "other")
            other.mkdir()
            before = scanned(made(other, options.library, options.faces, options.photos), options.against)
            yield Figure("first sidecar, other version", before.sidecars[0], "s")
            yield Figure("whole first scan, other version", before.seconds, "s")
            yield Figure("the same, processor time", before.processor, "s")
            yield Figure("wrong names shown, other version", before.wrong, "")
            shutil.rmtree(other)
        own = Path(folder, "own")
        own.mkdir()
        seen = scanned(made(own, options.library, options.faces, options.photos), here)
        yield Figure(f"first sidecar, first start with {options.photos:,} photos", seen.sidecars[0], "s", 60)
        waits = [later - earlier for earlier, later in zip(seen.sidecars, seen.sidecars[1:], strict=False)]
        yield Figure("longest wait for the next new sidecar", max(waits, default=0.0), "s", 15)
        yield Figure("sidecars", len(seen.sidecars), "")
        yield Figure("whole first scan", seen.seconds, "s")
        yield Figure("the same, processor time", seen.processor, "s")
        yield Figure("wrong names shown in the end", seen.wrong, "")
        yield Figure("wrong names shown at any time", seen.wrong_meanwhile, "")
        yield Figure("names shown meanwhile and not in the end", seen.withdrawn, "")
        if before is not None:
            yield Figure("whole first scan over the other version's", seen.seconds / before.seconds, "times", 1.05)
            yield Figure("the same, processor time", seen.processor / before.processor, "times", 1.05)


def _processor_seconds() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=existing_folder, required=True)
    parser.add_argument("--faces", type=existing_folder, required=True)
    parser.add_argument("--photos", type=int, default=PHOTOS)
    parser.add_argument("--against", type=existing_folder)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for figure in figures(options):
        show(figure, as_json=options.json)


if __name__ == "__main__":
    main()
