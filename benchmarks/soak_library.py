"""How the real daemon bears a library that never rests.

Photos that nobody confirmed are renamed, moved and overwritten at random, sidecars left behind; at the end the daemon's
state is compared with that of a fresh scan.
"""

import os
import random
import re
import shutil
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from benchmarks.soak_tools import UNIT, descriptors, memory, middle, sample_library
from tests.acceptance.daemon_process import Daemon, daemon
from tests.acceptance.place import Place

PEOPLE, STRANGERS = 12, 30
OPERATIONS_PER_SECOND = 28  # 5,000 in 3 minutes
QUIET_SECONDS = 10.0

Seen = dict[Path, tuple[tuple[str, ...], tuple[str, ...]]]


def churn(place: Place, seconds: float, meanwhile: Callable[[], None]) -> Counter[str]:
    """Rename, move and overwrite at random for so long, `meanwhile` between them; how often each was done."""
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
        meanwhile()
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


def looks(log: str) -> list[tuple[str, str]]:
    """The photos that the daemon looked at, each with the digest of its picture, in the order of its log (`-vv`)."""
    return re.findall(r"(?m)^(?:DEBUG: )?(.*): looked at; its picture is (\w+)$", log)


def wait_for_quiet(running: Daemon, timeout: float = 600.0) -> float:
    """Seconds until the daemon had nothing to do for some time."""
    began = quiet_since = time.monotonic()
    heard = 0
    while time.monotonic() - quiet_since < QUIET_SECONDS:
        assert time.monotonic() - began < timeout, f"it never rests: {running.received[-3:]}"
        running.until(lambda: True, "it ended")
        if len(running.received) != heard or not re.fullmatch(
            r"STATUS=Watching \d+ folders?|WATCHDOG=1", running.received[-1]
        ):
            heard, quiet_since = len(running.received), time.monotonic()
    return quiet_since - began


def hear_for(running: Daemon, seconds: float) -> None:
    """The daemon runs for so long."""
    until = time.monotonic() + seconds
    running.until(lambda: time.monotonic() >= until, "it ended", seconds + 60)


def never_resting(seconds: float = 180.0, settle: float = 300.0) -> None:
    """Operations at random for so long; memory and open files then, beside those after `settle` seconds."""
    with sample_library(PEOPLE, STRANGERS) as place:
        place.json("scan")
        with daemon(place, options=["-vv"], environment=UNIT) as running:
            running.tells("READY=1")
            wait_for_quiet(running)
            takes = Takes(running.process.pid)
            done = churn(place, seconds, takes.note)
            settled = wait_for_quiet(running)
            running.process.send_signal(signal.SIGTERM)
            running.process.wait(10)
            log = running.log()
        print(f"{done.total()} operations in {seconds:.0f} s ({dict(done)}); at rest {settled:.1f} s after the last")
        takes.tell(settle)
        seen = looks(log)
        print(f"{len(seen)} looks at pictures, all of which were known before (limit 0)")
        compare(place, replace(place, folder=place.folder / "fresh"))


class Takes:
    """Memory and open files of a process, as time goes by."""

    def __init__(self, process: int) -> None:
        self._process = process
        self._began = time.monotonic()
        self._seen: list[tuple[float, float, int]] = []

    def note(self) -> None:
        """What it takes now; kept once a second."""
        now = time.monotonic() - self._began
        if not self._seen or now - self._seen[-1][0] >= 1:
            self._seen.append((now, memory(self._process), descriptors(self._process)))

    def tell(self, settle: float) -> None:
        """The minute around `settle` beside the last one."""
        end = self._seen[-1][0]
        if end < settle + 60:
            return
        early = [seen for seen in self._seen if settle - 30 <= seen[0] < settle + 30]
        late = [seen for seen in self._seen if seen[0] >= end - 60]
        for what, at in (("memory", 1), ("open files", 2)):
            then, now = middle([seen[at] for seen in early]), middle([seen[at] for seen in late])
            change = 100 * (now / then - 1)
            print(f"{what}: {then:.0f} after {settle:.0f} s, {now:.0f} at the end: {change:+.1f} % (limit 5 %)")


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
