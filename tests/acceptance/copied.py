"""A place that was scanned once, copied for each test that changes it: no photo is looked at again (decision 056)."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.acceptance.place import Place


def copied(original: Place, folder: Path) -> Place:
    """A copy in `folder` with everything as if it had been scanned there; the program must be told by `configure`."""
    shutil.copytree(original.folder, folder, copy_function=shutil.copy2, symlinks=True)
    copy = Place(folder, original.models, original.truth)
    if copy.database.exists():
        with closing(sqlite3.connect(copy.database)) as database, database:
            database.execute(
                "UPDATE AlbumRoots SET identifier = replace(identifier, ?, ?)", (str(original.photos), str(copy.photos))
            )
    for settings in [copy.config] if copy.config.exists() else []:
        settings.write_text(settings.read_text(encoding="utf-8").replace(str(original.folder), str(folder)), "utf-8")
    if (copy.state / "state.db").exists():
        with closing(sqlite3.connect(copy.state / "state.db")) as state, state:
            move_paths(state, os.fsencode(original.folder), os.fsencode(folder))
            _take_inodes(state)
    return copy


def move_paths(state: sqlite3.Connection, before: bytes, after: bytes) -> None:
    """Every path in the state, whatever its table, follows."""
    tables = [name for (name,) in state.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        for _, column, kind, *_ in state.execute(f"PRAGMA table_info({table})").fetchall():
            if kind == "BLOB":
                state.execute(
                    f"UPDATE {table} SET {column} = CAST(? || substr({column}, ?) AS BLOB)"
                    f" WHERE substr({column}, 1, ?) IN (?, ?)",
                    (after, len(before) + 1, len(before) + 1, before, before + b"/"),
                )


def _take_inodes(state: sqlite3.Connection) -> None:
    """The copies are other files than those that were looked at; the state knows them as if it had looked at these."""
    for photo, path in state.execute("SELECT id, path FROM photo").fetchall():
        seen = Path(os.fsdecode(path)).stat()
        state.execute(
            "UPDATE photo SET inode = ?, mtime_ns = ?, ctime_ns = ? WHERE id = ?",
            (seen.st_ino, seen.st_mtime_ns, seen.st_ctime_ns, photo),
        )
