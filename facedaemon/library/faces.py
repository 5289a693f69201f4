"""The faces of one photo, read from its rows: digiKam's six states of a face, and the names rejected there. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from facedaemon.library.rect import Rect, from_text
from facedaemon.library.rows import (
    AUTODETECTED_FACE,
    AUTODETECTED_PERSON,
    FACE_TO_TRAIN,
    IGNORED_FACE,
    REJECTED_TAGS,
    TAG_REGION,
    Row,
)
from facedaemon.library.tags import Tags
from facedaemon.values import AnnotationState

_MOST_DIGITS = 19  # ids are 64-bit integers


@dataclass(frozen=True, slots=True)
class Face:
    """One face in digiKam's rows; `person` is None for unknown and ignored ones."""

    state: AnnotationState
    person: str | None
    rect: Rect
    by_hand: bool = False
    spelling: str | None = None


def faces_of(rows: Collection[Row], tagged: Collection[int], tags: Tags) -> tuple[list[Face], list[str]]:
    """The faces in the `rows` of one photo, each once, and why other rows give none.

    `tagged` are the tags the photo carries: a confirmed region counts only together with its person's tag, since a
    human who takes "Bob" off a photo leaves the region's row there.
    """
    trained = {(row.tag_id, from_text(row.value)) for row in rows if row.property == FACE_TO_TRAIN}
    faces: dict[Face, None] = {}
    problems: dict[str, None] = {}
    for row in rows:
        if row.property in {FACE_TO_TRAIN, REJECTED_TAGS}:
            continue
        if row.property == AUTODETECTED_PERSON:
            found = _suggested_person(row, tags)
        else:
            found = _face(row, tagged, tags, trained)
        if isinstance(found, Face):
            faces[found] = None
        else:
            problems[found] = None
    return list(faces), list(problems)


def rejections_of(rows: Collection[Row]) -> list[tuple[Rect, int]]:
    """Regions with the tag of a person whom a human rejected there, as digiKam 9.1 stores them.

    One row holds `<rect .../>,39;12`, and a face may have several. Rows in another format are skipped.
    """
    found: dict[tuple[Rect, int], None] = {}
    for row in rows:
        if row.property != REJECTED_TAGS:
            continue
        place, end, tags = row.value.partition("/>")
        rect = from_text(place + end)
        for tag in tags.removeprefix(",").split(";"):
            if rect is not None and tags.startswith(",") and _is_number(tag.strip()):
                found[rect, int(tag)] = None
    return list(found)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < _MOST_DIGITS


def _face(row: Row, tagged: Collection[int], tags: Tags, trained: Collection[tuple[int, Rect | None]]) -> Face | str:
    rect = from_text(row.value)
    if rect is None:
        return f"{row.property}: no rectangle: {row.value!r}"
    nameless = _nameless(row, tags)
    if nameless is not None:
        return Face(nameless, None, rect)
    person = tags.names.get(row.tag_id)
    if person is None:
        return f"{row.property}: tag {row.tag_id} is no person"
    if row.property == AUTODETECTED_FACE:
        return Face(AnnotationState.SUGGESTED, person, rect, spelling=tags.spellings.get(row.tag_id))
    if row.property == TAG_REGION and row.tag_id in tagged:
        by_hand = (row.tag_id, rect) in trained
        return Face(AnnotationState.CONFIRMED, person, rect, by_hand, tags.spellings.get(row.tag_id))
    return f"{row.property}: the photo does not carry the tag of {person}"


def _nameless(row: Row, tags: Tags) -> AnnotationState | None:
    """The state of a face that has one of digiKam's special tags; None for a person's tag."""
    # a region called "Ignored" in metadata becomes a confirmed face of that tag (digikam-database.md 7.2)
    if row.property == IGNORED_FACE or (row.property in (AUTODETECTED_FACE, TAG_REGION) and row.tag_id in tags.ignored):
        return AnnotationState.IGNORED
    if row.property == AUTODETECTED_FACE and row.tag_id in tags.unknown:
        return AnnotationState.UNKNOWN
    return None


def _suggested_person(row: Row, tags: Tags) -> Face | str:
    """The face that an Unconfirmed row names as `<person's tag id>,autodetectedFace,<rect .../>`."""
    parts = row.value.split(",")
    rect = from_text(parts[2]) if len(parts) == 3 else None
    if rect is None or not _is_number(parts[0]) or parts[1] != AUTODETECTED_FACE:
        return f"{row.property}: not understood: {row.value!r}"
    person = tags.names.get(int(parts[0]))
    if person is None:
        return f"{row.property}: tag {parts[0]} is no person"
    return Face(AnnotationState.SUGGESTED, person, rect, spelling=tags.spellings.get(int(parts[0])))
