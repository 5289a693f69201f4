"""How the daemon bears a library that never rests: python -m benchmarks.soak_library [SECONDS] (default 180).

Photos that nobody confirmed are renamed, moved and overwritten at random, sidecars left behind; at the end the daemon's
state is compared with that of a fresh scan. Prints a figure a line.
"""

import os
import random
import re
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from tests.acceptance.daemon_process import Daemon, daemon
from tests.acceptance.place import Place, small_library

PEOPLE, STRANGERS = 12, 30
OPERATIONS_PER_SECOND = 28  # 5,000 in 3 minutes
QUIET_SECONDS = 10.0

Seen = dict[Path, tuple[tuple[str, ...], tuple[str, ...]]]


def churn(place: Place, seconds: float) -> Counter[str]:
    """Rename, move and overwrite at random for so long; how often each was done."""
    draw = random.Random(7)
    photos = [place.photos / name for name, true in place.truth.items() if not true.confirmed]
    folders = sorted({photo.parent for photo in photos})
    spare = {photo: photo.read_bytes() for photo in photos}
    contents, done, until = list(spare.values()), Counter[str](), time.monotonic() + seconds
    while time.monotonic() < until:
        index = draw.randrange(len(photos))
        photo, kind = photos[index], draw.choice(("renamed", "moved", "overwritten"))
        if kind == "overwritten":
            new = photo.with_name(f".{photo.name}.new")
            new.write_bytes(draw.choice(contents))
            new.replace(photo)
        else:
            folder = photo.parent if kind == "renamed" else draw.choice(folders)
            photos[index] = photo.rename(folder / f"IMG_{draw.randrange(10**9):09}.jpg")
        done[kind] += 1
        time.sleep(1 / OPERATIONS_PER_SECOND)
    return done


def seen(state: Path, photos: Path) -> Seen:
    """The faces and the open suggestions of every photo that is there."""
    found: dict[Path, tuple[list[str], list[str]]] = {path: ([], []) for path in photos.rglob("*.jpg")}
    with closing(sqlite3.connect(f"{state.as_uri()}/state.db?mode=ro", uri=True)) as database:
        rows = database.execute(
            "SELECT path, face.x, face.y, person, (SELECT person FROM suggestion WHERE suggestion.face = face.id"
            " AND suggestion.state = 'open') FROM face JOIN photo ON photo.id = face.photo WHERE NOT missing"
        )
        for path, x, y, confirmed, suggested in rows:
            faces, names = found.setdefault(Path(os.fsdecode(path)), ([], []))
            faces.append(f"{x:.4f} {y:.4f} {confirmed}")
            if suggested is not None:
                names.append(f"{x:.4f} {y:.4f} {suggested}")
    return {path: (tuple(sorted(faces)), tuple(sorted(names))) for path, (faces, names) in found.items()}


def taken_in(log: str) -> int:
    """How many photos the daemon took in, by its own account; copies of known pictures count too."""
    return sum(int(count) for count in re.findall(r"(\d+) photos looked at", log))


def wait_for_quiet(running: Daemon) -> float:
    """Seconds until the daemon had nothing to do for some time."""
    began = quiet_since = time.monotonic()
    heard = 0
    while time.monotonic() - quiet_since < QUIET_SECONDS:
        running.until(lambda: True, "it ended")
        if len(running.told) != heard or not running.told[-1].startswith("STATUS=Watching"):
            heard, quiet_since = len(running.told), time.monotonic()
    return quiet_since - began


@contextmanager
def library() -> Iterator[Place]:
    """A part of the sample library, scanned once."""
    shared = Path(os.environ.get("FACEDAEMON_SHARED", "../shared")).resolve()
    models = Path(os.environ.get("FACEDAEMON_MODELS", shared / "models"))
    with tempfile.TemporaryDirectory(prefix="facedaemon-soak-") as folder:
        place = small_library(shared, models, Path(folder), PEOPLE, STRANGERS)
        place.json("scan")
        yield place


def main() -> None:
    """All figures."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 180.0
    with library() as place:
        with daemon(place, options=["-v"]) as running:
            running.tells("READY=1")
            wait_for_quiet(running)
            done = churn(place, seconds)
            settled = wait_for_quiet(running)
            running.process.send_signal(signal.SIGTERM)
            running.process.wait(10)
            log = running.log()
        print(f"{done.total()} operations in {seconds:.0f} s ({dict(done)}); at rest {settled:.1f} s after the last")
        print(f"{taken_in(log)} photos taken in: copies of known pictures, or pictures that had been lost everywhere")
        fresh = replace(place, folder=place.folder / "fresh")
        compare(place, fresh)


def compare(place: Place, fresh: Place) -> None:
    """The daemon's state beside that of a new scan of the same photos, without the sidecars."""
    (fresh.folder / "home").mkdir(parents=True)
    shutil.copyfile(place.config, fresh.config)
    settings = fresh.config.read_text(encoding="utf-8").replace(str(place.state), str(fresh.state))
    fresh.config.write_text(settings, encoding="utf-8")
    fresh.json("scan")
    ours, theirs = seen(place.state, place.photos), seen(fresh.state, place.photos)
    nothing: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    pairs = {path: (ours.get(path, nothing), theirs.get(path, nothing)) for path in ours.keys() | theirs.keys()}
    faces = [path for path, (one, other) in pairs.items() if one[0] != other[0]]
    names = [path for path, (one, other) in pairs.items() if one[1] != other[1]]
    print(
        f"{len(pairs)} photos: {len(faces)} with other faces, {len(names)} with other names than a fresh scan (limit 0)"
    )
    for path in names[:5]:
        print(f"  {path.name}: {ours.get(path)} against {theirs.get(path)}")


if __name__ == "__main__":
    main()
