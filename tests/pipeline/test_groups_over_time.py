"""Groups of unnamed faces while photos come and go, faces are answered and answers are taken back."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from facedaemon.config import Config
from facedaemon.gallery import ALONE, Unnamed, grouped
from facedaemon.pipeline.groups import refresh
from facedaemon.pipeline.reading.views import Views
from facedaemon.pipeline.session import Session
from facedaemon.store import GROUPED_NOTE, Store, Verdict
from facedaemon.values import (
    AnnotationState,
    EmbeddedFace,
    Fingerprint,
    PhotoAnalysis,
    Quality,
    Region,
    Size,
    Vector,
    Vectors,
)
from facedaemon.vision import find_models

WIDTH = 256
IGNORED = Verdict(AnnotationState.IGNORED)
ANNA = Verdict(AnnotationState.CONFIRMED, "Anna Example", 1.0)


class Faces:
    """Photos with one made-up face each in a real state."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.groups = session.store.groups
        self._photos = 0

    def add(self, vectors: Vectors, quality: float = 0.8, moment: int | None = None) -> list[int]:
        """The numbers of the new faces; each photo is taken a day after the last, or all in one `moment`."""
        with self.session.store.transaction():
            return [self._add(vector, quality, moment) for vector in vectors]

    def _add(self, vector: Vector, quality: float, moment: int | None) -> int:
        self._photos += 1
        number, photos = self._photos, self.session.store.photos
        face = EmbeddedFace(Region(0.1, 0.1, 0.2, 0.2), np.zeros((5, 2), np.float32), 0.9, vector, Quality(quality))
        analysis = PhotoAnalysis(Size(400, 300), 1, f"{number:032x}", self.session.model_id, (face,))
        seconds = 86_400 * number if moment is None else moment
        path = self.session.config.roots()[0] / f"{number}.jpg"
        photo = photos.put_analysis(path, Fingerprint(number, seconds * 10**9, number), analysis)
        return self.session.store.faces.of(photo.id)[0].id

    def photo(self, face: int) -> int:
        """The number of the face's photo."""
        return self.session.store.faces.get(face).photo

    def answer(self, faces: list[int], verdict: Verdict) -> None:
        """What a human said of them."""
        with self.session.store.transaction():
            for face in faces:
                self.session.store.faces.put_verdict(face, verdict)

    def parts(self) -> set[frozenset[int]]:
        """The groups as they are after a pass."""
        return {frozenset(members) for members in self.numbered().values()}

    def numbered(self) -> dict[int, set[int]]:
        """The same, with their numbers; as the pass wrote them."""
        refresh(self.session)
        found: dict[int, set[int]] = {}
        for face, place in self.groups.places().items():
            if place.number is not None:
                found.setdefault(place.number, set()).add(face)
        return found

    def from_scratch(self) -> set[frozenset[int]]:
        """The groups that come out where nothing is known of before."""
        faces = self.groups.unnamed(self.session.model_id)
        details = self.groups.details(faces.faces.tolist())
        alone = np.arange(len(faces.faces))
        quality, photos = np.array(details.qualities, np.float32), np.array(details.photos)
        label = grouped(Unnamed(faces.vectors, quality, photos, alone), 0.3).label
        return {frozenset(faces.faces[label == group].tolist()) for group in set(label.tolist()) - {ALONE}}


@pytest.fixture
def faces(tmp_path: Path, model_files: Path) -> Iterator[Faces]:
    """An empty state."""
    config = Config.model_validate({"photos": {"roots": [str(tmp_path)]}, "state_directory": str(tmp_path / "state")})
    models = find_models(config, {"FACEDAEMON_MODELS": str(model_files)})
    session = Session(config, Store.open(config.state()), models, None, None)
    yield Faces(session)
    session.close()


def person(count: int, seed: int, spread: float = 0.7, middle: np.ndarray | None = None) -> Vectors:
    """So many faces of one person; two are about 0.67 alike."""
    draw = np.random.default_rng(seed)
    centre = draw.normal(size=WIDTH) if middle is None else middle
    made = centre / np.linalg.norm(centre) + spread * draw.normal(size=(count, WIDTH)) / np.sqrt(WIDTH)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


def strangers(count: int, seed: int = 99) -> Vectors:
    """Faces of so many people."""
    return np.concatenate([person(1, 1000 * seed + each) for each in range(count)])


def apart(angle: float) -> tuple[Vectors, Vectors, Vectors]:
    """Two faces each of two people with this angle between them, and one face in the middle of both."""
    basis = np.linalg.qr(np.random.default_rng(5).normal(size=(WIDTH, 4)))[0].T
    one, other = basis[0], np.cos(angle) * basis[0] + np.sin(angle) * basis[1]
    sides = 0.5 * basis[2], 0.5 * basis[3]
    made = [np.stack([of + side, of - side]) for of, side in zip((one, other), sides, strict=True)]
    middle = (one + other)[None]
    first, second, between = (
        (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32) for rows in (*made, middle)
    )
    return first, second, between


def near_enough() -> tuple[Vectors, Vectors, Vectors]:
    """Those that are one group with the face between them, and two without it."""
    for angle in np.arange(0.6, 1.4, 0.02):
        made = apart(float(angle))
        rows = np.concatenate(made)
        counts = [len(set(grouped(_alone(part), 0.3).label.tolist()) - {ALONE}) for part in (rows[:4], rows)]
        if counts == [2, 1]:
            return made
    raise AssertionError


def _alone(vectors: Vectors) -> Unnamed:
    rows = np.arange(len(vectors))
    return Unnamed(vectors, np.full(len(vectors), 0.8, np.float32), rows, rows)


GOES: dict[str, Callable[[Faces, int], object]] = {
    "ignored": lambda faces, face: faces.answer([face], IGNORED),
    "named": lambda faces, face: faces.answer([face], ANNA),
    "drive away": lambda faces, face: faces.session.store.photos.put_missing([faces.photo(face)], missing=True),
    "forgotten": lambda faces, face: faces.session.store.photos.forget([faces.photo(face)]),
    "not found again": lambda faces, face: faces.session.store.faces.remove(face),
}


@pytest.mark.parametrize("goes", GOES)
def test_two_groups_that_one_face_joined_fall_apart_when_it_goes(faces: Faces, goes: str) -> None:
    """And a number that was read of one of the three never means faces that were not in it then."""
    first, second, between = near_enough()
    one, other = faces.add(first), faces.add(second)
    faces.add(strangers(60))
    before = faces.numbered()
    assert sorted(map(sorted, before.values())) == [one, other]
    (middle,) = faces.add(between)
    joined = faces.numbered()
    assert [{*one, *other, middle}] == list(joined.values())
    assert not set(before) & set(joined)
    GOES[goes](faces, middle)
    after = faces.numbered()
    assert {frozenset(one), frozenset(other)} == {frozenset(members) for members in after.values()}
    seen = {**before, **joined}
    for number, members in after.items():
        assert members <= seen.get(number, members)


def test_the_faces_that_are_left_of_a_named_group_are_no_group_by_themselves(faces: Faces) -> None:
    """Guesses joined it because they were like it; they need not be like each other."""
    centre = np.random.default_rng(3).normal(size=WIDTH)
    sure = faces.add(person(8, 1, middle=centre))
    guesses = faces.add(person(3, 2, spread=0.75, middle=centre), quality=0.2)
    faces.add(strangers(60))
    (number,) = faces.numbered()
    assert set(guesses) & {face for face, guess in faces.groups.members(number).items() if guess}
    faces.answer(sure, ANNA)
    assert {} == faces.numbered()
    faces.answer(sure, Verdict())
    assert {frozenset([*sure, *guesses])} == faces.parts()


@pytest.mark.parametrize("count", [1, 2, 40])
def test_a_library_of_one_person(faces: Faces, count: int) -> None:
    """Nobody is there to compare with; the group takes up each new photo."""
    vectors = person(count + 5, 1)
    made = faces.add(vectors[:count])
    assert ({frozenset(made)} if count > 1 else set()) == faces.parts()
    for vector in vectors[count:]:
        made += faces.add(vector[None])
        assert {frozenset(made)} == faces.parts()


def test_very_many_unnamed_faces_of_one_person(faces: Faces) -> None:
    """One group, with new photos and after answers to some of them."""
    made = faces.add(person(1500, 1))
    (number,) = faces.numbered()
    made += faces.add(person(3, 1, spread=0.6, middle=np.random.default_rng(1).normal(size=WIDTH)))
    faces.answer(made[:2], IGNORED)
    assert {number: set(made[2:])} == faces.numbered()
    faces.answer(made[:2], Verdict())
    assert {number: set(made)} == faces.numbered()
    faces.answer(made[:1490], ANNA)
    assert {number: set(made[1490:])} == faces.numbered()


@pytest.mark.parametrize("is_one_moment", [True, False])
def test_copies_of_one_photo_weigh_as_one(faces: Faces, is_one_moment: bool) -> None:
    """Hundreds of them pull no group away: what new photos join is what they would join from scratch."""
    centre = np.random.default_rng(2).normal(size=WIDTH)
    mine = person(14, 3, spread=1.0, middle=centre)
    copies = np.repeat(mine[:1], 400, axis=0)
    made = faces.add(copies, moment=5 * 10**8 if is_one_moment else None)
    faces.add(strangers(200))
    made += faces.add(mine[1:6])
    assert faces.from_scratch() == faces.parts()
    for vector in mine[6:]:
        faces.add(vector[None])
        assert faces.from_scratch() == faces.parts()


@pytest.mark.parametrize("verdict", [IGNORED, ANNA])
def test_everything_answered_and_taken_back(faces: Faces, verdict: Verdict) -> None:
    """No group is left; after that all are there again, and no number of before means other faces."""
    made = [faces.add(person(6, seed)) for seed in range(5)]
    before = faces.numbered()
    every = [face for some in made for face in some]
    faces.answer(every, verdict)
    assert {} == faces.numbered()
    assert {} == faces.groups.sizes()
    faces.answer(every, Verdict())
    after = faces.numbered()
    assert {frozenset(some) for some in made} == {frozenset(members) for members in after.values()}
    assert not set(before) & set(after)


def test_a_drive_that_goes_and_comes_back(faces: Faces) -> None:
    """What stayed keeps its number while part of it is away; what went entirely comes back under another one."""
    made = [faces.add(person(6, seed)) for seed in range(5)]
    before = {frozenset(members): number for number, members in faces.numbered().items()}
    away = [*made[0], *made[1][:4]]
    photos = [faces.photo(face) for face in away]
    faces.session.store.photos.put_missing(photos, missing=True)
    left = faces.numbered()
    assert set(made[1][4:]) == left[before[frozenset(made[1])]]
    faces.session.store.photos.put_missing(photos, missing=False)
    back = faces.numbered()
    assert set(before) == {frozenset(members) for members in back.values()}
    for number in set(before.values()) & set(back):
        assert frozenset(back[number]) in before
        assert number == before[frozenset(back[number])]


def test_many_small_additions_are_a_large_one(faces: Faces) -> None:
    """Where a tenth of the faces came since all were grouped, all are grouped again, however few came at a time."""
    for seed in range(30):
        faces.add(person(3, seed, spread=0.9))
    assert faces.from_scratch() == faces.parts()
    again = 0
    for seed in range(30):
        faces.add(person(2, seed, spread=1.0))
        found = faces.parts()
        if json.loads(faces.session.store.note(GROUPED_NOTE) or "")["came"] == 0:
            again += 1
            assert faces.from_scratch() == found
    assert again >= 4


def test_groups_that_end_while_they_are_listed_are_left_out(faces: Faces) -> None:
    """The list goes on with those that are still there; what a pass in another process does meanwhile stops nothing."""
    made = [faces.add(person(6 - seed, seed)) for seed in range(4)]
    first, second, third, _ = faces.numbered()
    with closing(Views.open(faces.session.config)) as views:
        listed = views.groups()
        shown = [next(listed).id]
        faces.answer(made[1], ANNA)
        faces.answer(made[2][:2], IGNORED)
        faces.numbered()
        rest = list(listed)
    assert f"g{first}" in shown
    assert f"g{second}" not in {each.id for each in rest}
    assert {f"g{third}": 2} == {each.id: len(each.faces) for each in rest if each.id == f"g{third}"}


def test_another_network_groups_all_again_under_new_numbers(faces: Faces) -> None:
    """Photo by photo its faces take the place of the former ones; what has no vector of it is in no group."""
    made = [faces.add(person(5, seed)) for seed in range(3)]
    before = faces.numbered()
    session = faces.session
    other = Session(session.config, session.store, session.models, None, None)
    other.model_id = "another network"
    assert set() == Faces(other).parts()  # no photo has its vectors yet
    by_other = Faces(other)
    for seed, some in enumerate(made):
        for face, vector in zip(some, person(5, 50 + seed)[:, :128], strict=True):
            photo = session.store.photos.by_id(faces.photo(face))
            embedded = EmbeddedFace(
                Region(0.1, 0.1, 0.2, 0.2),
                np.zeros((5, 2), np.float32),
                0.9,
                vector / np.linalg.norm(vector),
                Quality(0.8),
            )
            analysis = PhotoAnalysis(Size(400, 300), 1, photo.content or "", other.model_id, (embedded,))
            session.store.photos.put_analysis(photo.path, photo.fingerprint, analysis)
        by_other.numbered()
    after = by_other.numbered()
    assert {frozenset(some) for some in made} == {frozenset(members) for members in after.values()}
    assert not set(before) & set(after)
