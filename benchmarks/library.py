"""How long reading and writing a digiKam library takes: `python -m benchmarks.library DIGIKAM4.DB [PHOTOS]`.

The database is copied and filled up to PHOTOS photos (default 50,000) with one unknown face in each, a confirmed one in
every second, and 1,000 people.
"""

import resource
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from facedaemon.library import Wanted, open_library
from facedaemon.values import Region

WRITES = 100


def fill(database: Path, photos: Path, count: int) -> list[Path]:
    """Add `count` photos to the library; gives the paths of the first of them, which need not exist."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("UPDATE AlbumRoots SET identifier = ?", (f"volumeid:?path={photos}",))
        albums = ((10_000 + n, f"/{n}") for n in range(count // 100 + 1))
        connection.executemany("INSERT INTO Albums (id, albumRoot, relativePath) VALUES (?, 1, ?)", albums)
        people = [10_000 + n for n in range(1000)]
        connection.executemany(
            "INSERT INTO Tags (id, pid, name) VALUES (?, 4, ?)", ((p, f"Person {p}") for p in people)
        )
        connection.executemany(
            "INSERT INTO TagProperties VALUES (?, 'person', ?)", ((p, f"Person {p}") for p in people)
        )
        ids = range(100_000, 100_000 + count)
        connection.executemany(
            "INSERT INTO Images (id, album, name, status, category) VALUES (?, ?, ?, 1, 1)",
            ((i, 10_000 + (i - ids[0]) // 100, f"IMG_{i}.JPG") for i in ids),
        )
        connection.executemany(
            "INSERT INTO ImageInformation (imageid, orientation, width, height) VALUES (?, 1, 6000, 4000)",
            ((i,) for i in ids),
        )
        insert = "INSERT INTO ImageTagProperties VALUES (?, ?, ?, ?)"
        unknown, confirmed = (f'<rect x="900" y="{y}" width="300" height="400"/>' for y in (2000, 100))
        connection.executemany(insert, ((i, 5, "autodetectedFace", unknown) for i in ids))
        connection.executemany(insert, ((i, people[i % 1000], "tagRegion", confirmed) for i in ids[::2]))
        connection.executemany("INSERT INTO ImageTags VALUES (?, ?)", ((i, people[i % 1000]) for i in ids[::2]))
        connection.commit()
    return [photos / str((i - ids[0]) // 100) / f"IMG_{i}.JPG" for i in ids[:WRITES]]


def seconds(started: float) -> float:
    """The time since `started`."""
    return time.perf_counter() - started


def main() -> None:
    """Print one line for each figure."""
    source, count = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 50_000
    with tempfile.TemporaryDirectory() as folder:
        photos, database = Path(folder, "photos"), Path(folder, "digikam4.db")
        photos.mkdir()
        (photos / "not-empty").touch()
        shutil.copyfile(source, database)
        paths = fill(database, photos, count)
        with open_library(database) as library:
            started = time.perf_counter()
            snapshot = library.snapshot()
            print(f"snapshot: {seconds(started):.2f} s for {count} photos, {len(snapshot.annotations)} faces")
            print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
            started = time.perf_counter()
            for _ in range(1000):
                library.change_token()
            print(f"change token: {seconds(started) * 1000:.0f} microseconds")
            times = []
            for path in paths:
                started = time.perf_counter()
                plan = library.write(path, [Wanted(Region(0.8, 0.1, 0.05, 0.1), "Person 10005")])
                times.append(seconds(started) * 1000)
                assert plan.changes, plan.refused
            print(f"write: {statistics.median(times):.1f} ms median, {max(times):.1f} ms at most, {len(times)} photos")


if __name__ == "__main__":
    main()
