"""The kinds of values that the config knows: paths, durations, schedules, places of databases; each checks itself."""

import os
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from facedaemon import cron, folders
from facedaemon.errors import Fatal

_VARIABLE = re.compile(r"\$(?:(?P<dollar>\$)|(?P<name>\w+)|\{(?P<braced>\w+)\})?", re.ASCII)


def _expanded(value: object) -> object:
    """`~`, `$VAR` and `$$` (a dollar sign) in a string; a Path, from the command line, is what the shell made of it.

    An unknown variable is an error rather than a folder of that name; what a variable holds is taken as it is.
    """
    if value is None:
        raise ValueError("expected a path (a lone ~ means nothing in YAML; write ~/ for your home)")
    if not isinstance(value, str):
        return value
    if not value.strip():
        raise ValueError("expected a path, got nothing")
    home, slash, rest = value.partition("/")
    home = _home_of(home) if home.startswith("~") else _VARIABLE.sub(_value, home)
    return (home + slash + _VARIABLE.sub(_value, rest)) or "/"


def _home_of(name: str) -> str:
    try:
        found = str(folders.home()) if name == "~" else os.path.expanduser(name)
    except Fatal as error:
        raise ValueError(f"expected a home for '{name}': {error}") from None
    if found.startswith("~"):
        raise ValueError(f"expected a home for '{name}', but there is no such user: write the whole path")
    return found.rstrip("/")


def _value(found: re.Match[str]) -> str:
    if found["dollar"]:
        return "$"
    name = found["name"] or found["braced"]
    if name is None or name not in os.environ:
        raise ValueError(f"the variable in '{found.string}' is not set ($$ stands for a dollar sign)")
    return os.environ[name]


def _location(value: object) -> object:
    """A place of digiKam's database. What is wrong with it is said without repeating it: it may hold a password."""
    if not isinstance(value, str):
        raise ValueError(f"expected {_LOCATIONS}")  # noqa: TRY004 - pydantic takes no other
    try:
        location = _expanded(value)
    except ValueError:
        raise ValueError(
            f"expected {_LOCATIONS}. It holds a $ that stands before no variable that is set, or a ~ that is nobody's "
            "home: write $$ for a dollar sign"
        ) from None
    text = str(location)
    scheme = re.match(r"([A-Za-z][\w+.-]*):/", text)
    if scheme is None and re.match("[^/]*:.*@", text):
        raise ValueError(f"expected {_LOCATIONS}. It looks like a server without mysql:// before it")
    if scheme is None:
        return text
    if scheme[1].lower() not in {"mysql", "mariadb"} or not text.startswith("//", scheme.end() - 1):
        raise ValueError(f"expected {_LOCATIONS}, got an address that begins otherwise")
    return scheme[1].lower() + text[scheme.end(1) :]


_LOCATIONS = "auto, none, a path, or mysql://user:password@host/database"


def _duration_in_seconds(value: object) -> object:
    if isinstance(value, int):
        return value
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    if isinstance(value, str) and value[:-1].strip().isdigit() and value[-1] in units:
        return int(value[:-1]) * units[value[-1]]
    raise ValueError("expected a duration such as 30m, 1h or 1d")


def _cron(value: str) -> str:
    try:
        cron.parse(value)
    except ValueError as error:
        raise ValueError(
            f'expected five cron fields such as "0 3 * * *" (minute, hour, day of the month, month, weekday) or '
            f"@daily, got '{value}': {error}"
        ) from None
    return value


def _workers(value: object) -> object:
    if value == "auto" or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_WORKERS):
        return value
    raise ValueError(
        f"expected auto or a whole number between 1 and {MOST_WORKERS}, got {value!r}: more would need more threads "
        "and processes than the service may have (TasksMax in its unit)"
    )


MOST_WORKERS = 60  # each is a thread, may have a process that decodes, and brings threads of the inference engine


def _one_or_more(value: object) -> object:
    return [value] if isinstance(value, str) else value


ExpandedPath = Annotated[Path, BeforeValidator(_expanded)]
Location = Annotated[str, BeforeValidator(_location)]
Workers = Annotated[int | Literal["auto"], BeforeValidator(_workers)]
Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[int, BeforeValidator(_duration_in_seconds), Field(ge=1, le=3650 * 86400)]
Cron = Annotated[str, AfterValidator(_cron)]
Names = Annotated[tuple[str, ...], BeforeValidator(_one_or_more), Field(min_length=1)]
