"""What humans decided about suggestions, told from what a library said before and says now. Pure.

A human's *Remove* leaves an Unknown face at exactly the suggestion's place; digiKam's detection puts its own boxes and
notes that it went over the photo; a deleted person, a removed photo or another database takes rows away of which nobody
said anything (decisions 003 and 023).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from facedaemon.geometry import overlap
from facedaemon.pipeline.confirm import MatchedMark
from facedaemon.store import KnownMark, SuggestionRecord, WithdrawnName
from facedaemon.values import Evidence, Mark, MarkSource, MarkState, Region, SuggestionState

SAME_PLACE = 0.9  # overlap of two regions of the same face in one library; leaves room for rounding to pixels
SAME_FACE = 0.4  # overlap of the regions that a library and our detector have for one face

_ANSWERS = {MarkState.CONFIRMED, MarkState.IGNORED}


@dataclass(frozen=True, slots=True)
class Decision:
    """What a human decided about a name for a face; `evidence` says by what we know it."""

    face: int
    person: str
    outcome: SuggestionState
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Since:
    """What happened to a photo's rows in the library since they were read before.

    `stands`: it is the same row of the same library. `detected`: the library's own detection went over the photo since;
    None where that cannot be told. `is_mass`: so many suggestions went at once that no human clicked each of them away.
    `lost_people` are those whom the library does not know any more. `doubled` are places at which equal Unknown rows
    stand since.
    """

    stands: bool = True
    detected: bool | None = False
    is_mass: bool = False
    lost_people: frozenset[str] = frozenset()
    doubled: frozenset[Region] = frozenset()


def decisions(
    before: Sequence[KnownMark],
    after: Sequence[MatchedMark],
    suggested: Sequence[SuggestionRecord],
    since: Since,
    withdrawn: Sequence[WithdrawnName] = (),
    nameless: Sequence[Region] = (),
) -> list[Decision]:
    """What humans decided since the marks were read last (digikam.md §1.4), each face and name once.

    `withdrawn` are suggestions that we took back and an open window may still have shown, `nameless` the regions
    without a name in the photo's metadata, which digiKam reads as Unknown faces.
    """
    now, was = _decisive(after), {known.face: known.mark for known in reversed(before) if known.face is not None}
    found = [_about_ours(each, was.get(each.face), now.get(each.face), since, nameless) for each in suggested]
    stood = [known for known in before if known.mark.state == MarkState.SUGGESTED and known.mark.person]
    for known in stood:
        mark, face = known.mark, known.face
        if face is not None and mark.person is not None:
            evidence = _taken_away(mark, now.get(face), since, before, after)
            if evidence is not None:
                found.append(Decision(face, mark.person, SuggestionState.REJECTED, evidence))
    found += [_in_an_old_view(name, before, after, since) for name in withdrawn]
    first: dict[tuple[int, str], Decision] = {}
    for decision in found:
        if decision is not None:
            first.setdefault((decision.face, decision.person), decision)
    return list(first.values())


def _decisive(after: Sequence[MatchedMark]) -> dict[int, Mark]:
    """Each face's mark that counts: an answer of a human before anything else, the library before metadata."""
    found: dict[int, Mark] = {}
    for item in after:
        if item.face is not None and (
            item.face not in found or (item.mark.state in _ANSWERS and found[item.face].state not in _ANSWERS)
        ):
            found[item.face] = item.mark
    return found


def _about_ours(
    ours: SuggestionRecord, was: Mark | None, now: Mark | None, since: Since, nameless: Sequence[Region]
) -> Decision | None:
    if now is None:
        return None
    if now.state == MarkState.CONFIRMED and now.person == ours.person:
        return Decision(ours.face, ours.person, SuggestionState.ACCEPTED, Evidence.CONFIRMED)
    evidence = _answer(now, ours.person)
    if evidence is None and now.state == MarkState.UNKNOWN and was is None and _by_hand(since):
        # not where another program put it into the photo's metadata, from which digiKam reads it
        is_read = any(now.region is not None and overlap(region, now.region) >= SAME_FACE for region in nameless)
        evidence = None if is_read else Evidence.SET_TO_UNKNOWN
    return None if evidence is None else Decision(ours.face, ours.person, SuggestionState.REJECTED, evidence)


def _answer(now: Mark | None, person: str | None) -> Evidence | None:
    """A human's answer that needs no interpretation: another name, or *Ignore*."""
    if now is not None and now.state == MarkState.CONFIRMED and now.person != person:
        return Evidence.OTHER_NAME
    return Evidence.IGNORED if now is not None and now.state == MarkState.IGNORED else None


def _by_hand(since: Since) -> bool:
    """Whether a new Unknown face can only be a human's doing."""
    return since.stands and since.detected is False and not since.is_mass


def _taken_away(
    was: Mark, now: Mark | None, since: Since, before: Sequence[KnownMark], after: Sequence[MatchedMark]
) -> Evidence | None:
    """How a human said no to a suggestion that stood in the library's own view; None where nobody did."""
    answer = _answer(now, was.person)
    here = {item.mark.state for item in after if is_same_place(item.mark, was)}
    is_taken_away = since.stands and was.person not in since.lost_people and since.detected is not True
    if answer is not None or (now is not None and now.state == MarkState.CONFIRMED) or MarkState.SUGGESTED in here:
        return answer
    if not is_taken_away or since.is_mass:
        return None
    is_unknown = MarkState.UNKNOWN in here
    is_deleted = now is None and since.detected is False and _others_stand(before, after)
    return Evidence.REMOVED if is_unknown or is_deleted else None


def _others_stand(before: Sequence[KnownMark], after: Sequence[MatchedMark]) -> bool:
    """Whether the photo's other faces in the library are there as before."""
    said = [item.mark for item in after]
    return all(
        known.mark in said
        for known in before
        if known.mark.source == MarkSource.DIGIKAM and known.mark.state in {MarkState.CONFIRMED, MarkState.IGNORED}
    )


def _in_an_old_view(
    name: WithdrawnName, before: Sequence[KnownMark], after: Sequence[MatchedMark], since: Since
) -> Decision | None:
    """An answer that was clicked where a suggestion was still shown that we had taken back already."""
    for item in after:
        mark = item.mark
        if item.face is None or mark.region is None or overlap(mark.region, name.region) < SAME_PLACE:
            continue
        if mark.state == MarkState.CONFIRMED and mark.person == name.person and mark.source == MarkSource.DIGIKAM:
            return Decision(item.face, name.person, SuggestionState.ACCEPTED, Evidence.CONFIRMED)
        is_new = all(not is_same_place(known.mark, mark) or known.mark.state != mark.state for known in before)
        is_twice = any(overlap(place, name.region) >= SAME_PLACE for place in since.doubled)
        if mark.state == MarkState.UNKNOWN and (is_new or is_twice) and _by_hand(since):
            return Decision(item.face, name.person, SuggestionState.REJECTED, Evidence.REMOVED)
        if mark.state == MarkState.IGNORED and is_new:
            return Decision(item.face, name.person, SuggestionState.REJECTED, Evidence.IGNORED)
    return None


def is_same_place(one: Mark, other: Mark) -> bool:
    """Whether two marks of one library are about the very same face."""
    return one.region is not None and other.region is not None and overlap(one.region, other.region) >= SAME_PLACE


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a library's own memory of rejections means: names to keep from a face, and names it was cleared of."""

    rejected: tuple[Mark, ...]
    cleared: tuple[tuple[str, Region], ...]


def remembered(
    known: Collection[tuple[str, Region]], marks: Sequence[Mark], since: Since, people: Collection[str]
) -> Remembered:
    """`known` are the names that we know from the library's memory alone, `marks` what it says of the photo now.

    Whom a human confirmed there since is not kept from the face. A name is cleared where the library knows the person
    (one of `people`) and the face still, and does not remember the name; where the face went, nobody cleared anything.
    """
    said = [mark for mark in marks if mark.state == MarkState.REJECTED]
    faces = [mark for mark in marks if mark.source == MarkSource.DIGIKAM and mark.state != MarkState.REJECTED]
    yes = [mark for mark in faces if mark.state == MarkState.CONFIRMED]
    rejected = [no for no in said if not any(one.person == no.person and is_same_place(one, no) for one in yes)]
    cleared = [
        (person, region)
        for person, region in known
        if since.stands
        and since.detected is False
        and person in people
        and not any(mark.person == person and _is_near(mark, region) for mark in said)
        and any(_is_near(mark, region) for mark in faces)
    ]
    return Remembered(tuple(rejected), tuple(cleared))


def _is_near(mark: Mark, region: Region) -> bool:
    return mark.region is not None and overlap(mark.region, region) >= SAME_FACE
