"""Plans the rows that show suggestions as digiKam's own "Unconfirmed" faces, or why not (digikam-database.md 6)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from facedaemon.geometry import cover, overlap
from facedaemon.library.faces import Face, faces_of, rejections_of
from facedaemon.library.rect import Rect, from_text, rect_of, region_of, to_text
from facedaemon.library.rows import AUTODETECTED_FACE, AUTODETECTED_PERSON, REJECTED_TAGS, Row, RowChange
from facedaemon.library.schema import WRITABLE_VERSIONS
from facedaemon.library.tags import Tags
from facedaemon.values import AnnotationState, FaceAnnotation, Region, Size

IN_THE_WAY = 0.25  # of either area: digiKam's own measure for two faces at one place (digikam-database.md 6)
SAME_FACE = 0.5  # of either area: an Unknown face that shares less may be the neighbour's


@dataclass(frozen=True, slots=True)
class Wanted:
    """A name to be shown at a region."""

    region: Region
    person: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A name that was not written, or not withdrawn, and why."""

    region: Region
    person: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImageRows:
    """What the library holds of one photo: `size` as displayed, `tagged` the tags it carries."""

    image_id: int
    size: Size | None
    rows: tuple[Row, ...]
    tagged: frozenset[int]
    tags: Tags
    version: int
    database_id: str


@dataclass(frozen=True, slots=True)
class Step:
    """Rows to delete (equal rows as often as they stand there), then rows to insert."""

    delete: tuple[Row, ...]
    insert: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What one step changed in the photo's annotations: those removed and those added."""

    removed: tuple[FaceAnnotation, ...]
    added: tuple[FaceAnnotation, ...]


@dataclass(frozen=True, slots=True)
class RowPlan:
    """The changes for one photo.

    `changes` are the names newly shown, for the ledger; `withdrawn` those withdrawn; `active` the wanted names that are
    shown already; `refused` the rest. `steps` are carried out in their order.

    `kept` are names that could not be withdrawn yet: they still stand, or may stand in another database.
    `is_read_only`: nothing is written into a database of this version. `seen` is set after the plan was carried out.
    """

    steps: tuple[Step, ...] = ()
    changes: tuple[RowChange, ...] = ()
    withdrawn: tuple[RowChange, ...] = ()
    active: tuple[Wanted, ...] = ()
    refused: tuple[Refused, ...] = ()
    kept: tuple[RowChange, ...] = ()
    is_read_only: bool = False
    seen: tuple[Seen, ...] = ()

    @property
    def inserted(self) -> tuple[Row, ...]:
        """Every row that is inserted."""
        return tuple(row for step in self.steps for row in step.insert)

    @property
    def deleted(self) -> tuple[Row, ...]:
        """Every row that is deleted."""
        return tuple(row for step in self.steps for row in step.delete)


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
    rows = list(image.rows)
    steps: list[Step] = []
    changes: list[RowChange] = []
    withdrawn: list[RowChange] = []
    active: list[Wanted] = []
    refused: list[Refused] = []
    kept = [change for change in withdraw if change.database_id != image.database_id]
    for change in withdraw:
        back = _taken_back(change, rows, image)
        if isinstance(back, Step):
            _apply(back, rows)
            steps.append(back)
            withdrawn.append(change)
        else:
            refused.append(Refused(change.region, change.person, back))
    for item in wanted:
        shown = _shown(item, rows, image)
        if isinstance(shown, RowChange):
            step = Step(shown.deleted, shown.inserted)
            _apply(step, rows)
            steps.append(step)
            changes.append(shown)
        elif shown is None:
            active.append(item)
        else:
            refused.append(Refused(item.region, item.person, shown))
    return RowPlan(tuple(steps), tuple(changes), tuple(withdrawn), tuple(active), tuple(refused), tuple(kept))


def _apply(step: Step, rows: list[Row]) -> None:
    rows[:] = [row for row in rows if row not in step.delete] + list(step.insert)


def _shown(wanted: Wanted, rows: Sequence[Row], image: ImageRows) -> RowChange | str | None:
    """The change that shows the name; None where it is shown already; else the reason against it."""
    tags, size = image.tags, image.size
    tag = tags.people.get(wanted.person)
    if tag is None or size is None or not tags.unconfirmed:
        return _missing(wanted.person, image)
    faces, problems = faces_of(rows, image.tagged, tags)
    if problems:
        return f"a row of this photo is not understood ({problems[0]})"
    rect = rect_of(wanted.region, size)
    near = [face for face in faces if _shared(face.rect, rect) > IN_THE_WAY]
    if any(said == tag and _shared(place, rect) > SAME_FACE for place, said in rejections_of(rows)):
        return "a human rejected this name there in digiKam"
    if any(face.state == AnnotationState.SUGGESTED and face.person == wanted.person for face in near):
        return None
    replaced = _same_unknown(near, rect)
    if replaced is not None:  # its rectangle is reused and may cover other pixels than the wanted one
        near += [face for face in faces if face not in near and _shared(face.rect, replaced.rect) > IN_THE_WAY]
    blocking = next((face for face in near if face != replaced), None)
    if blocking is not None:
        named = f" of {blocking.person}" if blocking.person else ""
        return f"another face is there: {blocking.state}{named}, {to_text(blocking.rect)}"
    # digiKam keeps the rectangle when a face gets a name: a human may have drawn it
    text = to_text(replaced.rect if replaced else rect)
    moved = [row for row in rows if replaced and row.tag_id in tags.unknown and _remembers(row, replaced.rect)]
    return RowChange(
        database_id=image.database_id,
        person=wanted.person,
        region=wanted.region,
        inserted=(
            Row(image.image_id, tag, AUTODETECTED_FACE, text),
            Row(image.image_id, min(tags.unconfirmed), AUTODETECTED_PERSON, f"{tag},{AUTODETECTED_FACE},{text}"),
            *(replace(row, tag_id=tag) for row in moved),
        ),
        deleted=(*(row for row in rows if replaced and _is_unknown(row, replaced.rect, tags)), *moved),
    )


def _missing(person: str, image: ImageRows) -> str:
    """What the library lacks for showing a suggestion that it cannot show."""
    if person in image.tags.ambiguous:
        return f"digiKam has more than one person named {person}"
    if person not in image.tags.people:
        return f"digiKam has no person named {person}"
    if image.size is None:
        return "digiKam does not know the photo's size"
    return "digiKam has never looked for faces: it has no tag for unconfirmed ones yet"


def _taken_back(change: RowChange, rows: Sequence[Row], image: ImageRows) -> Step | str:
    """The step that undoes the change, or why it is not undone."""
    if change.database_id != image.database_id:
        return "it was written into another database"
    shown = [row for row in change.inserted if row.property != REJECTED_TAGS]
    if not all(row in rows for row in shown):
        return "it is not there any more: it was confirmed, removed or changed in digiKam"
    delete = [row for row in rows if row in shown]
    left = [row for row in rows if row not in delete]
    faces, _ = faces_of(left, image.tagged, image.tags)
    restored = [
        row
        for row in change.deleted
        if (rect := from_text(row.value)) and all(_shared(face.rect, rect) <= IN_THE_WAY for face in faces)
    ]
    # what digiKam remembers of the face as it stands now: a human may have cleared it, or rejected more, meanwhile
    places = {(row.tag_id, from_text(row.value)) for row in shown if row.property == AUTODETECTED_FACE}
    moved = [row for row in left for tag, rect in places if row.tag_id == tag and rect and _remembers(row, rect)]
    nameless = min((row.tag_id for row in change.deleted), default=min(image.tags.unknown, default=None))
    if nameless is not None:
        delete += moved
        restored += [replace(row, tag_id=nameless) for row in moved]
    return Step(tuple(delete), tuple(restored))


def _same_unknown(near: Sequence[Face], rect: Rect) -> Face | None:
    """The Unknown face that is the same face: the one that overlaps most."""
    same = [face for face in near if face.state == AnnotationState.UNKNOWN and _shared(face.rect, rect) > SAME_FACE]
    return max(same, key=lambda face: overlap(_plain(face.rect), _plain(rect)), default=None)


def _is_unknown(row: Row, rect: Rect, tags: Tags) -> bool:
    return row.property == AUTODETECTED_FACE and row.tag_id in tags.unknown and from_text(row.value) == rect


def _remembers(row: Row, rect: Rect) -> bool:
    """Whether digiKam keeps in this row which names were rejected for the face at `rect`."""
    return row.property == REJECTED_TAGS and from_text(row.value.partition(",")[0]) == rect


def _shared(a: Rect, b: Rect) -> float:
    """The larger of the shares that one rect covers of the other, 0 to 1."""
    return max(cover(_plain(a), _plain(b)), cover(_plain(b), _plain(a)))


def _plain(rect: Rect) -> Region:
    """The rect as a region in pixels: shares of areas do not depend on the unit."""
    return region_of(rect, Size(1, 1))
