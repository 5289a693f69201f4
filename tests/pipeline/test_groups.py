"""Groups of faces that nobody named, from pass to pass."""

import shutil

import numpy as np

from facedaemon.gallery import ALONE, Grouping
from facedaemon.pipeline.groups import changed_places, stable_numbers
from facedaemon.pipeline.session import Session
from facedaemon.store import NO_GROUP, Place, UnnamedFaces, Verdict
from facedaemon.values import AnnotationState
from tests.pipeline.conftest import finished


def test_a_group_keeps_its_number_while_most_of_it_stays() -> None:
    """Faces come, go and change; a part that splits off, or two that are joined, get a number never used before."""
    former = [1, 1, 1, 1, 2, 2, 2, None]
    same, highest = stable_numbers([5, 5, 5, 5, 3, 3, 3, 3], former, 9)
    assert ({5: 1, 3: 2}, 9) == (same, highest)
    split, highest = stable_numbers([0, 0, 0, 1, 1, 1, 1, 1], former, 9)
    assert ({0: 1, 1: 10}, 10) == (split, highest)  # three of 2, with one of 1
    joined, highest = stable_numbers([0, 0, 0, 0, 0, 0, 0, 0], former, 9)
    assert ({0: 10}, 10) == (joined, highest)
    mixed, highest = stable_numbers([0, 0, 0, 1, 0, 2, 2, 1], former, 9)
    assert ({0: 10, 1: 11, 2: 2}, 11) == (mixed, highest)  # most of 1, with one of 2
    halves, highest = stable_numbers([0, 0, 1, 1, -1, 2, 2, -1], former, 9)
    assert ({0: 10, 1: 11, 2: 2}, 11) == (halves, highest)
    assert ({}, 9) == stable_numbers([-1] * 8, former, 9)


def test_only_places_that_change_are_written() -> None:
    """New faces, other groups, other guesses; and a group of which one face is left."""
    groups = np.array([4, 4, 4, 7, 5, 5, NO_GROUP, NO_GROUP, 6, 6])
    guesses = np.array([0, 0, 1, 1, 0, 0, 0, 0, 0, 0])
    looked_at = np.array([1, 1, 1, 1, 1, 1, 1, 0, 1, 1])
    faces = UnnamedFaces(np.arange(10, 20), groups, guesses, looked_at, np.zeros((10, 0), np.float16))
    found = Grouping(np.array([2, 2, 2, 3, 0, 0, 0, ALONE, 1, 1]), np.array([0, 0, 1, 1, 0, 1, 0, 0, 0, 0], bool))
    changed, highest = changed_places(faces, found, 9)
    assert {13: Place(None), 15: Place(5, guess=True), 16: Place(5), 17: Place(None)} == changed
    assert 10 == highest


def _groups(session: Session) -> dict[str, set[int]]:
    return {f"g{number}": set(session.store.groups.members(number)) for number in session.store.groups.sizes()}


def test_groups_follow_the_photos(session: Session) -> None:
    """After a scan each group is one person; a copy of a photo joins the group of its faces, whose id stays."""
    for photo in session.store.photos.all():
        for face in session.store.faces.of(photo.id):
            session.store.faces.put_verdict(face.id, Verdict())
    finished(session)
    assert not session.store.groups.changes(session.model_id).is_any
    before = _groups(session)
    assert before
    for faces in before.values():
        photos = [session.store.faces.get(face).photo for face in faces]
        assert len(photos) == len(set(photos))
    name, faces = next(iter(before.items()))
    photo = session.store.photos.by_id(session.store.faces.get(next(iter(faces))).photo)
    copy = photo.path.with_name("copy of it.jpg")
    shutil.copyfile(photo.path, copy)
    finished(session)
    after = _groups(session)
    known = session.store.photos.get(copy)
    assert known is not None
    assert faces < after[name]
    assert any(session.store.faces.get(face).photo == known.id for face in after[name])
    session.store.faces.put_verdict(min(faces), Verdict(AnnotationState.IGNORED))
    finished(session)
    assert min(faces) not in _groups(session)[name]
