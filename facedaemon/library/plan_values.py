"""The values of a plan for the rows of one photo."""

from dataclasses import dataclass, replace

from facedaemon.library.rows import Row, RowChange
from facedaemon.library.tags import Tags
from facedaemon.values import FaceAnnotation, Region, Size


@dataclass(frozen=True, slots=True)
class Wanted:
    """A name to be shown at a region: as a suggestion, or, where a human answered so, as a confirmed face."""

    region: Region
    person: str
    is_confirmed: bool = False


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
    """Rows to delete (equal rows as often as they stand there), then rows to insert; tags the photo loses and gets."""

    delete: tuple[Row, ...]
    insert: tuple[Row, ...]
    untag: frozenset[int] = frozenset()
    tag: frozenset[int] = frozenset()

    def done_to(self, image: ImageRows) -> ImageRows:
        """The photo after this step."""
        rows = [row for row in image.rows if row not in self.delete] + list(self.insert)
        return replace(image, rows=tuple(rows), tagged=(image.tagged - self.untag) | self.tag)


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
