"""A state that a disk damaged, on a real library."""

import sqlite3
from contextlib import closing

import pytest

from tests.acceptance.place import Place

pytestmark = pytest.mark.slow


def _damage(place: Place, table: str) -> None:
    """The first page of a table is overwritten."""
    with closing(sqlite3.connect(place.state / "state.db")) as state:
        (root,) = state.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        (size,) = state.execute("PRAGMA page_size").fetchone()
    with (place.state / "state.db").open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xa5" * size)


def test_a_damaged_state_costs_time_and_nothing_else(place: Place) -> None:
    """The next scan says so, looks at every photo again, suggests the same names, and can still undo what it wrote."""
    place.json("scan")
    names, written = place.main_names(), place.sidecars().keys()
    _damage(place, "face")
    looked = place.run("status")
    assert (2, True) == (looked.status, "the state cannot be read" in looked.err)

    again = place.json("scan")
    assert "was damaged" in again.err
    assert len(place.truth) == again.summary["photos"]["indexed"]
    assert (names, written) == (place.main_names(), place.sidecars().keys())
    assert len(list(place.state.glob("state.db.damaged-*"))) == 1

    place.json("undo")
    assert {} == place.sidecars()
