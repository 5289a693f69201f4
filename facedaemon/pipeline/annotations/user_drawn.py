"""Confirmed regions without a detected face: searched at a higher resolution; a face found there is added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from facedaemon.errors import PhotoError
from facedaemon.geometry import overlap
from facedaemon.pipeline.annotations.decide import SAME_FACE
from facedaemon.pipeline.annotations.match_annotations import MatchedAnnotation
from facedaemon.pipeline.session import Session
from facedaemon.store import FaceRecord, PhotoRecord
from facedaemon.values import AnnotationState, EmbeddedFace, FaceAnnotation


@dataclass(frozen=True, slots=True)
class DrawnFaces:
    """The faces in these annotations' regions; `problem` is why the photo could not be analysed."""

    faces: Mapping[FaceAnnotation, EmbeddedFace] = field(default_factory=dict)
    problem: PhotoError | None = None


def analyse_drawn(session: Session, photo: PhotoRecord, matched: Sequence[MatchedAnnotation]) -> DrawnFaces:
    """Look for a face in each confirmed region that has none. Never inside a transaction: it may take long."""
    wanted = {
        item.annotation: item.annotation.region
        for item in matched
        if item.face is None
        and item.annotation.state == AnnotationState.CONFIRMED
        and item.annotation.region is not None
    }
    if not wanted or photo.failure is not None:
        return DrawnFaces()
    try:
        seen = session.analyzer.analyse_regions(photo.path, list(wanted.values()), photo.display)
    except PhotoError as error:
        return DrawnFaces(problem=error)
    return DrawnFaces({annotation: face for annotation, face in zip(wanted, seen, strict=True) if face is not None})


def put_user_drawn(
    session: Session,
    photo: PhotoRecord,
    matched: Sequence[MatchedAnnotation],
    faces: Sequence[FaceRecord],
    analysis: DrawnFaces,
) -> tuple[list[MatchedAnnotation], list[FaceRecord]]:
    """Store these faces; delete user-drawn faces whose region vanished. Returns annotations and faces as they are.

    What is found in a region may be a face that is known, or that another program's region showed: it is one face.
    """
    claimed = {item.face for item in matched}
    gone = [face for face in faces if face.user_drawn and face.id not in claimed]
    for face in gone:
        session.store.faces.remove(face.id)
    there = [face for face in faces if face not in gone]
    meant: dict[FaceAnnotation, FaceRecord] = {}
    for annotation, seen in analysis.faces.items():
        known = next((each for each in there if overlap(each.region, seen.region) >= SAME_FACE), None)
        if known is None:
            known = session.store.faces.add_user_drawn(photo.id, seen)
            there.append(known)
        meant[annotation] = known
    completed = [
        MatchedAnnotation(item.annotation, meant[item.annotation].id, 1.0)
        if item.face is None and item.annotation in meant
        else item
        for item in matched
    ]
    return completed, there


def drawn_twice(faces: Sequence[FaceRecord]) -> list[FaceRecord]:
    """User-drawn faces that are another face of the photo once more, as earlier versions stored them. Pure."""
    kept = [face for face in faces if not face.user_drawn]
    again: list[FaceRecord] = []
    for face in sorted((face for face in faces if face.user_drawn), key=lambda face: face.id):
        is_known = any(overlap(face.region, other.region) >= SAME_FACE for other in kept)
        (again if is_known else kept).append(face)
    return again
