"""The ledger of all writes outside of facedaemon's own state: intended before a write, marked done after it."""

import json
import os
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from facedaemon.digests import digest
from facedaemon.names import clean_name
from facedaemon.values import Region, Suggestion


class LedgerKind(StrEnum):
    """What was written to."""

    SIDECAR = "sidecar"
    DIGIKAM = "digikam"


@dataclass(frozen=True, slots=True)
class Entry:
    """One write. `before`: the target's bytes (None: there was no file); `after_digest`: of the bytes after the write.

    `names` are our suggestions in the target after the write; `regions` those of them that were written as real named
    regions, which other programs read as confirmed. `rows` is the record of the `library` package, as JSON. `root` is
    the photo root that a sidecar was written below (None: not recorded).
    """

    id: int
    kind: LedgerKind
    photo: Path
    target: Path
    before: bytes | None
    after_digest: str | None
    names: tuple[Suggestion, ...]
    regions: tuple[Suggestion, ...]
    rows: str
    intended: float
    done: float | None
    root: Path | None = None


class Ledger:
    """The ledger table."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """`connection` belongs to the store."""
        self._connection = connection

    def intend(
        self,
        kind: LedgerKind,
        photo: Path,
        target: Path,
        before: bytes | None,
        after_digest: str | None,
        names: Sequence[Suggestion],
        now: float,
        regions: Sequence[Suggestion] = (),
        rows: str = "[]",
        root: Path | None = None,
    ) -> int:
        """Record what is about to be written; returns the entry's number."""
        self._connection.execute(
            "INSERT INTO ledger (kind, photo, target, before, after_digest, names, regions, rows, intended, root)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                kind,
                os.fsencode(photo),
                os.fsencode(target),
                None if before is None else zlib.compress(before),
                after_digest,
                _names_to_json(names),
                _names_to_json(regions),
                rows,
                now,
                None if root is None else os.fsencode(root),
            ),
        )
        # not by RETURNING: a full disk would be met while its row is fetched, and not be explained
        return int(self._connection.execute("SELECT last_insert_rowid()").fetchone()[0])

    def done(self, entry: int, now: float, rows: str | None = None) -> None:
        """Mark the entry as written; `rows` are given where they differ from those intended."""
        self._connection.execute(
            "UPDATE ledger SET done = ?, rows = coalesce(?, rows) WHERE id = ?", (now, rows, entry)
        )

    def abandon(self, entry: int) -> None:
        """Delete the entry: it was not written."""
        self._connection.execute("DELETE FROM ledger WHERE id = ? AND done IS NULL", (entry,))

    def undone(self, entries: Sequence[int], now: float) -> None:
        """Mark these writes as undone."""
        self._connection.executemany("UPDATE ledger SET undone = ? WHERE id = ?", ((now, entry) for entry in entries))

    def get(self, entry: int) -> Entry:
        """The entry of that number, which must exist."""
        return _entry(self._connection.execute("SELECT * FROM ledger WHERE id = ?", (entry,)).fetchone())

    def active(self, since: float | None = None) -> list[Entry]:
        """Writes that were done and not taken back, oldest first."""
        rows = self._connection.execute(
            "SELECT * FROM ledger WHERE done IS NOT NULL AND undone IS NULL AND (? IS NULL OR done >= ?) ORDER BY id",
            (since, since),
        )
        return [_entry(row) for row in rows]

    def count_done(self, kind: LedgerKind, since: float) -> int:
        """How many writes of this kind were done since a time in seconds, and stand."""
        row = self._connection.execute(
            "SELECT count(*) FROM ledger WHERE kind = ? AND done >= ? AND undone IS NULL", (kind, since)
        ).fetchone()
        return int(row[0])

    def interrupted(self, target: Path | None = None) -> list[Entry]:
        """Writes, to one target or to any, that were intended and may or may not have been done."""
        wanted = None if target is None else os.fsencode(target)
        rows = self._connection.execute(
            "SELECT * FROM ledger WHERE done IS NULL AND (? IS NULL OR target = ?) ORDER BY id", (wanted, wanted)
        )
        return [_entry(row) for row in rows]

    def last_of(self, photo: Path, kind: LedgerKind) -> Entry | None:
        """The photo's newest active write of that kind."""
        row = self._connection.execute(
            "SELECT * FROM ledger WHERE photo = ? AND kind = ? AND done IS NOT NULL AND undone IS NULL"
            " ORDER BY id DESC LIMIT 1",
            (os.fsencode(photo), kind),
        ).fetchone()
        return _entry(row) if row else None

    def made_as(self, photo: Path) -> str | None:
        """Digest of the photo's sidecar where facedaemon created it and no other program wrote in between; else None.

        A sidecar that still has this digest holds nothing but ours, also where a former version left no stamp in it.
        """
        rows = self._connection.execute(
            "SELECT before, after_digest FROM ledger"
            " WHERE photo = ? AND kind = ? AND done IS NOT NULL AND undone IS NULL ORDER BY id",
            (os.fsencode(photo), LedgerKind.SIDECAR),
        )
        made: str | None = None
        for row in rows:
            is_ours = row["before"] is None or (made is not None and digest(zlib.decompress(row["before"])) == made)
            made = row["after_digest"] if is_ours else None
        return made

    def regions_ever_written(self, photo: Path) -> list[Suggestion]:
        """Every real named region that facedaemon ever wrote for this photo, undone or not: none is a confirmation."""
        rows = self._connection.execute(
            "SELECT regions FROM ledger WHERE photo = ? AND regions <> '[]'", (os.fsencode(photo),)
        )
        return [name for row in rows for name in names_from_json(row["regions"])]

    def regions_written_for(self, photo: Path, content: str | None) -> list[Suggestion]:
        """The same, also for the photos that show the same picture: sidecars are copied along with their photos."""
        rows = self._connection.execute(
            "SELECT regions FROM ledger WHERE regions <> '[]'"
            " AND (photo = ? OR photo IN (SELECT path FROM photo WHERE content = ?))",
            (os.fsencode(photo), content),
        )
        return [name for row in rows for name in names_from_json(row["regions"])]

    def share_regions(self, photo: Path, to: Path) -> None:
        """Record the regions ever written for `photo` also for `to`: they may turn up there and confirm nothing."""
        self._connection.execute(
            "INSERT INTO ledger (kind, photo, target, after_digest, names, regions, rows, intended, done, undone)"
            " SELECT kind, ?, target, after_digest, '[]', regions, '[]', intended, intended, intended"
            " FROM ledger WHERE photo = ? AND regions <> '[]'",
            (os.fsencode(to), os.fsencode(photo)),
        )

    def written_as(self, person: str) -> dict[Path, list[Suggestion]]:
        """The regions ever written with this (normalised) name, undone or not, by photo."""
        found: dict[Path, list[Suggestion]] = {}
        for row in self._connection.execute("SELECT photo, regions FROM ledger WHERE regions <> '[]' ORDER BY id"):
            for item in names_from_json(row["regions"]):
                if clean_name(item.person) == person:
                    found.setdefault(Path(os.fsdecode(row["photo"])), []).append(item)
        return found

    def share_names(self, photo: Path, regions: Sequence[Suggestion]) -> None:
        """Record that these regions of the photo, written with other names, confirm nobody by these names either."""
        self._connection.execute(
            "INSERT INTO ledger (kind, photo, target, names, regions, rows, intended, done, undone)"
            " VALUES (?, ?, ?, '[]', ?, '[]', 0, 0, 0)",
            (LedgerKind.SIDECAR, os.fsencode(photo), os.fsencode(photo), _names_to_json(regions)),
        )

    def move(self, photo: Path, to: Path, targets: Mapping[Path, Path]) -> None:
        """The photo moved, and so did those written files that are keys of `targets`."""
        self._connection.execute("UPDATE ledger SET photo = ? WHERE photo = ?", (os.fsencode(to), os.fsencode(photo)))
        for old, new in targets.items():
            self._connection.execute(
                "UPDATE ledger SET target = ? WHERE photo = ? AND target = ?",
                (os.fsencode(new), os.fsencode(to), os.fsencode(old)),
            )


def _names_to_json(names: Sequence[Suggestion]) -> str:
    return json.dumps(
        [[n.region.x, n.region.y, n.region.w, n.region.h, n.person, n.confidence, n.generation] for n in names],
        ensure_ascii=False,
    )


def names_from_json(text: str) -> list[Suggestion]:
    """The names as `names` and `regions` hold them."""
    return [Suggestion(Region(*item[:4]), item[4], item[5], item[6]) for item in json.loads(text)]


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        id=row["id"],
        kind=LedgerKind(row["kind"]),
        photo=Path(os.fsdecode(row["photo"])),
        target=Path(os.fsdecode(row["target"])),
        before=None if row["before"] is None else zlib.decompress(row["before"]),
        after_digest=row["after_digest"],
        names=tuple(names_from_json(row["names"])),
        regions=tuple(names_from_json(row["regions"])),
        rows=row["rows"],
        intended=row["intended"],
        done=row["done"],
        root=None if row["root"] is None else Path(os.fsdecode(row["root"])),
    )
