"""Where the library is: as the config says, or digiKam's settings; looked for again while work goes on."""

import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from facedaemon import library, sidecar
from facedaemon.config import Config
from facedaemon.errors import ExitCode, Fatal, Unavailable

log = logging.getLogger(__name__)

CHECK_SECONDS = 10.0  # between two looks whether digiKam's database is still, or now, where it was


class LibraryProblem(Exception):
    """The library cannot be used now; `error` says why. Whatever does not need it goes on."""

    def __init__(self, error: Fatal | Unavailable) -> None:
        """`error` is what was raised."""
        super().__init__(str(error))
        self.error = error


@contextmanager
def asking_the_library() -> Iterator[None]:
    """What the library raises in this block, and nothing else, becomes LibraryTrouble."""
    try:
        yield
    except Unavailable as error:
        raise LibraryProblem(error) from error
    except Fatal as error:
        if error.exit_code != ExitCode.LIBRARY:
            raise
        raise LibraryProblem(error) from error


class LibraryFinder:
    """Opens the library where it is now. `problem` is why there is none that can be used, None where all is well.

    `library` is None, without any trouble, where the user has no digiKam. `naming` is how new sidecars are named.
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
        """Do so if the last look is some seconds ago; `problem` is why it cannot be used, until it can."""
        if self._clock() < self._due:
            return
        self._due = self._clock() + CHECK_SECONDS
        try:
            with asking_the_library():
                self.open()
        except LibraryProblem as problem:
            self.problem = problem.error
        else:
            self.problem = None

    def close(self) -> None:
        """Let go of the library."""
        if self.library is not None:
            self.library.close()
        self.library = None


def located(config: Config, digikam: library.DigikamSettings | None) -> tuple[str | Path | None, str]:
    """What the config names, or what digiKam's settings lead to; None for none, and then what is to be said of it.

    With `auto`, a database that is not there (not made yet, or on a drive that is away) is no reason not to work.
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


def naming(config: Config, digikam: library.DigikamSettings | None) -> sidecar.Naming | None:
    """How new sidecars are named: as the config says, else as digiKam names them, else as they are named already."""
    if config.sidecar.naming == "auto" and digikam is not None:
        return sidecar.Naming.STEM if digikam.sidecar_stem_naming else sidecar.Naming.FULL
    return None if config.sidecar.naming == "auto" else sidecar.Naming(config.sidecar.naming)
