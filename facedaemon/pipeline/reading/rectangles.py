"""Confirmed rectangles that do not lie on a face that was found: what a user asks about is not what is explained."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from facedaemon import face_ids
from facedaemon.face_positions import SAME_FACE
from facedaemon.geometry import overlap
from facedaemon.pipeline.annotations.match_annotations import lies_on, touch
from facedaemon.store import FaceRecord, KnownAnnotation
from facedaemon.values import AnnotationState, Region


@dataclass(frozen=True, slots=True)
class OffFace:
    """A confirmed rectangle that lies on no face; `beside` is the id of the face that it touches, if any.

    `is_meant` is True where the confirmation counts for that face, for want of a better one.
    """

    person: str
    region: Region
    beside: str | None
    is_meant: bool


def off_faces(known: Iterable[KnownAnnotation], faces: Sequence[FaceRecord]) -> list[OffFace]:
    """The confirmed rectangles of a photo that lie on none of its faces, each once, however many sources hold it."""
    by_id = {face.id: face for face in faces if face.is_face}
    named = {face.verdict.person for face in by_id.values()}
    found: list[OffFace] = []
    for each in known:
        said, face = each.annotation, by_id.get(-1 if each.face is None else each.face)
        if said.state != AnnotationState.CONFIRMED or said.person is None or said.region is None or each.own:
            continue
        if lies_on(said.region, face.region) if face else said.person in named:
            continue
        if any(one.person == said.person and overlap(one.region, said.region) >= SAME_FACE for one in found):
            continue
        beside = face or _touched(said.region, list(by_id.values()))
        found.append(
            OffFace(
                said.person, said.region, None if beside is None else face_ids.shown(beside.short_id), face is not None
            )
        )
    return found


def _touched(region: Region, faces: Sequence[FaceRecord]) -> FaceRecord | None:
    """The face that covers most of the region; None where none is near."""
    best = max(faces, key=lambda face: touch(region, face.region), default=None)
    return best if best is not None and touch(region, best.region) > 0 else None
