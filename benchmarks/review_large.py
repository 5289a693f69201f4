"""The pages of a large library: `python -m benchmarks.review_large [--state DIR] [--json]`.

A made-up state of 100,000 faces in 50,000 photos and 2,000 people: half of the faces confirmed (some with a wrong
name), others suggested, in groups, or strangers; 20,000 writes in the ledger, 1,000 rejections, 500 answers. A real
`facedaemon review` is asked for each page: the first time, and the median of five more, on the clock and in processor
time of the server (which does not depend on what else the machine does); then its memory, at its peak. The
photos themselves are away: pictures are measured elsewhere. With `--state` the state is made in that folder, once.
"""

import argparse
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import numpy as np

from benchmarks.matching import WIDTH, face, scattered, unit
from facedaemon.answers import AnswerKind, AnswerLog, FacePlace, Saying
from facedaemon.config import Config
from facedaemon.dates import YEAR, DateSource, Taken
from facedaemon.pipeline.assess import assess
from facedaemon.pipeline.match import SuggestionChanges, suggest
from facedaemon.pipeline.session import Session
from facedaemon.pipeline.train import train
from facedaemon.store import GroupChanges, LedgerKind, Place, Rejection, Store, Verdict
from facedaemon.values import (
    AnnotationState,
    Evidence,
    Fingerprint,
    PhotoAnalysis,
    Region,
    Size,
    Suggestion,
    Vectors,
)
from facedaemon.vision import find_models

PEOPLE, STRANGERS = 2_000, 1_500
CONFIRMED, LIKE_PEOPLE, GROUPED, FACES = 50_000, 20_000, 20_000, 100_000
IN_A_PHOTO = 2
WRONG = 100  # confirmed faces with somebody else's name
WRITES, REJECTIONS, ANSWERS = 20_000, 1_000, 500
TIMES = 5
PAGES = {
    "Start": "/",
    "Suggestions": "/suggestions",
    "Groups": "/groups",
    "Doubts": "/doubts",
    "People": "/people",
    "People, searched": "/people?q=0042",
    "one person": "/people/person?name=" + quote("person 0000"),
    "Written": "/written",
    "Written: answers": "/written/answers",
    "Written: rejections": "/written/rejections",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--state", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.state or Path(temporary)).absolute()
        if not (folder / "made").exists():
            folder.mkdir(parents=True, exist_ok=True)
            make(folder)
            (folder / "made").touch()
        for figure in measured(folder):
            if options.json:
                print(json.dumps(figure), flush=True)
                continue
            more = _more(figure) if "first" in figure else ""
            print(f"{figure['figure']:<24}{figure['value']:9.3f} {figure['unit']}{more}", flush=True)


def _more(figure: dict[str, Any]) -> str:
    return "   processor {processor:.3f} s; first {first:.3f} s, processor {first_processor:.3f} s".format(**figure)


def measured(folder: Path) -> Iterator[dict[str, Any]]:
    """Times of the pages and the memory of the server."""
    command = [sys.executable, "-m", "facedaemon", "review", "--no-browser", "--config", str(folder / "config.yaml")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            link = next(urlsplit(found[0]) for line in server.stderr if (found := re.findall(r"http://\S+", line)))
            port = link.port or 0
            cookie = _ask(port, f"{link.path}?{link.query}", None)[1]
            for name, path in PAGES.items():
                took, busy = [], []
                for _ in range(1 + TIMES):
                    began, used = time.perf_counter(), _processor_seconds(server.pid)
                    status, _ = _ask(port, path, cookie)
                    took.append(time.perf_counter() - began)
                    busy.append(_processor_seconds(server.pid) - used)
                    assert status == 200, f"{path}: {status}"
                median, processor = statistics.median(took[1:]), statistics.median(busy[1:])
                first = {"first": took[0], "first_processor": busy[0]}
                yield {"figure": name, "value": median, "unit": "s", "processor": processor, **first}
            words = Path(f"/proc/{server.pid}/status").read_text(encoding="ascii")
            for figure, key in (("memory at its peak", "VmHWM"), ("memory at the end", "VmRSS")):
                yield {"figure": figure, "value": int(re.findall(rf"{key}:\s+(\d+)", words)[0]) / 1024, "unit": "MB"}
        finally:
            server.terminate()


def _processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _ask(port: int, path: str, cookie: str | None) -> tuple[int, str | None]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", path, headers={} if cookie is None else {"Cookie": cookie})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    kept = answer.getheader("set-cookie")
    return answer.status, kept.split(";")[0] if kept else None


def make(folder: Path) -> None:
    """The state of a large library, trained, assessed and suggested by the pipeline itself."""
    photos = folder / "photos"
    photos.mkdir(exist_ok=True)
    settings = {"photos": {"roots": [str(photos)]}, "state_directory": str(folder / "state")}
    (folder / "config.yaml").write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML
    config = Config.model_validate(settings)
    session = Session(config, Store.open(config.state()), find_models(config, os.environ), library=None, naming=None)
    session.store.identity()
    fill(session, photos)
    trained = train(session)
    assert trained is not None
    assess(session, trained, is_whole=True)
    with session.store.transaction():
        for _ in suggest(session, trained, None, SuggestionChanges()):
            pass
    said(session, config)
    session.close()


def fill(session: Session, photos: Path) -> None:
    """Photos with two faces each: first the confirmed ones, then those like the people, groups, and strangers."""
    draw = np.random.default_rng(3)
    people = unit(draw.normal(size=(PEOPLE, WIDTH)).astype(np.float32))
    strangers = unit(draw.normal(size=(STRANGERS, WIDTH)).astype(np.float32))
    confirmed = _skewed(PEOPLE, CONFIRMED, draw)
    like = _skewed(PEOPLE, LIKE_PEOPLE, draw)
    grouped = _skewed(STRANGERS, GROUPED, draw)
    rest = FACES - CONFIRMED - LIKE_PEOPLE - GROUPED
    vectors = np.concatenate(
        [
            scattered(people[confirmed], draw),
            scattered(people[like], draw),
            scattered(strangers[grouped], draw),
            unit(draw.normal(size=(rest, WIDTH)).astype(np.float32)),
        ]
    )
    names = [f"person {number:04}" for number in confirmed]
    for row in draw.choice(CONFIRMED, WRONG, replace=False).tolist():
        names[row] = f"person {draw.integers(PEOPLE):04}"
    order = draw.permutation(FACES)
    store, groups = session.store, {}
    with store.transaction():
        for start in range(0, FACES, IN_A_PHOTO):
            rows = order[start : start + IN_A_PHOTO].tolist()
            photo = _photo(session, photos / f"{start // 2000:03}" / f"IMG_{start:06}.jpg", start, vectors[rows])
            store.photos.put_dates(photo, Taken(int((30 + 25 * start / FACES) * YEAR), DateSource.EXIF), None)
            for record, row in zip(store.faces.of(photo), rows, strict=True):
                if row < CONFIRMED:
                    store.faces.put_verdict(record.id, Verdict(AnnotationState.CONFIRMED, names[row], 1.0))
                elif CONFIRMED + LIKE_PEOPLE <= row < CONFIRMED + LIKE_PEOPLE + GROUPED:
                    groups[record.id] = Place(int(grouped[row - CONFIRMED - LIKE_PEOPLE]) + 1)
        store.groups.put(groups, GroupChanges())


def _photo(session: Session, path: Path, number: int, vectors: Vectors) -> int:
    faces = tuple(face(vector, place) for place, vector in enumerate(vectors))
    analysis = PhotoAnalysis(Size(4000, 3000), 1, f"{number:032x}", session.model_id, faces)
    return session.store.photos.put_analysis(path, Fingerprint(1, number * 10**11, number), analysis).id


def _skewed(kinds: int, count: int, draw: np.random.Generator) -> np.ndarray:
    """`count` numbers below `kinds`: each a few times, some very often, as in family albums."""
    share = 1 / np.arange(1, kinds + 1)
    often = draw.choice(kinds, count - 5 * kinds, p=share / share.sum())
    return np.concatenate([np.repeat(np.arange(kinds), 5), often])


def said(session: Session, config: Config) -> None:
    """Writes, rejections and answers."""
    store = session.store
    open_suggestions = list(store.suggestions.all())
    with store.transaction():
        for number, item in enumerate(open_suggestions[:WRITES]):
            target = item.photo.with_name(item.photo.name + ".xmp")
            shown = [Suggestion(item.region, item.person, item.confidence, item.generation)]
            entry = store.ledger.intend(LedgerKind.SIDECAR, item.photo, target, None, "0" * 32, shown, float(number))
            store.ledger.done(entry, float(number))
        for item in open_suggestions[:REJECTIONS]:
            store.rejections.add(Rejection(None, item.photo, item.region, "person 0001", Evidence.REMOVED), 0.0)
    with AnswerLog.open(config.state()) as log:
        for item in open_suggestions[-ANSWERS:]:
            photo = store.photos.get(item.photo)
            assert photo is not None
            place = FacePlace(photo.content, photo.path, Region(*_place(item.region)))
            log.append([Saying(AnswerKind.CONFIRM, place, item.person)], 0.0)


def _place(region: Region) -> tuple[float, float, float, float]:
    return region.x, region.y, region.w, region.h


if __name__ == "__main__":
    main()
