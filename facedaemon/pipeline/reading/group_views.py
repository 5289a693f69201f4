"""Groups of faces that nobody named, as the `groups` command shows them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from facedaemon import face_ids
from facedaemon.dates import taken
from facedaemon.gallery import NOBODY, Gallery, match
from facedaemon.pipeline.group_ids import KIND, group_number, no_such_group
from facedaemon.pipeline.rejections import Barred
from facedaemon.store import FaceRecord, PhotoRecord, Store
from facedaemon.values import Region, Vectors

EVEN = 0.5  # confidence from which on a name is more probably right than not


@dataclass(frozen=True, slots=True)
class GroupedFace:
    """A face of a group.

    `id` as commands print it, and whole; `number` is the photo's in the state; `position` counts the faces of the photo
    from the left, from 1, `of` them all; `guess`: it is too poor for certainty; `likeness` to the centroid of the group
    (cosine).
    """

    id: str
    whole_id: str
    photo: Path
    number: int
    region: Region
    position: int
    of: int
    guess: bool
    likeness: float


@dataclass(frozen=True, slots=True)
class GroupView:
    """Faces that are probably one person, the most certain first.

    `spread` is the mean distance of the faces to their centroid (1 - cosine). `looks_like` is the known person they
    resemble most, unless a human rejected that name for most of them; None where nobody is known, or nobody similar.
    `first_year` and `last_year` are those that the photos state.
    """

    id: str
    faces: tuple[GroupedFace, ...]
    photos: int
    first_year: int | None
    last_year: int | None
    spread: float
    looks_like: str | None
    confidence: float | None


def groups(store: Store, gallery: Gallery | None, barred: Barred) -> Iterator[GroupView]:
    """All groups, those in most photos first, without those that end while the first ones are looked at."""
    for number in store.groups.sizes():
        with store.snapshot():
            members = store.groups.members(number)
            found = view(store, number, members, gallery, barred) if members else None
        if found is not None:
            yield found


def group(store: Store, typed: str, gallery: Gallery | None, barred: Barred) -> GroupView:
    """One group. Raises Fatal (exit status 2) where there is none of this id."""
    number = group_number(typed)
    with store.snapshot():
        members = {} if number is None else store.groups.members(number)
        if number is None or not members:
            raise no_such_group(typed)
        return view(store, number, members, gallery, barred)


def view(store: Store, number: int, guesses: Mapping[int, bool], gallery: Gallery | None, barred: Barred) -> GroupView:
    """The group of that number as far as it consists of these faces; `guesses`: whether each is one."""
    faces = list(store.faces.many(guesses).values())
    found = store.faces.vectors(guesses)
    vectors: Vectors = np.array([found[face.id] for face in faces], np.float32)
    photos = {photo.id: photo for photo in store.photos.numbered({face.photo for face in faces})}
    sure = np.array([not guesses[face.id] for face in faces])
    middle = vectors[sure].sum(axis=0) if sure.any() else vectors.sum(axis=0)
    middle /= max(float(np.linalg.norm(middle)), 1e-9)
    likeness = vectors @ middle
    looks_like, confidence = _nearest_person(gallery, middle, faces, photos, vectors, barred)
    order = np.lexsort((-likeness, ~sure))
    years = [year for photo in photos.values() if (year := _year(photo)) is not None]
    return GroupView(
        id=f"{KIND}{number}",
        faces=tuple(
            _face(store, faces[at], photos[faces[at].photo].path, guesses[faces[at].id], float(likeness[at]))
            for at in order.tolist()
        ),
        photos=len(photos),
        first_year=min(years, default=None),
        last_year=max(years, default=None),
        spread=1 - float(likeness.mean()),
        looks_like=looks_like,
        confidence=confidence,
    )


def _face(store: Store, face: FaceRecord, photo: Path, guess: bool, likeness: float) -> GroupedFace:
    beside = [other.id for other in store.faces.of(face.photo) if other.is_face]
    return GroupedFace(
        id=face_ids.shown(face.short_id),
        whole_id=face.short_id,
        photo=photo,
        number=face.photo,
        region=face.region,
        position=beside.index(face.id) + 1,
        of=len(beside),
        guess=guess,
        likeness=likeness,
    )


def _nearest_person(
    gallery: Gallery | None,
    middle: Vectors,
    faces: list[FaceRecord],
    photos: dict[int, PhotoRecord],
    vectors: Vectors,
    barred: Barred,
) -> tuple[str | None, float | None]:
    """The person most similar to the centroid, and the confidence; nobody where the odds are against it."""
    if gallery is None:
        return None, None
    found = match(gallery, middle[None], [float(np.mean([face.quality.value for face in faces]))])
    if found.best[0] == NOBODY or found.confidence[0] < EVEN:
        return None, None
    person = gallery.people[int(found.best[0])]
    rejected = [
        person in barred.names(photos[face.photo], face.region, vector)
        for face, vector in zip(faces, vectors, strict=True)
    ]
    return (None, None) if 2 * sum(rejected) > len(rejected) else (person, float(found.confidence[0]))


def _year(photo: PhotoRecord) -> int | None:
    when = taken(photo.stated, photo.library_date, photo.fingerprint.mtime_ns)
    return int(when.day[:4]) if when.is_stated and when.day else None
