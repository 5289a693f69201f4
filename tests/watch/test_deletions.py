"""A photo counts as deleted only where nothing else explains that it is missing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facedaemon.watch import Missing, missing

ROOT, OTHER = Path("/photos"), Path("/more")
PATHS = [ROOT / "album" / f"{number}.jpg" for number in range(100)]
KNOWN = [(path, number) for number, path in enumerate(PATHS)]


def test_a_few_missing_photos_are_gone() -> None:
    """Deleting is believed."""
    assert Missing((0, 1, 2), {}) == missing(KNOWN, PATHS[3:], [], [ROOT])


def test_below_an_unreadable_folder_nothing_is_gone() -> None:
    """Neither below a root that is away, nor below a folder that may not be read."""
    assert [Missing((), {})] * 2 == [missing(KNOWN, [], [folder], [ROOT]) for folder in (ROOT, ROOT / "album")]


def test_a_large_share_is_not_believed() -> None:
    """More than half at once is an unmounted folder or a mistake; it is reported and nothing is concluded."""
    assert Missing((), {ROOT: (60, 100)}, tuple(range(60))) == missing(KNOWN, PATHS[60:], [], [ROOT])


def test_another_root_does_not_hide_it() -> None:
    """Each root is judged by itself."""
    others = [OTHER / f"{number}.jpg" for number in range(1000)]
    known = [*KNOWN, *((path, 100 + number) for number, path in enumerate(others))]
    assert Missing((100,), {ROOT: (100, 100)}, tuple(range(100))) == missing(known, others[1:], [], [ROOT, OTHER])


def test_photos_outside_all_roots_are_left_alone() -> None:
    """A root taken out of the config is not deleted."""
    assert Missing((), {}) == missing(KNOWN[:5], [], [], [OTHER])


@given(st.sets(st.sampled_from(PATHS)), st.sets(st.sampled_from(PATHS)))
def test_what_was_seen_is_never_gone(known: set[Path], found: set[Path]) -> None:
    """And what is gone was known."""
    numbered = [(path, number) for path, number in KNOWN if path in known]
    gone = {PATHS[number] for number in missing(numbered, found, [], [ROOT]).deleted}
    assert (True, True) == (gone.isdisjoint(found), gone <= known)


@pytest.mark.parametrize(
    ("absent", "of", "is_believed"), [(20, 20, True), (21, 21, False), (21, 42, True), (22, 42, False), (1, 1, True)]
)
def test_how_many_are_believed(absent: int, of: int, is_believed: bool) -> None:
    """Up to twenty whatever their share, and any number up to half of a root's photos."""
    known = [(ROOT / f"{number}.jpg", number) for number in range(of)]
    found = missing(known, [path for path, _ in known[absent:]], [], [ROOT])
    assert (tuple(range(absent)) if is_believed else ()) == found.deleted
    assert ({} if is_believed else {ROOT: (absent, of)}) == found.withheld
