"""The values that several commands print, and what stands on standard error."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from facedaemon.errors import ExitCode

SOMETIMES: Any = Field(default=None)  # a key that is not always there; where it is, it has the type that is stated

Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Path = Annotated[str, Field(description="An absolute path.")]
Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
FaceId = Annotated[str, Field(pattern=r"^f[0-9a-z]+$", description="As commands take it.")]
Generation = Annotated[int, Field(description="A training.")]


def former(now: str) -> Any:  # noqa: ANN401 - as pydantic's Field
    """Of a key that is kept for programs that know it, beside the one of the same value that replaced it."""
    return Field(deprecated=True, description=f"The former name of `{now}`.")


class Values(BaseModel):
    """An object with these keys and no others."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())


class Region(Values):
    """A rectangle in the photo as displayed (EXIF orientation applied): top left corner and size, in 0..1."""

    x: float
    y: float
    w: float
    h: float


class PhotoReason(Values):
    """A photo, and why it, or its sidecar, could not be used."""

    photo: Path
    reason: str


class Error(Values):
    """Why a command ended, on standard error."""

    error: str
    exit_code: ExitCode


class Progress(Values):
    """How far a command with --progress is, on standard error; `stage` says what is done."""

    stage: str
    photo: Path | None
    done: Count
    total: Count
    names: Count
    per_minute: float | None
    seconds_left: float | None
