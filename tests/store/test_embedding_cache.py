"""The vectors of all faces in memory, as a later reader finds them."""

from pathlib import Path

import numpy as np
import pytest

from facedaemon.store import Store, Verdict
from facedaemon.store.embedding_cache import EmbeddingCache
from facedaemon.values import AnnotationState, Region
from tests import made_values

LEFT, RIGHT = Region(0.1, 0.2, 0.2, 0.3), Region(0.6, 0.2, 0.2, 0.3)
WIDTH = len(made_values.vector(0))


def seen(store: Store) -> dict[int, list[float]]:
    """The first number of each face's vector, by photo."""
    found: dict[int, list[float]] = {}
    for photos, vectors in store.embedding_cache.blocks(WIDTH):
        for photo, vector in zip(photos.tolist(), vectors, strict=True):
            found.setdefault(photo, []).append(round(float(vector[0]), 3))
    return found


def first(seed: int) -> float:
    """The first number of a made-up vector, as it comes back from the state."""
    return round(float(made_values.vector(seed).astype(np.float16)[0]), 3)


def test_the_cache_follows_every_change(store: Store) -> None:
    """New, changed and vanished faces are as in the state whenever the cache is asked, held or not."""
    analysis = made_values.analysis(made_values.face(LEFT, seed=1), made_values.face(RIGHT, seed=2))
    one = store.photos.put_analysis(Path("/photos/a.jpg"), made_values.fingerprint(1), analysis).id
    assert {one: [first(1), first(2)]} == seen(store)
    other = store.photos.put_analysis(
        Path("/photos/b.jpg"), made_values.fingerprint(2), made_values.analysis(made_values.face(LEFT, seed=3))
    ).id
    assert {one: [first(1), first(2)], other: [first(3)]} == seen(store)
    store.photos.put_analysis(
        Path("/photos/a.jpg"), made_values.fingerprint(3), made_values.analysis(made_values.face(LEFT, seed=4))
    )
    assert {one: [first(4)], other: [first(3)]} == seen(store)
    (face,) = store.faces.of(other)
    store.faces.put_verdict(face.id, Verdict(AnnotationState.CONFIRMED, "Anna", 1.0))
    assert {one: [first(4)], other: [first(3)]} == seen(store)
    store.faces.remove(face.id)
    user_drawn = store.faces.add_user_drawn(one, made_values.face(RIGHT, seed=5))
    assert user_drawn.id < face.id  # SQLite gives free numbers again
    assert {one: [first(4), first(5)]} == seen(store)


def test_vectors_of_another_network_are_not_mixed_in(store: Store) -> None:
    """While photos are looked at by a new network, each width is a set of its own."""
    store.photos.put_analysis(
        Path("/photos/a.jpg"), made_values.fingerprint(1), made_values.analysis(made_values.face(LEFT, seed=1))
    )
    assert [] == list(store.embedding_cache.blocks(WIDTH + 1))
    assert 1 == len(seen(store))


def test_embeddings_too_large_to_be_held_is_read_again(store: Store) -> None:
    """Beyond the limit every face is still there each time, and none comes twice."""
    for number in range(5):
        faces = (made_values.face(LEFT, seed=number), made_values.face(RIGHT, seed=number))[: 1 + number % 2]
        store.photos.put_analysis(
            Path(f"/photos/{number}.jpg"), made_values.fingerprint(number), made_values.analysis(*faces)
        )
    for most, block in ((0, 2), (3, 2), (4, 3), (6, 4), (7, 7)):
        embedding_cache = EmbeddingCache(store._connection, most, block)
        for _ in range(3):
            photos = [photo for numbers, _ in embedding_cache.blocks(WIDTH) for photo in numbers.tolist()]
            assert [1, 2, 2, 3, 4, 4, 5] == photos


@pytest.mark.parametrize(("most", "block"), [(100, 100), (100, 3), (5, 2), (0, 4)])
def test_the_vectors_of_some_faces(store: Store, most: int, block: int) -> None:
    """Those that are asked for, in their order, however many are held; faces without a vector are left out."""
    for number in range(12):
        analysis = made_values.analysis(made_values.face(LEFT, seed=number))
        store.photos.put_analysis(Path(f"/photos/{number}.jpg"), made_values.fingerprint(number), analysis)
    embedding_cache = EmbeddingCache(store._connection, most, block)
    for wanted in ([], [1], [2, 3, 7, 12], [*range(1, 13)], [4, 12, 13, 99], [0, 5], [50]):
        for _ in range(2):
            places, vectors = embedding_cache.of(np.array(wanted, np.int64))
            there = [face for face in wanted if 1 <= face <= 12]
            assert there == [wanted[place] for place in places]
            assert [first(face - 1) for face in there] == [round(float(vector[0]), 3) for vector in vectors]
