"""Answers appended while the daemon works, and everybody killed again and again: python -m benchmarks.soak_answers.

Four processes append 1,000 answers about the faces of a part of the sample library while `facedaemon run` takes them
up; 50 times one of the five is killed (SIGKILL) at a random moment and started again. In the end each answer that was
reported as written must be there once, in one order without gaps, and the state must say what follows from them. Then
the time from an answer to its effect in the state is measured. Prints a figure a line; exit status 1 where an answer
is lost, doubled, or without effect.
"""

import argparse
import os
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from functools import partial
from pathlib import Path

from benchmarks.soak_tools import rows, sample_library
from facedaemon.answers import Answer, AnswerKind, AnswerLog, FacePlace, Saying, active
from facedaemon.values import Region
from tests.acceptance.daemon_process import Daemon
from tests.acceptance.place import Place

PROCESSES, ANSWERS, KILLS, SEED, TIMED = 4, 1000, 50, 20261125, 20
LIMIT_SECONDS = 2.0

APPENDER = """
import sys, time
from pathlib import Path
from benchmarks.soak_answers import faces_of, say
state, number, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
faces = faces_of(state)
for each in range(count):
    print(say(state, faces[(number * 7919 + each * 31) % len(faces)], f"Person {(number + each) % 5}"), flush=True)
    time.sleep(0.01)
"""


def faces_of(state: Path) -> list[FacePlace]:
    """The faces in a state, as an answer names them."""
    with closing(sqlite3.connect(f"{state.as_uri()}/state.db?mode=ro", uri=True)) as database:
        found = database.execute(
            "SELECT content, path, x, y, w, h, orientation FROM face JOIN photo ON photo.id = face.photo"
            " WHERE is_face = 1 ORDER BY face.id"
        ).fetchall()
    return [FacePlace(row[0], Path(os.fsdecode(row[1])), Region(*row[2:6]), row[6]) for row in found]


def say(state: Path, face: FacePlace, person: str) -> str:
    """One answer; its id."""
    with AnswerLog.open(state) as log:
        return log.append([Saying(AnswerKind.CONFIRM, face, person)], time.time())[0].id


class Appender:
    """A process that appends, and is started again on what is left when it was killed."""

    def __init__(self, place: Place, number: int, count: int) -> None:
        self._place, self._number, self.left = place, number, count
        self.reported: list[str] = []
        self.process = self.started()

    def started(self) -> subprocess.Popen[str]:
        """A process for what is left."""
        command = [sys.executable, "-c", APPENDER, str(self._place.state), str(self._number), str(self.left)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def kill(self) -> None:
        """Killed wherever it is; what it reported is kept."""
        self.process.kill()
        self.finish()
        if self.left:
            self.process = self.started()

    def finish(self) -> None:
        """Read to its end."""
        lines = self.process.communicate()[0].split()
        self.reported += lines
        self.left -= len(lines)


def killed(place: Place, kills: int) -> tuple[list[str], Daemon]:
    """The ids that were reported as written, and the daemon that runs in the end."""
    chance = random.Random(SEED)
    appenders = [Appender(place, number, ANSWERS // PROCESSES) for number in range(PROCESSES)]
    daemon = Daemon(place)
    for _ in range(kills):
        time.sleep(chance.uniform(0.2, 2.0))
        victim = chance.randrange(PROCESSES + 1)
        if victim < PROCESSES and appenders[victim].left:
            appenders[victim].kill()
        else:
            daemon.close()
            daemon = Daemon(place)
    for appender in appenders:
        while appender.left:
            appender.finish()
            if appender.left:
                appender.process = appender.started()
    return [answer for appender in appenders for answer in appender.reported], daemon


def without_effect(place: Place, answers: list[Answer]) -> int:
    """Faces of which the state does not say what follows from the answers."""
    found = active(answers)
    wrong = 0
    for content, persons in _state(place).items():
        said = sorted(face.person or "" for face in found.about_faces(found.by_content.get(content, ()), 1))
        wrong += said != sorted(persons)
    return wrong


def _state(place: Place) -> dict[str, list[str]]:
    persons: dict[str, list[str]] = {}
    statement = "SELECT content, person FROM face JOIN photo ON photo.id = face.photo WHERE is_face = 1"
    for content, person in rows(place, statement):
        persons.setdefault(content, [])
        if person is not None:
            persons[content].append(person)
    return persons


def delays(place: Place, daemon: Daemon) -> list[float]:
    """Seconds from an answer to its effect in the state."""
    faces, found = faces_of(place.state), []
    for number in range(TIMED):
        face, person = faces[number % len(faces)], f"Timed {number}"
        began = time.monotonic()
        say(place.state, face, person)
        daemon.until(partial(rows, place, "SELECT 1 FROM face WHERE person = ?", person), person)
        found.append(time.monotonic() - began)
    return found


def main() -> None:
    """All of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    kills = parser.parse_args().kills
    with sample_library(people=3, strangers=5) as place:
        place.configure(library={"digikam": {"database": "none"}})
        place.json("scan")
        reported, daemon = killed(place, kills)
        with AnswerLog.open(place.state) as log:
            answers = log.all()
        daemon.until(lambda: not without_effect(place, answers), "an answer has no effect")
        ids = [answer.id for answer in answers]
        lost, doubled = len(set(reported) - set(ids)), len(ids) - len(set(ids))
        gaps = [answer.number for answer in answers] != list(range(1, len(answers) + 1))
        print(
            f"{len(reported)} answers reported as written, {len(answers)} there, {kills} kills: {lost} lost,"
            f" {doubled} doubled, {'gaps' if gaps else 'no gap'} in the order"
        )
        taken = sorted(delays(place, daemon))
        print(
            f"from an answer to its effect: median {taken[len(taken) // 2]:.2f} s, at most {taken[-1]:.2f} s"
            f" (limit {LIMIT_SECONDS} s)"
        )
        daemon.close()
    if lost or doubled or gaps:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
