"""A drive that is plugged in and out: a mount that only the daemon sees, in a mount namespace of its own."""

import os
import subprocess
from pathlib import Path

from tests.acceptance.place import Place

UNSHARE = [
    "unshare",
    "--mount",
    "--propagation",
    "private",
    *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]),
]


def why_not() -> str:
    """Why nothing can be mounted on this machine; empty where it can."""
    done = subprocess.run(
        [*UNSHARE, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, text=True, check=False
    )
    return f"no mount namespace can be had here: {done.stderr.strip()}" if done.returncode else ""


class Drive:
    """The place's photos on a drive: without it their folder is empty."""

    def __init__(self, place: Place) -> None:
        """The photos are moved to where the drive is kept."""
        self.place = place
        self.kept = place.folder / "drive"
        place.photos.rename(self.kept)
        place.photos.mkdir()

    @property
    def before(self) -> list[str]:
        """Words before the daemon's command line: it starts with the drive plugged in."""
        plug = 'mount --bind "$0" "$1" && shift && exec "$@"'
        return [*UNSHARE, "sh", "-c", plug, str(self.kept), str(self.place.photos)]

    def plug(self, process: int) -> None:
        """The photos are there again, for the daemon."""
        self._do(process, "mount", "--bind", str(self.kept), str(self.place.photos))

    def unplug(self, process: int) -> None:
        """Pulled out in the middle of whatever it is doing."""
        self._do(process, "umount", "--lazy", str(self.place.photos))

    def sidecars(self) -> list[Path]:
        """Those on the drive, plugged in or not."""
        return sorted(self.kept.rglob("*.xmp"))

    def keep(self) -> None:
        """The photos lie in their folder without any drive; what was written into the empty folder would stop this."""
        self.place.photos.rmdir()
        self.kept.rename(self.place.photos)

    def _do(self, process: int, *words: str) -> None:
        inside = ["nsenter", "--target", str(process), "--mount"]
        inside += [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        subprocess.run([*inside, *words], check=True, cwd=Path("/"))
