"""No file that would change Exiv2's prefixes is shown to it, wherever in the file the binding stands."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facedaemon.sidecar import exiv2
from facedaemon.sidecar.tree import NotXmp

WINDOW = 64  # bytes read at once, as few as the longest binding needs to be cut in all places
EVIL = b'xmlns:dc = "http://evil.example/"'
GOOD = b"xmlns:dc='http://purl.org/dc/elements/1.1/'"


@pytest.fixture(autouse=True)
def _small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exiv2, "_WINDOW", WINDOW)


def look(folder: Path, content: bytes) -> exiv2.Seen:
    """What Exiv2 sees in a file of that content."""
    file = folder / "photo"
    file.write_bytes(content)
    descriptor = os.open(file, os.O_RDONLY)
    try:
        return exiv2.inspect(descriptor)
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("before", range(2 * WINDOW))
def test_a_binding_is_found_across_what_is_read_at_once(tmp_path: Path, before: int) -> None:
    """It may begin and end anywhere; one as all programs write it is never taken for a wrong one."""
    with pytest.raises(NotXmp, match="prefix dc"):
        look(tmp_path, b"-" * before + EVIL)
    assert exiv2.Seen() == look(tmp_path, b"-" * before + GOOD + b"-" * WINDOW)
    assert exiv2.Seen() == look(tmp_path, b"-" * before + GOOD)


@given(st.lists(st.sampled_from([b"xmlns:", b"xml", b"dc", b"=", b"'", b'"', b">", b" ", b"u" * 40]), max_size=20))
def test_parts_say_what_the_whole_says(tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]) -> None:
    """Reading a part after the other refuses whatever is refused as a whole."""
    content = b"".join(pieces)
    try:
        exiv2.refuse_misnaming(content)
    except NotXmp:
        with pytest.raises(NotXmp):
            look(tmp_path_factory.mktemp("parts"), content)
    else:
        assert exiv2.Seen() == look(tmp_path_factory.mktemp("parts"), content)


@pytest.mark.parametrize("endless", [b"xmlns:dc" + b" " * (1 << 20), b"xmlns:dc='" + b"u" * (1 << 20)])
def test_a_binding_without_end_is_refused(tmp_path: Path, endless: bytes) -> None:
    """What no program writes is not held in memory until it ends."""
    with pytest.raises(NotXmp, match="more words"):
        look(tmp_path, endless)


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    """There is nothing to see."""
    assert exiv2.Seen() == look(tmp_path, b"")
