"""Whose samples changed since a gallery learned them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from facedaemon.store import Rejection, Store, Verdict
from facedaemon.values import AnnotationState, Evidence, Region, SuggestionState
from tests import made_values

LEFT, RIGHT = Region(0.1, 0.2, 0.2, 0.3), Region(0.6, 0.2, 0.2, 0.3)
PHOTO = Path("/photos/a.jpg")
BERTA_REJECTED = Rejection("abc", PHOTO, RIGHT, "Berta", Evidence.REMOVED)
ANNA = Verdict(AnnotationState.CONFIRMED, "Anna", 1.0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A state in which Anna is confirmed in one photo, and all is learned."""
    opened = Store.open(tmp_path)
    analysis = made_values.analysis(made_values.face(LEFT, seed=1), made_values.face(RIGHT, seed=2))
    photo = opened.photos.put_analysis(PHOTO, made_values.fingerprint(1), analysis)
    left, right = opened.faces.of(photo.id)
    opened.faces.put_verdict(left.id, ANNA)
    opened.suggestions.put(right.id, "Berta", 0.9, 1, 0.0)
    opened.training.learned()
    yield opened
    opened.close()


def faces(store: Store) -> tuple[int, int]:
    """Anna's face and the other one."""
    photo = store.photos.get(PHOTO)
    assert photo is not None
    left, right = store.faces.of(photo.id)
    return left.id, right.id


def taken_back(store: Store) -> None:
    """A name is taken from the other face, and given back."""
    store.rejections.add(BERTA_REJECTED, 1.0)
    store.rejections.forget([1])


CHANGES: dict[str, tuple[Callable[[Store], object], set[str]]] = {
    "confirmed": (
        lambda store: store.faces.put_verdict(faces(store)[1], Verdict(AnnotationState.CONFIRMED, "Carla", 1.0)),
        {"Carla"},
    ),
    "renamed": (
        lambda store: store.faces.put_verdict(faces(store)[0], Verdict(AnnotationState.CONFIRMED, "Carla", 1.0)),
        {"Anna", "Carla"},
    ),
    "withdrawn": (lambda store: store.faces.put_verdict(faces(store)[0], Verdict()), {"Anna"}),
    "trusted less": (
        lambda store: store.faces.put_verdict(faces(store)[0], Verdict(AnnotationState.CONFIRMED, "Anna", 0.5)),
        {"Anna"},
    ),
    "seen otherwise": (
        lambda store: store.photos.put_analysis(
            PHOTO, made_values.fingerprint(1), made_values.analysis(made_values.face(LEFT, seed=9))
        ),
        {"Anna"},
    ),
    "not seen any more": (
        lambda store: store.photos.put_analysis(PHOTO, made_values.fingerprint(1), made_values.analysis()),
        {"Anna"},
    ),
    "removed": (lambda store: store.faces.remove(faces(store)[0]), {"Anna"}),
    "moved": (
        lambda store: store.photos.move(1, Path("/photos/b/a.jpg"), made_values.fingerprint(1)),
        {"Anna"},
    ),
    "rejected": (lambda store: store.rejections.add(BERTA_REJECTED, 1.0), {"Berta"}),
    "rejected, and taken back": (
        taken_back,
        {"Berta"},
    ),
    "said again": (lambda store: store.faces.put_verdict(faces(store)[0], ANNA), set()),
    "seen as before": (
        lambda store: store.photos.put_analysis(
            PHOTO,
            made_values.fingerprint(1),
            made_values.analysis(made_values.face(LEFT, seed=1), made_values.face(RIGHT, seed=2)),
        ),
        set(),
    ),
    "accepted elsewhere": (
        lambda store: store.suggestions.close(faces(store)[1], "Berta", SuggestionState.WITHDRAWN, 1.0),
        set(),
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_changes_a_sample_is_written_down(store: Store, what: str) -> None:
    """Exactly the people whose samples or rejections changed are to be learned again; a second time is no mistake."""
    change, people = CHANGES[what]
    with store.transaction():
        change(store)
    assert people == store.training.unlearned()
    store.training.learned()
    assert not store.training.unlearned()


def test_what_was_rolled_back_did_not_happen(store: Store) -> None:
    """A change and the note of it are one transaction."""
    with pytest.raises(RuntimeError), store.transaction():
        store.faces.put_verdict(faces(store)[0], Verdict())
        raise RuntimeError
    assert not store.training.unlearned()


def test_samples_of_some_people_are_those_of_all_that_are_theirs(store: Store) -> None:
    """Reading one person's samples and rejections gives what reading everything gives of that person."""
    store.faces.put_verdict(faces(store)[1], Verdict(AnnotationState.CONFIRMED, "Carla", 1.0))
    model = store.photos.by_id(1).model
    assert model is not None
    everything, vectors = store.training.samples(model)
    own, own_vectors = store.training.samples(model, {"Carla"})
    assert ["Anna", "Carla"] == [record.person for record in everything]
    assert everything[1:] == own
    assert vectors[1:].tolist() == own_vectors.tolist()
    assert [] == store.training.samples(model, ())[0]
