"""Names that answers took from faces: they are rejections as long as the answers count."""

from collections.abc import Sequence

from facedaemon.answers import FaceAnswer
from facedaemon.geometry import overlap
from facedaemon.pipeline.annotations.decide import SAME_FACE
from facedaemon.pipeline.library_snapshot import LibrarySnapshot
from facedaemon.pipeline.rejections import drop, owner_of
from facedaemon.pipeline.session import Session
from facedaemon.store import FaceRecord, KnownAnnotation, PhotoRecord, Rejection, RejectionRecord, Verdict
from facedaemon.values import AnnotationSource, AnnotationState, Evidence, Region, SuggestionState

_FOLLOWED = (Evidence.OTHER_NAME, Evidence.IGNORED)  # rejections of other names that follow from an answer


def keep_rejections(
    session: Session,
    photo: PhotoRecord,
    said: Sequence[FaceAnswer],
    faces: Sequence[FaceRecord],
    snapshot: LibrarySnapshot,
) -> set[int]:
    """Make the photo's rejections by answers those that count; gives the photos in which such a name is suggested."""
    here = [
        item for item in session.store.rejections.in_photo(photo.path) if item.rejection.evidence == Evidence.ANSWERED
    ]
    wanted = [(person, answer.region) for answer in said for person in answer.rejected]
    gone = [item for item in here if not any(_is_it(item, person, region) for person, region in wanted)]
    if gone:
        drop(session.store, gone, session.now())
    concerned: set[int] = set()
    for person, region in wanted:
        if any(_is_it(item, person, region) for item in here):
            continue
        rejection = Rejection(
            photo.content,
            photo.path,
            region,
            person,
            Evidence.ANSWERED,
            snapshot.library_id(person),
            owner_of(photo.path),
        )
        session.store.rejections.add(rejection, session.now())
        concerned |= session.store.suggestions.photos_with_open(person)
        for face in faces:
            if overlap(face.region, region) >= SAME_FACE:
                session.store.suggestions.close(face.id, person, SuggestionState.REJECTED, session.now())
    return concerned


def free_names(
    session: Session,
    photo: PhotoRecord,
    before: Sequence[KnownAnnotation],
    verdicts: dict[int, Verdict],
    faces: Sequence[FaceRecord],
) -> None:
    """Where an answer was taken back and no other source names the face, other names may be suggested for it again."""
    answered = {
        known.face
        for known in before
        if known.annotation.source == AnnotationSource.ANSWER and known.annotation.state != AnnotationState.REJECTED
    }
    places = [face.region for face in faces if face.id in answered and face.id not in verdicts]
    here = session.store.rejections.in_photo(photo.path) if places else []
    gone = [item for item in here if item.rejection.evidence in _FOLLOWED and _is_at(item, places)]
    if gone:
        drop(session.store, gone, session.now())


def _is_it(item: RejectionRecord, person: str, region: Region) -> bool:
    return item.rejection.person == person and overlap(item.rejection.region, region) >= SAME_FACE


def _is_at(item: RejectionRecord, places: Sequence[Region]) -> bool:
    return any(overlap(item.rejection.region, place) >= SAME_FACE for place in places)
