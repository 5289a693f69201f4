"""Numbers and times as people write them: filters of the templates. Pure."""

from collections.abc import Callable
from functools import partial

from facedaemon.text import local_time

_SEPARATORS = {"de": "."}  # between thousands; others write a comma
_DECIMAL = {"de": ","}


def filters(language: str) -> dict[str, Callable[..., str]]:
    """The filters for a language, by their names in templates."""
    return {
        "number": partial(number, language=language),
        "percent": percent,
        "decimal": partial(decimal, language=language),
        "moment": local_time,
    }


def number(value: int, *, language: str = "en") -> str:
    """A whole number with its thousands parted."""
    return f"{value:,}".replace(",", _SEPARATORS.get(language, ","))


def percent(share: float) -> str:
    """A share from 0 to 1. What is not quite all or nothing is not rounded to that."""
    if 0.995 <= share < 1:
        return "> 99 %"
    if 0 < share < 0.005:
        return "< 1 %"
    return f"{100 * share:.0f} %"


def decimal(value: float, *, language: str = "en") -> str:
    """A small number with as many digits as say something: 12, 3.4, 0.25."""
    digits = 0 if value >= 10 else 1 if value >= 1 else 2
    return f"{value:.{digits}f}".replace(".", _DECIMAL.get(language, "."))
