"""What init, check, models and the commands of the service print."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from facedaemon.cli.json_output.common import Count, Path, Values, former


class Init(Values):
    """The config that was written, and what was found for it."""

    config: str
    roots: list[Path]
    digikam: str | None


class CheckState(StrEnum):
    """Only a problem has an exit status."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


class Finding(Values):
    """One thing that was checked."""

    subject: str
    state: CheckState
    message: str


class ModelFile(Values):
    """A file of a model; `path` is null where it is absent."""

    name: str
    size: Count
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    source: str
    path: Path | None


class Model(Values):
    """A model that can be used."""

    name: str
    kind: Literal["detector", "recogniser"]
    licence: str
    used: bool
    files: list[ModelFile]


class Installed(Values):
    """The files that were put there."""

    installed: list[Path]


class Network(Values):
    """How this machine computes a model; `similarity` is null where no reference answer is known."""

    name: str
    precision: str
    kernels: list[str]
    similarity: float | None
    likeness: Annotated[float | None, former("similarity")]


class Verified(Values):
    """The models in use."""

    verified: list[Path]
    networks: list[Network]


class ServiceInstalled(Values):
    """The unit that was written."""

    unit: Path
    service: str
    started: bool


class ServiceRemoved(Values):
    """The unit that was removed."""

    unit: Path
    service: str
