"""Finds the library by the config or digiKam's settings, again and again while work goes on."""

import logging
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from facedaemon import library, sidecar
from facedaemon.config import Config
from facedaemon.errors import Fatal, Unavailable
from facedaemon.pipeline.library_problem import LibraryProblem, asking_the_library

log = logging.getLogger(__name__)

CHECK_SECONDS = 10.0  # between two checks whether digiKam's database is there, at least
LONG_SECONDS, WAIT_SHARE = 1.0, 10  # and after one that took longer than the first so many times as long as it took


class LibraryFinder:
    """Opens the library where it is now. `problem` is why it cannot be used, None where it can.

    `library` is None, without a problem, where the user has no digiKam. `naming` is how new sidecars are named.
    """

    def __init__(
        self, config: Config, home: Path, environ: Mapping[str, str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`clock` is monotonic, in seconds. Nothing is opened yet."""
        self._config, self._home, self._environ, self._clock = config, home, environ, clock
        self._location: str | Path | None = None
        self._due = 0.0
        self._without = ""
        self.library: library.DigikamLibrary | None = None
        self.naming: sidecar.Naming | None = None
        self.problem: Fatal | Unavailable | None = None

    def open(self) -> None:
        """Open the library. Raises Fatal (exit status 5) or Unavailable where there is one that cannot be used."""
        digikam = None
        if self._config.library.digikam.database != "none" or self._config.sidecar.naming == "auto":
            digikam = library.find_digikam(self._home, self._environ)
        self.naming = naming(self._config, digikam)
        location, without = located(self._config, digikam)
        if without and without != self._without:
            log.warning("%s", without)
        self._without = without
        if location == self._location and self.library is not None:
            return
        self.close()
        self._location = location
        self.library = None if location is None else library.open_library(location)

    def refresh(self) -> None:
        """Open it again if the last check is some seconds ago; sets `problem` while it cannot be used."""
        if self._clock() < self._due:
            return
        began = self._clock()
        try:
            with asking_the_library():
                self.open()
        except LibraryProblem as problem:
            self.problem = problem.error
        else:
            self.problem = None
        # a server that does not answer takes long to be found out, and photos must not all wait for it
        took = self._clock() - began
        self._due = began + took + (max(CHECK_SECONDS, WAIT_SHARE * took) if took > LONG_SECONDS else CHECK_SECONDS)

    def close(self) -> None:
        """Close the library."""
        if self.library is not None:
            self.library.close()
        self.library = None


def located(config: Config, digikam: "library.DigikamSettings | None") -> tuple[str | Path | None, str]:
    """The database that the config or digiKam's settings name; or None and a remark for the user.

    With `auto`, work goes on without a database that is not there (not made yet, or on a drive that is away).
    """
    database = config.library.digikam.database
    if database != "auto":
        return (None if database == "none" else database), ""
    if digikam is None:
        return None, ""
    if digikam.location is None:
        return None, digikam.fix or ""
    if "://" not in digikam.location and not os.path.exists(digikam.location):  # noqa: PTH110  False where it is hidden
        return None, f"{digikam.location}: digiKam's database is not there now; working without it"
    return digikam.location, ""


def naming(config: Config, digikam: "library.DigikamSettings | None") -> "sidecar.Naming | None":
    """How new sidecars are named: as the config says, else as digiKam names them, else as they are named already."""
    if config.sidecar.naming == "auto" and digikam is not None:
        return sidecar.Naming.STEM if digikam.sidecar_stem_naming else sidecar.Naming.FULL
    return None if config.sidecar.naming == "auto" else sidecar.Naming(config.sidecar.naming)
