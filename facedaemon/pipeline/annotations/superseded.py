"""Which answers are superseded: another program was seen to say something new against them. Pure.

No clock decides this: digiKam's database has no date of a face, a file's time changes with every rating, and the clocks
of two programs may differ. What a program said already when the answer was taken up is older than the answer; what it
says only since then is newer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from facedaemon.answers import AnswerSource, FaceAnswer
from facedaemon.geometry import overlap
from facedaemon.pipeline.annotations.decide import SAME_FACE, Since
from facedaemon.pipeline.annotations.match_annotations import MatchedAnnotation
from facedaemon.store import FaceRecord, KnownAnnotation
from facedaemon.values import AnnotationSource, AnnotationState, FaceAnnotation, Region

_NAMED = (AnnotationState.CONFIRMED, AnnotationState.IGNORED)


def superseded(
    said: Sequence[FaceAnswer],
    before: Sequence[KnownAnnotation],
    now: Sequence[MatchedAnnotation],
    since: Since,
    faces: Sequence[FaceRecord],
) -> list[tuple[str, AnswerSource]]:
    """The ids of answers that do not count any more, each with the source that said otherwise.

    `before` is what all sources said when the photo was read last, `now` what they say, without what we wrote.
    """
    found: list[tuple[str, AnswerSource]] = []
    for answer in said:
        face = face_at(answer.region, faces)
        was = [
            known
            for known in before
            if known.annotation.source == AnnotationSource.ANSWER and _is_it(known.annotation, answer)
        ]
        if not was:
            continue  # it is only taken up now: all that is said was said before
        old = [known.annotation for known in before if _is_near(known.annotation, known.face, answer.region, face)]
        new = [item.annotation for item in now if _is_near(item.annotation, item.face, answer.region, face)]
        newer = _newer(answer, old, new, since)
        if newer is not None:
            found += [(each, newer.source) for each in newer.instead_of]
    return found


@dataclass(frozen=True, slots=True)
class _Newer:
    """The source that says otherwise, and the ids of the answers against which it says so."""

    source: AnswerSource
    instead_of: Sequence[str]


def _newer(
    answer: FaceAnswer, old: Sequence[FaceAnnotation], new: Sequence[FaceAnnotation], since: Since
) -> _Newer | None:
    """What a program said that is newer than the answer.

    An earlier answer that the latest one replaced does not count again by that, and a name that was taken from the face
    stays so unless the program gives this very name.
    """
    former = {(annotation.state, annotation.person) for annotation in old}
    for annotation in new:
        if (
            annotation.state in _NAMED
            and (annotation.state, annotation.person) not in former
            and contradicts(annotation, answer)
        ):
            is_digikam = annotation.source == AnnotationSource.DIGIKAM
            rejections = (
                answer.rejections.get(annotation.person or "", ()) if annotation.person in answer.rejected else ()
            )
            is_otherwise = answer.verdict is not None and annotation.person != answer.person
            return _Newer(
                AnswerSource.DIGIKAM if is_digikam else AnswerSource.METADATA,
                [*(answer.verdicts if is_otherwise else ()), *rejections],
            )
    is_by_hand = since.stands and since.detected is False and not since.is_mass
    was_named = any(
        _names(annotation, answer.person) for annotation in old if annotation.source == AnnotationSource.DIGIKAM
    )
    there = [annotation for annotation in new if annotation.source == AnnotationSource.DIGIKAM]
    if (
        answer.person is not None
        and is_by_hand
        and was_named
        and answer.person not in since.lost_people
        and not any(_names(annotation, answer.person) for annotation in there)
        and any(annotation.state == AnnotationState.UNKNOWN for annotation in there)
    ):
        return _Newer(AnswerSource.DIGIKAM, answer.verdicts)  # digiKam's *Remove*: the face is an unknown one since
    return None


def contradicts(annotation: FaceAnnotation, answer: FaceAnswer) -> bool:
    """Whether what another program says of a face and what was answered about it cannot both be right."""
    if annotation.state == AnnotationState.CONFIRMED and annotation.person is not None:
        if annotation.person in answer.rejected:
            return True
        return answer.verdict is not None and answer.person != annotation.person
    return annotation.state == AnnotationState.IGNORED and answer.person is not None


def is_rejected(item: MatchedAnnotation, said: Sequence[FaceAnswer], faces: Sequence[FaceRecord]) -> bool:
    """Whether another source names somebody whom this face is not, as was answered."""
    annotation = item.annotation
    if annotation.source == AnnotationSource.ANSWER or annotation.state != AnnotationState.CONFIRMED:
        return False
    return any(
        annotation.person in each.rejected and _is_near(annotation, item.face, each.region, face_at(each.region, faces))
        for each in said
    )


def face_at(region: Region, faces: Sequence[FaceRecord]) -> int | None:
    """The number of the face that an answer with this region is about; None where none is there now."""
    best = max(faces, key=lambda face: overlap(face.region, region), default=None)
    return best.id if best is not None and overlap(best.region, region) >= SAME_FACE else None


def _names(annotation: FaceAnnotation, person: str | None) -> bool:
    return annotation.state == AnnotationState.CONFIRMED and annotation.person == person


def _is_it(annotation: FaceAnnotation, answer: FaceAnswer) -> bool:
    return annotation.region == answer.region and (
        annotation.person == answer.person or annotation.person in answer.rejected
    )


def _is_near(annotation: FaceAnnotation, its_face: int | None, region: Region, face: int | None) -> bool:
    if annotation.source == AnnotationSource.ANSWER or annotation.region is None:
        return False
    return (face is not None and its_face == face) or overlap(annotation.region, region) >= SAME_FACE
