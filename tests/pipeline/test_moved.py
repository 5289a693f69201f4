"""Photos that change places: renamed over others, swapped, renumbered. Names go with the pictures, nothing is lost."""

import logging
import re
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import pytest

from facedaemon.pipeline.list_photos import list_changed
from facedaemon.pipeline.session import Session
from tests.pipeline.conftest import SmallLibrary, finished
from tests.pipeline.test_scan import confirmed, suggested_photo

Known = TypeVar("Known")


def rename(library: SmallLibrary, places: Mapping[Path, Path]) -> None:
    """Files and digiKam's rows change places at once; whatever lay at a new place and is not renamed itself is gone."""
    held = {old: old.rename(old.with_name(f".{number}")) for number, old in enumerate(places)}
    with sqlite3.connect(library.database) as connection:
        rows = {
            library.root / f"{path}/{name}".lstrip("/"): (image, album, name)
            for image, album, path, name in connection.execute(
                "SELECT Images.id, album, relativePath, name FROM Images JOIN Albums ON Albums.id = Images.album"
            )
        }
        for place in set(places.values()) - places.keys():
            connection.execute("DELETE FROM Images WHERE id = ?", (rows[place][0],))
            place.unlink(missing_ok=True)
        update = "UPDATE Images SET album = ?, name = ? WHERE id = ?"
        connection.executemany(
            update, [(rows[old][1], f".{number}", rows[old][0]) for number, old in enumerate(places)]
        )
        connection.executemany(update, [(*rows[new][1:], rows[old][0]) for old, new in places.items()])
    for old, new in places.items():
        held[old].rename(new)
    connection.close()


def pictures(session: Session) -> dict[Path, str | None]:
    """What is known to be where."""
    return {photo.path: photo.content for photo in session.store.photos.all() if not photo.missing}


def moved(known: Mapping[Path, Known], moves: Mapping[Path, Path]) -> dict[Path, Known]:
    """What was known of the photos, at their new places."""
    stay = {path: what for path, what in known.items() if path not in moves and path not in moves.values()}
    return stay | {new: known[old] for old, new in moves.items()}


@pytest.mark.parametrize("kind", ["over another", "swapped", "moved up", "moved down"])
def test_names_go_with_the_pictures(
    library: SmallLibrary, session: Session, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    """Nothing is looked at again, whichever of the photos is come upon first."""
    a, b, c, d = sorted(confirmed(session))[:4]
    moves = {
        "over another": {a: b, d: c},
        "swapped": {a: d, d: a, b: c, c: b},
        "moved up": {b: a, c: b, d: c},
        "moved down": {a: b, b: c, c: d},
    }[kind]
    names, before = confirmed(session), pictures(session)
    rename(library, moves)
    caplog.set_level(logging.DEBUG, "facedaemon.pipeline.analyse")
    report = finished(session)
    gone = moves.keys() - moves.values()
    assert (0, 0, len(before) - len(gone)) == (report.indexed, report.failed, report.seen)
    assert not any("looked at" in message for message in caplog.messages)
    wanted = moved(before, moves)
    assert wanted == pictures(session)
    here = {path: name for path, name in confirmed(session).items() if path in wanted}
    assert moved(names, moves) == here


def test_a_photo_that_took_the_name_of_one_deleted_before(library: SmallLibrary, session: Session) -> None:
    """The deleted one may still come back, from the trash or a backup, and lost nothing."""
    a, b = sorted(confirmed(session))[:2]
    names = confirmed(session)
    content = a.read_bytes()
    a.unlink()
    list_changed(session, [a])
    rename(library, {b: a})
    assert 0 == finished(session).indexed
    assert names[b] == confirmed(session)[a]
    back = library.root / "back.jpg"
    back.write_bytes(content)
    report = finished(session)
    assert (1, 0) == (report.indexed, report.faces)
    known = session.store.photos.get(back)
    assert known is not None
    assert session.store.faces.of(known.id)


def test_a_name_that_we_wrote_is_no_humans_word_where_the_photo_lies_now(library: SmallLibrary) -> None:
    """Photo and sidecar took another photo's place, and a program that does not know our namespace rewrote it."""
    session = library.session(policy="regions")
    finished(session)
    written = suggested_photo(library, session)
    sidecar, other = written.photo.with_name(f"{written.photo.name}.xmp"), max(confirmed(session))
    text = re.sub(r"(?s)<(facedaemon:\w+)[ >].*?</\1>|<facedaemon:\w+[^>]*/>", "", sidecar.read_text())
    assert written.person in text
    assert "facedaemon:" not in text.replace("xmlns:facedaemon", "")
    sidecar.unlink()
    other.with_name(f"{other.name}.xmp").write_text(text)
    rename(library, {written.photo: other, other: written.photo})
    finished(session)
    assert other not in confirmed(session)
    assert written.photo in confirmed(session)
    session.close()
