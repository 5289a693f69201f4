"""A "no" is about one face, its copies and its burst; a confirmation of that face undoes it."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from facedaemon.pipeline.workshop import Workshop
from facedaemon.store import SuggestionRecord
from facedaemon.values import SuggestionState
from tests.pipeline.conftest import SmallLibrary, finished
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


def _with_copy(library: SmallLibrary, shop: Workshop, kind: str) -> tuple[SuggestionRecord, Path]:
    """A photo with an open suggestion, and a copy of it for which the same name is suggested."""
    ours = suggested_photo(library, shop)
    name, make = COPIES[kind]
    copy = library.root / name.format(folder=ours.photo.parent.relative_to(library.root))
    make(ours.photo, copy)
    finished(shop)
    assert {ours.photo, copy} == {item.photo for item in shop.store.suggestions.all(SuggestionState.OPEN)}
    return ours, copy


def set_face(library: SmallLibrary, photo: Path, person: str | None, region: str) -> None:
    """A human confirms the face of a photo, or (None) ignores it, in digiKam."""
    with closing(sqlite3.connect(library.database)) as connection, connection:
        (image,) = connection.execute(
            "SELECT Images.id FROM Images JOIN Albums ON Albums.id = Images.album"
            " WHERE Albums.relativePath || '/' || Images.name = ?",
            (f"/{photo.relative_to(library.root)}",),
        ).fetchone()
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


def _open(shop: Workshop) -> set[Path]:
    return {item.photo for item in shop.store.suggestions.all(SuggestionState.OPEN)}


@pytest.mark.parametrize("kind", COPIES)
def test_a_no_holds_for_copies_and_a_confirmation_undoes_it(library: SmallLibrary, shop: Workshop, kind: str) -> None:
    """Said of one of them the name leaves both; confirmed in one of them it is suggested for the other again."""
    ours, copy = _with_copy(library, shop, kind)
    others = sorted({face for _, face in _people(shop)} - {ours.person})
    set_face(library, ours.photo, others[0], rectangle(ours))
    finished(shop)
    assert set() == _open(shop)
    set_face(library, ours.photo, ours.person, rectangle(ours))
    finished(shop)
    assert {ours.person}.isdisjoint(item.rejection.person for item in shop.store.rejections.all())
    assert {copy} == _open(shop)


def test_ignoring_a_face_is_not_about_likeness(library: SmallLibrary, shop: Workshop) -> None:
    """An exact copy loses the name as well; the same picture saved again, which is another face, keeps it."""
    ours, copy = _with_copy(library, shop, "an exact copy")
    again = library.root / "copies/again.jpg"
    _same_elsewhere(ours.photo, again)
    finished(shop)
    used = finished(shop).used
    set_face(library, ours.photo, None, rectangle(ours))
    report = finished(shop)
    assert {again} == _open(shop)
    assert copy not in _open(shop)
    assert used == report.used


def test_an_ignored_face_confirmed_after_all_trains_and_its_copies_are_named(
    library: SmallLibrary, shop: Workshop
) -> None:
    """Ignore is taken back by the confirmation, also for the copy."""
    ours, copy = _with_copy(library, shop, "an exact copy")
    used = finished(shop).used
    set_face(library, ours.photo, None, rectangle(ours))
    finished(shop)
    set_face(library, ours.photo, ours.person, rectangle(ours))
    report = finished(shop)
    assert (used + 1, {copy}) == (report.used, _open(shop))
    assert [] == shop.store.rejections.all()


def test_our_own_regions_are_not_counted_as_confirmed(library: SmallLibrary) -> None:
    """With a policy that writes regions, a pass says of confirmed faces what it says without."""
    with closing(library.workshop(policy="regions")) as shop:
        suggested_photo(library, shop)
        before = finished(shop)
        for photo in library.root.rglob("*.xmp"):
            photo.touch()
        after = finished(shop)
        assert [] == after.notices
        assert (before.confirmed, before.left_out, before.open) == (after.confirmed, after.left_out, after.open)
        assert after.confirmed == after.used + after.left_out


def _people(shop: Workshop) -> set[tuple[int, str]]:
    return {
        (face.id, face.verdict.person)
        for photo in shop.store.photos.all()
        for face in shop.store.faces.of(photo.id)
        if face.verdict.person is not None
    }
