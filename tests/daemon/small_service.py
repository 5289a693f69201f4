"""The real daemon around a small Work that prints on standard output what it is asked to do.

Started by the tests as a process of its own: `python -m tests.daemon.small_service CONFIG [slow]`. With `slow` a rescan
lasts until something stops it.
"""

import sys
import threading
from collections.abc import Hashable
from pathlib import Path

from facedaemon.daemon import block_signals

block_signals()

from facedaemon.config import Config, load  # noqa: E402  signals first, as the docstring of `block_signals` says
from facedaemon.daemon import serve  # noqa: E402
from facedaemon.daemon.port import Activity, Steps  # noqa: E402
from facedaemon.errors import ExitCode, Fatal, PhotoError, Unavailable  # noqa: E402
from facedaemon.jobs import Job, Rescan, ScanPhotos  # noqa: E402
from facedaemon.pipeline.reports import Step  # noqa: E402


def say(*words: object) -> None:
    """One line for the test."""
    print(*words, flush=True)


class PrintingWork:
    """A Work whose library is the file `library` beside the config, and whose photos do what their names say."""

    def __init__(self, config: Config, library: Path, *, slow: bool) -> None:
        self._config = config
        self._library = library
        self._slow = slow
        self._tried: set[str] = set()
        if config.detection.min_size == 666:
            raise Fatal("the models are missing", ExitCode.MODELS)
        if (library.parent / "away").exists():
            raise Unavailable("the library is on a drive that is away")
        say("open", config.detection.min_size, threading.current_thread().name)

    def roots(self) -> tuple[Path, ...]:
        """As configured."""
        return self._config.roots()

    def change_token(self) -> Hashable:
        """The library's content."""
        return self._library.read_text(encoding="utf-8") if self._library.exists() else None

    def handle(self, job: Job) -> Steps:
        """Tell the job, then do as the photo says."""
        say("begin", type(job).__name__, *(f"{folder}|" for folder in getattr(job, "folders", ())))
        if isinstance(job, ScanPhotos):
            for path in job.paths:
                self._look(path)
                yield Step("Looking at photos", path, 1, 1)
        breath = threading.Event()
        while isinstance(job, Rescan) and self._slow:
            breath.wait(0.01)
            yield Step("Looking at photos", Path("Ünïcode-Ж.jpg"), 3, 7)
        say("end", type(job).__name__)

    def _look(self, path: Path) -> None:
        say("look", path.name)
        if path.name == "bug.jpg":
            raise ZeroDivisionError("a mistake of ours")
        if path.name == "broken.jpg":
            raise PhotoError(path, "the file is empty")
        if path.name == "fatal.jpg":
            raise Fatal("the library is of an unknown version", ExitCode.LIBRARY)
        if path.name == "away.jpg":
            raise Unavailable(f"{path}: the drive is not mounted")
        if path.name == "hang.jpg":
            threading.Event().wait()

    def left_over(self) -> Job | None:
        """Nothing is ever left over."""
        return None

    def note(self, activity: Activity) -> None:
        """Kept beside the config."""
        (self._library.parent / "doing").write_text(activity.words, encoding="utf-8")

    def unload(self) -> None:
        """There is nothing to let go of."""

    def close(self) -> None:
        """Tell it."""
        say("close")


def main() -> int:
    """The exit status of the daemon."""
    config, slow = Path(sys.argv[1]), "slow" in sys.argv[2:]
    try:
        return serve(
            lambda settings, _: PrintingWork(settings, config.parent / "library", slow=slow), lambda: load(config)
        )
    except Fatal as error:
        print(error, file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
