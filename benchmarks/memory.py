"""How much memory a scan takes: `python -m benchmarks.memory --photos DIR [--counts 200 1000] [--json]`.

Photos of 24 megapixels, made from those of a camera (enlarged or reduced, an unused table in each, so that each is a
picture of its own), scanned by the command itself in a process of its own; its peak is what the kernel says.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2

from benchmarks import made_photos
from benchmarks.data import existing_folder
from benchmarks.figures import Figure, show
from benchmarks.portraits import PHOTO_SUFFIXES
from facedaemon.vision import read_picture

WIDTH, HEIGHT = 6000, 4000
DIFFERENT = 8
MOST_MEGABYTES = 450

# not getrusage's maximum: that begins with what the process had that started this one
_SCAN = """
import re, sys
from pathlib import Path
from facedaemon.cli import main
try:
    main()
finally:
    kilobytes = re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]
    print(int(kilobytes) // 1024, file=sys.stderr)
"""


def made(camera: list[Path]) -> list[bytes]:
    """A few JPEGs of 24 megapixels."""
    large = []
    for path in camera[:DIFFERENT]:
        pixels = cv2.resize(read_picture(path).pixels, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
        large.append(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes())
    return large


def fill(folder: Path, contents: list[bytes], count: int) -> None:
    """`count` photos, each a picture of its own."""
    for number in range(count):
        (folder / f"IMG_{number:05}.jpg").write_bytes(made_photos.another(contents[number % len(contents)], number))


def peak(photos: Path, environ: dict[str, str]) -> tuple[float, str]:
    """Megabytes that a scan of the folder took at most, and what it said."""
    command = [sys.executable, "-c", _SCAN, "scan", "--photos", str(photos)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    lines = done.stderr.strip().splitlines()
    return float(lines[-1]), done.stdout + done.stderr


def figures(photos: Path, counts: list[int]) -> Iterator[Figure]:
    """The peak for each number of photos, and how much it grew from the first to the last."""
    contents = made(sorted(path for path in photos.iterdir() if path.suffix.lower() in PHOTO_SUFFIXES))
    peaks = []
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder, "photos")
            place.mkdir()
            fill(place, contents, count)
            environ = {**os.environ, "HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder}
            megabytes, said = peak(place, environ)
            if f"{count}" not in said:
                raise SystemExit(f"the scan did not see all photos:\n{said}")
            peaks.append(megabytes)
            yield Figure(f"peak memory of a scan of {count} photos of 24 megapixels", megabytes, "MB", MOST_MEGABYTES)
    if len(peaks) > 1:
        yield Figure("peak memory, last over first", peaks[-1] / peaks[0], "times", 1.05)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=existing_folder, required=True)
    parser.add_argument("--counts", type=int, nargs="+", default=[200, 1000])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for figure in figures(options.photos, options.counts):
        show(figure, as_json=options.json)


if __name__ == "__main__":
    main()
