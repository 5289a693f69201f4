"""Small parts of statements and texts that several tables need."""

import json
from collections.abc import Iterable


def among(column: str, values: Iterable[int] | Iterable[str] | None) -> tuple[str, tuple[str, ...]]:
    """The condition that a column holds one of the values, to follow others, with its parameter; nothing for None."""
    if values is None:
        return "", ()
    return f" AND {column} IN (SELECT value FROM json_each(?))", (json.dumps(sorted(values)),)  # noqa: S608 - ours


def as_text(words: str) -> str:
    """What the database can keep: bytes of a file name that are no UTF-8 are spelled out."""
    return words.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
