"""Groups of unnamed faces as people answer them: one at a time, those in most photos first."""

from dataclasses import dataclass

import numpy as np

from facedaemon.gallery import Gallery
from facedaemon.pipeline.annotations.answered import by_face
from facedaemon.pipeline.group_ids import KIND, group_number
from facedaemon.pipeline.reading.answered_faces import AnsweredFaces
from facedaemon.pipeline.reading.group_views import GroupView, view
from facedaemon.pipeline.reading.suggestion_pages import PicturedFace
from facedaemon.pipeline.rejections import Barred
from facedaemon.store import Store
from facedaemon.values import Vectors

SAMPLE = 5  # faces of a coming group that are looked at
COMING = 8  # groups that are shown in small beside the one that is asked about
_ROUNDS = 20  # of dividing a group; it settles after a few


@dataclass(frozen=True, slots=True)
class Coming:
    """A group that comes next: its id, one of its faces, how many faces it has."""

    id: str
    face: PicturedFace
    faces: int


@dataclass(frozen=True, slots=True)
class GroupPage:
    """A group with the faces that are still to be answered, and what comes after it.

    `place` orders the groups: (-faces, number), as they were made. `other` are the ids of the faces that look
    less like the first face than like one another, where the page was asked to divide the group. `waiting` counts the
    groups after this one.
    """

    group: GroupView
    place: tuple[int, int]
    coming: tuple[Coming, ...]
    waiting: int
    other: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """Whom groups are compared with: the gallery (None: nobody is known), and the names that are barred."""

    gallery: Gallery | None
    barred: Barred


def page(
    store: Store,
    answered: AnsweredFaces,
    known: Known,
    wanted: str | None = None,
    after: tuple[int, int] | None = None,
    *,
    divided: bool = False,
) -> GroupPage | None:
    """The `wanted` group where faces of it are still to be answered, else the first such one after `after`.

    `after` is the place of the one before. None where no group is left.
    """
    with store.snapshot():
        return _page(store, answered, known, wanted, after, divided)


def _page(
    store: Store,
    answered: AnsweredFaces,
    known: Known,
    wanted: str | None,
    after: tuple[int, int] | None,
    divided: bool,
) -> GroupPage | None:
    number = None if wanted is None else group_number(wanted)
    sizes = store.groups.by_faces()
    places = sorted((-faces, group) for group, faces in sizes.items())
    coming = [place for place in places if after is None or place > after]
    first = [] if number is None else [(-sizes.get(number, 0), number)]
    for place in [*first, *(place for place in coming if place[1] != number)]:
        members = {} if store.groups.is_passer_by(place[1]) else _open(store, answered, store.groups.members(place[1]))
        if members:
            found = view(store, place[1], members, known.gallery, known.barred)
            later = [other for other in places if other > place]
            other = _divided(store, found, members) if divided and place[1] == number else frozenset[str]()
            return GroupPage(found, place, _coming(store, answered, later[: 2 * COMING]), len(later), other)
    return None


def _open(store: Store, answered: AnsweredFaces, members: dict[int, bool]) -> dict[int, bool]:
    """Those of the faces to which nothing was answered yet, one of each picture."""
    faces = store.faces.many(members)
    photos = {photo.id: photo for photo in store.photos.numbered({face.photo for face in faces.values()})}
    said = by_face(answered.about(photos.values()), faces.values(), photos)
    left = [face for face in faces.values() if face.id not in said or said[face.id].verdict is None]
    one_each = {face.short_id: face.id for face in reversed(left)}
    return {face: members[face] for face in sorted(one_each.values())}


def _coming(store: Store, answered: AnsweredFaces, places: list[tuple[int, int]]) -> tuple[Coming, ...]:
    """The groups at these places, each by one face; without those of which the first faces are answered."""
    samples = {
        place: store.groups.members(place[1], SAMPLE) for place in places if not store.groups.is_passer_by(place[1])
    }
    still_open = _open(store, answered, {face: guess for some in samples.values() for face, guess in some.items()})
    faces = store.faces.many(still_open)
    paths = {photo.id: photo.path for photo in store.photos.numbered({face.photo for face in faces.values()})}
    found = []
    for place, some in samples.items():
        best = min((face for face in some if face in still_open), key=some.__getitem__, default=None)
        if best is not None:
            face = faces[best]
            shown = PicturedFace(face.short_id, face.photo, paths[face.photo])
            found.append(Coming(f"{KIND}{place[1]}", shown, -place[0]))
    return tuple(found[:COMING])


def _divided(store: Store, group: GroupView, members: dict[int, bool]) -> frozenset[str]:
    """The faces that are rather another person's than the first one's."""
    faces = store.faces.many(members)
    vectors = store.faces.vectors(faces)
    ids = [face.short_id for face in faces.values()]
    first = ids.index(group.faces[0].whole_id)
    apart = halves(np.array([vectors[face] for face in faces], np.float32), first)
    return frozenset(each for each, is_other in zip(ids, apart.tolist(), strict=True) if is_other)


def halves(vectors: Vectors, first: int) -> np.ndarray:
    """Which of these faces, (n, d) each of length 1, are in the other half than the face in row `first`: (n,) booleans.

    Two centroids are moved until each is the mean of the faces nearest to it (k-means), from the first face and the
    one least like it.
    """
    centroids = vectors[[first, int((vectors @ vectors[first]).argmin())]]
    other = np.zeros(len(vectors), bool)
    for _ in range(_ROUNDS):
        alike = vectors @ centroids.T
        now = alike[:, 1] > alike[:, 0]
        if (now == other).all() or now.all() or not now.any():
            break
        other = now
        sums = np.stack([vectors[~other].sum(axis=0), vectors[other].sum(axis=0)])
        centroids = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    return other ^ bool(other[first])
