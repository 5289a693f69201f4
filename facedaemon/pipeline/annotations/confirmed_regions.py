"""Faces that were confirmed by an answer, as real named regions in the photo's sidecar.

A human said who it is, so other programs may read it as confirmed. Where another program names the face already, its
region is left alone and none is added: two regions with two names would be two people to digiKam.
"""

from collections.abc import Sequence

from facedaemon.answers import Standing, in_frame
from facedaemon.geometry import overlap
from facedaemon.names import clean_name
from facedaemon.pipeline.annotations.conflicts import is_same_face
from facedaemon.pipeline.annotations.decide import SAME_FACE
from facedaemon.pipeline.session import Session
from facedaemon.store import FaceRecord, KnownAnnotation, PhotoRecord
from facedaemon.values import AnnotationSource, AnnotationState, Region, Suggestion


def confirmed_regions(session: Session, photo: PhotoRecord) -> list[Suggestion]:
    """What the sidecar is to show of the answers about this photo, with the names as they are to be written."""
    if session.config.sidecar.confirmed != "regions":
        return []
    known, faces = session.store.annotations.of(photo.id), session.store.faces.of(photo.id)
    others = [each for each in known if each.annotation.source != AnnotationSource.ANSWER and not each.own]
    return [
        Suggestion(said.region, session.store.annotations.spelling(said.person), 1.0, 0)
        for each in known
        for said in [each.annotation]
        if said.source == AnnotationSource.ANSWER and said.state == AnnotationState.CONFIRMED
        if said.region is not None and said.person is not None
        if not any(_speaks_of_it(each, other, faces) for other in others)
    ]


def answered_faces(session: Session, photo: PhotoRecord) -> list[Suggestion]:
    """The faces of the photo that were confirmed by an answer, for digiKam's own database."""
    return [
        Suggestion(said.region, said.person, 1.0, 0)
        for each in session.store.annotations.of(photo.id)
        for said in [each.annotation]
        if said.source == AnnotationSource.ANSWER and said.state == AnnotationState.CONFIRMED
        if said.region is not None and said.person is not None
    ]


def regions_answered(found: Standing | None, photo: PhotoRecord) -> list[Suggestion]:
    """Every region that answers about this picture may ever have brought into its sidecar, taken back or not."""
    if found is None or photo.content is None or photo.orientation is None:
        return []
    return [
        Suggestion(in_frame(place, photo.orientation), name, 1.0, 0)
        for answer in found.ever_named.get(photo.content, ())
        if (place := answer.saying.face) is not None
        for name in {answer.saying.person, found.name_of(answer)}
        if name is not None
    ]


def is_among(region: Region, name: str | None, regions: Sequence[Suggestion]) -> bool:
    """Whether a named region is one of these, but for rounding and spelling."""
    return name is not None and any(
        clean_name(each.person) == clean_name(name) and overlap(each.region, region) >= SAME_FACE for each in regions
    )


def _speaks_of_it(answered: KnownAnnotation, other: KnownAnnotation, faces: Sequence[FaceRecord]) -> bool:
    """Whether another program has this face already: by the same name in metadata, or by another one anywhere."""
    two = other.annotation
    if two.state not in (AnnotationState.CONFIRMED, AnnotationState.IGNORED):
        return False
    if two.source == AnnotationSource.DIGIKAM and two.person == answered.annotation.person:
        return False
    return is_same_face(answered, other, faces)
