"""Every setting with its default and its meaning; `config.example.yaml` and `docs/reference.md` are made from them."""

import os
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from facedaemon import folders
from facedaemon.config.values import MOST_WORKERS, Cron, ExpandedPath, Location, Names, Seconds, Share, Workers


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class Photos(_Section):
    """Which folders hold the photos."""

    roots: tuple[ExpandedPath, ...] = Field(
        default=("~/Pictures",),
        min_length=1,
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
        default=False,
        description='also show suggestions in digiKam\'s "Unconfirmed" view, and faces confirmed by your answers as '
        "confirmed (writes digiKam's database)",
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
    device: Literal["auto", "cpu", "gpu", "npu"] = Field(
        default="auto", description="auto | cpu; gpu and npu are accepted, but all models compute on the processor"
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
        return _outermost(tuple(os.path.abspath(root) for root in self.photos.roots))


@cache
def _outermost(paths: tuple[str, ...]) -> tuple[Path, ...]:
    """Sorted, without doubles and what lies inside another; asked for several times a photo."""
    roots = sorted(set(map(Path, paths)))
    return tuple(root for root in roots if not any(other in root.parents for other in roots))
