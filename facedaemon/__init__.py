"""Suggests names for the faces in a photo library, from nothing but what humans confirmed.

A program needs `scan`, `open_session`, and the values they take and give (`facedaemon.api`).
"""

from __future__ import annotations

TYPE_CHECKING = False  # the command begins sooner without `typing`, which nothing here needs
if TYPE_CHECKING:
    from typing import Any

    from facedaemon.api import (
        Config,
        ExitCode,
        FacedaemonError,
        Fatal,
        OpenSession,
        PhotoError,
        Progress,
        Region,
        Report,
        Reporter,
        SuggestionRecord,
        SuggestionState,
        Unavailable,
        load,
        open_session,
        scan,
    )

    __version__: str

__all__ = [
    "Config",
    "ExitCode",
    "FacedaemonError",
    "Fatal",
    "OpenSession",
    "PhotoError",
    "Progress",
    "Region",
    "Report",
    "Reporter",
    "SuggestionRecord",
    "SuggestionState",
    "Unavailable",
    "__version__",
    "load",
    "open_session",
    "scan",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - what is imported above
    if name == "__version__":
        return _version()
    if name not in __all__:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    # looked up when asked for: commands that need no networks are not to wait for them
    from facedaemon import api  # noqa: PLC0415

    return getattr(api, name)


def _version() -> str:
    # takes as long as all other imports of the command line together
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        return version("facedaemon")
    except PackageNotFoundError:  # run from a source tree that was never installed
        return "0+source"
