"""One photo as the state knows it."""

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from facedaemon.dates import DateSource, Taken
from facedaemon.values import AS_THE_FILE_SAYS, Display, Fingerprint, Size


@dataclass(frozen=True, slots=True)
class PhotoRecord:
    """One photo. The results of its analysis are None where it could not be read (`failure`: why).

    `is_transient` is True where the reason may vanish without a change of the file: then it is analysed again.
    `missing` is True where the file is known to be away, `absent` where it was not found and nobody confirmed yet that
    it was deleted.
    `is_replaced` is True where another picture lies at its place: it is kept, under a path where no photo can be, in
    case it is found again.
    `published` is the digest of what its sidecar shows of ours, None where that is nothing or not known. `is_unsure` is
    True where it is not known: the sidecar is compared with what is wanted.
    `stated` is when it was taken by its own metadata and sidecar, `library_date` by the library, as a moment
    (`dates.moment_of`).
    """

    id: int
    path: Path
    fingerprint: Fingerprint
    content: str | None
    size: Size | None
    orientation: int | None
    model: str | None
    failure: str | None
    is_transient: bool
    missing: bool
    absent: bool
    metadata: str | None
    published: str | None
    is_unsure: bool
    is_replaced: bool
    display: Display = AS_THE_FILE_SAYS
    stated: Taken | None = None
    library_date: int | None = None

    @property
    def may_show(self) -> bool:
        """Whether its sidecar shows something of ours, or might."""
        return self.is_unsure or self.published is not None


def stated_by(row: sqlite3.Row) -> Taken | None:
    """The date in a row with `own_date` and `own_date_source`."""
    return None if row["own_date"] is None else Taken(row["own_date"], DateSource(row["own_date_source"]))


def photo_of(row: sqlite3.Row, path: Path | None = None) -> PhotoRecord:
    """The record in a row of the table; `path` where it is known already."""
    return PhotoRecord(
        id=row["id"],
        path=path or Path(os.fsdecode(row["path"])),  # making one takes longer than all the rest
        fingerprint=Fingerprint(row["size"], row["mtime_ns"], row["inode"], row["ctime_ns"]),
        content=row["content"],
        size=Size(row["width"], row["height"]) if row["width"] is not None else None,
        orientation=row["orientation"],
        model=row["model"],
        failure=row["failure"],
        is_transient=bool(row["may_pass"]),
        missing=bool(row["missing"]),
        absent=row["absent_since"] is not None,
        metadata=row["metadata"],
        published=row["published"],
        is_unsure=bool(row["unsure"]),
        is_replaced=bool(row["replaced"]),
        display=Display(row["stated"], row["turn"]),
        stated=stated_by(row),
        library_date=row["library_date"],
    )
