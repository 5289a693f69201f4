"""Faces in pictures that were edited since they were answered: found again by their embeddings, and answered again.

The digest of an edited picture is another one, so the answers about it are about no photo any more. Where the photo
still lies at the path, a face in it whose embedding is as alike as that of a copy is the same face; at the same place
of the picture it need only be as alike as one person's. The answer is repeated for it, following the first one. A box
that a human drew has no embedding, and stays at its place. Where the picture was moved, too, the first holds for photos
of its file name elsewhere.
"""

import logging
import os
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from facedaemon.answers import ABOUT_FACES, Answer, AnswerSource, FacePlace, Saying, Standing, in_frame
from facedaemon.gallery import COPY
from facedaemon.geometry import overlap
from facedaemon.pipeline.annotations.answered import answers_about
from facedaemon.pipeline.annotations.decide import SAME_FACE
from facedaemon.pipeline.session import Session
from facedaemon.store import FaceRecord, PhotoRecord, packed, unpacked
from facedaemon.values import Region

log = logging.getLogger(__name__)

# Cosine of a face before and after an edit of its picture (decision 090). Least of 30 faces: black and white 0.87,
# brighter by 1.4 0.76, contrast times 1.8 0.78, saved with quality 20 0.56. Strangers: one in 1,000 above 0.34.
EDITED = 0.5


def find_again(session: Session, among: Collection[int] | None = None) -> None:
    """Repeat the answers about pictures that are not there any more for what lies at their paths, where it is alike.

    Photos that moved and were edited are looked for `among` those of these numbers; None: among all.
    """
    found = session.answers.read()
    if found is None or not found.by_content:
        return
    photos = session.store.photos.showing(found.by_content)
    known = {photo.content for photo in photos if not photo.is_replaced}
    there = {photo.content for photo in photos if not (photo.is_replaced or photo.missing or photo.absent)}
    edited, moved = _by_path(found, known), _by_path(found, there)
    sayings = [
        saying
        for path, answers in edited.items()
        if (photo := _present(session.store.photos.get(path))) is not None
        for saying in _repeated(session, found, photo, answers)
    ]
    sayings += _repeated_elsewhere(session, found, moved, among)
    if sayings:
        log.info("%d answers are repeated for pictures that were edited since", len(sayings))
        session.answers.append(sayings, session.now())


def _by_path(found: Standing, there: Collection[str | None]) -> dict[Path, list[Answer]]:
    """The answers about pictures that are not among those which are there, by the path that they had."""
    lost: dict[Path, list[Answer]] = {}
    for content, answers in found.by_content.items():
        if content not in there:
            for answer in answers:
                if answer.saying.face is not None and answer.saying.kind in ABOUT_FACES:
                    lost.setdefault(answer.saying.face.path, []).append(answer)
    return lost


def _present(photo: PhotoRecord | None) -> PhotoRecord | None:
    """The photo, if it is there and can be looked at."""
    if photo is None or photo.missing or photo.absent or photo.failure is not None or photo.content is None:
        return None
    return photo


def _repeated_elsewhere(
    session: Session, found: Standing, lost: dict[Path, list[Answer]], among: Collection[int] | None
) -> list[Saying]:
    """The same for photos that lie elsewhere under the same name; several edited copies share the answers."""
    names = {os.fsencode(path.name) for path in lost if _present(session.store.photos.get(path)) is None}
    by_name = session.store.photos.with_names(names) if names else {}
    sayings: list[Saying] = []
    for path, answers in lost.items():
        numbers = by_name.get(os.fsencode(path.name), ())
        if not numbers or (among is not None and set(among).isdisjoint(numbers)):
            continue
        for photo in map(session.store.photos.by_id, numbers):
            sayings += _repeated(session, found, photo, answers) if photo.path != path else []
    return sayings


def _repeated(session: Session, found: Standing, photo: PhotoRecord, answers: Sequence[Answer]) -> list[Saying]:
    answered = [said.region for said in answers_about(found, photo)]
    faces = [
        face
        for face in session.store.faces.of(photo.id)
        if not any(overlap(face.region, region) >= SAME_FACE for region in answered)
    ]
    sayings = []
    for answer in answers:
        first = answer.saying.follows or answer.id
        place = answer.saying.face
        if place is None or (first, photo.content) in found.found_again:
            continue
        region = in_frame(place, photo.orientation or 1) if place.path == photo.path else None
        if place.model is None:
            meant = _drawn(photo, region, answered)
        elif place.model == photo.model:
            meant = _most_similar(session, photo, faces, session.answers.vector_of(answer), region)
        else:
            meant = None
        if meant is not None:
            saying = Saying(
                answer.saying.kind,
                meant,
                found.name_of(answer),
                follows=first,
                source=AnswerSource.FOUND_AGAIN,
                is_checked=answer.saying.is_checked,
            )
            sayings.append(saying)
    return sayings


def _drawn(photo: PhotoRecord, region: Region | None, answered: Sequence[Region]) -> FacePlace | None:
    """A human's box without an embedding stays where it is, unless something newer was answered there."""
    if region is None or any(overlap(region, other) >= SAME_FACE for other in answered):
        return None
    return FacePlace(photo.content, photo.path, region, photo.orientation or 1)


def _most_similar(
    session: Session, photo: PhotoRecord, faces: Sequence[FaceRecord], former: bytes | None, region: Region | None
) -> FacePlace | None:
    """The same face in the photo as it is now; None where none is alike. `region` is its place, None if it moved."""
    vectors = session.store.faces.vectors(face.id for face in faces)
    if former is None or not vectors:
        return None
    before = unpacked(former)
    alike = {
        face.id: float(np.dot(vectors[face.id], before))
        for face in faces
        if face.id in vectors and len(vectors[face.id]) == len(before)
    }
    here = [face for face in faces if region is not None and overlap(face.region, region) >= SAME_FACE]
    possible = [face for face in faces if alike.get(face.id, 0) >= (EDITED if face in here else COPY)]
    best = max(possible, key=lambda face: alike[face.id], default=None)
    if best is None:
        return None
    vector = packed(vectors[best.id])
    return FacePlace(photo.content, photo.path, best.region, photo.orientation or 1, photo.model, vector)
