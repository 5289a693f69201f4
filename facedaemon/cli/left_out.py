"""Why confirmed faces do not train, in words; `--json` keeps the reasons' names."""

from collections.abc import Mapping

_WORDS = {
    "quality": "too blurred, dark or small",
    "outlier": "unlike the other photos of this person",
    "looks like another person": "looks like another person",
    "limit": "enough better ones train",
}


def reason_words(reason: str) -> str:
    """A reason of `facedaemon.gallery.Reason` for a person; one that is not known here stays as it is."""
    return _WORDS.get(reason, reason)


def counts_words(left_out: Mapping[str, int]) -> str:
    """How many faces are left out for which reason, and the command that lists them."""
    if not left_out:
        return "none"
    counts = "; ".join(f"{count} {reason_words(reason)}" for reason, count in sorted(left_out.items()))
    return f"{counts} (which: facedaemon samples PERSON)"
