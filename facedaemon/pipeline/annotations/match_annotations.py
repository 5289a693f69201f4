"""Matches annotations to detected faces. Pure: values in, values out.

An annotation is matched in three steps, the most certain first: its region and the face overlap well; one of them lies
inside the other (regions drawn by hand are often loose, other detectors' boxes tighter); or they only touch. The last
case occurs in whole libraries whose photos were cropped or scaled after their faces were named, so it is kept; because
of its low `trust` the gallery compares such a sample with the person's others.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from facedaemon.geometry import cover, overlap
from facedaemon.store import FaceRecord, Verdict
from facedaemon.values import AnnotationSource, AnnotationState, FaceAnnotation, Region

# Measured on a digiKam library whose regions are scaled by 0.6 (every face off its region): the touching face with
# the largest shared area is the right one in 98.8 % of the photos, and nearly always shares a tenth of the region.
MIN_OVERLAP = 0.4
MIN_COVER = 0.6
MIN_TOUCH = 0.05
MAX_DISTANCE = 1.0  # of the centres, in face sizes
WHOLE_PHOTO = 0.95  # a region of nearly all of the photo names the photo, not a face

# how certain it is that this face is meant; the gallery compares less trusted samples with the person's others
OVERLAPS, LIES_INSIDE, TOUCHES = 1.0, 0.9, 0.5

SOURCE_ORDER = (AnnotationSource.ANSWER, AnnotationSource.DIGIKAM, AnnotationSource.MWG, AnnotationSource.MP)


@dataclass(frozen=True, slots=True)
class MatchedAnnotation:
    """An annotation, the number of its face (None: no detected face), and how certain the match is, 0 to 1."""

    annotation: FaceAnnotation
    face: int | None
    trust: float


def match(annotations: Sequence[FaceAnnotation], faces: Sequence[FaceRecord]) -> list[MatchedAnnotation]:
    """Each annotation with its face.

    Within one source no two annotations share a face, but for a second rectangle of one person around the same face.
    """
    matched: list[MatchedAnnotation] = []
    for source in SOURCE_ORDER:
        own = [annotation for annotation in annotations if annotation.source == source]
        matched += _match_source(own, faces)
    return matched


def best_reading(readings: Sequence[Sequence[Region]], faces: Sequence[FaceRecord]) -> int:
    """Which of several readings of one list of regions is right: the one with the most regions on detected faces.

    The first one, as written, is replaced only by one with more of them on faces; of several with equally many, by the
    one with the larger overlaps.
    """
    seen = [face for face in faces if not face.user_drawn]
    scores = [_on_faces(regions, seen) for regions in readings]
    best = max(range(len(scores)), key=lambda number: scores[number])
    return best if scores[best][0] > scores[0][0] else 0


def _on_faces(regions: Sequence[Region], faces: Sequence[FaceRecord]) -> tuple[int, float]:
    """How many of the regions have a face to themselves, and the sum of their overlaps."""
    annotations = [
        FaceAnnotation(Path(), AnnotationSource.MWG, AnnotationState.UNKNOWN, None, region) for region in regions
    ]
    pairs = _pairs(annotations, faces, _overlapping)
    return len(pairs), sum(
        overlap(annotation.region, face.region) for annotation, face in pairs if annotation.region is not None
    )


def verdicts(matched: Iterable[MatchedAnnotation]) -> dict[int, Verdict]:
    """Humans' verdict on each matched face; answers are preferred to the library's database, that to metadata."""
    found: dict[int, Verdict] = {}
    for item in matched:
        if item.face is None or item.face in found:
            continue
        if item.annotation.state == AnnotationState.CONFIRMED and item.annotation.person:
            found[item.face] = Verdict(AnnotationState.CONFIRMED, item.annotation.person, item.trust)
        elif item.annotation.state in (AnnotationState.IGNORED, AnnotationState.NOT_A_FACE):
            found[item.face] = Verdict(item.annotation.state, None, item.trust)
    return found


def _match_source(annotations: Sequence[FaceAnnotation], faces: Sequence[FaceRecord]) -> list[MatchedAnnotation]:
    left, free = list(annotations), list(faces)
    matched: list[MatchedAnnotation] = []
    for closeness, trust in ((_overlapping, OVERLAPS), (_inside, LIES_INSIDE), (touch, TOUCHES)):
        for annotation, face in _pairs(left, free, closeness):
            left.remove(annotation)
            free.remove(face)
            matched.append(MatchedAnnotation(annotation, face.id, trust))
        again = _drawn_twice(left, matched, faces)
        left = [annotation for annotation in left if all(annotation is not item.annotation for item in again)]
        matched += again
    return matched + [MatchedAnnotation(annotation, None, 0.0) for annotation in left]


def _drawn_twice(
    left: Sequence[FaceAnnotation], matched: Sequence[MatchedAnnotation], faces: Sequence[FaceRecord]
) -> list[MatchedAnnotation]:
    """Those that name whom the face that they lie on is named already: another program drew its own rectangle there.

    Else the second one would mean the next face that it touches.
    """
    regions = {face.id: face.region for face in faces}
    found: list[MatchedAnnotation] = []
    for annotation in left:
        named = (item for item in matched if _said(item.annotation) == _said(annotation))
        first = next((item for item in named if item.face is not None and _is_on(annotation, regions[item.face])), None)
        if first is not None and annotation.person is not None:
            found.append(MatchedAnnotation(annotation, first.face, first.trust))
    return found


def _said(annotation: FaceAnnotation) -> tuple[AnnotationState, str | None]:
    return annotation.state, annotation.person


def _is_on(annotation: FaceAnnotation, face: Region) -> bool:
    return annotation.region is not None and lies_on(annotation.region, face)


def _pairs(
    annotations: Sequence[FaceAnnotation], faces: Sequence[FaceRecord], closeness: Callable[[Region, Region], float]
) -> list[tuple[FaceAnnotation, FaceRecord]]:
    """The closest pairs first, each annotation and each face once; independent of their order."""
    scored = sorted(
        (
            (-close, face.id, index)
            for index, annotation in enumerate(annotations)
            if annotation.region is not None and cover(Region(0, 0, 1, 1), annotation.region) < WHOLE_PHOTO
            for face in faces
            if (close := closeness(annotation.region, face.region)) > 0
        )
    )
    by_id = {face.id: face for face in faces}
    used_marks: set[int] = set()
    pairs = []
    for _, face, index in scored:
        if index not in used_marks and face in by_id:
            used_marks.add(index)
            pairs.append((annotations[index], by_id.pop(face)))
    return pairs


def _overlapping(annotation: Region, face: Region) -> float:
    shared = overlap(annotation, face)
    return shared if shared >= MIN_OVERLAP else 0.0


def _inside(annotation: Region, face: Region) -> float:
    return overlap(annotation, face) if max(cover(annotation, face), cover(face, annotation)) >= MIN_COVER else 0.0


def lies_on(annotation: Region, face: Region) -> bool:
    """Whether the annotation's region is on the face, rather than beside it."""
    return max(_overlapping(annotation, face), _inside(annotation, face)) > 0


def touch(annotation: Region, face: Region) -> float:
    """The share of the annotation's region that the face covers, 0 where the face is too far away."""
    shared = cover(annotation, face)
    return shared if shared >= MIN_TOUCH and _distance(annotation, face) <= MAX_DISTANCE else 0.0


def _distance(annotation: Region, face: Region) -> float:
    """Between the centres, per direction in sizes of the face, the larger of the two."""
    across = abs(annotation.x + annotation.w / 2 - face.x - face.w / 2) / face.w
    down = abs(annotation.y + annotation.h / 2 - face.y - face.h / 2) / face.h
    return max(across, down)
