"""Where the faces of one photo are named now: in its sidecar or the photo itself, and in digiKam."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from facedaemon import face_ids, sidecar
from facedaemon.config import Config
from facedaemon.errors import PhotoError
from facedaemon.geometry import overlap
from facedaemon.store import FaceRecord, LedgerKind, PhotoRecord, Store
from facedaemon.values import AnnotationSource, AnnotationState, Region

_SAME_FACE = 0.4  # overlap of two regions, by whomever they were drawn


class Author(StrEnum):
    """At whose word a name stands there."""

    HUMAN = "human"
    ANSWER = "answer"
    SUGGESTION = "suggestion"


@dataclass(frozen=True, slots=True)
class Mention:
    """One face as a file or digiKam names it.

    `where` is the file's name, None for digiKam. `person` is None where the face is there without a name, or ignored.
    `face` is the id of the face that it means, as commands print it; None where no face was found at its place.
    """

    where: str | None
    person: str | None
    author: Author
    state: AnnotationState
    face: str | None


@dataclass(frozen=True, slots=True)
class Mentions:
    """All of them. `problem` is why the metadata cannot be read; None where it can."""

    mentions: tuple[Mention, ...]
    problem: str | None = None


def mentions(store: Store, config: Config, number: int) -> Mentions:
    """What the metadata says at this moment, and what digiKam said when it was read last."""
    photo, faces = store.photos.by_id(number), store.faces.of(number)
    in_digikam = tuple(_in_digikam(store, number, faces))
    root = next((root for root in config.roots() if root in photo.path.parents), None)
    if root is None:
        return Mentions(in_digikam)
    try:
        made = store.ledger.made_as(photo.path)
        found = sidecar.read(photo.path, None, root, photo.orientation, made)
        files = sidecar.existing_sidecars(photo.path, None)
    except PhotoError as error:
        return Mentions(in_digikam, error.reason)
    except OSError as error:
        return Mentions(in_digikam, error.strerror or str(error))
    return Mentions((*_in_metadata(found, files, faces), *in_digikam))


def _in_metadata(found: sidecar.Metadata, files: Iterable[Path], faces: list[FaceRecord]) -> Iterator[Mention]:
    for region in found.regions:
        author = Author.HUMAN
        if region.origin is not None:
            author = Author.ANSWER if region.origin == sidecar.BY_ANSWER else Author.SUGGESTION
        state = AnnotationState.CONFIRMED if region.name else AnnotationState.UNKNOWN
        yield Mention(found.file.name, region.name or None, author, state, _face_at(region.region, faces))
    file = next((file.name for file in files), found.file.name)
    for each in found.suggestions:
        there = _face_at(each.region, faces)
        yield Mention(file, each.person, Author.SUGGESTION, AnnotationState.SUGGESTED, there)


def _in_digikam(store: Store, number: int, faces: list[FaceRecord]) -> Iterator[Mention]:
    for known in store.annotations.of(number):
        said = known.annotation
        if said.source != AnnotationSource.DIGIKAM or known.own:
            continue
        face = next((each for each in faces if each.id == known.face), None)
        shown = face_ids.shown(face.short_id) if face is not None else _face_at(said.region, faces)
        yield Mention(None, said.spelling or said.person, Author.HUMAN, said.state, shown)
    ours = _written_to_digikam(store, store.photos.by_id(number))
    for region, person in ours:
        yield Mention(None, person, Author.SUGGESTION, AnnotationState.SUGGESTED, _face_at(region, faces))


def _written_to_digikam(store: Store, photo: PhotoRecord) -> list[tuple[Region, str]]:
    last = store.ledger.last_of(photo.path, LedgerKind.DIGIKAM)
    return [] if last is None else [(each.region, each.person) for each in last.names]


def _face_at(region: Region | None, faces: list[FaceRecord]) -> str | None:
    """The id of the face at that place."""
    if region is None:
        return None
    best = max(faces, key=lambda face: overlap(face.region, region), default=None)
    is_there = best is not None and overlap(best.region, region) >= _SAME_FACE
    return face_ids.shown(best.short_id) if best is not None and is_there else None
