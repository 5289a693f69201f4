"""What digiKam itself remembers of rejected names (since 9.1): ours as long as it does."""

from collections.abc import Sequence

from facedaemon.geometry import overlap
from facedaemon.pipeline.decide import SAME_FACE, Decision, Remembered, Since, remembered
from facedaemon.pipeline.library_snapshot import LibrarySnapshot
from facedaemon.pipeline.rejections import drop
from facedaemon.pipeline.session import Session
from facedaemon.store import FaceRecord, PhotoRecord, Rejection
from facedaemon.values import Evidence, FaceAnnotation, SuggestionState


def memory_of(
    session: Session, photo: PhotoRecord, annotations: Sequence[FaceAnnotation], since: Since, snapshot: LibrarySnapshot
) -> Remembered:
    """What digiKam remembers of rejections in this photo, beside what we know from its memory alone."""
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
    """Rejections that digiKam remembers are ours too; what came only from there goes when a human clears it."""
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
    """Whether digiKam itself remembers this rejection: then it stands as long as digiKam remembers it."""
    regions = [face.region for face in faces if face.id == decision.face]
    return decision.outcome == SuggestionState.REJECTED and any(
        annotation.person == decision.person
        and annotation.region is not None
        and overlap(annotation.region, region) >= SAME_FACE
        for annotation in memory.rejected
        for region in regions
    )
