"""Groups of faces that nobody named, in the state."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from facedaemon.dates import DateSource, Taken
from facedaemon.store import NO_GROUP, GroupChanges, Place, Store, Verdict
from facedaemon.values import AnnotationState, Region
from tests import made_values

LEFT, RIGHT = Region(0.1, 0.2, 0.2, 0.3), Region(0.6, 0.2, 0.2, 0.3)


def _photo(store: Store, number: int, count: int = 1) -> list[int]:
    """A photo with so many faces; their numbers."""
    faces = [made_values.face(region, seed=number) for region in (LEFT, RIGHT)[:count]]
    made = store.photos.put_analysis(
        Path(f"/photos/{number}.jpg"),
        made_values.fingerprint(number),
        made_values.analysis(*faces, content=f"{number}"),
    )
    return [face.id for face in store.faces.of(made.id)]


def test_what_is_looked_at_is_what_nobody_named(store: Store) -> None:
    """Confirmed and ignored faces, and those of photos that are gone, are in no group."""
    faces = [_photo(store, number)[0] for number in range(5)]
    store.faces.put_verdict(faces[0], Verdict(AnnotationState.CONFIRMED, "Anna", 1.0))
    store.faces.put_verdict(faces[1], Verdict(AnnotationState.IGNORED))
    store.photos.put_missing([store.faces.get(faces[2]).photo], missing=True)
    found = store.groups.unnamed("model")
    assert faces[3:] == list(found.faces)
    changes = store.groups.changes("model")
    assert (tuple(faces[3:]), ()) == (changes.new, changes.gone)
    store.groups.put({face: Place(1) for face in faces}, GroupChanges())
    changes = store.groups.changes("model")
    assert ((), tuple(faces[:3])) == (changes.new, changes.gone)
    assert {1} == changes.thinned
    store.groups.put({}, changes)
    assert not store.groups.changes("model").is_any
    assert [] == list(store.groups.unnamed("other").faces)


def test_the_places_of_before_come_with_the_faces(store: Store) -> None:
    """Group, guess, whether a face was looked at, and its vector; and which faces are not among them any more."""
    faces = [_photo(store, number)[0] for number in range(5)]
    store.groups.put(
        {faces[0]: Place(3), faces[1]: Place(None), faces[2]: Place(3, guess=True), faces[3]: Place(4)},
        store.groups.changes("model"),
    )
    store.faces.put_verdict(faces[3], Verdict(AnnotationState.CONFIRMED, "Anna", 1.0))
    found = store.groups.unnamed("model")
    assert [*faces[:3], faces[4]] == found.faces.tolist()
    assert [3, NO_GROUP, 3, NO_GROUP] == found.groups.tolist()
    assert [0, 0, 1, 0] == found.guesses.tolist()
    assert [1, 1, 1, 0] == found.looked_at.tolist()
    assert (faces[3],) == store.groups.changes("model").gone
    for face, vector in zip(found.faces.tolist(), found.vectors, strict=True):
        assert store.faces.vectors([face])[face].tolist() == vector.tolist()
    details = store.groups.details([faces[1], faces[4]])
    assert [store.faces.get(face).photo for face in (faces[1], faces[4])] == details.photos
    assert [b"/photos"] * 2 == details.folders
    assert 2 == len(details.times) == len(details.qualities)


def test_a_face_that_was_named_leaves_its_group_at_once(store: Store) -> None:
    """Before the next pass groups again."""
    faces = [_photo(store, number)[0] for number in range(3)]
    store.groups.put({face: Place(1, guess=face == faces[2]) for face in faces}, GroupChanges())
    assert {faces[0]: False, faces[1]: False, faces[2]: True} == store.groups.members(1)
    store.faces.put_verdict(faces[0], Verdict(AnnotationState.CONFIRMED, "Anna", 1.0))
    assert faces[1:] == list(store.groups.members(1))
    assert {1: 2} == store.groups.sizes()


def test_a_face_that_was_embedded_again_is_looked_at_again(store: Store) -> None:
    """Another network, another picture: what group it is in is open."""
    (face,) = _photo(store, 1)
    store.groups.put({face: Place(1)}, GroupChanges())
    again = made_values.analysis(made_values.face(LEFT, seed=9), content="1")
    store.photos.put_analysis(Path("/photos/1.jpg"), made_values.fingerprint(2), again)
    assert {} == store.groups.places()
    store.groups.put({face: Place(1)}, GroupChanges())
    store.photos.put_analysis(Path("/photos/1.jpg"), made_values.fingerprint(3), again)
    assert {face: Place(1)} == store.groups.places()


def test_groups_are_ordered_by_what_one_answer_names(store: Store) -> None:
    """By photos, not by faces."""
    for number, photos in enumerate((2, 4, 3)):
        places = {_photo(store, 10 * number + at)[0]: Place(number) for at in range(photos)}
        store.groups.put(places, GroupChanges())
    assert [(1, 4), (2, 3), (0, 2)] == list(store.groups.sizes().items())


def test_a_stranger_who_passed_by_once_is_not_shown(store: Store) -> None:
    """Ten photos of one minute are one meeting; where no photo states its time nothing is concluded."""
    faces = [_photo(store, number)[0] for number in range(3)]
    store.groups.put({face: Place(1) for face in faces}, GroupChanges())
    for second, face in enumerate(faces):
        store.photos.put_dates(store.faces.get(face).photo, Taken(6_000_000 + second, DateSource.EXIF), None)
    assert {} == store.groups.sizes()
    store.photos.put_dates(store.faces.get(faces[0]).photo, Taken(9_000_000, DateSource.EXIF), None)
    assert {1: 3} == store.groups.sizes()
    for face in faces:
        store.photos.put_dates(store.faces.get(face).photo, None, None)
    assert {1: 3} == store.groups.sizes()


def test_of_very_many_faces_the_best_are_looked_at(store: Store) -> None:
    """A library of a million unnamed faces does not keep a pass for hours; nor is it looked at again and again."""
    faces = []
    for number, quality in enumerate((0.9, 0.2, 0.7, 0.8)):
        analysis = made_values.analysis(made_values.face(LEFT, seed=number, quality=quality), content=f"{number}")
        made = store.photos.put_analysis(Path(f"/photos/{number}.jpg"), made_values.fingerprint(number), analysis)
        faces.append(store.faces.of(made.id)[0].id)
    found = store.groups.unnamed("model", most=3)
    assert [faces[0], faces[2], faces[3]] == list(found.faces)
    changes = store.groups.changes("model", most=3)
    assert tuple(found.faces.tolist()) == changes.new
    store.groups.put({face: Place(None) for face in found.faces.tolist()}, changes)
    assert not store.groups.changes("model", most=3).is_any
    store.faces.put_verdict(faces[0], Verdict(AnnotationState.IGNORED))
    changes = store.groups.changes("model", most=3)
    assert ((faces[1],), (faces[0],)) == (changes.new, changes.gone)  # the next best one takes the place


CHANGES: dict[str, Callable[[Store, int, int], object]] = {
    "ignored": lambda store, face, _: store.faces.put_verdict(face, Verdict(AnnotationState.IGNORED)),
    "named": lambda store, face, _: store.faces.put_verdict(face, Verdict(AnnotationState.CONFIRMED, "Anna", 1.0)),
    "away": lambda store, _, photo: store.photos.put_missing([photo], missing=True),
    "deleted": lambda store, face, _: store.faces.remove(face),
    "photo forgotten": lambda store, _, photo: store.photos.forget([photo]),
}


@pytest.mark.parametrize("is_guess", [False, True])
@pytest.mark.parametrize("kind", CHANGES)
def test_whatever_takes_a_face_away_is_written_down(store: Store, kind: str, is_guess: bool) -> None:
    """The group that lost it is known, unless it was a guess there; a face that comes back is new."""
    faces = [_photo(store, number)[0] for number in range(4)]
    store.groups.put(
        {face: Place(7, guess=is_guess and face == faces[0]) for face in faces}, store.groups.changes("model")
    )
    assert not store.groups.changes("model").is_any
    CHANGES[kind](store, faces[0], store.faces.get(faces[0]).photo)
    changes = store.groups.changes("model")
    assert () == changes.new
    assert (set() if is_guess else {7}) == changes.thinned
    store.groups.put({}, changes)
    assert set(faces[1:]) == set(store.groups.places())
    if kind in {"ignored", "named"}:
        store.faces.put_verdict(faces[0], Verdict())
        assert (faces[0],) == store.groups.changes("model").new


def test_what_changes_while_groups_are_made_is_left_for_the_next_time(store: Store) -> None:
    """A change that came after the faces were read is not marked as dealt with."""
    faces = [_photo(store, number)[0] for number in range(2)]
    changes = store.groups.changes("model")
    late = _photo(store, 9)[0]
    store.groups.put({face: Place(1) for face in faces}, changes)
    assert (late,) == store.groups.changes("model").new


def test_a_change_comes_with_the_groups_near_it_alone(store: Store) -> None:
    """New faces, those near them with their whole groups, and groups that lost a face; nothing else is read."""
    faces = [_photo(store, number)[0] for number in range(8)]
    numbers = [1, 1, 2, 2, 3, 3, None, None]
    store.groups.put(
        {face: Place(number) for face, number in zip(faces, numbers, strict=True)}, store.groups.changes("model")
    )
    store.faces.put_verdict(faces[4], Verdict(AnnotationState.IGNORED))
    new = _photo(store, 9)[0]
    changes = store.groups.changes("model")
    found = store.groups.some(changes, [faces[0], faces[6], new])
    assert [faces[0], faces[1], faces[5], faces[6], new] == found.faces.tolist()
    assert [1, 1, 3, NO_GROUP, NO_GROUP] == found.groups.tolist()
    assert [1, 1, 1, 1, 0] == found.looked_at.tolist()
    assert [*faces[:4], *faces[5:], new] == store.groups.looked_at(changes).tolist()


def test_a_snapshot_is_of_one_moment(store: Store, tmp_path: Path) -> None:
    """Readings of another process agree with each other, whatever a pass writes between them; after it all is seen."""
    faces = [_photo(store, number)[0] for number in range(3)]
    store.groups.put({face: Place(1) for face in faces}, store.groups.changes("model"))
    reader = Store.open_read_only(tmp_path)
    assert reader is not None
    with closing(reader):
        with reader.snapshot(), reader.snapshot():
            assert {1: 3} == reader.groups.sizes()
            store.faces.put_verdict(faces[0], Verdict(AnnotationState.IGNORED))
            store.faces.remove(faces[1])
            assert set(faces) == set(reader.groups.members(1)) == set(reader.faces.many(faces))
        assert {faces[2]} == set(reader.groups.members(1))
