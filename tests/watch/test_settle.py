"""A photo is handed on once its changes have ended."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from facedaemon.watch import Hints, Settle

A, B = Path("/p/a.jpg"), Path("/p/b.jpg")


def test_a_path_is_held_until_it_is_quiet() -> None:
    """Each change starts the quiet time again."""
    settle = Settle(quiet=2, limit=10, burst=100)
    settle.add(A, 0)
    settle.add(A, 1)
    assert [Hints(), Hints((A,)), Hints()] == [settle.pop_ready(2), settle.pop_ready(3), settle.pop_ready(4)]


def test_a_path_written_without_pause_is_released_at_the_limit() -> None:
    """A file that never stops changing is handed on all the same."""
    settle = Settle(quiet=2, limit=10, burst=100)
    for now in range(11):
        settle.add(A, now)
    assert Hints((A,)) == settle.pop_ready(10)


def test_a_file_still_being_written_waits_on() -> None:
    """A quiet path that is said to be restless is held for another quiet time, up to the limit."""
    settle = Settle(quiet=2, limit=5, burst=100)
    settle.add(A, 0)
    settle.add(B, 0)
    hints = [settle.pop_ready(now, {A}.__contains__) for now in (2, 3, 4, 5)]
    assert [Hints((B,)), Hints(), Hints(), Hints((A,))] == hints


def test_a_burst_becomes_its_folder() -> None:
    """Too many files of one folder are one hint, which waits no longer than the first of them would have."""
    settle = Settle(quiet=2, limit=10, burst=3)
    for number in range(50):
        settle.add(Path(f"/p/{number}.jpg"), number / 5)
    assert (1, Hints(folders=(Path("/p"),))) == (len(settle), settle.pop_ready(10))


def test_files_below_a_waiting_folder_are_covered_by_it() -> None:
    """A folder that is to be looked through needs no list of its files."""
    settle = Settle(quiet=2, limit=10, burst=100)
    settle.add_folder(Path("/p"), 0)
    settle.add(Path("/p/deep/a.jpg"), 1)
    assert [Hints(), Hints(folders=(Path("/p"),))] == [settle.pop_ready(2), settle.pop_ready(3)]


NAMES = st.sampled_from([Path(f"/{folder}/{name}.jpg") for folder in "pq" for name in "abcde"])


@given(st.lists(st.tuples(NAMES, st.integers(0, 3))), st.integers(1, 4))
def test_nothing_is_lost_and_nothing_is_held_past_its_limit(changes: list[tuple[Path, int]], burst: int) -> None:
    """Whatever happens when, each path or its folder comes out, at most `limit` after it was put."""
    settle = Settle(quiet=2, limit=5, burst=burst)
    now = 0
    owed: dict[Path, int] = {}
    for path, pause in changes:
        for _ in range(pause):
            now += 1
            hints = settle.pop_ready(now)
            owed = {p: since for p, since in owed.items() if p not in hints.paths and p.parent not in hints.folders}
            assert all(now - since < 5 for since in owed.values())
        settle.add(path, now)
        owed.setdefault(path, now)
    hints = settle.pop_ready(now + 5)
    assert set() == {path for path in owed if path not in hints.paths and path.parent not in hints.folders}
    assert 0 == len(settle)
