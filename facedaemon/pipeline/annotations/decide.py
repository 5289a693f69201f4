"""What humans decided about suggestions, concluded from a library's annotations before and now. Pure.

A human's *Remove* leaves an Unknown face at exactly the suggestion's place. digiKam's detection adds boxes of its own
and records that it ran on the photo. A deleted person, a removed photo or another database removes rows without any
decision by a human (decisions 003 and 023).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from facedaemon.geometry import overlap
from facedaemon.pipeline.annotations.match_annotations import MatchedAnnotation
from facedaemon.store import KnownAnnotation, SuggestionRecord, WithdrawnName
from facedaemon.values import AnnotationSource, AnnotationState, Evidence, FaceAnnotation, Region, SuggestionState

SAME_PLACE = 0.9  # overlap of two regions of the same face in one library; allows for rounding to pixels
SAME_FACE = 0.4  # overlap of the regions that a library and our detector have for one face

_IGNORED = (AnnotationState.IGNORED, AnnotationState.NOT_A_FACE)
_ANSWERS = {AnnotationState.CONFIRMED, *_IGNORED}


@dataclass(frozen=True, slots=True)
class Decision:
    """What a human decided about a name for a face; `evidence` is what shows it."""

    face: int
    person: str
    outcome: SuggestionState
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Since:
    """What happened to a photo's rows in the library since the last reading.

    `stands`: it is the same image of the same library. `detected`: the library's own detection ran on the photo since;
    None where that cannot be known. `is_mass`: so many suggestions vanished at once that no human removed each of them.
    `lost_people` are not in the library any more. `doubled` are the regions that have equal Unknown rows since.
    """

    stands: bool = True
    detected: bool | None = False
    is_mass: bool = False
    lost_people: frozenset[str] = frozenset()
    doubled: frozenset[Region] = frozenset()


def decisions(
    before: Sequence[KnownAnnotation],
    after: Sequence[MatchedAnnotation],
    suggested: Sequence[SuggestionRecord],
    since: Since,
    withdrawn: Sequence[WithdrawnName] = (),
    nameless: Sequence[Region] = (),
) -> list[Decision]:
    """What humans decided since the marks were read last (docs/digikam-database.md 5), each face and name once.

    `withdrawn` are suggestions that we withdrew but that an open window may still have shown; `nameless` are regions
    without a name in the photo's metadata, which digiKam reads as Unknown faces.
    """
    now, was = _decisive(after), {known.face: known.annotation for known in reversed(before) if known.face is not None}
    found = [_about_ours(each, was.get(each.face), now.get(each.face), since, nameless) for each in suggested]
    stood = [
        known for known in before if known.annotation.state == AnnotationState.SUGGESTED and known.annotation.person
    ]
    for known in stood:
        annotation, face = known.annotation, known.face
        if face is not None and annotation.person is not None:
            evidence = _taken_away(annotation, now.get(face), since, before, after)
            if evidence is not None:
                found.append(Decision(face, annotation.person, SuggestionState.REJECTED, evidence))
    found += [_in_an_old_view(name, before, after, since) for name in withdrawn]
    first: dict[tuple[int, str], Decision] = {}
    for decision in found:
        if decision is not None:
            first.setdefault((decision.face, decision.person), decision)
    return list(first.values())


def _decisive(after: Sequence[MatchedAnnotation]) -> dict[int, FaceAnnotation]:
    """The annotation that counts for each face: a human's answer first, and of those the ones given to facedaemon."""
    found: dict[int, FaceAnnotation] = {}
    for item in after:
        if item.face is not None and (
            item.face not in found or (item.annotation.state in _ANSWERS and found[item.face].state not in _ANSWERS)
        ):
            found[item.face] = item.annotation
    return found


def _about_ours(
    ours: SuggestionRecord,
    was: FaceAnnotation | None,
    now: FaceAnnotation | None,
    since: Since,
    nameless: Sequence[Region],
) -> Decision | None:
    if now is None:
        return None
    if now.state == AnnotationState.CONFIRMED and now.person == ours.person:
        return Decision(ours.face, ours.person, SuggestionState.ACCEPTED, Evidence.CONFIRMED)
    evidence = _answer(now, ours.person)
    if evidence is None and now.state == AnnotationState.UNKNOWN and was is None and _by_hand(since):
        # not where another program put it into the photo's metadata, from which digiKam reads it
        is_read = any(now.region is not None and overlap(region, now.region) >= SAME_FACE for region in nameless)
        evidence = None if is_read else Evidence.SET_TO_UNKNOWN
    return None if evidence is None else Decision(ours.face, ours.person, SuggestionState.REJECTED, evidence)


def _answer(now: FaceAnnotation | None, person: str | None) -> Evidence | None:
    """A human's answer that needs no interpretation: another name, or *Ignore*."""
    if now is not None and now.state == AnnotationState.CONFIRMED and now.person != person:
        return Evidence.OTHER_NAME
    return Evidence.IGNORED if now is not None and now.state in _IGNORED else None


def _by_hand(since: Since) -> bool:
    """Whether only a human can have caused a new Unknown face."""
    return since.stands and since.detected is False and not since.is_mass


def _taken_away(
    was: FaceAnnotation,
    now: FaceAnnotation | None,
    since: Since,
    before: Sequence[KnownAnnotation],
    after: Sequence[MatchedAnnotation],
) -> Evidence | None:
    """How a human rejected a suggestion in the library's own view; None where nobody did."""
    answer = _answer(now, was.person)
    here = {item.annotation.state for item in after if is_same_place(item.annotation, was)}
    is_taken_away = since.stands and was.person not in since.lost_people and since.detected is not True
    if (
        answer is not None
        or (now is not None and now.state == AnnotationState.CONFIRMED)
        or AnnotationState.SUGGESTED in here
    ):
        return answer
    if not is_taken_away or since.is_mass:
        return None
    is_unknown = AnnotationState.UNKNOWN in here
    is_deleted = now is None and since.detected is False and _others_stand(before, after)
    return Evidence.REMOVED if is_unknown or is_deleted else None


def _others_stand(before: Sequence[KnownAnnotation], after: Sequence[MatchedAnnotation]) -> bool:
    """Whether the photo's other faces in the library are unchanged."""
    said = [item.annotation for item in after]
    return all(
        known.annotation in said
        for known in before
        if known.annotation.source == AnnotationSource.DIGIKAM
        and known.annotation.state in {AnnotationState.CONFIRMED, AnnotationState.IGNORED}
    )


def _in_an_old_view(
    name: WithdrawnName, before: Sequence[KnownAnnotation], after: Sequence[MatchedAnnotation], since: Since
) -> Decision | None:
    """An answer given in a window that still showed a suggestion which we had withdrawn already."""
    for item in after:
        annotation = item.annotation
        if item.face is None or annotation.region is None or overlap(annotation.region, name.region) < SAME_PLACE:
            continue
        if (
            annotation.state == AnnotationState.CONFIRMED
            and annotation.person == name.person
            and annotation.source == AnnotationSource.DIGIKAM
        ):
            return Decision(item.face, name.person, SuggestionState.ACCEPTED, Evidence.CONFIRMED)
        is_new = all(
            not is_same_place(known.annotation, annotation) or known.annotation.state != annotation.state
            for known in before
        )
        is_twice = any(overlap(place, name.region) >= SAME_PLACE for place in since.doubled)
        if annotation.state == AnnotationState.UNKNOWN and (is_new or is_twice) and _by_hand(since):
            return Decision(item.face, name.person, SuggestionState.REJECTED, Evidence.REMOVED)
        if annotation.state == AnnotationState.IGNORED and is_new:
            return Decision(item.face, name.person, SuggestionState.REJECTED, Evidence.IGNORED)
    return None


def is_same_place(one: FaceAnnotation, other: FaceAnnotation) -> bool:
    """Whether two annotations of one library are about the same face."""
    return one.region is not None and other.region is not None and overlap(one.region, other.region) >= SAME_PLACE


@dataclass(frozen=True, slots=True)
class Remembered:
    """What follows from a library's own list of rejections: names rejected for a face, and rejections to be removed."""

    rejected: tuple[FaceAnnotation, ...]
    cleared: tuple[tuple[str, Region], ...]


def remembered(
    known: Collection[tuple[str, Region]], annotations: Sequence[FaceAnnotation], since: Since, people: Collection[str]
) -> Remembered:
    """`known` are names known as rejected only from the library's list; `annotations` are the photo's now.

    A person whom a human confirmed there since is not rejected. A rejection is removed where the library still has the
    person (one of `people`) and the face but does not list the name any more; where the face vanished it stays.
    """
    said = [annotation for annotation in annotations if annotation.state == AnnotationState.REJECTED]
    faces = [
        annotation
        for annotation in annotations
        if annotation.source == AnnotationSource.DIGIKAM and annotation.state != AnnotationState.REJECTED
    ]
    yes = [annotation for annotation in faces if annotation.state == AnnotationState.CONFIRMED]
    rejected = [no for no in said if not any(one.person == no.person and is_same_place(one, no) for one in yes)]
    cleared = [
        (person, region)
        for person, region in known
        if since.stands
        and since.detected is False
        and person in people
        and not any(annotation.person == person and _is_near(annotation, region) for annotation in said)
        and any(_is_near(annotation, region) for annotation in faces)
    ]
    return Remembered(tuple(rejected), tuple(cleared))


def _is_near(annotation: FaceAnnotation, region: Region) -> bool:
    return annotation.region is not None and overlap(annotation.region, region) >= SAME_FACE
