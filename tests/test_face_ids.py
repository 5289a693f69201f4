"""The short ids of faces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facedaemon import face_ids
from facedaemon.values import Region

PLACE = Region(0.1, 0.2, 0.2, 0.3)


def test_it_depends_on_the_picture_and_the_place_alone() -> None:
    """The same face has the same id after the state was lost; another place or picture has another one."""
    known = face_ids.face_id("abc", PLACE)
    assert known == face_ids.face_id("abc", PLACE)
    assert known == face_ids.face_id(
        "abc", Region(0.1 + 1e-7, 0.2 - 1e-7, 0.2, 0.3)
    )  # as another processor computes it
    assert 3 == len({known, face_ids.face_id("abd", PLACE), face_ids.face_id("abc", Region(0.2, 0.2, 0.2, 0.3))})


@given(st.text(max_size=40), st.floats(-1, 2), st.floats(-1, 2))
def test_what_is_shown_is_read(content: str, x: float, y: float) -> None:
    """Whatever a command prints, a command accepts: in capitals, and with letters that look alike, too."""
    whole = face_ids.face_id(content, Region(x, y, 0.1, 0.1))
    shown = face_ids.shown(whole)
    assert whole.startswith(shown)
    assert shown == face_ids.read(shown) == face_ids.read(f" {shown.upper()} ")
    assert shown == face_ids.read(shown.replace("0", "O").replace("1", "l"))
    assert whole == face_ids.read(whole)


@pytest.mark.parametrize("words", ["", "f", "f123", "g1234567", "12345678", "f12345678901234", "f123/567", "f12ü4567"])
def test_nothing_else_is_taken_for_one(words: str) -> None:
    """A group, a number, a photo or a mistake is no face."""
    assert face_ids.read(words) is None
