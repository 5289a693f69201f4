"""Clicks and keys that name a library through the page: `python -m benchmarks.review_effort --faces DIR [--busy]`.

DIR holds one folder a person. Of 80 people with four or more photos and of strangers 1,200 photos are taken; nobody is
named. A user who only says what is true goes through *Groups* and *Suggestions* of a real `facedaemon review`, with a
scan after each round, until 97 % of the 80 people's faces have their right name. It asks for the pages as a browser
does. Counted are the answers, by the rules of `benchmarks.effort`, and what a person presses: one for a key or a click,
two for a name that is on no key (N and Enter; its letters are the same in every program). Beside them: how long the
next page takes after an answer, without its pictures.

With `--busy` the rest of DIR comes into the library, and a daemon looks at it for the first time. Groups are named as
long as that lasts; only the time to the next page is printed, and what else the processor had to do.
"""

import argparse
import html
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import numpy as np

from benchmarks.data import existing_folder
from facedaemon.pipeline import DaemonState, read_record
from facedaemon.store import Store, holder

PEOPLE, PHOTOS, LEAST, WANTED, ROUNDS = 80, 1200, 4, 0.97, 4
MOST_BUSY = 300  # answers while a daemon works

_FACE = re.compile(r'<input type="checkbox" name="face" value="((\w+)[^"]*)"')
_FIELD = re.compile(r'<input type="hidden" name="([\w-]+)" value="([^"]*)">')
_ON_A_KEY = re.compile(r'name="new" value="([^"]*)" formaction="/answer/(?:name|confirm)"')
_PERSON = re.compile(r'<button class="main" name="new" value="([^"]*)"')


@dataclass(frozen=True)
class Shown:
    """A page: its faces, the hidden fields of its form, the names that one key gives, and whom it asks about.

    `sent` is what the form sends for each face, by its id.
    """

    faces: tuple[str, ...]
    sent: dict[str, str]
    fields: dict[str, str]
    on_a_key: frozenset[str]
    person: str | None

    @classmethod
    def of(cls, text: str) -> "Shown":
        """What a browser would show of it."""
        form = text[text.find('<form id="page"') :] if '<form id="page"' in text else ""
        asked = _PERSON.search(form)
        return cls(
            tuple(face for _, face in _FACE.findall(form)),
            {face: sent for sent, face in _FACE.findall(form)},
            {name: html.unescape(value) for name, value in _FIELD.findall(form)},
            frozenset(map(html.unescape, _ON_A_KEY.findall(form))),
            html.unescape(asked.group(1)) if asked else None,
        )


class Browser:
    """Asks as a browser does, and follows where an answer leads."""

    def __init__(self, link: str) -> None:
        self._origin = link[: link.index("/enter")]
        self._cookie = ""
        self._cookie = self._ask("GET", link[len(self._origin) :])[1].split(";")[0]

    def get(self, path: str) -> Shown:
        """A page."""
        return Shown.of(self._ask("GET", path)[2])

    def post(self, path: str, fields: Sequence[tuple[str, str]]) -> Shown:
        """The page after an answer."""
        return self.get(self._ask("POST", path, urlencode(fields))[0])

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[str, str, str]:
        form = {} if body is None else {"Content-Type": "application/x-www-form-urlencoded"}
        with closing(http.client.HTTPConnection(self._origin.split("/")[2], timeout=600)) as connection:
            connection.request(method, path, body, {"Cookie": self._cookie, "Origin": self._origin, **form})
            answer = connection.getresponse()
            text = answer.read().decode()
        assert answer.status < 400, text
        return answer.getheader("Location") or "", answer.getheader("Set-Cookie") or "", text


@dataclass
class User:
    """Somebody who knows whose faces these are: `owner` by the face's id, None for a stranger."""

    owner: dict[str, str | None]
    answers: int = 0
    pressed: int = 0
    wrong: int = 0
    named: dict[str, str] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    @property
    def right(self) -> int:
        """How many faces have their right name."""
        return sum(self.owner[face] == name for face, name in self.named.items())

    @property
    def is_done(self) -> bool:
        """Whether so many have one as were wanted."""
        return self.right >= WANTED * sum(name is not None for name in self.owner.values())

    def name_groups(self, browser: Browser) -> None:
        """Name each group after most of its faces; what is somebody else's is unticked, strangers are set aside."""
        shown = browser.get("/groups")
        while shown.faces and not self.is_done:
            person = Counter(self.owner[face] for face in shown.faces).most_common(1)[0][0]
            faces = [face for face in shown.faces if person is None or self.owner[face] == person]
            self.taken_out(len(shown.faces) - len(faces))
            if person is None:
                shown = self.answer(browser, "/answer/ignore", shown, faces, 1)
            else:
                pressed = 1 if person in shown.on_a_key else 2
                shown = self.answer(browser, "/answer/name", shown, faces, pressed, ("new", person))
                self.named |= dict.fromkeys(faces, person)

    def confirm(self, browser: Browser) -> None:
        """Confirm what is suggested, page by page; what is wrong is rejected by a click of its own."""
        shown = browser.get("/suggestions")
        while shown.person is not None and not self.is_done:
            person = shown.person
            wrong = [face for face in shown.faces if self.owner[face] != person]
            for face in wrong:
                shown = self.answer(browser, "/answer/reject", shown, [face], 1, ("person", person))
            self.wrong += len(wrong)
            faces = [face for face in shown.faces if self.owner[face] == person]
            if shown.person == person and faces:
                shown = self.answer(browser, "/answer/confirm", shown, faces, 1, ("new", person))
                self.named |= dict.fromkeys(faces, person)

    def taken_out(self, count: int) -> None:
        """So many faces were unticked, by a click each."""
        self.answers, self.pressed, self.wrong = self.answers + count, self.pressed + count, self.wrong + count

    def answer(
        self, browser: Browser, path: str, shown: Shown, faces: list[str], pressed: int, *more: tuple[str, str]
    ) -> Shown:
        """One answer about these faces; gives the next page."""
        self.answers, self.pressed = self.answers + 1, self.pressed + pressed
        start = time.perf_counter()
        found = browser.post(path, [*shown.fields.items(), *(("face", shown.sent[face]) for face in faces), *more])
        self.seconds.append(time.perf_counter() - start)
        return found


def library(faces: Path, photos: Path) -> dict[str, str | None]:
    """The photos, in no order; whose each is, by its file's name."""
    folders = {folder.name: sorted(folder.iterdir()) for folder in sorted(faces.iterdir()) if folder.is_dir()}
    draw = np.random.default_rng(1)
    known = draw.permutation([name for name, found in folders.items() if len(found) >= LEAST])[:PEOPLE].tolist()
    single = draw.permutation([name for name, found in folders.items() if len(found) == 1]).tolist()
    chosen: list[tuple[Path, str | None]] = [(photo, name) for name in known for photo in folders[name]]
    chosen += [(folders[name][0], None) for name in single[: max(0, PHOTOS - len(chosen))]]
    owner: dict[str, str | None] = {}
    for number, at in enumerate(draw.permutation(min(len(chosen), PHOTOS)).tolist()):
        photo, name = chosen[at]
        shutil.copyfile(photo, photos / f"IMG_{number:05}.jpg")
        os.utime(photos / f"IMG_{number:05}.jpg", (10**9 + 10**5 * number,) * 2)  # no burst
        owner[f"IMG_{number:05}.jpg"] = name
    return owner


def owners(state: Path, owner: dict[str, str | None]) -> dict[str, str | None]:
    """Whose each face is, by its id: in a portrait the largest is whom it shows, others are strangers."""
    store = Store.open_read_only(state)
    assert store is not None
    with closing(store):
        found: dict[str, str | None] = {}
        for photo in store.photos.all():
            faces = [face for face in store.faces.of(photo.id) if face.is_face]
            largest = max(faces, key=lambda face: face.region.w * face.region.h, default=None)
            found |= {face.short_id: owner[photo.path.name] if face is largest else None for face in faces}
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=existing_folder, required=True)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--busy", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        photos, state, config = Path(folder, "photos"), Path(folder, "state"), Path(folder, "config.yaml")
        photos.mkdir()
        whose = library(options.faces, photos)
        settings = {"photos": {"roots": [str(photos)]}, "library": {"digikam": {"database": "none"}}}
        config.write_text(json.dumps({**settings, "state_directory": str(state)}), encoding="utf-8")
        command = [sys.executable, "-m", "facedaemon"]
        scan = [*command, "scan", "-q", "--config", str(config)]
        subprocess.run(scan, check=True)
        user = User(owners(state, whose))
        review = [*command, "review", "--no-browser", "--json", "--config", str(config)]
        with subprocess.Popen(review, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            assert process.stdout is not None
            try:
                browser = Browser(json.loads(process.stdout.readline())["link"])
                if options.busy:
                    bring_the_rest(options.faces, photos)
                    answer_beside(user, browser, [*command, "run", "--config", str(config)], state)
                else:
                    answer(user, browser, scan)
            finally:
                process.terminate()
    report_busy(user, options.json) if options.busy else report(user, options.json)


def bring_the_rest(faces: Path, photos: Path) -> None:
    """All photos of the folder once more, those that are there among them as copies."""
    for number, photo in enumerate(sorted(faces.glob("*/*"))):
        shutil.copyfile(photo, photos / f"MORE_{number:05}{photo.suffix}")


def answer_beside(user: User, browser: Browser, run: list[str], state: Path) -> None:
    """Name group after group while a daemon looks at photos; whose they are does not matter for the time."""
    with subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as daemon:
        try:
            while not is_looking(state):
                assert daemon.poll() is None
                time.sleep(0.2)
            shown = browser.get("/groups")
            while shown.faces and len(user.seconds) < MOST_BUSY and is_looking(state):
                name = f"Person {len(user.seconds)}"
                shown = user.answer(browser, "/answer/name", shown, list(shown.faces), 2, ("new", name))
        finally:
            daemon.terminate()


def is_looking(state: Path) -> bool:
    """Whether the first pass is under way: `run` has it done by a `scan`, which writes no record of a daemon."""
    record = read_record(state)
    return holder(state) is not None and (record is None or record.state in {DaemonState.STARTING, DaemonState.WORKING})


def report_busy(user: User, as_json: bool) -> None:
    """The times. Others that use the processor make them longer, so the load is named."""
    values = {
        "answers": len(user.seconds),
        "median_ms": 1000 * float(np.median(user.seconds)),
        "p95_ms": 1000 * float(np.quantile(user.seconds, 0.95)),
        "most_ms": 1000 * max(user.seconds),
        "load": os.getloadavg()[0],
    }
    if as_json:
        print(json.dumps(values))
        return
    print(f"{values['answers']} answers while a daemon looked at photos, load {values['load']:.1f}")
    print(f"the next page after {values['median_ms']:.0f} ms (median), {values['p95_ms']:.0f} ms (95 of 100),", end=" ")
    print(f"{values['most_ms']:.0f} ms at most")


def answer(user: User, browser: Browser, scan: list[str]) -> None:
    """Rounds of naming groups and confirming suggestions, until it is enough or nothing is left to answer."""
    for _ in range(ROUNDS):
        before = user.right
        user.name_groups(browser)
        subprocess.run(scan, check=True)
        user.confirm(browser)
        if user.is_done or user.right == before:
            return
        subprocess.run(scan, check=True)


def report(user: User, as_json: bool) -> None:
    """The figures."""
    values = {
        "faces": sum(name is not None for name in user.owner.values()),
        "right": user.right,
        "answers": user.answers,
        "pressed": user.pressed,
        "pressed_per_answer": user.pressed / user.answers,
        "wrong_taken_out": user.wrong,
        "median_ms": 1000 * float(np.median(user.seconds)),
        "most_ms": 1000 * max(user.seconds),
    }
    if as_json:
        print(json.dumps(values))
        return
    print(f"{values['right']} of {values['faces']} faces have their right name, by {user.answers} answers")
    print(f"{user.pressed} keys and clicks: {values['pressed_per_answer']:.2f} an answer; {user.wrong} wrong taken out")
    print(f"the next page after {values['median_ms']:.0f} ms (median), {values['most_ms']:.0f} ms at most")


if __name__ == "__main__":
    main()
