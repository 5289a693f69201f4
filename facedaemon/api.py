"""What a program needs to use facedaemon without its command line; `import facedaemon` gives these names.

>>> import facedaemon
>>> report = facedaemon.scan()  # with the user's own config
>>> with facedaemon.open_session("config.yaml") as session:
...     session.scan(["~/Pictures/2026"], reporter=MyReporter())
...     for suggestion in session.suggestions():
...         print(suggestion.photo, suggestion.person, suggestion.confidence)
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from facedaemon.config import Config, load
from facedaemon.errors import ExitCode, FacedaemonError, Fatal, PhotoError, Unavailable
from facedaemon.pipeline import Progress, Reporter, Session, follow, scan_photos, to_scan
from facedaemon.pipeline import ScanReport as Report
from facedaemon.pipeline import open_session as open_pipeline
from facedaemon.store import SuggestionRecord
from facedaemon.values import Region, SuggestionState

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
    "load",
    "open_session",
    "scan",
]

Settings = Config | str | os.PathLike[str] | None
"""A config, the file of one, or None for the user's own."""


class OpenSession:
    """An open facedaemon, from `open_session`; it owns the state until it is closed. A context manager."""

    def __init__(self, opened: Session) -> None:
        """Use `open_session`."""
        self._opened = opened

    @property
    def config(self) -> Config:
        """The settings in use."""
        return self._opened.config

    def scan(self, paths: Sequence[str | os.PathLike[str]] = (), reporter: Reporter | None = None) -> Report:
        """One pass over all photo roots, or over these photos and folders below them.

        `reporter` is called at each step. The report names what cannot be used. Raises Fatal where a path cannot
        be scanned, a library that is there cannot be read, or a model is missing.
        """
        chosen = to_scan([Path(path).expanduser() for path in paths], self.config) if paths else None
        return follow(scan_photos(self._opened, chosen), reporter or Reporter())

    def suggestions(self, state: SuggestionState | None = SuggestionState.OPEN) -> Iterable[SuggestionRecord]:
        """The suggestions of one state, or (None) of all, by photo."""
        return list(self._opened.store.suggestions.all(state))

    def close(self) -> None:
        """Close state and library."""
        self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_session(config: Settings = None) -> OpenSession:
    """Everything that the config names, ready for work.

    Raises Fatal; its `exit_code` says why: a config that is wrong, models that are missing, another instance, a library
    that cannot be read.
    """
    return OpenSession(open_pipeline(_loaded(config)))


def scan(
    config: Settings = None,
    *,
    paths: Sequence[str | os.PathLike[str]] = (),
    reporter: Reporter | None = None,
) -> Report:
    """One pass, in a session of its own. Raises what `open_session` and `OpenSession.scan` raise."""
    with open_session(config) as session:
        return session.scan(paths, reporter)


def _loaded(config: Settings) -> Config:
    return config if isinstance(config, Config) else load(None if config is None else Path(config))
