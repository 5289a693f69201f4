"""The vectors of all faces in memory, as a later reader finds them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from facedaemon.store import Store, Verdict
from facedaemon.store.crowd import Crowd
from facedaemon.values import MarkState, Region
from tests import fakes

LEFT, RIGHT = Region(0.1, 0.2, 0.2, 0.3), Region(0.6, 0.2, 0.2, 0.3)
WIDTH = len(fakes.vector(0))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A fresh state."""
    opened = Store.open(tmp_path)
    yield opened
    opened.close()


def seen(store: Store) -> dict[int, list[float]]:
    """The first number of each face's vector, by photo."""
    found: dict[int, list[float]] = {}
    for photos, vectors in store.crowd.blocks(WIDTH):
        for photo, vector in zip(photos.tolist(), vectors, strict=True):
            found.setdefault(photo, []).append(round(float(vector[0]), 3))
    return found


def first(seed: int) -> float:
    """The first number of a made-up vector, as it comes back from the state."""
    return round(float(fakes.vector(seed).astype(np.float16)[0]), 3)


def test_the_crowd_follows_every_change(store: Store) -> None:
    """New, changed and vanished faces are as in the state whenever the crowd is asked, held or not."""
    look = fakes.look(fakes.face(LEFT, seed=1), fakes.face(RIGHT, seed=2))
    one = store.photos.put_look(Path("/photos/a.jpg"), fakes.fingerprint(1), look).id
    assert {one: [first(1), first(2)]} == seen(store)
    other = store.photos.put_look(Path("/photos/b.jpg"), fakes.fingerprint(2), fakes.look(fakes.face(LEFT, seed=3))).id
    assert {one: [first(1), first(2)], other: [first(3)]} == seen(store)
    store.photos.put_look(Path("/photos/a.jpg"), fakes.fingerprint(3), fakes.look(fakes.face(LEFT, seed=4)))
    assert {one: [first(4)], other: [first(3)]} == seen(store)
    (face,) = store.faces.of(other)
    store.faces.put_verdict(face.id, Verdict(MarkState.CONFIRMED, "Anna", 1.0))
    assert {one: [first(4)], other: [first(3)]} == seen(store)
    store.faces.remove(face.id)
    drawn = store.faces.add_drawn(one, fakes.face(RIGHT, seed=5))
    assert drawn.id < face.id  # SQLite gives free numbers again
    assert {one: [first(4), first(5)]} == seen(store)


def test_vectors_of_another_network_are_not_mixed_in(store: Store) -> None:
    """While photos are looked at by a new network, each width is a crowd of its own."""
    store.photos.put_look(Path("/photos/a.jpg"), fakes.fingerprint(1), fakes.look(fakes.face(LEFT, seed=1)))
    assert [] == list(store.crowd.blocks(WIDTH + 1))
    assert 1 == len(seen(store))


def test_a_crowd_too_large_to_be_held_is_read_again(store: Store) -> None:
    """Beyond the limit every face is still there each time, and none comes twice."""
    for number in range(5):
        faces = (fakes.face(LEFT, seed=number), fakes.face(RIGHT, seed=number))[: 1 + number % 2]
        store.photos.put_look(Path(f"/photos/{number}.jpg"), fakes.fingerprint(number), fakes.look(*faces))
    for most, block in ((0, 2), (3, 2), (4, 3), (6, 4), (7, 7)):
        crowd = Crowd(store._connection, most, block)
        for _ in range(3):
            photos = [photo for numbers, _ in crowd.blocks(WIDTH) for photo in numbers.tolist()]
            assert [1, 2, 2, 3, 4, 4, 5] == photos
