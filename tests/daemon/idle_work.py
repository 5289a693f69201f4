"""A `Work` with nothing to do between jobs; tests add `handle`, which does a job."""

from collections.abc import Hashable
from pathlib import Path

from facedaemon.daemon.port import Activity
from facedaemon.jobs import Job


class IdleWork:
    """Watches no folder, is asked by nobody, and holds nothing."""

    def roots(self) -> tuple[Path, ...]:
        """None."""
        return ()

    def change_token(self) -> Hashable:
        """Always the same."""
        return None

    def left_over(self) -> Job | None:
        """Nothing."""
        return None

    def note(self, activity: Activity) -> None:
        """Nobody asks."""

    def unload(self) -> None:
        """Nothing is held."""

    def close(self) -> None:
        """Nothing is held."""
