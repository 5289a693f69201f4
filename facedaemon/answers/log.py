"""The file of answers: only added to, by any process of this user, while others read and write.

What is in it cannot be found again anywhere. So each answer is on the disk before its command ends, nothing is ever
changed, a file of an older facedaemon is copied before it is brought up to date, and a damaged one is left as it is.
"""

import fcntl
import json
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from facedaemon import private
from facedaemon.answers.model import Answer, AnswerKind, AnswerSource, FacePlace, Saying
from facedaemon.errors import ExitCode, Fatal
from facedaemon.own_database import (
    StateConnection,
    check_pages,
    checked_version,
    is_damage,
    migrate,
    migrations_of,
    transaction,
)
from facedaemon.values import Region

FILE_NAME = "answers.db"
_LOCK_NAME = "answers.lock"
_APPLICATION_ID = 0x616E7377  # "answ"
_PATIENCE_SECONDS = 30  # while others write

_COLUMNS = (
    "id, number, command, kind, source, moment, person, other, born, takes_back, follows, checked,"
    " content, path, x, y, w, h, orientation, model, vector"
)
_INSERT = f"INSERT OR IGNORE INTO answer ({_COLUMNS}) VALUES ({', '.join('?' * 21)})"  # noqa: S608 - our own names
_ALL = "SELECT * FROM answer ORDER BY position"
_SINCE = (
    f"SELECT position, {_COLUMNS.removesuffix('vector')} NULL AS vector FROM answer"  # noqa: S608 - our own names
    " WHERE position > ? ORDER BY position"
)


_ABOUT = (
    f"SELECT position, {_COLUMNS.removesuffix('vector')} NULL AS vector FROM answer"  # noqa: S608 - our own names
    " WHERE content IS NULL OR content IN (SELECT value FROM json_each(?)) ORDER BY position"
)
_LAST = (
    f"SELECT position, {_COLUMNS.removesuffix('vector')} NULL AS vector FROM answer"  # noqa: S608 - our own names
    " WHERE path IS NOT NULL ORDER BY position DESC LIMIT ?"
)


_COUNTS_STILL = (
    "FROM answer WHERE kind IN ('confirm', 'draw') AND id NOT IN (SELECT value FROM json_each(?1))"
    " AND (follows IS NULL OR follows NOT IN (SELECT value FROM json_each(?1)))"
)
_NAMED = f"SELECT DISTINCT person {_COUNTS_STILL}"
_NAMED_SO = f"SELECT person, number, id {_COUNTS_STILL} AND person IN (SELECT value FROM json_each(?2))"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Imported:
    """How many answers of an import are new here, and how many were known already."""

    new: int
    known: int


class AnswerLog:
    """The answers of one user. To be closed."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        """Use `open` or `open_to_read`."""
        self._path = path
        self._connection = connection

    @classmethod
    def open(cls, directory: Path) -> "AnswerLog":
        """The answers beside the state in `directory`, made when absent, brought up to date where they are older.

        Raises Fatal (exit status 2) where they are damaged, of a newer facedaemon, or cannot be used.
        """
        private.take_over(directory)
        path = directory / FILE_NAME
        with _explained(path), _locked(directory / _LOCK_NAME):
            if not path.exists():  # closing a descriptor of the file takes this process's locks from it (fcntl(2))
                private.make(path)  # SQLite gives its other files the mode of this one
            return cls(path, _connect(path, migrations()))

    @classmethod
    def open_to_read(cls, directory: Path) -> "AnswerLog | None":
        """The same, but none is made: None where nothing was ever answered."""
        try:
            size = (directory / FILE_NAME).stat().st_size
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise Fatal(f"{directory / FILE_NAME}: cannot be looked at: {error.strerror}", ExitCode.USAGE) from error
        has_log = size or (directory / f"{FILE_NAME}-wal").exists()
        return cls.open(directory) if has_log else None

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> "AnswerLog":
        """Closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closed."""
        self.close()

    def all(self) -> list[Answer]:
        """Every answer, in the order in which they were written down here."""
        with _explained(self._path):
            return [_answer(row) for row in self._connection.execute(_ALL)]

    def since(self, position: int) -> tuple[list[Answer], int]:
        """The answers written down after `position` (0: all), without vectors, and the position of the last one.

        What is read often is kept in memory; few of the vectors are ever needed (`vector_of`).
        """
        with _explained(self._path):
            rows = self._connection.execute(_SINCE, (position,)).fetchall()
            return [_answer(row) for row in rows], rows[-1]["position"] if rows else position

    def about(self, contents: Iterable[str]) -> list[Answer]:
        """The answers about faces in these pictures and those about no picture, in their order, without vectors.

        These alone decide what the answers say of these faces (`rules.active`).
        """
        with _explained(self._path):
            return [_answer(row) for row in self._connection.execute(_ABOUT, (json.dumps(sorted(contents)),))]

    def last_about_faces(self, most: int) -> list[Answer]:
        """The last `most` answers about faces, newest first; without vectors."""
        with _explained(self._path):
            return [_answer(row) for row in self._connection.execute(_LAST, (most,))]

    def named(self, taken_back: Iterable[str]) -> set[str]:
        """Everybody whom an answer names that was not taken back, called as in the answers."""
        with _explained(self._path):
            rows = self._connection.execute(_NAMED, (json.dumps(sorted(taken_back)),))
            return {row["person"] for row in rows if row["person"] is not None}

    def named_so(self, taken_back: Iterable[str], names: Iterable[str]) -> list[tuple[str, tuple[int, str]]]:
        """The same answers about these names: name and order of each."""
        with _explained(self._path):
            asked = json.dumps(sorted(taken_back)), json.dumps(sorted(names))
            return [(row["person"], (row["number"], row["id"])) for row in self._connection.execute(_NAMED_SO, asked)]

    def holds(self, position: int, answer: str) -> bool:
        """Whether the answer of this id stands at this position: else it is another file than before."""
        with _explained(self._path):
            row = self._connection.execute("SELECT id FROM answer WHERE position = ?", (position,)).fetchone()
            return row is not None and row["id"] == answer

    def vector_of(self, answer: str) -> bytes | None:
        """The embedding that was kept with an answer; None where there is none."""
        with _explained(self._path):
            row = self._connection.execute("SELECT vector FROM answer WHERE id = ?", (answer,)).fetchone()
            return None if row is None else row["vector"]

    def append(self, sayings: Sequence[Saying], now: float) -> list[Answer]:
        """Write them down as the answers of one command: all or none. `now` in seconds since 1970."""
        moment = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
        command = secrets.token_hex(8)
        with self._transaction():
            row = self._connection.execute("SELECT coalesce(max(number), 0) FROM answer").fetchone()
            answers = [
                Answer(secrets.token_hex(16), number, command, moment, saying)
                for number, saying in enumerate(sayings, int(row[0]) + 1)
            ]
            self._connection.executemany(_INSERT, map(_row, answers))
        return answers

    def add(self, answers: Iterable[Answer]) -> Imported:
        """Write down answers that were given elsewhere, all or none; those that are here already stay as they are."""
        new = known = 0
        with self._transaction():
            for answer in answers:
                is_new = self._connection.execute(_INSERT, _row(answer)).rowcount == 1
                new, known = new + is_new, known + (not is_new)
        return Imported(new, known)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with _explained(self._path), transaction(self._connection):
            yield


def migrations() -> list[str]:
    """The numbered SQL scripts, oldest first; the n-th brings the file to version n."""
    return migrations_of("facedaemon.answers")


def file_state(directory: Path) -> tuple[tuple[int, int], ...]:
    """Differs when somebody may have answered since: what `stat` says of the file and of SQLite's log beside it."""
    found = []
    for name in (FILE_NAME, f"{FILE_NAME}-wal"):
        with suppress(OSError):
            seen = (directory / name).stat()
            found.append((seen.st_size, seen.st_mtime_ns))
    return tuple(found)


def looked_at(directory: Path) -> tuple[int, str | None]:
    """How many answers there are, and what is wrong with the file (None: nothing). Changes nothing."""
    path = directory / FILE_NAME
    if not path.exists():
        return 0, None
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
            check_pages(connection)
            return int(connection.execute("SELECT count(*) FROM answer").fetchone()[0]), None
    except sqlite3.DatabaseError as error:
        return 0, str(error).replace("\n", " ")


def readable(path: Path) -> list[Answer]:
    """Every answer that can still be read from a damaged file, from the front and from the back. Changes nothing."""
    found: dict[int, Answer] = {}
    for order in ("ASC", "DESC"):
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with suppress(sqlite3.DatabaseError, ValueError), closing(sqlite3.connect(uri, uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            statement = f"SELECT * FROM answer ORDER BY position {order}"  # noqa: S608 - our own words
            for row in connection.execute(statement):
                if row["position"] in found:
                    break
                found[row["position"]] = _answer(row)
    return [answer for _, answer in sorted(found.items())]


def _connect(path: Path, scripts: Sequence[str]) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=_PATIENCE_SECONDS, factory=StateConnection
    )
    try:
        connection.row_factory = sqlite3.Row
        checked_version(connection, path, len(scripts), _APPLICATION_ID, "a file of answers")
        _check_once(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # an answer that was acknowledged survives a power cut
        migrate(connection, path, scripts, _APPLICATION_ID)
    except BaseException:
        connection.close()
        raise
    return connection


_checked: dict[Path, tuple[int, int, int]] = {}


def _check_once(connection: sqlite3.Connection, path: Path) -> None:
    """Raises Damaged where the file is inconsistent. One that did not change since is not read through again.

    Whoever answers opens the file for each answer; reading 100,000 of them takes a tenth of a second.
    """
    there = path.stat()
    seen = there.st_ino, there.st_size, there.st_mtime_ns
    if _checked.get(path) != seen:
        check_pages(connection)
        _checked[path] = seen


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time makes the file or brings it up to date."""
    descriptor = private.open_new(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Damage is an error that says what to do, and the damaged file is kept."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise Fatal(f"{path}: the answers cannot be used: {error}", ExitCode.USAGE) from error
        raise Fatal(
            f"{path}: the file of your answers is damaged ({str(error).replace(chr(10), ' ')}). It is left as it is, "
            f"and {_copied(path)}. What to do: 'facedaemon answers export FILE' saves what can be read; then move "
            f"{path.name} away and import that file, or a better backup: 'facedaemon answers import FILE'",
            ExitCode.USAGE,
        ) from error
    except OSError as error:
        raise Fatal(f"{path}: the answers cannot be kept there: {error.strerror}", ExitCode.USAGE) from error


def _copied(path: Path) -> str:
    """A copy of the damaged file and of SQLite's log beside it, made once; gives the words for it."""
    copy = path.with_name(f"{path.name}.damaged")
    try:
        for end in ("", "-wal"):
            to, of = copy.with_name(copy.name + end), path.with_name(path.name + end)
            if of.exists() and not to.exists():
                private.make(to)
                shutil.copyfile(of, to)
    except OSError as error:
        return f"no copy of it could be made: {error.strerror}"
    return f"a copy of it is {copy}"


def _row(answer: Answer) -> tuple[object, ...]:
    said, face = answer.saying, answer.saying.face
    place: tuple[object, ...] = (None,) * 9
    if face is not None:
        r = face.region
        path = os.fsencode(face.path)
        place = (face.content, path, r.x, r.y, r.w, r.h, face.orientation, face.model, face.vector)
    words = (said.kind, said.source, answer.moment, said.person, said.other, said.born, said.takes_back, said.follows)
    return (answer.id, answer.number, answer.command, *words, said.is_checked, *place)


def _answer(row: sqlite3.Row) -> Answer:
    face = None
    if row["path"] is not None:
        face = FacePlace(
            content=row["content"],
            path=Path(os.fsdecode(row["path"])),
            region=Region(row["x"], row["y"], row["w"], row["h"]),
            orientation=row["orientation"],
            model=row["model"],
            vector=row["vector"],
        )
    saying = Saying(
        kind=AnswerKind(row["kind"]),
        face=face,
        person=row["person"],
        other=row["other"],
        born=row["born"],
        takes_back=row["takes_back"],
        follows=row["follows"],
        source=AnswerSource(row["source"]),
        is_checked=bool(row["checked"]),
    )
    return Answer(row["id"], row["number"], row["command"], row["moment"], saying)
