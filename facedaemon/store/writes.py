"""What the ledger holds, page by page and without the files' former bytes: for people who look."""

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from facedaemon.store.ledger import LedgerKind, names_from_json
from facedaemon.values import Suggestion

_PAGE = (
    "SELECT id, kind, photo, target, before IS NULL AS is_new, after_digest IS NULL AS is_gone, names, regions, done,"
    " undone, undone IS NULL AND NOT EXISTS (SELECT 1 FROM ledger AS later WHERE later.photo = ledger.photo"
    " AND later.kind = ledger.kind AND later.target = ledger.target AND later.id > ledger.id AND later.done IS NOT NULL"
    " AND later.undone IS NULL) AS is_last"
    " FROM ledger WHERE done IS NOT NULL AND (undone IS NULL OR undone <> done) AND id < ?"
    " AND (? IS NULL OR instr(lower(CAST(photo AS TEXT)), ?) > 0) ORDER BY id DESC LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class WriteRecord:
    """One write: into which file or database, for which photo, when (seconds), and what stood there of ours after it.

    `names` are suggestions in facedaemon's own list, `regions` named regions that other programs read. `is_new`: there
    was no file before; `is_gone`: the write removed it. `undone` is when it was taken back (None: it was not).
    `is_last`: it stands, and no later one for the same target does.
    """

    id: int
    kind: LedgerKind
    photo: Path
    target: Path
    is_new: bool
    is_gone: bool
    names: tuple[Suggestion, ...]
    regions: tuple[Suggestion, ...]
    done: float
    undone: float | None
    is_last: bool


class Writes:
    """The ledger table, for reading only."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """`connection` belongs to the store."""
        self._connection = connection

    def page(self, most: int, before: int | None = None, search: str = "") -> list[WriteRecord]:
        """The newest writes, at most `most`, with numbers below `before` (None: from the newest on).

        Of photos with `search`, in small letters, in their path.
        """
        wanted = search.lower() or None
        rows = self._connection.execute(_PAGE, (2**62 if before is None else before, wanted, wanted, most))
        return [_write(row) for row in rows]

    def get(self, number: int) -> WriteRecord | None:
        """The write of this number; None where there is none that can be seen."""
        found = self.page(1, number + 1)
        return found[0] if found and found[0].id == number else None


def _write(row: sqlite3.Row) -> WriteRecord:
    return WriteRecord(
        id=row["id"],
        kind=LedgerKind(row["kind"]),
        photo=Path(os.fsdecode(row["photo"])),
        target=Path(os.fsdecode(row["target"])),
        is_new=bool(row["is_new"]),
        is_gone=bool(row["is_gone"]),
        names=tuple(names_from_json(row["names"])),
        regions=tuple(names_from_json(row["regions"])),
        done=row["done"],
        undone=row["undone"],
        is_last=bool(row["is_last"]),
    )
