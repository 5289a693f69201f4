"""Names and turns written into a photo after facedaemon made a sidecar beside it."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from facedaemon.pipeline.session import Session
from facedaemon.sidecar import digest
from facedaemon.values import SuggestionState
from tests.pipeline.conftest import SmallLibrary, finished
from tests.pipeline.test_scan import suggested_photo
from tests.sidecar.packets import exiftool, tags

WRITE = ("-q", "-m", "-overwrite_original")


def _named(photo: Path, name: str, x: float, y: float, w: float, h: float) -> None:
    area = f"Area={{X={x + w / 2},Y={y + h / 2},W={w},H={h},Unit=normalized}}"
    size = "AppliedToDimensions={W=150,H=150,Unit=pixel}"
    exiftool(*WRITE, f"-RegionInfo={{{size},RegionList=[{{{area},Name={name},Type=Face}}]}}", photo)


@pytest.mark.parametrize("same", [True, False], ids=["the suggested name", "another name"])
def test_a_name_written_into_the_photo_is_an_answer(library: SmallLibrary, session: Session, same: bool) -> None:
    """It accepts or rejects the suggestion, and the sidecar, which nothing needs any more, is gone."""
    item = suggested_photo(library, session)
    sidecar = item.photo.with_name(f"{item.photo.name}.xmp")
    assert sidecar.exists()
    at = item.region
    _named(item.photo, item.person if same else "Somebody Else", at.x, at.y, at.w, at.h)
    finished(session)
    wanted = SuggestionState.ACCEPTED if same else SuggestionState.REJECTED
    assert [item.person] == [found.person for found in session.store.suggestions.all(wanted)]
    assert not sidecar.exists()


def test_what_is_written_into_the_photo_shows_in_our_sidecar(library: SmallLibrary, session: Session) -> None:
    """A rating and a keyword of today, beside the suggestion of yesterday; then nothing is left to do."""
    item = suggested_photo(library, session)
    sidecar = item.photo.with_name(f"{item.photo.name}.xmp")
    exiftool(*WRITE, "-XMP-xmp:Rating=4", "-IPTC:Keywords=new", item.photo)
    report = finished(session)
    assert (0, 1) == (report.indexed, report.written)
    seen = tags(sidecar)
    assert (4, ["new"]) == (seen["XMP-xmp:Rating"], seen["XMP-dc:Subject"])
    assert item.person in sidecar.read_text()
    assert 0 == finished(session).written


def test_a_sidecar_whose_suggestion_a_turn_took_away_is_gone(library: SmallLibrary, session: Session) -> None:
    """Nobody is found in the photo upside down, and an orientation of then would turn it for others."""
    item = suggested_photo(library, session)
    sidecar = item.photo.with_name(f"{item.photo.name}.xmp")
    exiftool(*WRITE, "-n", "-EXIF:Orientation=3", item.photo)
    finished(session)
    assert [] == list(session.store.suggestions.all(SuggestionState.OPEN))
    assert not sidecar.exists()


def test_a_sidecar_by_an_older_facedaemon_follows_the_photo_too(library: SmallLibrary, session: Session) -> None:
    """It bears no stamp, but the ledger knows that nobody else wrote to it; once somebody did, it is theirs."""
    item = suggested_photo(library, session)
    sidecar = item.photo.with_name(f"{item.photo.name}.xmp")
    sidecar.write_text(re.sub(r"(?s)\s*<facedaemon:Seed>.*</facedaemon:Seed>", "", sidecar.read_text()))
    with closing(sqlite3.connect(library.state / "state.db")) as connection, connection:
        connection.execute("UPDATE ledger SET after_digest = ?", (digest(sidecar.read_bytes()),))
    exiftool(*WRITE, "-XMP-xmp:Rating=4", item.photo)
    finished(session)
    assert 4 == tags(sidecar)["XMP-xmp:Rating"]
    assert "facedaemon:Seed" in sidecar.read_text()
