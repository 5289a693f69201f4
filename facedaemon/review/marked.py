"""Marks texts in code for translation; the templates translate them (`|translated`)."""


def _(words: str) -> str:
    """The text as it is. `make texts` finds it by this call, so it must be a literal."""
    return words
