"""Groups of faces that nobody named, in the state."""

from pathlib import Path

from facedaemon.dates import DateSource, Taken
from facedaemon.store import NO_GROUP, Place, Store, Verdict
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
    assert not store.groups.is_current("model")
    store.groups.put({face: Place(1) for face in faces}, ())
    assert not store.groups.is_current("model")
    store.groups.put({}, faces[:3])
    assert store.groups.is_current("model")
    assert [] == list(store.groups.unnamed("other").faces)


def test_the_places_of_before_come_with_the_faces(store: Store) -> None:
    """Group, guess, whether a face was looked at, and its vector; and which faces are not among them any more."""
    faces = [_photo(store, number)[0] for number in range(5)]
    store.groups.put(
        {faces[0]: Place(3), faces[1]: Place(None), faces[2]: Place(3, guess=True), faces[3]: Place(4)}, ()
    )
    store.faces.put_verdict(faces[3], Verdict(AnnotationState.CONFIRMED, "Anna", 1.0))
    found = store.groups.unnamed("model")
    assert [*faces[:3], faces[4]] == found.faces.tolist()
    assert [3, NO_GROUP, 3, NO_GROUP] == found.groups.tolist()
    assert [0, 0, 1, 0] == found.guesses.tolist()
    assert [1, 1, 1, 0] == found.looked_at.tolist()
    assert [faces[3]] == list(found.gone)
    for face, vector in zip(found.faces.tolist(), found.vectors, strict=True):
        assert store.faces.vectors([face])[face].tolist() == vector.tolist()
    details = store.groups.details([faces[1], faces[4]])
    assert [store.faces.get(face).photo for face in (faces[1], faces[4])] == details.photos
    assert [b"/photos"] * 2 == details.folders
    assert 2 == len(details.times) == len(details.qualities)


def test_a_face_that_was_named_leaves_its_group_at_once(store: Store) -> None:
    """Before the next pass groups again."""
    faces = [_photo(store, number)[0] for number in range(3)]
    store.groups.put({face: Place(1, guess=face == faces[2]) for face in faces}, ())
    assert {faces[0]: False, faces[1]: False, faces[2]: True} == store.groups.members(1)
    store.faces.put_verdict(faces[0], Verdict(AnnotationState.CONFIRMED, "Anna", 1.0))
    assert faces[1:] == list(store.groups.members(1))
    assert {1: 2} == store.groups.sizes()


def test_a_face_that_was_embedded_again_is_looked_at_again(store: Store) -> None:
    """Another network, another picture: what group it is in is open."""
    (face,) = _photo(store, 1)
    store.groups.put({face: Place(1)}, ())
    again = made_values.analysis(made_values.face(LEFT, seed=9), content="1")
    store.photos.put_analysis(Path("/photos/1.jpg"), made_values.fingerprint(2), again)
    assert {} == store.groups.places()
    store.groups.put({face: Place(1)}, ())
    store.photos.put_analysis(Path("/photos/1.jpg"), made_values.fingerprint(3), again)
    assert {face: Place(1)} == store.groups.places()


def test_groups_are_ordered_by_what_one_answer_names(store: Store) -> None:
    """By photos, not by faces."""
    for number, photos in enumerate((2, 4, 3)):
        places = {_photo(store, 10 * number + at)[0]: Place(number) for at in range(photos)}
        store.groups.put(places, ())
    assert [(1, 4), (2, 3), (0, 2)] == list(store.groups.sizes().items())


def test_a_stranger_who_passed_by_once_is_not_shown(store: Store) -> None:
    """Ten photos of one minute are one meeting; where no photo states its time nothing is concluded."""
    faces = [_photo(store, number)[0] for number in range(3)]
    store.groups.put({face: Place(1) for face in faces}, ())
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
    store.groups.put({face: Place(None) for face in found.faces.tolist()}, ())
    assert store.groups.is_current("model", most=3)
    assert not store.groups.is_current("model")
