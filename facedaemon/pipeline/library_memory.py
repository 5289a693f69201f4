"""What digiKam itself remembers of rejected names (since 9.1): ours as long as it does."""

from collections.abc import Sequence

from facedaemon.geometry import overlap
from facedaemon.pipeline.decide import SAME_FACE, Decision, Remembered, Since, remembered
from facedaemon.pipeline.hearsay import Hearsay
from facedaemon.pipeline.rejections import drop
from facedaemon.pipeline.workshop import Workshop
from facedaemon.store import FaceRecord, PhotoRecord, Rejection
from facedaemon.values import Evidence, Mark, SuggestionState


def memory_of(shop: Workshop, photo: PhotoRecord, marks: Sequence[Mark], since: Since, hearsay: Hearsay) -> Remembered:
    """What digiKam remembers of rejections in this photo, beside what we know from its memory alone."""
    known = [
        (record.rejection.person, record.rejection.region)
        for record in shop.store.rejections.in_photo(photo.path)
        if record.rejection.evidence == Evidence.LIBRARY_MEMORY
    ]
    people = frozenset(hearsay.names.values()) if hearsay.about(photo.path) is not None else frozenset()
    return remembered(known, marks, since, people)


def remember(
    shop: Workshop, photo: PhotoRecord, memory: Remembered, faces: Sequence[FaceRecord], hearsay: Hearsay
) -> None:
    """Rejections that digiKam remembers are ours too; what came only from there goes when a human clears it."""
    gone = [
        record
        for record in shop.store.rejections.in_photo(photo.path)
        if (record.rejection.person, record.rejection.region) in memory.cleared
        and record.rejection.evidence == Evidence.LIBRARY_MEMORY
    ]
    if gone:
        drop(shop.store, gone, shop.now())
    for mark in memory.rejected:
        if mark.person is None or mark.region is None:
            continue
        here = shop.store.rejections.at(photo.content, photo.path, mark.region)
        if all(record.rejection.person != mark.person for record in here):
            evidence, library_id = Evidence.LIBRARY_MEMORY, hearsay.library_id(mark.person)
            shop.store.rejections.add(
                Rejection(photo.content, photo.path, mark.region, mark.person, evidence, library_id), shop.now()
            )
        for face in faces:
            if overlap(face.region, mark.region) >= SAME_FACE:
                shop.store.suggestions.close(face.id, mark.person, SuggestionState.REJECTED, shop.now())


def is_remembered(decision: Decision, memory: Remembered, faces: Sequence[FaceRecord]) -> bool:
    """Whether digiKam itself remembers this rejection: then it stands as long as digiKam remembers it."""
    regions = [face.region for face in faces if face.id == decision.face]
    return decision.outcome == SuggestionState.REJECTED and any(
        mark.person == decision.person and mark.region is not None and overlap(mark.region, region) >= SAME_FACE
        for mark in memory.rejected
        for region in regions
    )
