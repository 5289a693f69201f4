"""Parts of SQL statements, and texts as SQLite can store them."""

import json
from collections.abc import Iterable


def among(column: str, values: Iterable[int] | Iterable[str] | None) -> tuple[str, tuple[str, ...]]:
    """An SQL condition, to append to others, that a column holds one of the values, and its parameter; "" for None."""
    if values is None:
        return "", ()
    return f" AND {column} IN (SELECT value FROM json_each(?))", (json.dumps(sorted(values)),)  # noqa: S608 - ours


def as_text(words: str) -> str:
    """The text as the database can store it: bytes of a file name that are not UTF-8 become escapes."""
    return words.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
