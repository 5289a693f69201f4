"""The first minutes: nothing configured, nobody named yet, or names from another program than digiKam."""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from facedaemon.pipeline import read_daemon
from tests.acceptance.daemon_process import LOOK_SECONDS
from tests.acceptance.digikam_user import DigikamUser
from tests.acceptance.place import TIMEOUT, Place

pytestmark = pytest.mark.slow

NONE = {"digikam": {"database": "none"}}


def test_a_library_in_which_nobody_is_named(place: Place) -> None:
    """Without a confirmed face there is nobody to suggest: the scan says so, writes nothing, and is no failure."""
    with closing(sqlite3.connect(place.database)) as database, database:
        database.execute("delete from ImageTags")
        database.execute("delete from ImageTagProperties")
    done = place.run("scan")
    assert 0 == done.status, done.err
    assert "name some faces" in done.out
    assert {} == place.sidecars()
    assert len(place.truth) == place.json("scan").summary["photos"]["unchanged"]
    for command in ("suggestions", "people", "status"):
        place.json(command)
    for command in ("audit", "evaluate"):
        assert "Traceback" not in place.run(command).err


def test_a_digikam_whose_collections_are_elsewhere(known_place: Place) -> None:
    """The scan says that the database names nobody here, and why; `check` shows where its collections are."""
    place = known_place
    with closing(sqlite3.connect(place.database)) as database, database:
        database.execute("update AlbumRoots set identifier = 'volumeid:?path=/nowhere/at/all'")
    done = place.run("scan")
    assert 0 == done.status, done.err
    assert f"digiKam's database {place.database} is not used" in done.err
    assert f"contains {place.photos}" in done.err
    assert "No face is confirmed yet" in done.out
    assert "/nowhere/at/all" in place.run("check").out


def test_a_first_name_after_a_scan_without_any(known_place: Place) -> None:
    """What was seen before anybody had a name is named as soon as somebody has one."""
    place = known_place
    human = DigikamUser(place)
    people = sorted({true.person for true in place.truth.values() if true.person is not None})
    rects = {person: human.confirmed(person) for person in people}
    for person, photos in rects.items():
        for photo in photos:
            human.take_confirmation_away(photo, person)
    place.json("scan")
    assert [] == place.suggestions()
    for person, photos in rects.items():
        for photo, rect in photos.items():
            human.confirm(photo, person, rect)
    assert 0 == place.json("scan").summary["photos"]["indexed"]
    assert set(people) == {item["person"] for item in place.suggestions()}


def test_run_shows_its_first_pass(place: Place) -> None:
    """At a terminal the bar of the first pass is seen, before the daemon says that it watches."""
    ours, theirs = os.openpty()
    started = place.start("run", err=theirs, environment={"TERM": "xterm"})
    os.close(theirs)
    seen = ""
    try:
        while "Watching for new photos" not in seen:
            seen += os.read(ours, 65536).decode("utf-8", "replace")
    finally:
        started.kill()
        started.wait(TIMEOUT)
        os.close(ours)
    assert "sidecars" in seen.partition("Watching")[0]


def test_run_without_a_terminal_says_how_far_it_is(place: Place) -> None:
    """In a log there are plain lines instead of a bar: how far the first pass is, what it did, and what comes next.

    A service of systemd writes none of them: its status has them.
    """
    shown = _first_lines(place, {})
    assert re.search(r"^looking at photos \d+ of \d+", shown, re.MULTILINE), shown
    assert not re.search(r"\x1b|\r|\n\n", shown), shown
    assert re.search(r"^\d+ photos: \d+ analysed", shown, re.MULTILINE), shown
    assert f"facedaemon review --config {place.config}" in shown
    assert "looking at photos" not in _first_lines(place, {"INVOCATION_ID": "0" * 32})


def _first_lines(place: Place, environment: Mapping[str, str]) -> str:
    """What `run` writes into a log until it watches."""
    log, pause = place.folder / "log", threading.Event()
    with log.open("w", encoding="utf-8") as file:
        started = place.start("run", out=file, err=file, environment=environment)
    try:
        while read_daemon(place.state).state != "watching":  # a command would take the processor from it
            assert started.poll() is None, log.read_text(encoding="utf-8")
            pause.wait(LOOK_SECONDS)
    finally:
        started.send_signal(signal.SIGTERM)
        started.wait(TIMEOUT)
    return log.read_text(encoding="utf-8")


def test_a_library_that_digikam_just_made(place: Place, shared: Path) -> None:
    """A database without photos is a library like any other."""
    shutil.copyfile(shared / "data" / "library" / "empty-digikam4.db", place.database)
    assert len(place.truth) == place.json("scan").summary["photos"]["indexed"]
    assert [] == place.suggestions()


def test_photos_without_a_face(place: Place, shared: Path) -> None:
    """Landscapes are looked at once, give nothing, and nothing is written beside them."""
    shutil.rmtree(place.photos)
    shutil.copytree(shared / "data" / "orientation", place.photos)
    place.configure(library=NONE)
    assert 18 == place.json("scan").summary["photos"]["indexed"]
    assert 18 == place.json("scan").summary["photos"]["unchanged"]
    assert {} == place.sidecars()


def test_names_from_another_program(place: Place, exiftool: Path) -> None:
    """Without digiKam, named regions in the photos' own metadata are the confirmations."""
    human = DigikamUser(place)
    people = sorted({true.person for true in place.truth.values() if true.person is not None})
    for person in people:
        for photo, rect in human.confirmed(person).items():
            _write_region(exiftool, place.photos / photo, person, rect)
    place.configure(library=NONE)
    summary = place.json("scan").summary
    assert sum(true.confirmed for true in place.truth.values()) == summary["confirmed"]["read"]
    names = place.main_names()
    known = {name: true.person for name, true in place.truth.items() if true.person is not None and not true.confirmed}
    assert [] == [name for name, person in names.items() if person != known.get(name)]
    assert 0.9 * len(known) <= len(names)


def _write_region(exiftool: Path, photo: Path, person: str, rect: str) -> None:
    """As picture managers write a named face: centre and size as shares of the picture."""
    x, y, w, h = (int(part) / 150 for part in rect.split('"')[1::2])
    area = f"{{X={x + w / 2:.6f},Y={y + h / 2:.6f},W={w:.6f},H={h:.6f},Unit=normalized}}"
    region = f"{{Name={person},Type=Face,Area={area}}}"
    info = f"-RegionInfo={{AppliedToDimensions={{W=150,H=150,Unit=pixel}},RegionList=[{region}]}}"
    subprocess.run([str(exiftool), "-q", "-overwrite_original", info, str(photo)], check=True)


def test_no_config_is_needed(place: Place) -> None:
    """`--photos` is enough: the rest is found or has a default, and the state lies where XDG says."""
    command = [sys.executable, "-m", "facedaemon", "scan", "--photos", str(place.photos), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=place.environment(), check=False)
    assert 0 == done.returncode, done.stderr
    assert len(place.truth) == json.loads(done.stdout)["photos"]["indexed"]
    assert (place.folder / "home" / ".local" / "state" / "facedaemon" / "state.db").is_file()


def test_one_folder_only(place: Place) -> None:
    """With a path, only what lies below it is looked at."""
    folder = next(iter(place.truth)).partition("/")[0]
    inside = [name for name in place.truth if name.startswith(f"{folder}/")]
    assert len(inside) == place.json("scan", str(place.photos / folder)).summary["photos"]["indexed"]
    rest = place.json("scan").summary["photos"]
    assert {"indexed": len(place.truth) - len(inside), "unchanged": len(inside)} == {
        key: rest[key] for key in ("indexed", "unchanged")
    }
