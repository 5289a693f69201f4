"""Answers that another program contradicts: the answers count, and the user is told."""

from collections.abc import Iterator
from dataclasses import dataclass

from facedaemon.geometry import overlap
from facedaemon.pipeline.decide import SAME_FACE
from facedaemon.store import KnownAnnotation, Store
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
        others = [each for each in known if each.annotation.source != AnnotationSource.ANSWER]
        for answered in known:
            if answered.annotation.source == AnnotationSource.ANSWER:
                other = next((each.annotation for each in others if _contradict(answered, each)), None)
                if other is not None:
                    yield Conflict(answered.annotation, other)


def _contradict(answered: KnownAnnotation, other: KnownAnnotation) -> bool:
    one, two = answered.annotation, other.annotation
    is_same_face = answered.face is not None and answered.face == other.face
    if one.region is not None and two.region is not None:
        is_same_face = is_same_face or overlap(one.region, two.region) >= SAME_FACE
    if not is_same_face or two.state not in (AnnotationState.CONFIRMED, AnnotationState.IGNORED):
        return False
    if one.state == AnnotationState.REJECTED:
        return two.person == one.person
    return (one.person, one.state == AnnotationState.CONFIRMED) != (two.person, two.state == AnnotationState.CONFIRMED)
