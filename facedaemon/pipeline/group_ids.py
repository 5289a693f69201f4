"""Ids of groups, as commands print and read them."""

KIND = "g"  # a group's id is this and its number, such as g12
_MOST_DIGITS = 18  # of a number in the database


def group_number(typed: str) -> int | None:
    """The number of the group that somebody typed; None where no group can be meant by it."""
    words = typed.strip().lower()
    digits = words.removeprefix(KIND)
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS
    return int(digits) if words.startswith(KIND) and is_number else None
