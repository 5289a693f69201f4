"""Groups of faces that nobody named."""

from typing import Any

import numpy as np
import pytest

from facedaemon.gallery import nearest
from facedaemon.gallery.groups import (
    ALONE,
    NEW,
    Grouping,
    Unnamed,
    extended,
    grouped,
    near_new,
    strangers_among,
)
from facedaemon.gallery.nearest import edges_among
from facedaemon.values import Vectors
from tests.deadlines import within

LEAST = 0.3  # quality of faces that count


def people(counts: list[int], spread: float = 0.7, seed: int = 0, width: int = 256) -> tuple[Vectors, np.ndarray]:
    """Faces of so many people, (n, d), some of each, and whose they are; two of one person are about 0.67 alike."""
    draw = np.random.default_rng(seed)
    owner = np.repeat(np.arange(len(counts)), counts)
    centroids = draw.normal(size=(len(counts), width))
    centroids /= np.linalg.norm(centroids, axis=1, keepdims=True)
    faces = centroids[owner] + spread * draw.normal(size=(len(owner), width)) / np.sqrt(width)
    return (faces / np.linalg.norm(faces, axis=1, keepdims=True)).astype(np.float32), owner


def unnamed(vectors: Vectors, **columns: Any) -> Unnamed:
    """These faces, each in a photo of its own, taken at a time of its own, where nothing else is said."""
    alone = np.arange(len(vectors))
    values: dict[str, Any] = {"quality": np.full(len(vectors), 0.8, np.float32), "photos": alone, "moments": alone}
    return Unnamed(vectors, **{**values, **columns})


def known(label: np.ndarray, guesses: tuple[int, ...] = ()) -> Grouping:
    """Former groups, with these rows as guesses."""
    return Grouping(label, np.isin(np.arange(len(label)), guesses))


def affected(faces: Unnamed, former: np.ndarray) -> np.ndarray:
    """The rows of new faces, of those near them, and of the groups of these."""
    near = near_new(faces.vectors, faces.vectors[former == NEW])
    return np.flatnonzero(near | (former == NEW) | np.isin(former, former[near & (former >= 0)]))


def with_new(faces: Unnamed, before: Grouping, rows: np.ndarray | None = None) -> Grouping:
    """The former groups with the new faces: what they cannot affect stays as it was."""
    rows = affected(faces, before.label) if rows is None else rows
    part = Unnamed(faces.vectors[rows], faces.quality[rows], faces.photos[rows], faces.moments[rows])
    was = Grouping(before.label[rows], before.guesses[rows])
    found = extended(part, LEAST, was, strangers_among(faces.vectors))
    label, guesses = before.label.copy(), before.guesses.copy()
    label[rows] = np.where(found.label == ALONE, ALONE, found.label + before.label.max(initial=-1) + 1)
    guesses[rows] = found.guesses
    return Grouping(label, guesses)


def parts(grouping: Grouping) -> set[frozenset[int]]:
    """The groups as sets of rows."""
    return {frozenset(np.flatnonzero(grouping.label == group).tolist()) for group in set(grouping.label) - {ALONE}}


def of_people(owner: np.ndarray) -> set[frozenset[int]]:
    """The people with two and more faces as sets of rows."""
    rows = {frozenset(np.flatnonzero(owner == person).tolist()) for person in set(owner.tolist())}
    return {group for group in rows if len(group) > 1}


@pytest.mark.parametrize("counts", [[1] * 30, [2] * 20, [40, 3, 1, 1, 12, 1, 7], [300], [60] * 20 + [1] * 100])
@pytest.mark.parametrize("kind", [np.float32, np.float16])
def test_each_person_is_one_group_and_strangers_are_alone(counts: list[int], kind: type) -> None:
    """Whether there is one person or many, with few photos or many more than a face has neighbours."""
    vectors, owner = people(counts)
    assert of_people(owner) == parts(grouped(unnamed(vectors.astype(kind)), LEAST))


def test_the_order_of_the_faces_does_not_matter() -> None:
    """The same faces in another order are the same groups."""
    vectors, owner = people([5, 9, 2, 1, 1, 30])
    order = np.random.default_rng(1).permutation(len(owner))
    found = parts(grouped(unnamed(vectors[order]), LEAST))
    assert of_people(owner[order]) == found


def test_two_faces_of_one_photo_are_never_one_group() -> None:
    """Twins, mirrors and pictures on walls are two, however similar; their other photos go to the most similar one."""
    vectors, _ = people([12], spread=0.3)
    photos = np.arange(12)
    photos[[3, 7]] = 99
    label = grouped(unnamed(vectors, photos=photos), LEAST).label
    assert label[3] != label[7]
    for group in set(label.tolist()) - {ALONE}:
        members = photos[label == group]
        assert len(members) == len(set(members.tolist()))


@pytest.mark.parametrize("seed", range(5))
def test_no_group_has_two_faces_of_one_photo_among_many_people(seed: int) -> None:
    """The same with many people, each of whose photos shows several others."""
    vectors, _ = people([20] * 10, spread=0.85, seed=seed)
    photos = np.random.default_rng(seed).integers(0, 50, 200)
    quality = np.random.default_rng(seed).random(200).astype(np.float32)
    found = grouped(unnamed(vectors, photos=photos, quality=quality), LEAST)
    pairs = [pair for pair in zip(found.label.tolist(), photos.tolist(), strict=True) if pair[0] != ALONE]
    assert pairs
    assert len(pairs) == len(set(pairs))


def test_a_burst_counts_as_one_photo() -> None:
    """Fifty frames of one moment do not pull the group away from the person's other photos."""
    vectors, _ = people([4, 1])
    draw = np.random.default_rng(3)
    frames = vectors[0] + 0.02 * draw.normal(size=(50, 256)).astype(np.float32) / 16
    everything = np.concatenate([vectors, frames / np.linalg.norm(frames, axis=1, keepdims=True)]).astype(np.float32)
    moments = np.concatenate([np.arange(5), np.zeros(50, np.int64)])
    label = grouped(unnamed(everything, moments=moments), LEAST).label
    assert {label[0]} == set(label[[0, 1, 2, 3]]) | set(label[5:])
    assert ALONE == label[4]


def test_poor_faces_join_late_and_are_marked() -> None:
    """A poor face makes no group, changes none, and is a guess where it joins one."""
    vectors, owner = people([8, 8, 2])
    quality = np.full(18, 0.8, np.float32)
    quality[[7, 16, 17]] = 0.1
    found = grouped(unnamed(vectors, quality=quality), LEAST)
    assert found.label[7] == found.label[0]
    assert [7] == np.flatnonzero(found.guesses).tolist()
    assert {ALONE} == set(found.label[16:].tolist())  # two poor faces of somebody else are no group
    rest = np.delete(np.arange(18), [7, 16, 17])
    assert of_people(owner[rest]) == parts(grouped(unnamed(vectors[rest]), LEAST))


@pytest.mark.parametrize("quality", [0.8, 0.1])
def test_a_new_photo_changes_the_groups_near_it_alone(quality: float) -> None:
    """It joins its person, opens a group with a face that was alone, or stays alone; all others stay as they are."""
    vectors, owner = people([10, 6, 2, 2])
    before = np.full(20, NEW)
    before[:9], before[10:16], before[16], before[18:] = 7, 3, ALONE, 5
    columns = np.full(20, 0.8, np.float32)
    columns[9] = quality
    found = with_new(unnamed(vectors, quality=columns), known(before))
    assert of_people(owner) == parts(found)
    assert (quality < LEAST) == found.guesses[9]


def test_what_was_a_group_stays_one() -> None:
    """New photos do not take groups apart."""
    vectors, _ = people([6, 6])
    before = np.array([0] * 6 + [0] * 5 + [NEW])  # two people in one group, as a human may have left it
    found = with_new(unnamed(vectors), known(before))
    assert len(set(found.label[:11].tolist())) == 1


@pytest.mark.parametrize("count", [0, 1])
def test_nobody_makes_no_group(count: int) -> None:
    """No faces, or one."""
    vectors, _ = people([1] * count) if count else (np.zeros((0, 256), np.float32), None)
    assert [ALONE] * count == grouped(unnamed(vectors), LEAST).label.tolist()
    assert [ALONE] * count == with_new(unnamed(vectors), known(np.full(count, NEW))).label.tolist()


def test_neighbours_are_those_of_the_whole_table() -> None:
    """Block by block the same pairs are found as among all at once."""
    vectors, _ = people([3] * 900, spread=0.9)
    rows, others = np.arange(0, 2700, 2), np.arange(0, 2700)
    found = edges_among(vectors, rows, others, 0.3, 10_000)
    alike = vectors @ vectors.T
    wanted = {
        (min(a, b), max(a, b))
        for a, b in zip(*np.nonzero(alike >= 0.3), strict=True)
        if a != b and (a % 2, b % 2) != (1, 1)
    }
    assert sorted(wanted) == sorted(zip(*np.sort([found.first, found.second], axis=0), strict=True))


@pytest.mark.parametrize("held", [4_000_000, 50])
@pytest.mark.parametrize("most", [1, 2, 3, 48, 49, 60])
def test_each_keeps_its_likest_neighbours(most: int, held: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pair that is among the most similar ones of either is kept, the others are dropped; also while others come."""
    monkeypatch.setattr(nearest, "_MOST", held)
    monkeypatch.setattr(nearest, "_BLOCK", 7)
    vectors, _ = people([50], spread=0.5)
    everything = np.arange(50)
    found = edges_among(vectors, everything, everything, 0.2, most)
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, -1)
    wanted = {(min(a, b), max(a, b)) for a in range(50) for b in np.argsort(-alike[a])[: min(most, 49)].tolist()}
    assert wanted == set(zip(*np.sort([found.first, found.second], axis=0).tolist(), strict=True))


def between(vectors: Vectors, first: float, second: float) -> Vectors:
    """The faces, the last one made so like the middle of the first ten, and so like that of the next ten."""
    centroids = [vectors[rows].sum(axis=0) for rows in (slice(10), slice(10, 20))]
    basis = np.linalg.qr(np.stack([*centroids, vectors[20]], axis=1))[0]
    one, other, aside = (basis[:, at] * np.sign(basis[:, at] @ of) for at, of in enumerate([*centroids, vectors[20]]))
    made = vectors.copy()
    made[20] = first * one + second * other + np.sqrt(1 - first**2 - second**2) * aside
    return made


def test_a_face_left_alone_joins_late_where_no_other_group_is_nearly_as_like() -> None:
    """The more like it is, the surer: alone, a guess, one of the group. No guess while another is nearly as like."""
    vectors, _ = people([10, 10, 1])
    states: dict[float, list[str]] = {0.0: [], 0.4: []}
    for second, seen in states.items():
        for first in np.arange(0.4, 0.7, 0.01):
            found = grouped(unnamed(between(vectors, float(first), second)), LEAST)
            assert found.label[0] != found.label[10]
            seen.append("guess" if found.guesses[20] else "one" if found.label[20] == found.label[0] else "alone")
            assert not found.guesses[20] or first - second > 0.17
    clear = states[0.0]
    assert ["alone", "guess", "one"] == sorted(set(clear), key=clear.index)


def test_a_guess_stays_one_when_new_photos_come() -> None:
    """It is not taken for a sure member because it was there before."""
    vectors, _ = people([10, 10, 1])
    faces, found = next(
        (faces, found)
        for first in np.arange(0.4, 0.7, 0.01)
        if (found := grouped(faces := unnamed(between(vectors, float(first), 0.0)), LEAST)).guesses[20]
    )
    before = known(found.label.copy(), (20,))
    before.label[9] = NEW
    again = with_new(faces, before)
    assert parts(found) == parts(again)
    assert [20] == np.flatnonzero(again.guesses).tolist()


@pytest.mark.parametrize("seed", range(6))
def test_what_new_faces_cannot_affect_need_not_be_looked_at(seed: int) -> None:
    """The groups of the affected faces are those that come out where all faces are looked at."""
    draw = np.random.default_rng(seed)
    vectors, owner = people([*draw.integers(1, 12, 40).tolist(), *[1] * 60], spread=0.75, seed=seed)
    photos = draw.permutation(len(owner)) // 2
    faces = unnamed(vectors, photos=photos, quality=draw.random(len(owner)).astype(np.float32))
    before = grouped(faces, LEAST)
    before.label[photos == 7] = NEW
    some = affected(faces, before.label)
    assert 2 < len(some) < len(owner) / 2
    everything = with_new(faces, before, np.arange(len(owner)))
    assert parts(everything) == parts(found := with_new(faces, before))
    assert everything.guesses.tolist() == found.guesses.tolist()


@pytest.mark.parametrize("in_a_photo", [200, 50])
def test_photos_with_many_faces_that_look_alike_are_grouped_at_all(in_a_photo: int) -> None:
    """A picture made of one face many times: none of its faces are together, and it comes to an end."""
    vectors, _ = people([400], spread=0.5)
    photos = np.arange(len(vectors)) // in_a_photo
    found = within(lambda: grouped(unnamed(vectors, photos=photos), LEAST), "the groups")
    for photo in range(photos[-1] + 1):
        labels = found.label[photos == photo]
        assert len(labels[labels != ALONE]) == len(np.unique(labels[labels != ALONE]))
