"""Which faces of one photo lie at one place, as digiKam's rows name them. Pure."""

from collections.abc import Iterable, Sequence

from facedaemon.geometry import cover, overlap
from facedaemon.library.faces import Face
from facedaemon.library.plan_values import ImageRows
from facedaemon.library.rect import Rect, from_text, region_of
from facedaemon.library.rows import AUTODETECTED_PERSON, REJECTED_TAGS, Row
from facedaemon.library.tags import Tags
from facedaemon.values import AnnotationState, Region, Size

IN_THE_WAY = 0.25  # of either area: digiKam's own measure for two faces at one place (digikam-database.md 6)
SAME_FACE = 0.5  # of either area: an Unknown face that shares less may be the neighbour's


def shared(a: Rect, b: Rect) -> float:
    """The larger of the shares that one rect covers of the other, 0 to 1."""
    return max(cover(_plain(a), _plain(b)), cover(_plain(b), _plain(a)))


def same_face(near: Sequence[Face], rect: Rect, states: Iterable[AnnotationState]) -> Face | None:
    """The face in one of these states that is the same face: the one that overlaps most."""
    wanted = frozenset(states)
    same = [face for face in near if face.state in wanted and shared(face.rect, rect) > SAME_FACE]
    return max(same, key=lambda face: overlap(_plain(face.rect), _plain(rect)), default=None)


def remembers(row: Row, rect: Rect) -> bool:
    """Whether digiKam keeps in this row which names were rejected for the face at `rect`."""
    return row.property == REJECTED_TAGS and from_text(row.value.partition(",")[0]) == rect


def rect_in(row: Row) -> Rect | None:
    """The place that a row is about; in an Unconfirmed row it stands after the person."""
    return from_text(row.value.rpartition(",")[2] if row.property == AUTODETECTED_PERSON else row.value)


def missing(person: str, image: ImageRows) -> str | None:
    """What the library lacks for showing this person's face; None where nothing is missing."""
    tags: Tags = image.tags
    if person in tags.ambiguous:
        return f"digiKam has more than one person named {person}"
    if person not in tags.people:
        return f"digiKam has no person named {person}"
    if image.size is None:
        return "digiKam does not know the photo's size"
    return None


def _plain(rect: Rect) -> Region:
    """The rect as a region in pixels: shares of areas do not depend on the unit."""
    return region_of(rect, Size(1, 1))
