"""What scan, rebuild, rollback, undo, forget and review print."""

from typing import Annotated

from pydantic import Field

from facedaemon.cli.json_output.common import Count, Generation, Path, PhotoReason, Share, Values
from facedaemon.gallery import Reason


class ScanPhotos(Values):
    """Photos of one pass."""

    seen: Count
    indexed: Count
    unchanged: Count
    failed: Count


class ScanFaces(Values):
    """Faces of one pass."""

    found: Count


class ScanConfirmed(Values):
    """Confirmed faces: how many were read, train, and do not."""

    read: Count
    used: Count
    left_out: Count


class ScanSuggestions(Values):
    """Suggestions after one pass, and what changed."""

    open: Count
    new: Count
    changed: Count
    withdrawn: Count


class ScanSidecars(Values):
    """What was done with sidecars; `held` are left alone for the sake of digiKam's database."""

    written: Count
    unchanged: Count
    refused: Count
    held: Count


class ScanDigikam(Values):
    """Photos whose rows were written in digiKam's database, and the copy from before (null: nothing was written)."""

    written: Count
    backup: Path | None


class Scan(Values):
    """One pass. `doubtful` counts the names that `audit` lists."""

    photos: ScanPhotos
    faces: ScanFaces
    confirmed: ScanConfirmed
    suggestions: ScanSuggestions
    sidecars: ScanSidecars
    digikam: ScanDigikam
    doubtful: Count
    failed: list[PhotoReason]
    generation: Generation
    seconds: float


class RebuildSamples(Values):
    """Samples that train, and those that do not, by reason."""

    used: Count
    left_out: dict[Reason, Count]


class Validation(Values):
    """Shares of known faces named rightly and of strangers named at all, and wrong names among 100 shown."""

    tpir: Share
    fpir: Share
    wrong_per_100: float


class Rebuild(Values):
    """A training; `generation` is null where nobody is confirmed yet."""

    generation: Generation | None
    promoted: bool
    people: Count
    samples: RebuildSamples
    validation: Validation
    why: str
    seconds: float


class Rollback(Values):
    """The training in use again; null where there is no former one."""

    generation: Generation | None


class LeftNames(Values):
    """Names in a sidecar that became another program's own."""

    sidecar: Path
    names: list[str]


class Undo(Values):
    """Counts of sidecars and of digiKam's rows; `failed` are sidecars that could not be changed.

    `away`: neither they nor their photos are there; they are taken back when they are.
    """

    restored: Count
    removed: Count
    cleaned: Count
    rows: Count
    failed: list[PhotoReason]
    refused: Annotated[list[Path], Field(deprecated=True, description="The paths in `failed`.")]
    left: list[LeftNames]
    away: list[Path]


class Review(Values):
    """Where the page is served; the link works once."""

    link: str
    port: int | None
    socket: Path | None


class ForgottenFolder(Values):
    """How many photos were forgotten below a folder."""

    folder: Path
    photos: Count


class KeptFolder(Values):
    """Why a folder was left as it is."""

    folder: Path
    reason: str


class Forgotten(Values):
    """Photos that are forgotten."""

    forgotten: Count
    folders: list[ForgottenFolder]
    kept: list[KeptFolder]
