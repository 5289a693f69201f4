"""The validated config: every key of `config.example.yaml` with its default, and all problems of a file at once."""

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from facedaemon import cron, folders
from facedaemon.errors import ExitCode, Fatal

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


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class Photos(_Section):
    """Which folders hold the photos."""

    roots: tuple[ExpandedPath, ...] = Field(
        default=("~/Pictures",),
        validate_default=True,
        examples=["[~/Pictures]"],
        description="folders that hold photos; sub-folders are included",
    )
    exclude: tuple[str, ...] = Field(
        default=(".dtrash", "@eaDir", ".*"),
        examples=['[".dtrash", "@eaDir", ".*"]'],
        description="patterns of directory and file names that are left out",
    )


class DigikamLibrary(_Section):
    """digiKam's database: `auto`, `none`, a path, or `mysql://user:password@host/database`."""

    database: Location = Field(
        default="auto",
        repr=False,  # may hold a password
        description="auto (found through digiKam's own settings) | none | /path/digikam4.db "
        "| mysql://user:password@host/database (in the password: @ is %40, $ is $$, % is %25)",
    )
    write_suggestions: bool = Field(
        default=False, description="also show suggestions in digiKam's \"Unconfirmed\" view (writes digiKam's database)"
    )


class Library(_Section):
    """Where confirmations are read."""

    digikam: DigikamLibrary = DigikamLibrary()
    metadata: bool = Field(default=True, description="named face regions in photos and sidecars count as confirmed")
    not_names: tuple[str, ...] = Field(
        default=("Ignored", "Unknown", "?"),
        examples=['[Ignored, Unknown, "?"]'],
        description="region names that name nobody, in other languages too; add your own",
    )


class Models(_Section):
    """Which models find and recognise faces."""

    directory: ExpandedPath | None = Field(
        default=None, description="default: $XDG_DATA_HOME/facedaemon/models; $FACEDAEMON_MODELS wins"
    )
    detector: str = Field(default="yunet", description="the model that finds faces")
    embedder: Names = Field(
        default=("face-reid-retail-0095",),
        examples=["face-reid-retail-0095"],
        description="or sface, a custom entry, or a list: their embeddings are combined",
    )


class Detection(_Section):
    """What counts as a face."""

    min_score: Share = Field(default=0.7, description="0..1; a detection with a lower score is not a face")
    min_size: Annotated[int, Field(ge=8)] = Field(
        default=32, description="pixels, shorter side of the face in the full photo"
    )


class Training(_Section):
    """Which confirmed faces train."""

    min_quality: Share = Field(default=0.3, description="0..1; below it a confirmed face is kept, but not trained on")
    max_samples_per_person: Annotated[int, Field(ge=1)] = Field(
        default=200, description="of a person with more, those that differ most from each other train"
    )


class Suggestions(_Section):
    """How certain a name must be before it is shown."""

    max_wrong_per_100: Annotated[float, Field(gt=0, le=100)] = Field(
        default=1.0, description="the threshold follows from this, on your own library"
    )
    min_confidence: Share | None = Field(default=None, description="or fix the threshold by hand, 0..1")


class Sidecar(_Section):
    """What is written beside the photos."""

    policy: Literal["none", "suggest", "auto", "regions"] = Field(
        default="suggest",
        description="none | suggest (facedaemon's own namespace) | auto | regions (real named regions)",
    )
    confirmed: Literal["regions", "none"] = Field(
        default="regions", description="regions | none: faces confirmed by an answer become real named regions"
    )
    naming: Literal["auto", "full", "stem"] = Field(
        default="auto", description="auto (as your sidecars are named already) | full (IMG.JPG.xmp) | stem (IMG.xmp)"
    )
    auto_max_wrong_per_1000: Annotated[float, Field(gt=0, le=1000)] = Field(
        default=1.0, description="policy auto: names more certain than this are written as real named regions"
    )


class Schedule(_Section):
    """When the daemon rebuilds and rescans by itself."""

    rebuild: Cron = Field(
        default="0 3 * * *",
        examples=['"0 3 * * *"'],
        description="cron, local time: minute hour day month weekday (0 or 7: Sunday); or @daily",
    )
    rescan: Seconds = Field(default=3600, examples=['"1h"'], description="30m, 1h, 1d")


class Resources(_Section):
    """How much of the machine may be used."""

    workers: Workers = Field(
        default="auto",
        description=f"threads that decode and analyse photos: auto (one for each processor), 1 to {MOST_WORKERS}",
    )
    pause_on_battery: bool = Field(default=True, description="the daemon waits while the machine runs on battery")


class Notifications(_Section):
    """How you learn of a problem that only you can fix."""

    desktop: bool = Field(
        default=True,
        description="at most once a day, when something needs you: a full disk, a config with a mistake, ...",
    )


class Config(_Section):
    """All settings; `Config()` is what an empty file means."""

    photos: Photos = Field(default_factory=Photos)  # not before it is needed: a user may have no home
    library: Library = Library()
    models: Models = Models()
    detection: Detection = Detection()
    training: Training = Training()
    suggestions: Suggestions = Suggestions()
    sidecar: Sidecar = Sidecar()
    schedule: Schedule = Schedule()
    resources: Resources = Resources()
    notifications: Notifications = Notifications()
    state_directory: ExpandedPath | None = Field(default=None, description="default: $XDG_STATE_HOME/facedaemon")

    def state(self) -> Path:
        """The directory of the state database, default `$XDG_STATE_HOME/facedaemon`."""
        return self.state_directory or folders.state_folder()

    def roots(self) -> tuple[Path, ...]:
        """The photo roots, absolute, without doubles; a root inside another root is left to the outer one."""
        roots = sorted({Path(os.path.abspath(root)) for root in self.photos.roots})
        return tuple(root for root in roots if not any(other in root.parents for other in roots))


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
    except (OSError, UnicodeDecodeError) as error:
        raise Fatal(f"{chosen}: cannot be read: {error}", ExitCode.USAGE) from error
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
        return Config.model_validate(_merged({"photos": {}} | data, overrides or {}))
    except ValidationError as error:
        problems = sorted({_problem(item, lines) for item in error.errors()}, key=lambda p: (p.line, p.key, p.message))
    listed = [f"  line {p.line}: {p.key}: {p.message}" if p.line else f"  {p.key}: {p.message}" for p in problems]
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    raise Fatal(f"{path} has {count}:", ExitCode.USAGE, listed)


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
    text = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    if text.startswith(("expected", "the variable")):
        return text
    return f"expected {text}, got {error['input']!r}"


_OF_NUMBERS = ("float_", "int_", "greater_than", "less_than", "finite_number")


def _number(place: tuple[str, ...]) -> str:
    """What kind of number a key takes, in words."""
    model = _model_at(place[:-1])
    field = model.model_fields.get(place[-1]) if model else None
    metadata = field.metadata if field is not None else []
    bounds = {name: getattr(bound, name) for bound in metadata for name in _BOUNDS if hasattr(bound, name)}
    kind = "a whole number" if field is not None and field.annotation is int else "a number"
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
