"""The photos' drive is pulled out while the daemon works, and plugged in again."""

import os
import random
import sqlite3
from contextlib import closing
from functools import partial

import pytest

from tests.acceptance.daemon_process import daemon
from tests.acceptance.drive import Drive, why_not
from tests.acceptance.place import Place

pytestmark = pytest.mark.slow


def test_a_drive_that_comes_and_goes_costs_nothing(place: Place) -> None:
    """Pulled out in the middle of the first scan, three times: in the end every photo is known, named and in peace."""
    if reason := why_not():
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    draw = random.Random(7)
    drive = Drive(place)
    with daemon(place, before=drive.before) as running:
        running.tells("STATUS=looking at photos")
        for times in range(3):
            seen = draw.randrange(2, 8) * (times + 1)
            running.until(partial(_knows, place, min(seen, len(place.truth))), "it does not go on")
            drive.unplug(running.process.pid)
            if times == 1:  # the other times it is back before anybody notices
                running.until(lambda: "everything known of its photos is kept" in running.log(), "it says nothing")
            drive.plug(running.process.pid)
        running.until(partial(_knows, place, len(place.truth)), "some photos are never looked at")
        running.until(lambda: len(drive.sidecars()) >= len(place.truth) // 4, "it writes no sidecars")
        assert 0 == running.stop()
    drive.keep()
    rest = place.json("scan").summary
    assert (0, 0) == (rest["photos"]["failed"], rest["suggestions"]["withdrawn"])
    assert {item["photo"] for item in place.suggestions()} == place.sidecars().keys()


def _knows(place: Place, count: int) -> bool:
    with closing(sqlite3.connect(f"{place.state.as_uri()}/state.db?mode=ro", uri=True)) as state:
        return int(state.execute("SELECT count(*) FROM photo WHERE content IS NOT NULL").fetchone()[0]) >= count
