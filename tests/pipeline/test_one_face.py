"""A "no" is about one face, its copies and its burst; a confirmation of that face undoes it."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from facedaemon.pipeline.session import Session
from facedaemon.store import SuggestionRecord
from facedaemon.values import SuggestionState
from tests.pipeline.conftest import SmallLibrary, finished, image_of
from tests.pipeline.test_scan import suggested_photo


def _again(photo: Path, to: Path) -> None:
    """The same picture, saved again by another program: other bytes, other content, the same folder and time."""
    Image.open(photo).save(to, quality=92)
    os.utime(to, ns=(photo.stat().st_mtime_ns, photo.stat().st_mtime_ns))


def _exact_copy(photo: Path, to: Path) -> None:
    to.parent.mkdir(exist_ok=True)
    shutil.copyfile(photo, to)


def _same_elsewhere(photo: Path, to: Path) -> None:
    to.parent.mkdir(exist_ok=True)
    Image.open(photo).save(to, quality=95)


COPIES = {
    "an exact copy": ("copies/copy.jpg", _exact_copy),
    "saved again in its folder": ("{folder}/again.jpg", _again),
    "saved again elsewhere": ("copies/again.jpg", _same_elsewhere),
}


def _with_copy(library: SmallLibrary, session: Session, kind: str) -> tuple[SuggestionRecord, Path]:
    """A photo with an open suggestion, and a copy of it for which the same name is suggested."""
    ours = suggested_photo(library, session)
    name, make = COPIES[kind]
    copy = library.root / name.format(folder=ours.photo.parent.relative_to(library.root))
    make(ours.photo, copy)
    finished(session)
    assert {ours.photo, copy} == {item.photo for item in session.store.suggestions.all(SuggestionState.OPEN)}
    return ours, copy


def set_face(library: SmallLibrary, photo: Path, person: str | None, region: str) -> None:
    """A human confirms the face of a photo, or (None) ignores it, in digiKam."""
    with closing(sqlite3.connect(library.database)) as connection, connection:
        image = image_of(connection, library, photo)
        connection.execute("DELETE FROM ImageTagProperties WHERE imageid = ?", (image,))
        if person is None:
            (tag,) = connection.execute("SELECT tagid FROM TagProperties WHERE property = 'ignoredPerson'").fetchone()
        else:
            (tag,) = connection.execute("SELECT id FROM Tags WHERE name = ?", (person,)).fetchone()
            connection.execute("INSERT OR IGNORE INTO ImageTags VALUES (?, ?)", (image, tag))
        attribute = "ignoredFace" if person is None else "tagRegion"
        connection.execute("INSERT INTO ImageTagProperties VALUES (?, ?, ?, ?)", (image, tag, attribute, region))


def rectangle(item: SuggestionRecord) -> str:
    """The face as digiKam writes it."""
    with Image.open(item.photo) as picture:
        width, height = picture.size
    x, y, w, h = item.region.x * width, item.region.y * height, item.region.w * width, item.region.h * height
    return f'<rect x="{x:.0f}" y="{y:.0f}" width="{w:.0f}" height="{h:.0f}"/>'


def _open(session: Session) -> set[Path]:
    return {item.photo for item in session.store.suggestions.all(SuggestionState.OPEN)}


@pytest.mark.parametrize("kind", COPIES)
def test_a_no_holds_for_copies_and_a_confirmation_undoes_it(library: SmallLibrary, session: Session, kind: str) -> None:
    """Said of one of them the name leaves both; confirmed in one of them it is suggested for the other again."""
    ours, copy = _with_copy(library, session, kind)
    others = sorted({face for _, face in _people(session)} - {ours.person})
    set_face(library, ours.photo, others[0], rectangle(ours))
    finished(session)
    assert set() == _open(session)
    set_face(library, ours.photo, ours.person, rectangle(ours))
    finished(session)
    assert {ours.person}.isdisjoint(item.rejection.person for item in session.store.rejections.all())
    assert {copy} == _open(session)


def test_ignoring_a_face_is_not_about_likeness(library: SmallLibrary, session: Session) -> None:
    """An exact copy loses the name as well; the same picture saved again, which is another face, keeps it."""
    ours, copy = _with_copy(library, session, "an exact copy")
    again = library.root / "copies/again.jpg"
    _same_elsewhere(ours.photo, again)
    finished(session)
    used = finished(session).used
    set_face(library, ours.photo, None, rectangle(ours))
    report = finished(session)
    assert {again} == _open(session)
    assert copy not in _open(session)
    assert used == report.used


def test_an_ignored_face_confirmed_after_all_trains_and_its_copies_are_named(
    library: SmallLibrary, session: Session
) -> None:
    """Ignore is taken back by the confirmation, also for the copy."""
    ours, copy = _with_copy(library, session, "an exact copy")
    used = finished(session).used
    set_face(library, ours.photo, None, rectangle(ours))
    finished(session)
    set_face(library, ours.photo, ours.person, rectangle(ours))
    report = finished(session)
    assert (used + 1, {copy}) == (report.used, _open(session))
    assert [] == session.store.rejections.all()


def test_our_own_regions_are_not_counted_as_confirmed(library: SmallLibrary) -> None:
    """With a policy that writes regions, a pass says of confirmed faces what it says without."""
    with closing(library.session(policy="regions")) as session:
        suggested_photo(library, session)
        before = finished(session)
        for photo in library.root.rglob("*.xmp"):
            photo.touch()
        after = finished(session)
        assert [] == after.notices
        assert (before.confirmed, before.left_out, before.open) == (after.confirmed, after.left_out, after.open)
        assert after.confirmed == after.used + after.left_out


def _people(session: Session) -> set[tuple[int, str]]:
    return {
        (face.id, face.verdict.person)
        for photo in session.store.photos.all()
        for face in session.store.faces.of(photo.id)
        if face.verdict.person is not None
    }
