"""Rows of digiKam's ImageTagProperties, and the record of what facedaemon changed in them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from facedaemon.names import clean_name
from facedaemon.values import Region

# Names of the properties, from digiKam 8.6 (coredbconstants.cpp:169-192); the last one since 9.1
AUTODETECTED_FACE = "autodetectedFace"
AUTODETECTED_PERSON = "autodetectedPerson"
TAG_REGION = "tagRegion"
FACE_TO_TRAIN = "faceToTrain"
IGNORED_FACE = "ignoredFace"
REJECTED_TAGS = "faceTagExtendedData"
FACE_PROPERTIES = (AUTODETECTED_FACE, AUTODETECTED_PERSON, TAG_REGION, FACE_TO_TRAIN, IGNORED_FACE, REJECTED_TAGS)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of ImageTagProperties. digiKam has no key there: equal rows may stand twice."""

    image_id: int
    tag_id: int
    property: str
    value: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """The rows that show one name in digiKam: those inserted, and the rows of an unnamed face that they replace.

    Where digiKam stores names rejected for the face, both contain that row, with its tag before and after.

    `database_id` is digiKam's own UUID of the database, so that a change is never undone in another one. `tagged` are
    the tags that the photo got with it, `place` where digiKam shows the face (None: not recorded).
    """

    database_id: str
    person: str
    region: Region
    inserted: tuple[Row, ...]
    deleted: tuple[Row, ...]
    tagged: tuple[int, ...] = ()
    place: Region | None = None

    @property
    def is_confirmed(self) -> bool:
        """Whether it is a confirmed face, not a suggestion."""
        return any(row.property == TAG_REGION for row in self.inserted)


def with_tags_of(kept: Iterable[RowChange], withdrawn: Iterable[RowChange]) -> tuple[RowChange, ...]:
    """The changes that stay, with the tags that came with those withdrawn and are on the photo for them now."""
    came = {tag for change in withdrawn for tag in change.tagged}
    found = []
    for change in kept:
        own = {row.tag_id for row in change.inserted if row.property == TAG_REGION}
        found.append(replace(change, tagged=tuple(sorted({*change.tagged, *(own & came)}))))
    return tuple(found)


def to_json(changes: Sequence[RowChange]) -> str:
    """The changes as text for a ledger."""
    return json.dumps([asdict(change) for change in changes], ensure_ascii=False)


def from_json(text: str) -> tuple[RowChange, ...]:
    """The inverse of `to_json`."""
    return tuple(_change(item) for item in json.loads(text))


def _change(item: dict[str, Any]) -> RowChange:
    return RowChange(
        database_id=item["database_id"],
        person=clean_name(item["person"]),  # an older one as digiKam spelled it
        region=Region(**item["region"]),
        inserted=tuple(Row(**row) for row in item["inserted"]),
        deleted=tuple(Row(**row) for row in item["deleted"]),
        tagged=tuple(item.get("tagged", ())),
        place=Region(**item["place"]) if item.get("place") else None,
    )
