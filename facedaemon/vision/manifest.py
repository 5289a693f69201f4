"""The manifest of the networks: files and their digests, licence, input and output of each."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from facedaemon.errors import ExitCode, Fatal

Point = tuple[float, float]

_SHIPPED = Path(__file__).with_name("manifest.toml")
_CROP_MARGIN = 0.5  # a template point further outside the crop than this is a unit error (pixels, not shares)


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a network; `sha256` is empty and `size` 0 where a custom entry does not give them."""

    name: str
    size: int
    sha256: str
    source: str


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One network.

    `input` is width and height in pixels; pixel values are multiplied by `scale` after `mean` was taken away.
    `template` holds five points as shares of the crop, in YuNet's order; it, `embedding` (numbers a face) and
    `weight` (in a combination) are of recognisers only. `reference` is the answer to the reference picture
    (`facedaemon.vision.reference`), empty where none is known.
    """

    name: str
    kind: Literal["detector", "recogniser"]
    licence: str
    files: tuple[ModelFile, ...]
    input: tuple[int, int]
    colours: Literal["BGR", "RGB"]
    scale: float = 1.0
    mean: float = 0.0
    template: tuple[Point, ...] = ()
    embedding: int = 0
    weight: float = 1.0
    reference: str = ""


def read_manifest(directories: Iterable[Path] = ()) -> dict[str, ModelEntry]:
    """All networks by name: the shipped ones, and those of every `*.toml` in `directories` (earlier ones win).

    Raises Fatal (exit status 3) naming the file and the key of a custom entry that cannot be used.
    """
    entries = _read(_SHIPPED)
    for directory in directories:
        for file in sorted(directory.glob("*.toml")):
            for name, entry in _read(file).items():
                entries.setdefault(name, entry)
    return entries


def _read(file: Path) -> dict[str, ModelEntry]:
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
        return {name: _entry(name, table) for name, table in tables.items()}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Fatal(f"{file}: cannot be read: {error}", ExitCode.MODELS) from error
    except (KeyError, TypeError, ValueError) as error:
        what = f"the key {error} is missing" if isinstance(error, KeyError) else str(error)
        raise Fatal(f"{file}: {what} (models/README.md shows a whole entry)", ExitCode.MODELS) from error


def _entry(name: str, table: Mapping[str, Any]) -> ModelEntry:
    if not isinstance(table, dict):
        raise TypeError(f"{name}: expected a table [{name}]")
    known = {
        "kind",
        "licence",
        "files",
        "input",
        "colours",
        "scale",
        "mean",
        "template",
        "embedding",
        "weight",
        "reference",
    }
    if unknown := sorted(set(table) - known):
        raise ValueError(f"{name}: unknown key {unknown[0]}")
    if table["kind"] not in ("detector", "recogniser"):
        raise ValueError(f"{name}: kind must be detector or recogniser")
    if table["colours"] not in ("BGR", "RGB"):
        raise ValueError(f"{name}: colours must be BGR or RGB")
    width, height = table["input"]
    entry = ModelEntry(
        name=name,
        kind=table["kind"],
        licence=table["licence"],
        files=tuple(_file(name, file) for file in table["files"]),
        input=(int(width), int(height)),
        colours=table["colours"],
        scale=float(table.get("scale", 1.0)),
        mean=float(table.get("mean", 0.0)),
        template=tuple((float(x), float(y)) for x, y in table.get("template", ())),
        embedding=int(table.get("embedding", 0)),
        weight=float(table.get("weight", 1.0)),
        reference=str(table.get("reference", "")),
    )
    _check(entry)
    return entry


def _file(name: str, table: Mapping[str, Any]) -> ModelFile:
    file = ModelFile(
        table["name"], int(table.get("size", 0)), str(table.get("sha256", "")).lower(), table.get("source", "")
    )
    if Path(file.name).name != file.name:
        raise ValueError(f"{name}: {file.name} must be a file name without folders")
    return file


def _check(entry: ModelEntry) -> None:
    if not entry.files:
        raise ValueError(f"{entry.name}: files is empty")
    if entry.kind == "recogniser":
        if len(entry.template) != 5:
            raise ValueError(f"{entry.name}: template must have five points")
        if any(not -_CROP_MARGIN <= share <= 1 + _CROP_MARGIN for point in entry.template for share in point):
            raise ValueError(f"{entry.name}: template points are shares of the crop, 0 to 1")
        if entry.embedding < 1:
            raise ValueError(f"{entry.name}: embedding must say how many numbers the network gives")
        if entry.weight <= 0:
            raise ValueError(f"{entry.name}: weight must be above 0")
