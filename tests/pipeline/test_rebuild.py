"""A rebuild never leaves less than there was: killed at any moment, or made from wrong confirmations."""

import os
import random
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import pytest

from facedaemon import gallery
from facedaemon.gallery import match
from facedaemon.pipeline.progress import Reporter, follow
from facedaemon.pipeline.rebuild import rebuild_gallery
from facedaemon.pipeline.samples import gather
from facedaemon.pipeline.session import Session
from facedaemon.store import Verdict
from facedaemon.values import AnnotationState
from tests.deadlines import next_line
from tests.pipeline.conftest import SmallLibrary

KILLS = int(os.environ.get("FACEDAEMON_TEST_KILLS", "4"))

REBUILD = """
import sys
from contextlib import suppress
from pathlib import Path
from facedaemon.pipeline.rebuild import rebuild_gallery
from tests.pipeline.conftest import SmallLibrary
session = SmallLibrary(*map(Path, sys.argv[1:])).session()
print("ready", flush=True)
while True:
    for step in rebuild_gallery(session):
        pass
    print("rebuilt", flush=True)
"""


def remembered(library: SmallLibrary) -> tuple[int, set[tuple[int, str]], set[tuple[Path, str]]]:
    """The generation in use, which must be whole; who is confirmed; what is suggested."""
    session = library.session()
    current = session.store.training.current()
    assert current is not None
    assert current.promoted
    assert gallery.Gallery.from_bytes(current.gallery).people
    records, _ = session.store.training.samples(session.model_id)
    suggested = {(item.photo, item.person) for item in session.store.suggestions.all()}
    session.close()
    return current.id, {(record.face, record.person) for record in records}, suggested


@pytest.mark.slow
def test_a_rebuild_killed_at_any_moment_changes_nothing(library: SmallLibrary) -> None:
    """After kill -9 the generation in use is the last one that was promoted, and nobody's name is touched."""
    generation, *before = remembered(library)
    draw = random.Random(1)
    for _ in range(KILLS):
        arguments = [sys.executable, "-c", REBUILD, str(library.root), str(library.database), str(library.state)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as working:
            assert working.stdout is not None
            assert next_line(working.stdout) == "ready\n"
            assert next_line(working.stdout) == "rebuilt\n"
            with suppress(subprocess.TimeoutExpired):
                working.wait(draw.uniform(0, 0.2))
            working.kill()
            finished = 1 + working.stdout.read().count("rebuilt")
        now, *after = remembered(library)
        # the last of the rebuilds may have been promoted just before it was to tell so
        assert generation + finished <= now <= generation + finished + 1
        assert after == before
        generation = now


def test_poisoned_confirmations_do_no_harm_and_are_reported(session: Session) -> None:
    """With 40 % of one person's names wrong, the wrong ones do not train, and every face still gets its own name."""
    records, _ = session.store.training.samples(session.model_id)
    truth = {record.face: record.person for record in records}
    victim = max(sorted(set(truth.values())), key=list(truth.values()).count)
    own = [face for face, person in truth.items() if person == victim]
    wrong = [face for face, person in truth.items() if person != victim][: round(len(own) * 0.4 / 0.6)]
    with session.store.transaction():
        for face in wrong:
            session.store.faces.put_verdict(face, Verdict(AnnotationState.CONFIRMED, victim, 1.0))
    steps = rebuild_gallery(session)
    while next(steps).stage in ("training", "validating"):
        pass  # before the confirmations are read again, which would fix them
    gathered = gather(session.store, session.model_id)
    current = session.store.training.current()
    assert current is not None
    used = gallery.Gallery.from_bytes(current.gallery)
    matches = match(used, gathered.samples.vectors, gathered.samples.quality)
    found = np.array(used.people)[matches.best]
    sure = matches.confidence >= used.threshold
    expected = np.array([truth[record.face] for record in gathered.records])
    assert not (sure & (found != expected)).any()
    assert (found == expected).mean() > 0.9
    told = {record.face for record, doubt in zip(gathered.records, used.doubts(gathered.samples), strict=True) if doubt}
    assert set(wrong) <= told


@pytest.mark.slow
def test_from_scratch_every_confirmed_photo_is_analysed_again(
    library: SmallLibrary, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    """Spoilt embeddings are computed again; a photo that cannot be read any more is named and keeps its names.

    Copies of one picture, and photos that are away, stop nothing; no photo without a confirmed face is analysed.
    """
    records, vectors = session.store.training.samples(session.model_id)
    before = {record.face: vector for record, vector in zip(records, vectors, strict=True)}
    (broken, *_), (away, *_) = (sorted({record.photo for record in records})[number:] for number in (1, 2))
    broken.write_bytes(os.urandom(5000))
    away.unlink()
    with closing(sqlite3.connect(library.state / "state.db")) as connection, connection:
        connection.execute("UPDATE embedding SET vector = zeroblob(length(vector))")
    assert follow(rebuild_gallery(session, from_scratch=True), Reporter()).promoted
    records, vectors = session.store.training.samples(session.model_id)
    now = {record.face: vector for record, vector in zip(records, vectors, strict=True)}
    assert before.keys() == now.keys()
    spoilt = {record.photo for record in records if not now[record.face].any()}
    assert {broken, away} == spoilt
    assert all(np.allclose(now[face], before[face]) for face in now if now[face].any())
    assert [1] == [sum(str(broken) in record.message for record in caplog.records)]
    confirmed = {photo.id for photo in session.store.photos.with_confirmed()}
    others = session.store.training.faces_in_state(session.model_id, AnnotationState.UNKNOWN)
    assert not any(
        block.vectors[row].any() for block in others for row, photo in enumerate(block.photos) if photo not in confirmed
    )
