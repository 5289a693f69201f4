"""Answers that another program contradicts: the answers count, and the conflict is reported."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from facedaemon.geometry import overlap
from facedaemon.pipeline.annotations.decide import SAME_FACE
from facedaemon.pipeline.annotations.superseded import face_at
from facedaemon.store import FaceRecord, KnownAnnotation, Store
from facedaemon.values import AnnotationSource, AnnotationState, FaceAnnotation


@dataclass(frozen=True, slots=True)
class Conflict:
    """What was answered about a face, and what another program says of it."""

    answered: FaceAnnotation
    other: FaceAnnotation


def conflicts(store: Store) -> Iterator[Conflict]:
    """Each answer that another program contradicts, by photo; once, whatever many programs do."""
    for photo in store.annotations.photos_of(AnnotationSource.ANSWER):
        known = [each for each in store.annotations.of(photo) if not each.own]
        faces = store.faces.of(photo)
        others = [each for each in known if each.annotation.source != AnnotationSource.ANSWER]
        for answered in known:
            if answered.annotation.source == AnnotationSource.ANSWER:
                other = next((each.annotation for each in others if _contradict(answered, each, faces)), None)
                if other is not None:
                    yield Conflict(answered.annotation, other)


def is_same_face(answered: KnownAnnotation, other: KnownAnnotation, faces: Sequence[FaceRecord]) -> bool:
    """Whether what another program says is about the face that was answered; `faces` are those of the photo."""
    one, two = answered.annotation.region, other.annotation.region
    face = answered.face if answered.face is not None or one is None else face_at(one, faces)
    if face is not None and face == other.face:
        return True
    return one is not None and two is not None and overlap(one, two) >= SAME_FACE


def _contradict(answered: KnownAnnotation, other: KnownAnnotation, faces: Sequence[FaceRecord]) -> bool:
    one, two = answered.annotation, other.annotation
    if not is_same_face(answered, other, faces) or two.state not in (
        AnnotationState.CONFIRMED,
        AnnotationState.IGNORED,
    ):
        return False
    if one.state == AnnotationState.REJECTED:
        return two.person == one.person
    return (one.person, one.state == AnnotationState.CONFIRMED) != (two.person, two.state == AnnotationState.CONFIRMED)
