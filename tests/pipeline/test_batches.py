"""A pass that is worked through in batches of one photo does what one does that holds all of them."""

import logging
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from PIL import Image

from facedaemon.pipeline import analyse, pass_state, record_batches, reports
from facedaemon.pipeline.scan import scan_photos
from facedaemon.pipeline.session import Session
from tests.pipeline.conftest import SmallLibrary, finished
from tests.pipeline.test_moved import moved, pictures, rename
from tests.pipeline.test_scan import confirmed


@pytest.fixture(params=[1, 2])
def _small_batches(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.setattr(analyse, "BATCH", request.param)
    monkeypatch.setattr(record_batches, "BATCH", request.param)
    monkeypatch.setattr(pass_state, "MOST_IN_A_BATCH", request.param)


@pytest.mark.usefixtures("_small_batches")
@pytest.mark.parametrize("kind", ["swapped", "moved up", "moved down"])
def test_names_go_with_the_pictures(
    library: SmallLibrary, session: Session, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    """Photos that change places among each other lie in different batches; nothing is looked at again."""
    a, b, c, d = sorted(confirmed(session))[:4]
    moves = {"swapped": {a: d, d: a, b: c, c: b}, "moved up": {b: a, c: b, d: c}, "moved down": {a: b, b: c, c: d}}[
        kind
    ]
    names, before = confirmed(session), pictures(session)
    rename(library, moves)
    caplog.set_level(logging.DEBUG, "facedaemon.pipeline.analyse")
    assert (0, 0) == ((report := finished(session)).indexed, report.failed)
    assert not any("looked at" in message for message in caplog.messages)
    wanted = moved(before, moves)
    assert wanted == pictures(session)
    assert moved(names, moves) == {path: name for path, name in confirmed(session).items() if path in wanted}


@pytest.mark.usefixtures("_small_batches")
def test_a_new_photo_at_the_place_of_one_that_comes_later_under_another_name(
    library: SmallLibrary, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    """The one that moved keeps its number, and so all that is known of it; only the new one is looked at."""
    old = min(confirmed(session))
    known = session.store.photos.get(old)
    late = library.root / "zzz" / "moved.jpg"
    late.parent.mkdir()
    old.rename(late)
    Image.effect_noise((64, 64), 50).save(old)
    (library.root / "zzz" / "unlike.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    caplog.set_level(logging.DEBUG, "facedaemon.pipeline.analyse")
    report = finished(session)
    assert (1, 1) == (report.indexed, report.failed)
    assert 1 == sum("looked at" in message for message in caplog.messages)
    there = session.store.photos.get(late)
    assert known is not None
    assert there is not None
    assert (known.id, known.content) == (there.id, there.content)


@pytest.mark.usefixtures("_small_batches")
def test_copies_of_a_new_photo_are_not_looked_at(
    library: SmallLibrary, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    """Whether they lie in the batch of the first of them or in a later one."""
    taken = min(library.root.rglob("*.jpg")).read_bytes()
    new = [library.root / f"copy-{number}.jpg" for number in range(5)]
    for path in new:
        path.write_bytes(b"\xff\xd8\xff\xe1\0\x08Exif12" + taken[2:-2] + b"\0\xff\xd9")
    caplog.set_level(logging.DEBUG, "facedaemon.pipeline.analyse")
    assert 5 == finished(session).indexed
    assert 1 == sum("looked at" in message for message in caplog.messages)
    records = [session.store.photos.get(path) for path in new]
    assert 5 == sum(record is not None and len(session.store.faces.of(record.id)) > 0 for record in records)


def test_failures_are_all_counted_and_the_first_are_named(
    library: SmallLibrary, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the first pass and in the next ones; the state has all of them, and the report says where to see them."""
    monkeypatch.setattr(reports, "MOST_NAMED", 2)
    broken = [library.root / f"broken-{number}.jpg" for number in range(5)]
    for path in broken:
        path.write_bytes(b"\xff\xd8\xff\xe0")
    for report in (finished(session), finished(session)):
        assert (5, broken[:2], 3) == (report.failed, [path for path, _ in report.failures], report.unnamed)
        assert report.unnamed_words.startswith("3 more ")
    assert broken == [path for path, _ in session.store.photos.failures()]


def test_a_root_that_is_away_is_named_beyond_all_limits(
    library: SmallLibrary, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The daemon waits for it to come back."""
    monkeypatch.setattr(reports, "MOST_NAMED", 0)
    library.root.rename(library.root.with_name("unplugged"))
    report = finished(session)
    assert ([library.root], {library.root}) == ([path for path, _ in report.failures], report.away)


def test_photos_that_cannot_be_read_do_not_slow_the_question_for_copies(library: SmallLibrary) -> None:
    """Among hundreds of thousands of empty files, each new one would go through all of them."""
    library.session().close()
    question = "EXPLAIN QUERY PLAN SELECT 1 FROM photo WHERE size = 0 AND model = '' AND failure IS NULL LIMIT 1"
    with closing(sqlite3.connect(library.state / "state.db")) as state:
        (plan,) = [row[3] for row in state.execute(question)]
        (made,) = state.execute("SELECT sql FROM sqlite_master WHERE name = 'photo_by_size'").fetchone()
    assert "photo_by_size" in plan
    assert made.endswith("WHERE failure IS NULL")


def test_places_below_a_folder(session: Session) -> None:
    """The places of one folder are those below it, not those of a folder whose name begins alike."""
    every = [path for path, _ in session.store.photos.places()]
    folder = every[0].parent
    wanted = [path for path in every if folder in path.parents]
    assert wanted == [path for path, _ in session.store.photos.places(folder)]
    assert [] == list(session.store.photos.places(Path(f"{folder}"[:-1])))
    assert every == [path for path, _ in session.store.photos.places(Path("/"))]


def test_a_clock_that_is_set_back_holds_no_names_back(library: SmallLibrary, session: Session) -> None:
    """Batches are measured by a clock that nobody sets: with the wall clock set back at every look they are as ever."""
    wall, running = count(2e9, -3600), count(0, 3)
    session.now, session.monotonic = lambda: next(wall), lambda: next(running)
    for photo in sorted(library.root.rglob("*.jpg"))[:8]:
        taken = photo.read_bytes()
        photo.with_name(f"new-{photo.name}").write_bytes(taken[:-2] + b"\0\1" + taken[-2:])
    between = [step for step in scan_photos(session) if step.of == pass_state.ANALYSING]
    assert between  # steps of batches in the middle of the pass
