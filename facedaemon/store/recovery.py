"""Recovery of a damaged state: it is set aside, and what nothing else holds (rejections, the ledger) is copied."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from facedaemon.text import counted

# everything else comes again from photos and library
IRREPLACEABLE = ("rejection", "ledger")

# rows that are asked for one by one where reading in order stopped; far more than fit on the pages that a disk loses
MAX_PROBED = 200_000

# JSON: model, faces at the last whole grouping, how many came since, highest number that a group of faces ever had
GROUPED_NOTE = "faces grouped"
# of a group, where none can be read any more: what was typed for a former group must not mean another
FAR_NUMBER = 100_000

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was read from a damaged state, by table; `whole` where all of it could be read.

    `highest_group` is the highest number that a group of faces may have had.
    """

    rows: dict[str, list[Row]]
    whole: bool
    highest_group: int

    def words(self) -> str:
        """For people."""
        counts = (
            f"{counted(len(self.rows['rejection']), 'rejection')} and"
            f" {counted(len(self.rows['ledger']), 'entry', 'entries')} of the ledger"
        )
        return f"{counts} were saved" + ("" if self.whole else ", others could not be read")


def recover(path: Path) -> Recovered:
    """Every irreplaceable row that can still be read from the database at `path`, which is not changed."""
    rows: dict[str, list[Row]] = {table: [] for table in IRREPLACEABLE}
    whole = True
    for table in IRREPLACEABLE:
        try:
            # a connection of its own for each: an error can leave a connection unfit for the next
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
                connection.row_factory = sqlite3.Row
                connection.execute("SELECT 1 FROM sqlite_master").fetchone()
                read = _Reader(connection, table)
                rows[table] = [row for _, row in sorted(read.rows.items())]
                whole = whole and read.whole
        except sqlite3.DatabaseError:
            whole = False
    return Recovered(rows, whole, _highest_group(path))


def _highest_group(path: Path) -> int:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            row = connection.execute("SELECT value FROM note WHERE key = ?", (GROUPED_NOTE,)).fetchone()
        return 0 if row is None else int(json.loads(row[0])["highest"])
    except (sqlite3.DatabaseError, ValueError, KeyError, TypeError):
        return FAR_NUMBER


class _Reader:
    """The readable rows of one table by their number: from the front, from the back, and singly in between."""

    def __init__(self, connection: sqlite3.Connection, table: str) -> None:
        self._connection = connection
        self._table = table
        self.rows: dict[int, Row] = {}
        self.whole = self._read_in_order("ASC")
        if not self.whole:
            front = max(self.rows, default=0)
            self._read_in_order("DESC")
            back = min((number for number in self.rows if number > front), default=front + 1)
            for number in range(front + 1, min(back, front + MAX_PROBED)):
                with suppress(sqlite3.DatabaseError):
                    self._keep(f"WHERE id = {number}")

    def _read_in_order(self, order: str) -> bool:
        """Whether the table was read to its end."""
        try:
            self._keep(f"ORDER BY id {order}")
        except sqlite3.DatabaseError:
            return False
        return True

    def _keep(self, which: str) -> None:
        for row in self._connection.execute(f"SELECT * FROM {self._table} {which}"):  # noqa: S608  our own names
            if row["id"] in self.rows:
                return
            self.rows[row["id"]] = dict(row)


def put_back(connection: sqlite3.Connection, saved: Recovered) -> None:
    """Write the recovered rows into a new state; a row that the schema refuses is damaged and left out."""
    connection.execute("BEGIN IMMEDIATE")
    for table, rows in saved.rows.items():
        known = {row["name"] for row in connection.execute(f"PRAGMA table_info({table})")}
        for row in rows:
            columns = [name for name in row if name in known]
            sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
            with suppress(sqlite3.IntegrityError):
                connection.execute(sql, [row[name] for name in columns])
    # from a state of before names were kept in one spelling
    connection.execute("UPDATE rejection SET person = clean_name(person) WHERE person <> clean_name(person)")
    grouped = json.dumps({"model": "", "faces": 0, "came": 0, "highest": saved.highest_group})
    connection.execute("INSERT INTO note (key, value) VALUES (?, ?)", (GROUPED_NOTE, grouped))
    connection.execute("COMMIT")


def replace(path: Path, new: Path, now: datetime) -> Path:
    """Replace the damaged state at `path` by `new`; returns the name under which the damaged one is kept.

    At whatever point this is interrupted, the next start finds the damaged state or the new one. Raises OSError.
    """
    aside = next(name for name in _names(path, now) if not name.exists())
    os.link(path, aside)
    # the write-ahead log is moved first: SQLite would apply it to the new file
    changes = path.with_name(path.name + "-wal")
    if changes.exists() and changes.stat().st_size:
        changes.rename(aside.with_name(aside.name + "-wal"))
    changes.unlink(missing_ok=True)
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    new.replace(path)
    return aside


def _names(path: Path, now: datetime) -> Iterator[Path]:
    yield path.with_name(f"{path.name}.damaged-{now:%Y-%m-%d}")
    for number in range(2, 1000):
        yield path.with_name(f"{path.name}.damaged-{now:%Y-%m-%d}-{number}")
