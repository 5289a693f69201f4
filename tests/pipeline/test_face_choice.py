"""Faces named by the short ids that commands print."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from facedaemon import face_ids
from facedaemon.errors import Fatal
from facedaemon.pipeline.answering.face_choice import chosen_faces
from facedaemon.store import Store
from facedaemon.values import Region
from tests import made_values

LEFT, RIGHT = Region(0.1, 0.2, 0.2, 0.3), Region(0.6, 0.2, 0.2, 0.3)
PHOTO = Path("/photos/a.jpg")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A fresh state."""
    opened = Store.open(tmp_path)
    yield opened
    opened.close()


def _ids(store: Store, photo: int) -> list[str]:
    return [face.short_id for face in store.faces.of(photo)]


def test_an_id_stays_while_the_picture_does(store: Store) -> None:
    """Looked at once more by another network, moved, turned: the face is named as before."""
    photo = store.photos.put_analysis(
        PHOTO, made_values.fingerprint(1), made_values.analysis(made_values.face(LEFT), content="one")
    )
    before = _ids(store, photo.id)
    nudged = Region(LEFT.x + 0.01, LEFT.y, LEFT.w, LEFT.h)
    store.photos.put_analysis(
        PHOTO, made_values.fingerprint(2), made_values.analysis(made_values.face(nudged, seed=5), content="one")
    )
    store.faces.turn(photo.id, 1, 6)
    store.photos.move(photo.id, PHOTO.with_name("b.jpg"), made_values.fingerprint(3))
    assert before == _ids(store, photo.id) == [face_ids.face_id("one", LEFT)]


def test_another_picture_at_the_same_path_has_other_ids(store: Store) -> None:
    """What a user read of one picture does not name a face of the one that took its place."""
    photo = store.photos.put_analysis(
        PHOTO, made_values.fingerprint(1), made_values.analysis(made_values.face(LEFT), content="one")
    )
    (before,) = _ids(store, photo.id)
    store.photos.put_analysis(
        PHOTO, made_values.fingerprint(2), made_values.analysis(made_values.face(LEFT, seed=5), content="two")
    )
    assert [face_ids.face_id("two", LEFT)] == _ids(store, photo.id)
    with pytest.raises(Fatal, match="no face has this id"):
        chosen_faces(store, [before])


def test_a_copy_of_the_photo_shows_the_same_face(store: Store) -> None:
    """One id names the face in all copies."""
    one = store.photos.put_analysis(
        PHOTO, made_values.fingerprint(1), made_values.analysis(made_values.face(LEFT), made_values.face(RIGHT))
    )
    copy = store.photos.put_copy(PHOTO.with_name("b.jpg"), made_values.fingerprint(2), one)
    left, right = _ids(store, one.id)
    assert [one.id, copy.id] == [face.photo for face in chosen_faces(store, [face_ids.shown(left)])]
    assert [left, left, right, right] == [face.short_id for face in chosen_faces(store, [left[:5], right])]


def test_what_fits_several_faces_names_none(store: Store) -> None:
    """Which of them was meant cannot be known; the message shows what to type."""
    photos = [
        store.photos.put_analysis(
            Path(f"/photos/{n}.jpg"),
            made_values.fingerprint(n),
            made_values.analysis(made_values.face(LEFT), content="x"),
        )
        for n in range(2)
    ]
    for photo, short_id in zip(photos, ("fabcd1234567x", "fabcd1234567y"), strict=True):
        store._connection.execute("UPDATE face SET short_id = ? WHERE photo = ?", (short_id, photo.id))
    with pytest.raises(Fatal, match="fabcd1234567x, fabcd1234567y; type more of it"):
        chosen_faces(store, ["fabcd123"])
    assert [photos[1].id] == [face.photo for face in chosen_faces(store, ["FABCDI234567Y"])]


def test_what_is_no_id_is_refused(store: Store) -> None:
    """The message says where ids are shown."""
    with pytest.raises(Fatal, match=r"'Anna' is no face's id, .* 'facedaemon faces PHOTO'"):
        chosen_faces(store, ["Anna"])
