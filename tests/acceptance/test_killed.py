"""Killed at any moment of a first scan, nothing is damaged and nothing is lost."""

import random
import re
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.loaded_command import Command
from tests.acceptance.place import TIMEOUT, Json, Place, small_library

pytestmark = pytest.mark.slow

SEED = 20261124
KILLS = [random.Random(SEED + number).random() for number in range(10)]


@dataclass(frozen=True)
class Undisturbed:
    """What a scan that nobody disturbs leaves behind, and how long it takes."""

    suggestions: list[Json]
    sidecars: dict[str, str]
    names: set[str]
    seconds: float


def _suggestions(place: Place) -> list[Json]:
    return sorted(place.suggestions("--all"), key=lambda item: (item["photo"], item["region"]["x"]))


def _sidecars(place: Place) -> dict[str, str]:
    """Their contents, without the dates and the id of the state that wrote them."""
    return {
        photo: re.sub("<facedaemon:(Date|State)>[^<]*<", r"<facedaemon:\1><", path.read_text(encoding="utf-8"))
        for photo, path in place.sidecars().items()
    }


def _names(place: Place) -> set[str]:
    return {path.relative_to(place.photos).as_posix() for path in place.photos.rglob("*")}


@pytest.fixture(scope="module")
def undisturbed(shared: Path, model_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """The small library after a scan in peace."""
    place = small_library(shared, model_files, tmp_path_factory.mktemp("undisturbed"))
    started = time.monotonic()
    place.json("scan")
    return Undisturbed(_suggestions(place), _sidecars(place), _names(place), time.monotonic() - started)


@pytest.mark.parametrize("moment", KILLS, ids=lambda moment: f"{moment:.0%}")
def test_a_killed_scan_is_finished_by_the_next(place: Place, undisturbed: Undisturbed, moment: float) -> None:
    """After kill -9 the next scan ends where an undisturbed one does; no file is partial, none is left over.

    `moment` is the share of an undisturbed scan's time, or, in its second half, of the sidecars it writes.
    """
    first = place.start("scan", "--json")
    try:
        if moment < 0.5:
            _wait(first, 2 * moment * undisturbed.seconds)
        else:
            _wait_for_sidecars(place, first, round((2 * moment - 1) * len(undisturbed.sidecars)))
    finally:
        first.kill()
        first.wait(TIMEOUT)
    _is_whole(place, undisturbed)
    place.json("scan")
    assert undisturbed.suggestions == _suggestions(place)
    assert undisturbed.sidecars == _sidecars(place)
    assert undisturbed.names == _names(place)


def _wait(scan: Command, seconds: float) -> None:
    with suppress(subprocess.TimeoutExpired):
        scan.wait(seconds)


def _wait_for_sidecars(place: Place, scan: Command, wanted: int) -> None:
    deadline = time.monotonic() + TIMEOUT
    while len(place.sidecars()) < wanted and scan.poll() is None:
        assert time.monotonic() < deadline, "no sidecars are written"
        _wait(scan, 0.002)


def _is_whole(place: Place, undisturbed: Undisturbed) -> None:
    """What a killed scan leaves: each sidecar is the finished one, and the state is sound as far as it got."""
    assert _sidecars(place).items() <= undisturbed.sidecars.items()
    if (place.state / "state.db").exists():
        with closing(sqlite3.connect(place.state / "state.db")) as state:
            assert [("ok",)] == state.execute("pragma integrity_check").fetchall()
