"""Photos and faces in the state."""

from pathlib import Path

import numpy as np
import pytest

from facedaemon.store import Store, Verdict
from facedaemon.values import AnnotationState, Region
from tests import made_values

LEFT, RIGHT = Region(0.1, 0.2, 0.2, 0.3), Region(0.6, 0.2, 0.2, 0.3)
PHOTO = Path("/photos/a.jpg")


def test_a_face_found_again_keeps_its_number_and_what_is_known_of_it(store: Store) -> None:
    """A photo that was changed a little does not lose its confirmations."""
    record = store.photos.put_analysis(
        PHOTO, made_values.fingerprint(1), made_values.analysis(made_values.face(LEFT), made_values.face(RIGHT))
    )
    left, right = store.faces.of(record.id)
    store.faces.put_verdict(left.id, Verdict(AnnotationState.CONFIRMED, "Anna", 1.0))
    nudged = Region(LEFT.x + 0.01, LEFT.y, LEFT.w, LEFT.h)
    store.photos.put_analysis(PHOTO, made_values.fingerprint(2), made_values.analysis(made_values.face(nudged, seed=5)))
    (again,) = store.faces.of(record.id)
    assert (again.id, again.verdict.person, again.region) == (left.id, "Anna", nudged)
    assert np.allclose(store.faces.vectors([left.id, right.id])[left.id], made_values.vector(5), atol=1e-3)


def test_a_photo_that_fails_keeps_what_was_seen_before(store: Store) -> None:
    """A file that is half written for a moment does not cost its faces."""
    record = store.photos.put_analysis(PHOTO, made_values.fingerprint(1), made_values.analysis(made_values.face(LEFT)))
    store.photos.put_failure(PHOTO, made_values.fingerprint(2), "cut off")
    assert len(store.faces.of(record.id)) == 1
    assert store.photos.failures() == [(PHOTO, "cut off")]


@pytest.mark.parametrize("name", [b"\xff\xfe.jpg", "é.jpg".encode(), b"new\nline.jpg", b"x" * 255])
def test_any_name_that_a_file_can_have_is_kept(store: Store, name: bytes) -> None:
    """Names are bytes to the kernel; none is lost or changed."""
    path = PHOTO.parent / name.decode("utf-8", "surrogateescape")
    store.photos.put_analysis(path, made_values.fingerprint(), made_values.analysis())
    found = store.photos.get(path)
    assert found is not None
    assert found.path == path


def test_a_picture_that_was_replaced_is_known_when_it_comes_back(store: Store) -> None:
    """An edit that is undone costs no new look; meanwhile nothing is shown of the former picture."""
    before = made_values.analysis(made_values.face(LEFT, seed=5), content="before")
    store.photos.put_analysis(PHOTO, made_values.fingerprint(1), before)
    store.photos.put_analysis(
        PHOTO, made_values.fingerprint(2), made_values.analysis(made_values.face(RIGHT), content="after")
    )
    assert (1, 1, 0) == store.photos.counts()
    assert [PHOTO] == [path for path, _ in store.photos.places()]
    known = store.photos.with_content("before", before.model_id)
    assert known is not None
    record = store.photos.put_copy(PHOTO, made_values.fingerprint(3), known)
    (face,) = store.faces.of(record.id)
    assert LEFT == face.region
    assert np.allclose(store.faces.vectors([face.id])[face.id], made_values.vector(5), atol=1e-3)
    assert (1, 1, 0) == store.photos.counts()


def test_a_picture_that_another_file_still_shows_is_not_kept_twice(store: Store) -> None:
    """Its faces are known by the other file."""
    store.photos.put_analysis(
        PHOTO, made_values.fingerprint(1), made_values.analysis(made_values.face(LEFT), content="one")
    )
    store.photos.put_analysis(
        PHOTO.with_name("b.jpg"),
        made_values.fingerprint(2),
        made_values.analysis(made_values.face(LEFT), content="one"),
    )
    store.photos.put_analysis(
        PHOTO, made_values.fingerprint(3), made_values.analysis(made_values.face(RIGHT), content="two")
    )
    assert 2 == len(list(store.photos.all()))


def test_a_moved_photo_takes_its_faces_along(store: Store) -> None:
    """Moving a file costs no new look and loses no name."""
    record = store.photos.put_analysis(PHOTO, made_values.fingerprint(1), made_values.analysis(made_values.face(LEFT)))
    to = Path("/photos/b/c.jpg")
    store.photos.move(record.id, to, made_values.fingerprint(1))
    moved = store.photos.get(to)
    assert moved is not None
    assert moved.id == record.id
    assert store.photos.get(PHOTO) is None
    assert len(store.faces.of(record.id)) == 1
