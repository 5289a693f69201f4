"""Confirmed regions without a detected face: searched at a higher resolution; a face found there is added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from facedaemon.errors import PhotoError
from facedaemon.pipeline.match_annotations import MatchedAnnotation
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
    """Store these faces; delete user-drawn faces whose region vanished. Returns annotations and faces as they are."""
    claimed = {item.face for item in matched}
    gone = [face for face in faces if face.user_drawn and face.id not in claimed]
    for face in gone:
        session.store.faces.remove(face.id)
    user_drawn = {
        annotation: session.store.faces.add_user_drawn(photo.id, face) for annotation, face in analysis.faces.items()
    }
    completed = [
        MatchedAnnotation(item.annotation, user_drawn[item.annotation].id, 1.0)
        if item.face is None and item.annotation in user_drawn
        else item
        for item in matched
    ]
    return completed, [face for face in faces if face not in gone] + list(user_drawn.values())
