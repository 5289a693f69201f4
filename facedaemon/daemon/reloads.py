"""Which settings the work is opened with: those of the start, then those of the last reload that can be used."""

import logging
import threading
from collections.abc import Callable

from facedaemon.config import Config
from facedaemon.daemon.port import OpenWork, Work
from facedaemon.daemon.systemd import Systemd
from facedaemon.errors import ExitCode, Fatal, Unavailable
from facedaemon.store import Locked

log = logging.getLogger(__name__)

OPEN_SECONDS = 5.0


class Reloads:
    """Passes settings, and the request to stop, from the main thread to the worker's, which opens the work with them.

    `in_use` are the settings that the work was last opened with.
    """

    def __init__(
        self, open_work: OpenWork, config: Config, systemd: Systemd, open_seconds: float = OPEN_SECONDS
    ) -> None:
        """`open_seconds` pass between two attempts to open the work."""
        self._open_work = open_work
        self._open_seconds = open_seconds
        self._systemd = systemd
        self._lock = threading.Lock()
        self._next: Config | None = config
        self._news = threading.Event()
        self._is_stopping = False
        self._was_reloaded = False
        self._refused = ""
        self.in_use: Config | None = None

    def put(self, settings: Config) -> None:
        """Have the work opened with `settings`; any wait ends."""
        with self._lock:
            self._next = settings
            self._news.set()

    def stop(self) -> None:
        """Have the work closed for good; any wait ends."""
        with self._lock:
            self._is_stopping = True
            self._news.set()

    @property
    def is_stopping(self) -> bool:
        """Whether `stop` was called."""
        return self._is_stopping

    def are_waiting(self) -> bool:
        """Whether the work is to be closed now: to stop, or to be opened with other settings."""
        return self._is_stopping or self._next is not None

    def wait(self, seconds: float) -> None:
        """Wait so long, or until `put` or `stop` is called."""
        self._news.wait(seconds)

    def opened(self, beat: Callable[[], None]) -> Work | None:
        """The work, opened with the newest settings, or where these cannot be used with the former; None to stop.

        While neither can be used both are tried again, and so are those of a reload meanwhile. Raises Fatal where the
        settings of the start cannot be used; something that is away is waited for, and by a service a command.
        """
        wanted, said = self._taken(), ""
        while wanted is not None and not self._is_stopping:
            try:
                for settings in (wanted,) if self.in_use in (None, wanted) else (wanted, self.in_use):
                    if settings is not None and (work := self._opened_with(settings, beat)) is not None:
                        return work
            except (Fatal, Unavailable) as error:
                if self.in_use is None and not self._was_reloaded and not self._passes(error):
                    raise
                if str(error) != said:
                    log.warning("%s; tried again until it works", error)
                said = str(error)
                self._systemd.status(f"Waiting: {error}", at_once=True)
            self._systemd.beat()
            self._news.wait(self._open_seconds)
            if (newer := self._taken()) is not None:
                wanted, self._was_reloaded = newer, True
        return None

    def _passes(self, error: Fatal | Unavailable) -> bool:
        """Whether waiting helps. A service that ended beside a command at work would stay ended: nobody sees it."""
        command = error.holder.command if isinstance(error, Locked) and self._systemd.is_there else None
        is_command = command is not None and not command.startswith("facedaemon run")
        return is_command or isinstance(error, Unavailable)

    def _opened_with(self, settings: Config, beat: Callable[[], None]) -> Work | None:
        """None where these cannot be used but the former may. Raises Fatal or Unavailable where there is no other."""
        former = self.in_use
        try:
            work = self._open_work(settings, beat)
        except (Fatal, Unavailable) as error:
            # a command may have taken the state in the moment in which it was closed
            is_held = former is not None and error.exit_code == ExitCode.LOCKED and former.state() == settings.state()
            if former in (None, settings) or is_held:
                raise
            if str(error) != self._refused:
                log.error("the new settings cannot be used, the former stay: %s", error)  # noqa: TRY400
            self._refused = str(error)
            return None
        self.in_use, self._refused = settings, ""
        return work

    def _taken(self) -> Config | None:
        """The settings of the last reload, once; None where there was none since."""
        with self._lock:
            settings, self._next = self._next, None
            if not self._is_stopping:
                self._news.clear()
            return settings
