"""How soon faces are seen: `python -m benchmarks.review --faces DIR [--json]`.

Sixty photos of 12 megapixels, each with one face of a person whom nobody named: one group. The page and its pictures
are fetched by six connections at once, as browsers do, from a server that has no picture yet (cold), then again (warm).
The processor's time of the server is counted as well, for a machine that is busy with other things.
"""

import argparse
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import local
from urllib.parse import urlsplit

import cv2

from benchmarks.data import existing_folder
from benchmarks.figures import Figure, show
from benchmarks.made_photos import another, scene
from benchmarks.portraits import people

FACES = 60
SIZE = (4000, 3000)
FACE = 420  # pixels: a person three metres from a phone
CONNECTIONS = 6
PORTRAITS = 20  # different ones; each photo is a picture of its own


@dataclass(frozen=True)
class Fetched:
    """How long page and pictures took, the server's processor time, and how many pictures came."""

    seconds: float
    page_seconds: float
    processor: float
    pictures: int


def made(folder: Path, faces: Path) -> Path:
    """The config of a library that was scanned."""
    photos = folder / "photos"
    photos.mkdir()
    _, paths = max(people(faces).items(), key=lambda each: len(each[1]))
    for number in range(FACES):
        pixels, _ = scene(*SIZE, paths[number % PORTRAITS], [paths[number % PORTRAITS]], FACE)
        done, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 92])
        assert done
        (photos / f"IMG_{number:04}.jpg").write_bytes(another(bytes(encoded), number))
    config = folder / "config.yaml"
    settings = {
        "photos": {"roots": [str(photos)]},
        "library": {"digikam": {"database": "none"}},
        "state_directory": str(folder / "state"),
    }
    config.write_text(json.dumps(settings), encoding="utf-8")
    subprocess.run(_command(config, "scan", "-q"), env=_environment(folder), check=True)
    return config


class Browser:
    """Six connections to a server, which are kept open."""

    def __init__(self, link: str, server: int) -> None:
        self._host, self._server = urlsplit(link).netloc, server
        self._thread = local()
        entered = self._ask(link.partition(self._host)[2], {})
        self._cookie = {"Cookie": entered[1].split(";")[0]}

    def fetch(self, path: str) -> Fetched:
        """A page and all its faces."""
        start, processor = time.monotonic(), _processor(self._server)
        page = self.get(path).decode("utf-8")
        page_seconds = time.monotonic() - start
        pictures = sorted(set(re.findall(r'src="(/face/[^"]+\.jpg)"', page)))
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            bodies = list(pool.map(self.get, pictures))
        seconds = time.monotonic() - start
        assert all(body.startswith(b"\xff\xd8") for body in bodies)
        return Fetched(seconds, page_seconds, _processor(self._server) - processor, len(bodies))

    def get(self, path: str) -> bytes:
        """The body of an answer."""
        return self._ask(path, self._cookie)[0]

    def _ask(self, path: str, headers: dict[str, str]) -> tuple[bytes, str]:
        connection = getattr(self._thread, "connection", None)
        if connection is None:
            connection = self._thread.connection = http.client.HTTPConnection(self._host)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, (path, answer.status)
        return body, answer.headers.get("set-cookie", "")


def _processor(process: int) -> float:
    """Seconds of processor time that the process has used (proc(5), utime and stime)."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(process: int) -> float:
    """Megabytes that the process had at most."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024


def _command(config: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "facedaemon", *words, "--config", str(config)]


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}


def measured(folder: Path, config: Path) -> Sequence[Figure]:
    """Cold, then warm, from a server that was just started."""
    command = _command(config, "review", "--no-browser", "--json")
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=_environment(folder)
    ) as server:
        try:
            assert server.stdout is not None
            browser = Browser(json.loads(server.stdout.readline())["link"], server.pid)
            browser.get("/")  # what is loaded once is not the page's time
            cold, warm = browser.fetch("/groups"), browser.fetch("/groups")
            memory = _memory(server.pid)
        finally:
            server.terminate()
    return [
        Figure("faces shown", cold.pictures, "", FACES),
        Figure("cold: page and faces", cold.seconds, "s", 2.0),
        Figure("cold: processor time", cold.processor, "s", 4.0),
        Figure("warm: page and faces", warm.seconds, "s", 0.4),
        Figure("warm: processor time", warm.processor, "s", 0.8),
        Figure("warm: the page alone", warm.page_seconds, "s", 0.2),
        Figure("memory of the server at most", memory, "MB", 250),
    ]


def main() -> None:
    """Print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--faces", type=existing_folder, required=True, help="folder with LFW's people")
    arguments.add_argument("--json", action="store_true", help="one JSON object a line")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = made(Path(folder), options.faces)
        for figure in measured(Path(folder), config):
            show(figure, as_json=options.json)


if __name__ == "__main__":
    main()
