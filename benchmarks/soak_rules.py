"""What must hold whatever happens to a daemon, and the commands that are asked for beside it."""

import random
import signal
import sqlite3
import subprocess
import tempfile
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from tests.acceptance.place import Done, Place

TIMEOUT = 240.0  # of a command, and of the end of a daemon; a hang is what is looked for
ERRORS = {1, 2, 4, 5}


class Broken(Exception):
    """A rule does not hold."""


@dataclass
class Told:
    """What people said: photo, by its name below the root, and person."""

    confirmed: set[tuple[str, str]] = field(default_factory=set)
    rejected: set[tuple[str, str]] = field(default_factory=set)

    def words(self) -> str:
        """For a line of output."""
        return f"{len(self.confirmed)} confirmed and {len(self.rejected)} rejected as they were"


class Commands:
    """Commands that run beside the daemon."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._running: list[tuple[tuple[str, ...], subprocess.Popen[bytes], Path]] = []
        self._folder = tempfile.TemporaryDirectory(prefix="facedaemon-soak-")
        self._asked = self._answered = self._ended = 0

    def daemon(self) -> int:
        """The number of the process that holds the state; waits until one does."""
        until = time.monotonic() + TIMEOUT
        while time.monotonic() < until:
            with suppress(ValueError, OSError):
                number = int((self._place.state / "lock").read_text())
                words = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
                if b"run" in words:
                    return number
            time.sleep(0.05)
        raise Broken("no daemon has the state")

    def start(self, *arguments: str) -> None:
        """A command, which is not waited for."""
        self._asked += 1
        output = Path(self._folder.name) / str(self._asked)
        with output.open("wb") as file:
            command = self._place.command(*arguments)
            process = subprocess.Popen(command, stdout=file, stderr=file, env=self._place.environment())
        self._running.append((arguments, process, output))

    def end(self, number: int, draw: random.Random) -> None:
        """One of them is sent a signal."""
        if running := [one for one in self._running if one[1].poll() is None]:
            one = draw.choice(running)
            self._running.remove(one)
            self._ended += 1
            one[1].send_signal(number)
            try:
                one[1].wait(TIMEOUT)
            except subprocess.TimeoutExpired:
                raise Broken(f"{one[0]} does not end at {signal.Signals(number).name}") from None

    def all_end(self) -> None:
        """Each has its answer, or an error that says something."""
        for arguments, process, output in self._running:
            try:
                status = process.wait(TIMEOUT)
            except subprocess.TimeoutExpired:
                raise Broken(f"{arguments} waits for ever: {output.read_text()}") from None
            has_answered(Done(status, "", output.read_text(encoding="utf-8")))
            self._answered += 1
        self._running.clear()

    def words(self) -> str:
        """For a line of output."""
        return f"{self._asked} commands asked for, {self._answered} answered, {self._ended} ended by a signal"

    def close(self) -> None:
        """None of them runs any more."""
        for _, process, _ in self._running:
            process.kill()
            process.wait()
        self._folder.cleanup()


def has_answered(done: Done) -> None:
    """A command ended with what it did, or with an error that a person can act on."""
    if done.status not in {0, *ERRORS} or "Traceback" in done.err or (done.status and not done.err.strip()):
        raise Broken(f"a command ended with {done.status}: {done.out} {done.err}")


def check_all(place: Place, told: Told) -> None:
    """No confirmed name is lost, no rejected one comes back, and every sidecar is whole."""
    with closing(sqlite3.connect(f"file:{place.state}/state.db?mode=ro", uri=True)) as state:
        named = {
            (Path(path.decode()).relative_to(place.photos).as_posix(), person)
            for path, person in state.execute(
                "SELECT photo.path, face.person FROM face JOIN photo ON photo.id = face.photo"
                " WHERE face.state = 'confirmed' AND photo.missing = 0"
            )
        }
    given = {(name, true.person) for name, true in place.truth.items() if true.confirmed and true.person}
    if lost := (told.confirmed | given) - named:
        raise Broken(f"confirmed names are lost: {sorted(lost)}")
    shown = {
        (Path(one["photo"]).relative_to(place.photos).as_posix(), one["person"])
        for one in place.run("suggestions", "--json").lines
    }
    if back := told.rejected & (shown | named):
        raise Broken(f"rejected names came back: {sorted(back)}")
    for path in place.photos.rglob("*"):
        if path.suffix == ".xmp":
            try:
                ElementTree.parse(path)
            except ElementTree.ParseError as error:
                raise Broken(f"{path} is not whole: {error}") from None
        elif path.is_file() and path.suffix != ".jpg":
            raise Broken(f"{path} is left over")


def nothing_is_left(folder: Path) -> None:
    """All requests were answered, and all answers read."""
    if left := sorted(path.name for path in folder.glob("*")):
        raise Broken(f"requests are left: {left}")
