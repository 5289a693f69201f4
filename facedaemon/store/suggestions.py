"""Suggestions, and what became of them."""

import os
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from facedaemon.store.connection import among
from facedaemon.values import Region, SuggestionState


@dataclass(frozen=True, slots=True)
class SuggestionRecord:
    """A suggestion, its number, and the face and photo it is for; `short_id` names the face in commands, whole."""

    face: int
    photo: Path
    region: Region
    person: str
    confidence: float
    generation: int
    state: SuggestionState
    short_id: str = ""
    id: int = 0


_SELECT = (
    "SELECT suggestion.*, face.photo, face.x, face.y, face.w, face.h, face.short_id, photo.path FROM suggestion"
    " JOIN face ON face.id = suggestion.face JOIN photo ON photo.id = face.photo"
)

_IN_STATE = f"{_SELECT} WHERE suggestion.state = ?"
_THERE = " AND photo.missing = 0 AND photo.absent_since IS NULL"
_PEOPLE = (
    "SELECT person, count(*) AS faces FROM suggestion WHERE state = 'open' GROUP BY person"  # reads an index alone
)
_AWAY = (
    "SELECT suggestion.person, count(*) AS faces FROM photo CROSS JOIN face ON face.photo = photo.id"
    " CROSS JOIN suggestion ON suggestion.face = face.id WHERE (photo.missing = 1 OR photo.absent_since IS NOT NULL)"
    " AND suggestion.state = 'open' GROUP BY suggestion.person"
)
_SUREST = (
    f"{_IN_STATE} AND suggestion.person = ? AND (suggestion.confidence, -suggestion.id) < (?, ?){_THERE}"
    " ORDER BY suggestion.confidence DESC, suggestion.id LIMIT ?"
)
_REJECTED_AT = (
    "UPDATE suggestion SET state = ?, changed = ? WHERE state = ? AND person = ? AND face IN"
    " (SELECT face.id FROM face JOIN photo ON photo.id = face.photo WHERE photo.content = ? OR photo.path = ?)"
)


class Suggestions:
    """The suggestion table."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """`connection` belongs to the store."""
        self._connection = connection

    def all(self, state: SuggestionState | None = None) -> Iterator[SuggestionRecord]:
        """Suggestions (of one state, or all) for photos that are not known to be away, by photo."""
        rows = self._connection.execute(
            f"{_SELECT} WHERE missing = 0 AND absent_since IS NULL AND (? IS NULL OR suggestion.state = ?)"
            " ORDER BY photo.path, face.x, suggestion.id",
            (state, state),
        )
        return map(_suggestion, rows)

    def people(self) -> dict[str, int]:
        """Who is suggested for how many faces in photos that are not known to be away; those for most faces first."""
        away = {row["person"]: row["faces"] for row in self._connection.execute(_AWAY)}
        rows = self._connection.execute(_PEOPLE)
        there = {row["person"]: row["faces"] - away.get(row["person"], 0) for row in rows}
        return dict(sorted(((name, faces) for name, faces in there.items() if faces), key=lambda it: (-it[1], it[0])))

    def surest(self, person: str, most: int, after: tuple[float, int] | None = None) -> list[SuggestionRecord]:
        """The most certain open suggestions of a person, at most `most`, in photos that are not known to be away.

        `after` is the confidence and the number of the one before the first of them; None for the very first.
        """
        confidence, number = (2.0, 0) if after is None else after
        rows = self._connection.execute(_SUREST, (SuggestionState.OPEN, person, confidence, -number, most))
        return [_suggestion(row) for row in rows]

    def open_in(self, photo: int) -> list[SuggestionRecord]:
        """The open suggestions of a photo, from left to right."""
        rows = self._connection.execute(
            f"{_SELECT} WHERE photo.id = ? AND suggestion.state = ? ORDER BY face.x, suggestion.id",
            (photo, SuggestionState.OPEN),
        )
        return [_suggestion(row) for row in rows]

    def photos_with_open(self, person: str | None = None) -> set[int]:
        """The numbers of the photos that have open suggestions, of one person or of anybody."""
        rows = self._connection.execute(
            "SELECT DISTINCT face.photo FROM suggestion JOIN face ON face.id = suggestion.face"
            " WHERE suggestion.state = ? AND (? IS NULL OR suggestion.person = ?)",
            (SuggestionState.OPEN, person, person),
        )
        return {row["photo"] for row in rows}

    def open_by_photo(self, photos: Collection[int] | None = None) -> dict[int, list[SuggestionRecord]]:
        """The open suggestions of some photos, or all, by the number of their photo."""
        found: dict[int, list[SuggestionRecord]] = {}
        condition, wanted = among("face.photo", photos)
        for row in self._connection.execute(_IN_STATE + condition, (SuggestionState.OPEN, *wanted)):
            found.setdefault(row["photo"], []).append(_suggestion(row))
        return found

    def put(self, face: int, person: str, confidence: float, generation: int, now: float) -> None:
        """Store the open suggestion that the face is `person`."""
        self._connection.execute(
            "INSERT INTO suggestion (face, person, confidence, generation, state, changed) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (face, person) DO UPDATE SET confidence = excluded.confidence,"
            " generation = excluded.generation, state = excluded.state, changed = excluded.changed",
            (face, person, confidence, generation, SuggestionState.OPEN, now),
        )

    def close(self, face: int, person: str, state: SuggestionState, now: float) -> None:
        """Close the suggestion with `state`."""
        self._connection.execute(
            "UPDATE suggestion SET state = ?, changed = ? WHERE face = ? AND person = ?", (state, now, face, person)
        )

    def reopen_rejected(self, content: str | None, path: Path, person: str, now: float) -> None:
        """The rejection of this name in this photo and its copies was undone: its suggestions count as withdrawn."""
        self._connection.execute(
            _REJECTED_AT, (SuggestionState.WITHDRAWN, now, SuggestionState.REJECTED, person, content, os.fsencode(path))
        )

    def count_open(self) -> int:
        """How many are open, those of photos that are away included; quick."""
        row = self._connection.execute("SELECT count(*) FROM suggestion WHERE state = 'open'").fetchone()
        return int(row[0])

    def counts(self) -> dict[str, int]:
        """How many suggestions there are of each state, for photos that are not known to be away."""
        rows = self._connection.execute(
            "SELECT suggestion.state, count(*) FROM suggestion JOIN face ON face.id = suggestion.face JOIN photo"
            " ON photo.id = face.photo WHERE missing = 0 AND absent_since IS NULL GROUP BY suggestion.state"
        )
        return {row[0]: row[1] for row in rows}


def _suggestion(row: sqlite3.Row) -> SuggestionRecord:
    return SuggestionRecord(
        face=row["face"],
        photo=Path(os.fsdecode(row["path"])),
        region=Region(row["x"], row["y"], row["w"], row["h"]),
        person=row["person"],
        confidence=row["confidence"],
        generation=row["generation"],
        state=SuggestionState(row["state"]),
        short_id=row["short_id"],
        id=row["id"],
    )
