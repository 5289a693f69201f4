"""A config file read and validated; all problems of a file are reported at once."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from facedaemon import folders
from facedaemon.config.settings import Config
from facedaemon.errors import ExitCode, Fatal
from facedaemon.text import counted


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a config file; `line` counts from 1, 0 where no line can be named."""

    line: int
    key: str
    message: str


def default_path() -> Path:
    """Where the config is looked for when `--config` names none: `$XDG_CONFIG_HOME/facedaemon/config.yaml`."""
    return folders.config_folder() / "config.yaml"


def load(path: Path | None, overrides: Mapping[str, Any] | None = None) -> Config:
    """The config in `path`, or in the default place, or the defaults where that is absent.

    `overrides` is laid over the file's sections before validation (`{"photos": {"roots": [...]}}`); a Path in it is
    not expanded. Raises Fatal
    (exit status 2) naming the file, and for every problem its line, its key and what to do.
    """
    try:
        chosen = path or default_path()
    except Fatal:
        return _validated({}, overrides, Path("the config (none is used)"), {})  # needing a home is an error later
    try:
        if path is None and not chosen.exists():
            return _validated({}, overrides, chosen, {})
        text = chosen.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Fatal(f"{chosen}: no such config file; 'facedaemon init' writes one", ExitCode.USAGE) from None
    except UnicodeDecodeError as error:
        raise Fatal(f"{chosen}: cannot be read: it is no UTF-8 text", ExitCode.USAGE) from error
    except OSError as error:
        raise Fatal(f"{chosen}: cannot be read: {error.strerror}", ExitCode.USAGE) from error
    try:
        data = yaml.safe_load(text)
        lines = _lines(yaml.compose(text, Loader=yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise Fatal(f"{chosen} is not valid YAML:", ExitCode.USAGE, [f"  {_said(error)}"]) from None
    except (ValueError, RecursionError) as error:  # dates that are none, endless brackets
        raise Fatal(f"{chosen} is not valid YAML:", ExitCode.USAGE, [f"  {error}"]) from None
    if data is not None and not isinstance(data, dict):
        raise Fatal(f"{chosen}: expected sections such as 'photos:' at the top, got a single value", ExitCode.USAGE)
    return _validated(data or {}, overrides, chosen, lines)


def _validated(
    data: dict[str, Any], overrides: Mapping[str, Any] | None, path: Path, lines: Mapping[tuple[str, ...], int]
) -> Config:
    try:
        return Config.model_validate(_merged({"photos": {}} | _with_sections(data), overrides or {}))
    except ValidationError as error:
        problems = sorted({_problem(item, lines) for item in error.errors()}, key=lambda p: (p.line, p.key, p.message))
    listed = [f"  line {p.line}: {p.key}: {p.message}" if p.line else f"  {p.key}: {p.message}" for p in problems]
    raise Fatal(f"{path} has {counted(len(problems), 'problem')}:", ExitCode.USAGE, listed)


def _with_sections(data: Mapping[str, Any], at: tuple[str, ...] = ()) -> dict[str, Any]:
    """The file's sections; one whose lines are all commented out is empty, and so has its defaults."""
    filled = {}
    for key, value in data.items():
        is_section = isinstance(key, str) and _model_at((*at, key)) is not None
        if is_section and (value is None or isinstance(value, dict)):
            filled[key] = _with_sections(value or {}, (*at, key))
        else:
            filled[key] = value
    return filled


def _said(error: yaml.YAMLError) -> str:
    """What is wrong and where, without the line itself: a password may stand in it."""
    mark = getattr(error, "problem_mark", None)
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark is not None else ""
    return where + str(getattr(error, "problem", None) or getattr(error, "reason", None) or type(error).__name__)


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, Mapping) else value
    return merged


def _lines(node: yaml.Node | None, at: tuple[str, ...] = ()) -> dict[tuple[str, ...], int]:
    found: dict[tuple[str, ...], int] = {}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*at, str(key.value))
            if here in found:  # YAML's readers let the last one win, and whatever the first one says is lost
                again = f"line {key.start_mark.line + 1}: '{'.'.join(here)}' stands there a second time"
                raise ValueError(f"{again} (first in line {found[here]}); put both parts together")
            found[here] = key.start_mark.line + 1
            found |= _lines(value, here)
    if isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            found[(*at, str(index))] = value.start_mark.line + 1
    return found


def _problem(error: ErrorDetails, lines: Mapping[tuple[str, ...], int]) -> Problem:
    # pydantic adds the tried type to the place of a union ("workers", "constrained-int"): only the file's keys count
    place = tuple(str(part) for part in error["loc"])
    while place and place not in lines and not _is_key(place):
        place = place[:-1]
    return Problem(lines.get(place, 0), ".".join(place), _message(error, place))


def _message(error: ErrorDetails, place: tuple[str, ...]) -> str:
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(place[-1], _keys(place[:-1]), n=1, cutoff=0.5)
        return f"unknown key (did you mean {near[0]}?)" if near else "unknown key"
    if error["type"].startswith(_OF_NUMBERS):
        return f"expected {_number(place)}, got {error['input']!r}"
    if error["type"] == "too_short":
        return "expected at least one, got none"
    if (kind := _KINDS.get(error["type"])) is not None:
        return f"expected {kind}, got {error['input']!r}"
    text = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    if text.startswith(("expected", "the variable")):
        return text
    return f"expected {text}, got {error['input']!r}"


_KINDS = {"tuple_type": "a list, such as [one, another]", "model_type": "a section with keys of its own"}
_OF_NUMBERS = ("float_", "int_", "greater_than", "less_than", "finite_number")


def _number(place: tuple[str, ...]) -> str:
    """What kind of number a key takes, in words."""
    model = _model_at(place[:-1])
    field = model.model_fields.get(place[-1]) if model else None
    metadata = list(field.metadata) if field is not None else []
    may_be_null = field is not None and type(None) in get_args(field.annotation)
    if field is not None and may_be_null:
        parts = (given for part in get_args(field.annotation) for given in get_args(part)[1:])
        metadata += [bound for given in parts for bound in given.metadata]
    bounds = {name: getattr(bound, name) for bound in metadata for name in _BOUNDS if hasattr(bound, name)}
    kind = "a whole number" if field is not None and field.annotation is int else "a number"
    kind = f"null or {kind}" if may_be_null else kind
    if "ge" in bounds and "le" in bounds:
        return f"{kind} between {bounds['ge']} and {bounds['le']}"
    words = [f"{said} {bounds[name]}" for name, said in _BOUNDS.items() if name in bounds]
    return f"{kind} {' and '.join(words)}" if words else kind


_BOUNDS = {"gt": "above", "ge": "of at least", "lt": "below", "le": "of at most"}


def _model_at(place: tuple[str, ...]) -> type[BaseModel] | None:
    model: type[BaseModel] = Config
    for part in place:
        field = model.model_fields.get(part)
        if field is None or not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)):
            return None
        model = field.annotation
    return model


def _keys(place: tuple[str, ...]) -> list[str]:
    model = _model_at(place)
    return list(model.model_fields) if model else []


def _is_key(place: tuple[str, ...]) -> bool:
    return place[-1] in _keys(place[:-1])
