"""Ids of groups, as commands print and read them."""

from facedaemon.errors import ExitCode, Fatal

KIND = "g"  # a group's id is this and its number, such as g12
_MOST_DIGITS = 18  # of a number in the database


def group_number(typed: str) -> int | None:
    """The number of the group that somebody typed; None where no group can be meant by it."""
    words = typed.strip().lower()
    digits = words.removeprefix(KIND)
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS
    return int(digits) if words.startswith(KIND) and is_number else None


def no_such_group(typed: str) -> Fatal:
    """Why nothing is meant by a group's id."""
    why = "its faces have names by now, or it was joined with another or divided, and has a new number"
    return Fatal(f"{typed}: there is no such group ({why}); 'facedaemon groups' lists them", ExitCode.USAGE)
