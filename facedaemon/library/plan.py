"""Plans the rows that show names at faces in digiKam as its own views have them, or why not (digikam-database.md 6).

Suggestions become "Unconfirmed" faces. What a human answered in facedaemon becomes a confirmed face: the rows are those
of digiKam's own *Confirm*, and of naming a face without a name.
"""

from collections.abc import Sequence
from dataclasses import replace

from facedaemon.library.faces import Face, faces_of, rejections_of
from facedaemon.library.places import IN_THE_WAY, SAME_FACE, missing, rect_in, remembers, same_face, shared
from facedaemon.library.plan_values import ImageRows, Refused, RowPlan, Step, Wanted
from facedaemon.library.rect import rect_of, region_of, to_text
from facedaemon.library.rows import (
    AUTODETECTED_FACE,
    AUTODETECTED_PERSON,
    FACE_TO_TRAIN,
    REJECTED_TAGS,
    TAG_REGION,
    Row,
    RowChange,
)
from facedaemon.library.schema import WRITABLE_VERSIONS
from facedaemon.values import AnnotationState

_NAMELESS = (AnnotationState.UNKNOWN,)
# digiKam replaces its own guess, too, when somebody types a name at it
_UNCONFIRMED = (AnnotationState.UNKNOWN, AnnotationState.SUGGESTED)


def refused_whole(
    wanted: Sequence[Wanted], withdraw: Sequence[RowChange], reason: str, *, is_read_only: bool = False
) -> RowPlan:
    """The plan that does nothing, for one reason."""
    items: list[Wanted | RowChange] = [*withdraw, *wanted]
    refused = tuple(Refused(item.region, item.person, reason) for item in items)
    return RowPlan(refused=refused, kept=tuple(withdraw), is_read_only=is_read_only)


def plan_rows(image: ImageRows, wanted: Sequence[Wanted], withdraw: Sequence[RowChange] = ()) -> RowPlan:
    """The steps that withdraw `withdraw` and then show `wanted`; planned again after they were done there are none."""
    if image.version not in WRITABLE_VERSIONS:
        known = " and ".join(map(str, sorted(WRITABLE_VERSIONS)))
        reason = f"digiKam's schema is version {image.version}; only {known} are written to"
        return refused_whole(wanted, withdraw, reason, is_read_only=True)
    steps: list[Step] = []
    changes: list[RowChange] = []
    withdrawn: list[RowChange] = []
    active: list[Wanted] = []
    refused: list[Refused] = []
    kept = [change for change in withdraw if change.database_id != image.database_id]
    for change in reversed(withdraw):  # a tag that came with the first face stays as long as the others
        back = _taken_back(change, image)
        if isinstance(back, Step):
            image = back.done_to(image)
            steps.append(back)
            withdrawn.append(change)
        else:
            refused.append(Refused(change.region, change.person, back))
    for item in sorted(wanted, key=lambda each: not each.is_confirmed):  # what a human answered before guesses
        shown = _shown(item, image)
        if isinstance(shown, RowChange):
            step = Step(shown.deleted, shown.inserted, tag=frozenset(shown.tagged))
            image = step.done_to(image)
            steps.append(step)
            changes.append(shown)
        elif shown is None:
            active.append(item)
        else:
            refused.append(Refused(item.region, item.person, shown))
    return RowPlan(tuple(steps), tuple(changes), tuple(withdrawn), tuple(active), tuple(refused), tuple(kept))


def _shown(wanted: Wanted, image: ImageRows) -> RowChange | str | None:
    """The change that shows the name; None where it is shown already; else the reason against it."""
    tags, size = image.tags, image.size
    lacks = missing(wanted.person, image)
    if lacks is None and not tags.unconfirmed and not wanted.is_confirmed:
        lacks = "digiKam has never looked for faces: it has no tag for unconfirmed ones yet"
    if lacks is not None or size is None:
        return lacks
    tag = tags.people[wanted.person]
    faces, problems = faces_of(image.rows, image.tagged, tags)
    if problems:
        return f"a row of this photo is not understood ({problems[0]})"
    rect = rect_of(wanted.region, size)
    near = [face for face in faces if shared(face.rect, rect) > IN_THE_WAY]
    if any(said == tag and shared(place, rect) > SAME_FACE for place, said in rejections_of(image.rows)):
        return "a human rejected this name there in digiKam"
    is_there = (AnnotationState.CONFIRMED,) if wanted.is_confirmed else (AnnotationState.SUGGESTED,)
    if any(face.state in is_there and face.person == wanted.person for face in near):
        return None
    replaced = same_face(near, rect, _UNCONFIRMED if wanted.is_confirmed else _NAMELESS)
    if replaced is not None:  # its rectangle is reused and may cover other pixels than the wanted one
        near += [face for face in faces if face not in near and shared(face.rect, replaced.rect) > IN_THE_WAY]
    blocking = next((face for face in near if face != replaced), None)
    if blocking is not None:
        named = f" of {blocking.person}" if blocking.person else ""
        return f"another face is there: {blocking.state}{named}, {to_text(blocking.rect)}"
    # digiKam keeps the rectangle when a face gets a name: a human may have drawn it
    place = replaced.rect if replaced else rect
    gone = [] if replaced is None else [row for row in image.rows if _is_of(row, replaced, image)]
    owners = {row.tag_id for row in gone if row.property == AUTODETECTED_FACE}
    moved = [row for row in image.rows if row.tag_id in owners and remembers(row, place)]
    return RowChange(
        database_id=image.database_id,
        person=wanted.person,
        region=wanted.region,
        inserted=(
            *(_confirmed_rows if wanted.is_confirmed else _suggested_rows)(image, tag, to_text(place)),
            *(replace(row, tag_id=tag) for row in moved),
        ),
        deleted=(*gone, *moved),
        tagged=(tag,) if wanted.is_confirmed and tag not in image.tagged else (),
        place=region_of(place, size),
    )


def _suggested_rows(image: ImageRows, tag: int, text: str) -> tuple[Row, ...]:
    return (
        Row(image.image_id, tag, AUTODETECTED_FACE, text),
        Row(image.image_id, min(image.tags.unconfirmed), AUTODETECTED_PERSON, f"{tag},{AUTODETECTED_FACE},{text}"),
    )


def _confirmed_rows(image: ImageRows, tag: int, text: str) -> tuple[Row, ...]:
    return tuple(Row(image.image_id, tag, name, text) for name in (TAG_REGION, FACE_TO_TRAIN))


def _is_of(row: Row, face: Face, image: ImageRows) -> bool:
    """Whether the row shows this face, which is unknown or suggested."""
    if rect_in(row) != face.rect:
        return False
    if face.state == AnnotationState.UNKNOWN:
        return row.property == AUTODETECTED_FACE and row.tag_id in image.tags.unknown
    tags = [tag for tag, name in image.tags.names.items() if name == face.person]
    if row.property == AUTODETECTED_PERSON:
        return row.value.partition(",")[0] in map(str, tags)
    return row.property == AUTODETECTED_FACE and row.tag_id in tags


def _taken_back(change: RowChange, image: ImageRows) -> Step | str:
    """The step that undoes the change, or why it is not undone."""
    if change.database_id != image.database_id:
        return "it was written into another database"
    shown = [row for row in change.inserted if row.property != REJECTED_TAGS]
    # a digiKam may drop `faceToTrain` once it has learned the face
    if not all(row in image.rows for row in shown if row.property != FACE_TO_TRAIN):
        return "it is not there any more: it was confirmed, removed or changed in digiKam"
    delete = [row for row in image.rows if row in shown]
    left = [row for row in image.rows if row not in delete]
    lone = {tag for tag in change.tagged if not any(row.tag_id == tag and row.property == TAG_REGION for row in left)}
    untag = image.tagged & lone
    faces, _ = faces_of(left, image.tagged - untag, image.tags)
    restored = [
        row
        for row in change.deleted
        if row.tag_id in {*image.tags.names, *image.tags.unknown, *image.tags.unconfirmed}
        if (rect := rect_in(row)) and all(shared(face.rect, rect) <= IN_THE_WAY for face in faces)
    ]
    # what digiKam remembers of the face as it stands now: a human may have cleared it, or rejected more, meanwhile
    places = {(row.tag_id, rect) for row in shown if row.property != AUTODETECTED_PERSON and (rect := rect_in(row))}
    moved = [row for row in left for tag, rect in places if row.tag_id == tag and remembers(row, rect)]
    before = _owner_before(change, image)
    if before is not None:
        delete += moved
        restored += [replace(row, tag_id=before) for row in moved]
    return Step(tuple(delete), tuple(restored), untag=frozenset(untag))


def _owner_before(change: RowChange, image: ImageRows) -> int | None:
    """The tag on which what digiKam remembers of the face hung before, or is to hang now; None for none."""
    owners = [row.tag_id for row in change.deleted if row.property == AUTODETECTED_FACE]
    return min(owners, default=min(image.tags.unknown, default=None))
