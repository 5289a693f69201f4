"""Scans of the sample library, killed again and again: python -m benchmarks.soak_kills [KILLS] (default 300).

A scan is killed (SIGKILL) after a random time and started again on what is left, until one comes to its end; then
suggestions, sidecars and digiKam's rows must be those of a scan in peace, and `undo` must give back the folder and
digiKam's tables as they were. Every other series begins with all photos seen and nothing written, so that many kills
fall into writing. Prints a figure a line; exit status 1 where anything is lost, doubled or damaged.
"""

import difflib
import os
import random
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.acceptance.place import Place, whole_library

KILLS, SEED = 300, 20261124
WORK_SECONDS = 4.0  # a kill comes at most so long after a scan has loaded what it needs

VARYING = "Date|State|Confidence|List|Rest"

Tables = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Sight:
    """All that a scan leaves for others to see."""

    suggestions: tuple[tuple[Any, ...], ...]
    sidecars: Mapping[str, str]
    names: frozenset[str]
    tables: Tables


def tree(place: Place) -> dict[str, tuple[int, bytes]]:
    """Names, permissions and bytes of all photos and sidecars."""
    return {
        path.relative_to(place.photos).as_posix(): (
            stat.S_IMODE(path.stat().st_mode),
            path.read_bytes() if path.is_file() else b"",
        )
        for path in place.photos.rglob("*")
    }


def tables(place: Place) -> Tables:
    """All rows of digiKam's database."""
    with closing(sqlite3.connect(place.database)) as database:
        names = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        return {name: sorted(database.execute(f"select * from {name}"), key=repr) for name in names}


def sidecars(place: Place) -> dict[str, str]:
    """Their contents without dates, digests and confidences; one of them half written is another content.

    How sure a name is differs a little with the photos that were analysed before it was written.
    """
    return {
        photo: re.sub(f"<facedaemon:({VARYING})>[^<]*<", r"<facedaemon:\1><", path.read_text(encoding="utf-8"))
        for photo, path in place.sidecars().items()
    }


def seen(place: Place) -> Sight:
    """What stands there now."""
    listed = sorted((item["photo"], item["person"], *item["region"].values()) for item in place.suggestions())
    names = frozenset(path.relative_to(place.photos).as_posix() for path in place.photos.rglob("*"))
    return Sight(tuple(listed), sidecars(place), names, tables(place))


def whole(place: Place, peace: Sight, before: Tables) -> list[str]:
    """What is wrong right after a kill: a partial file, a damaged database, a row that was never meant to be."""
    wrong = [
        f"{name}: {difference(peace.sidecars.get(name, ''), text)}"
        for name, text in sidecars(place).items()
        if peace.sidecars.get(name) != text
    ]
    for file in (place.database, place.state / "state.db"):
        if file.exists():
            with closing(sqlite3.connect(file)) as database:
                if database.execute("pragma integrity_check").fetchall() != [("ok",)]:
                    wrong.append(f"{file.name} is damaged")
    allowed = {*before["ImageTagProperties"], *peace.tables["ImageTagProperties"]}
    now = tables(place)
    wrong += [f"row {row}" for row in now["ImageTagProperties"] if row not in allowed]
    wrong += [name for name, rows in now.items() if name != "ImageTagProperties" and rows != before[name]]
    return wrong


def suggested(place: Place) -> set[tuple[bytes, str]]:
    """The names that are suggested in the state, by photo."""
    if not (place.state / "state.db").exists():
        return set()
    with closing(sqlite3.connect(place.state / "state.db")) as state:
        if not state.execute("select 1 from sqlite_master where name = 'suggestion'").fetchone():
            return set()
        rows = state.execute(
            "select path, suggestion.person from suggestion join face on face.id = face"
            " join photo on photo.id = photo where suggestion.state = 'open'"
        )
        return {(path, person) for path, person in rows}


def difference(wanted: str, found: str) -> str:
    """The first lines that differ."""
    lines = difflib.unified_diff(wanted.splitlines(), found.splitlines(), n=0, lineterm="")
    return " ".join(line.strip() for line in lines if line[:3] not in {"---", "+++"})[:160]


def series(place: Place, draw: Callable[[], float], peace: Sight, before: Tables, left: int) -> tuple[int, list[str]]:
    """Kill scans until one ends, at most `left` times; gives how many were killed, and what was wrong.

    `draw` gives the seconds after which to kill.
    """
    killed, wrong, shown = 0, list[str](), set[tuple[bytes, str]]()
    while True:
        scan = place.start("scan", "-q")
        try:
            if killed < left:
                with suppress(subprocess.TimeoutExpired):
                    scan.wait(draw())
            else:
                scan.wait()
        finally:
            is_killed = scan.poll() is None
            scan.kill()
            scan.wait()
        if not is_killed:
            return killed, wrong + ([] if scan.returncode == 0 else [f"exit status {scan.returncode}"])
        killed += 1
        wrong += [found for found in whole(place, peace, before) if found not in wrong]
        now = suggested(place)
        wrong += [f"{name} was suggested and is not any more" for name in shown - now]
        shown = now


def compare(place: Place, peace: Sight, before: Tables, photos: Mapping[str, tuple[int, bytes]]) -> list[str]:
    """What is lost or doubled after a series, and what `undo` leaves."""
    now = seen(place)
    wrong = [
        f"other {name} than in peace"
        for name in ("suggestions", "sidecars", "names", "tables")
        if getattr(now, name) != getattr(peace, name)
    ]
    place.json("undo")
    wrong += ["undo does not give the photos back"] if tree(place) != photos else []
    wrong += ["undo does not give digiKam's tables back"] if tables(place) != before else []
    return wrong


def main() -> int:
    """All figures."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    shared = Path(os.environ.get("FACEDAEMON_SHARED", "../shared")).resolve()
    models = Path(os.environ.get("FACEDAEMON_MODELS", shared / "models"))
    chance, began = random.Random(SEED), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="facedaemon-kills-") as folder:
        place = whole_library(shared, models, Path(folder, "place"))
        photos, before = tree(place), tables(place)
        in_digikam = {"digikam": {"database": str(place.database), "write_suggestions": True}}
        place.configure(sidecar={"policy": "none"})
        place.json("scan")
        place.configure(library=in_digikam)
        kept = keep(place, Path(folder, "looked"))
        started = time.monotonic()
        place.json("scan")
        peace = seen(place)
        print(f"in peace: {len(peace.sidecars)} sidecars in {time.monotonic() - started:.0f} s")
        done, runs, wrong = 0, 0, list[str]()
        while done < kills:
            loading = seconds_without_work(place)
            kept(runs % 2 == 1)
            killed, found = series(
                place, partial(chance.uniform, 0.3 * loading, loading + WORK_SECONDS), peace, before, kills - done
            )
            found += compare(place, peace, before, photos)
            done, runs = done + killed, runs + 1
            wrong += found
            print(f"series {runs}: {killed} kills, {len(found)} wrong {found[:3]} {found[-3:]}", flush=True)
        print(f"{done} kills in {runs} series of scans, {time.monotonic() - began:.0f} s: {len(wrong)} wrong (limit 0)")
    return 1 if wrong else 0


def seconds_without_work(place: Place) -> float:
    """How long a scan takes that finds nothing to do: it loads what it needs."""
    started = time.monotonic()
    place.json("scan")
    return time.monotonic() - started


def keep(place: Place, copy: Path) -> Callable[[bool], None]:
    """Keep the place as it is; gives a function that puts it back, with the state or without."""
    shutil.copytree(place.folder, copy, copy_function=shutil.copy2)

    def put_back(with_state: bool) -> None:
        for path in place.photos.rglob("*.xmp"):
            path.unlink()
        shutil.rmtree(place.state)
        shutil.copy2(copy / place.database.name, place.database)
        for suffix in ("-wal", "-shm"):
            place.database.with_name(place.database.name + suffix).unlink(missing_ok=True)
        if with_state:
            shutil.copytree(copy / place.state.name, place.state)

    return put_back


if __name__ == "__main__":
    sys.exit(main())
