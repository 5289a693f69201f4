"""The file of answers: only added to, by any process of this user, while others read and write.

What is in it cannot be found again anywhere. So each answer is on the disk before its command ends, nothing is ever
changed, a file of an older facedaemon is copied before it is brought up to date, and a damaged one is left as it is.
"""

import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from facedaemon.answers.answer_file import FILE_NAME, explained, open_file
from facedaemon.answers.model import Answer, AnswerKind, AnswerSource, FacePlace, Saying
from facedaemon.errors import ExitCode, Fatal, Unavailable
from facedaemon.own_database import transaction
from facedaemon.values import Region

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
    " WHERE content IS NULL OR content IN (SELECT value FROM json_each(?1))"
    " OR id IN (SELECT follows FROM answer WHERE content IN (SELECT value FROM json_each(?1))) ORDER BY position"
)
_LAST = (
    f"SELECT position, {_COLUMNS.removesuffix('vector')} NULL AS vector FROM answer"  # noqa: S608 - our own names
    " WHERE path IS NOT NULL ORDER BY position DESC LIMIT ?"
)


_COUNTS_STILL = (
    "FROM answer WHERE kind IN ('confirm', 'draw') AND id NOT IN (SELECT value FROM json_each(?1))"
    # what is repeated for an edited picture names whom the first answer names
    " AND (follows IS NULL"
    " OR (follows NOT IN (SELECT value FROM json_each(?1)) AND follows NOT IN (SELECT id FROM answer)))"
)
_LAST_NUMBER = "SELECT coalesce(max(number), 0) FROM answer"
_NAMED = f"SELECT DISTINCT person {_COUNTS_STILL}"
_NAMED_SO = f"SELECT person, number, id {_COUNTS_STILL} AND person IN (SELECT value FROM json_each(?2))"  # noqa: S608


class AnsweredMeanwhile(Unavailable):
    """Somebody else answered while an answer was being made; nothing was written down."""

    def __init__(self) -> None:
        super().__init__("other answers came at the same moment, and nothing was written down: try again")


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
        return cls(directory / FILE_NAME, open_file(directory))

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
        with explained(self._path):
            return [_answer(row) for row in self._connection.execute(_ALL)]

    def since(self, position: int) -> tuple[list[Answer], int]:
        """The answers written down after `position` (0: all), without vectors, and the position of the last one.

        What is read often is kept in memory; few of the vectors are ever needed (`vector_of`).
        """
        with explained(self._path):
            rows = self._connection.execute(_SINCE, (position,)).fetchall()
            return [_answer(row) for row in rows], rows[-1]["position"] if rows else position

    def about(self, contents: Iterable[str]) -> list[Answer]:
        """The answers about faces in these pictures and those about no picture, in their order, without vectors.

        With them the first answers of those that were repeated for one of these pictures. These alone decide what the
        answers say of these faces (`rules.active`).
        """
        with explained(self._path):
            return [_answer(row) for row in self._connection.execute(_ABOUT, (json.dumps(sorted(contents)),))]

    def last_about_faces(self, most: int) -> list[Answer]:
        """The last `most` answers about faces, newest first; without vectors."""
        with explained(self._path):
            return [_answer(row) for row in self._connection.execute(_LAST, (most,))]

    def named(self, taken_back: Iterable[str]) -> set[str]:
        """Everybody whom an answer names that was not taken back, called as in the answers."""
        with explained(self._path):
            rows = self._connection.execute(_NAMED, (json.dumps(sorted(taken_back)),))
            return {row["person"] for row in rows if row["person"] is not None}

    def named_so(self, taken_back: Iterable[str], names: Iterable[str]) -> list[tuple[str, tuple[int, str]]]:
        """The same answers about these names: name and order of each."""
        with explained(self._path):
            asked = json.dumps(sorted(taken_back)), json.dumps(sorted(names))
            return [(row["person"], (row["number"], row["id"])) for row in self._connection.execute(_NAMED_SO, asked)]

    def holds(self, position: int, answer: str) -> bool:
        """Whether the answer of this id stands at this position: else it is another file than before."""
        with explained(self._path):
            row = self._connection.execute("SELECT id FROM answer WHERE position = ?", (position,)).fetchone()
            return row is not None and row["id"] == answer

    def vector_of(self, answer: str) -> bytes | None:
        """The embedding that was kept with an answer; None where there is none."""
        with explained(self._path):
            row = self._connection.execute("SELECT vector FROM answer WHERE id = ?", (answer,)).fetchone()
            return None if row is None else row["vector"]

    def last_number(self) -> int:
        """The number of the newest answer; 0 where there is none."""
        with explained(self._path):
            return int(self._connection.execute(_LAST_NUMBER).fetchone()[0])

    def append(self, sayings: Sequence[Saying], now: float, seen: int | None = None) -> list[Answer]:
        """Write them down as the answers of one command: all or none. `now` in seconds since 1970.

        Raises AnsweredMeanwhile where the newest answer is not the one of the number `seen`; None: whatever it is.
        """
        moment = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
        command = secrets.token_hex(8)
        with self._transaction():
            last = int(self._connection.execute(_LAST_NUMBER).fetchone()[0])
            if seen not in (None, last):
                raise AnsweredMeanwhile
            answers = [
                Answer(secrets.token_hex(16), number, command, moment, saying)
                for number, saying in enumerate(sayings, last + 1)
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
        with explained(self._path), transaction(self._connection):
            yield


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
