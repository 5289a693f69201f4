"""A neighbour who fills a shared folder: what a pass takes where hundreds of thousands of files mean nothing."""

import os
import tempfile
import time
from pathlib import Path

from benchmarks.memory import peak
from benchmarks.soak_tools import models

FOLDER = 1000  # files


def million(files: int) -> None:
    """The memory of a first and of a second pass over so many empty photos: in folders of a thousand, and in one."""
    for what, folder in (("in folders of 1,000", FOLDER), ("in one folder", files)):
        with tempfile.TemporaryDirectory(prefix="facedaemon-soak-") as place:
            photos = Path(place, "photos")
            _fill(photos, files, folder)
            settings = {"HOME": place, "XDG_CONFIG_HOME": place, "XDG_STATE_HOME": place}
            environ = {**os.environ, **settings, "FACEDAEMON_MODELS": str(models())}
            for which in ("first", "second"):
                began = time.monotonic()
                megabytes, said = peak(photos, environ)
                if f"{files} failed" not in said:
                    raise SystemExit(f"the scan did not see all photos:\n{said[-1000:]}")
                seconds = time.monotonic() - began
                print(f"{files} empty files {what}, {which} pass: {megabytes:.0f} MB, {seconds:.0f} s", flush=True)


def _fill(photos: Path, files: int, folder: int) -> None:
    for first in range(0, files, folder):
        below = photos / f"folder-{first // folder:04}"
        below.mkdir(parents=True)
        for number in range(first, min(first + folder, files)):
            (below / f"IMG_{number:07}.jpg").touch()
