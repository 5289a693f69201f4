"""Rejected names that digiKam itself lists (since 9.1): they are rejections as long as digiKam keeps them."""

from collections.abc import Sequence

from facedaemon.geometry import overlap
from facedaemon.pipeline.annotations.decide import SAME_FACE, Decision, Remembered, Since, remembered
from facedaemon.pipeline.library_snapshot import LibrarySnapshot
from facedaemon.pipeline.rejections import drop
from facedaemon.pipeline.session import Session
from facedaemon.store import FaceRecord, PhotoRecord, Rejection
from facedaemon.values import Evidence, FaceAnnotation, SuggestionState


def memory_of(
    session: Session, photo: PhotoRecord, annotations: Sequence[FaceAnnotation], since: Since, snapshot: LibrarySnapshot
) -> Remembered:
    """The rejections in this photo by digiKam, compared with those that we know only from its list."""
    known = [
        (record.rejection.person, record.rejection.region)
        for record in session.store.rejections.in_photo(photo.path)
        if record.rejection.evidence == Evidence.LIBRARY_MEMORY
    ]
    people = frozenset(snapshot.names.values()) if snapshot.about(photo.path) is not None else frozenset()
    return remembered(known, annotations, since, people)


def remember(
    session: Session, photo: PhotoRecord, memory: Remembered, faces: Sequence[FaceRecord], snapshot: LibrarySnapshot
) -> None:
    """Store digiKam's rejections as ours; those that came only from there are removed when digiKam drops them."""
    gone = [
        record
        for record in session.store.rejections.in_photo(photo.path)
        if (record.rejection.person, record.rejection.region) in memory.cleared
        and record.rejection.evidence == Evidence.LIBRARY_MEMORY
    ]
    if gone:
        drop(session.store, gone, session.now())
    for annotation in memory.rejected:
        if annotation.person is None or annotation.region is None:
            continue
        here = session.store.rejections.at(photo.content, photo.path, annotation.region)
        if all(record.rejection.person != annotation.person for record in here):
            evidence, library_id = Evidence.LIBRARY_MEMORY, snapshot.library_id(annotation.person)
            session.store.rejections.add(
                Rejection(photo.content, photo.path, annotation.region, annotation.person, evidence, library_id),
                session.now(),
            )
        for face in faces:
            if overlap(face.region, annotation.region) >= SAME_FACE:
                session.store.suggestions.close(face.id, annotation.person, SuggestionState.REJECTED, session.now())


def is_remembered(decision: Decision, memory: Remembered, faces: Sequence[FaceRecord]) -> bool:
    """Whether digiKam itself stores this rejection: then it lasts as long as digiKam keeps it."""
    regions = [face.region for face in faces if face.id == decision.face]
    return decision.outcome == SuggestionState.REJECTED and any(
        annotation.person == decision.person
        and annotation.region is not None
        and overlap(annotation.region, region) >= SAME_FACE
        for annotation in memory.rejected
        for region in regions
    )
