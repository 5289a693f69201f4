"""What becomes of a library in which the last name of a person, or of everybody, is taken back."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from facedaemon.gallery import SMALL, Gallery, Samples, build, change_since, match, suggest, updated
from facedaemon.pipeline.rebuild import rebuild_gallery
from facedaemon.pipeline.session import Session
from facedaemon.pipeline.train import in_use, train
from facedaemon.store import Verdict
from facedaemon.values import AnnotationState, Region, SuggestionState
from tests import made_values
from tests.pipeline.conftest import SmallLibrary, finished
from tests.pipeline.test_scan import withdrawn_confirmation

HERE = Region(0.3, 0.3, 0.3, 0.3)
ANNA = Verdict(AnnotationState.CONFIRMED, "Anna", 1.0)


def confirmed_rows(library: SmallLibrary, statement: str) -> None:
    """A human changes what digiKam's database says of confirmed faces."""
    with closing(sqlite3.connect(library.database)) as connection, connection:
        connection.executescript(statement)


NOBODY_LEFT = {
    "taken away": "DELETE FROM ImageTags; DELETE FROM ImageTagProperties;",
    "all ignored": "UPDATE ImageTagProperties SET property = 'ignoredFace' WHERE property = 'tagRegion';"
    " UPDATE ImageTagProperties SET tagid = (SELECT tagid FROM TagProperties WHERE property = 'ignoredPerson');",
}


@pytest.mark.parametrize("how", NOBODY_LEFT)
def test_when_nobody_is_confirmed_any_more_every_suggestion_is_withdrawn(
    library: SmallLibrary, session: Session, how: str
) -> None:
    """The pass ends as any other, the next one too, and a name confirmed afterwards is learned."""
    withdrawn_confirmation(library, session)
    assert finished(session).open == 1
    rows = sqlite3.connect(library.database).execute("SELECT * FROM ImageTags").fetchall()
    properties = sqlite3.connect(library.database).execute("SELECT * FROM ImageTagProperties").fetchall()
    confirmed_rows(library, NOBODY_LEFT[how])
    for _ in range(2):
        report = finished(session)
        assert (report.failures, report.confirmed, report.used, report.open) == ([], 0, 0, 0)
    assert {SuggestionState.OPEN, SuggestionState.REJECTED}.isdisjoint(session.store.suggestions.counts())
    with closing(sqlite3.connect(library.database)) as connection, connection:
        connection.executescript("DELETE FROM ImageTags; DELETE FROM ImageTagProperties;")
        connection.executemany("INSERT INTO ImageTags VALUES (?, ?)", rows)
        connection.executemany("INSERT INTO ImageTagProperties VALUES (?, ?, ?, ?)", properties)
    assert finished(session).used > 0


@pytest.fixture
def large(session: Session) -> Session:
    """A state with more samples than are calibrated with each confirmation; one of them is Anna's only face."""
    with session.store.transaction():
        for number in range(SMALL + 1):
            face = replace(made_values.face(HERE), vector=made_values.vector(number, 256))
            analysis = made_values.analysis(face, content=f"picture {number}", model=session.model_id)
            photo = session.store.photos.put_analysis(
                Path(f"/elsewhere/{number}.jpg"), made_values.fingerprint(number + 10), analysis
            )
            (seen,) = session.store.faces.of(photo.id)
            name = "Anna" if number == 0 else f"person {number % 300}"
            session.store.faces.put_verdict(seen.id, Verdict(AnnotationState.CONFIRMED, name, 1.0))
    train(session)
    return session


def annas(session: Session) -> int:
    """The number of Anna's face."""
    photo = session.store.photos.get(Path("/elsewhere/0.jpg"))
    assert photo is not None
    return session.store.faces.of(photo.id)[0].id


@pytest.mark.parametrize(
    "verdict", [Verdict(), Verdict(AnnotationState.IGNORED, None, 1.0)], ids=["taken away", "ignored"]
)
def test_a_persons_only_face_is_taken_back_in_a_large_library(large: Session, verdict: Verdict) -> None:
    """The person is gone from the gallery, all others stay, and comes back with the confirmation."""
    before = in_use(large.store, large.model_id)
    assert before is not None
    assert "Anna" in before.gallery.people
    large.store.faces.put_verdict(annas(large), verdict)
    after = train(large)
    assert after is not None
    assert set(after.gallery.people) == set(before.gallery.people) - {"Anna"}
    large.store.faces.put_verdict(annas(large), ANNA)
    again = train(large)
    assert again is not None
    assert again.gallery.people == before.gallery.people


def test_a_model_change_with_nobody_confirmed_keeps_the_former_generation(library: SmallLibrary) -> None:
    """Other networks find a library without names: nothing is trained, nothing stops."""
    with closing(library.session()) as session:
        for photo in list(session.store.photos.all()):
            for face in session.store.faces.of(photo.id):
                session.store.faces.put_verdict(face.id, Verdict())
        session.__dict__["model_id"] = "other networks"
        assert train(session) is None


def samples(persons: tuple[str, ...], quality: float = 0.9, width: int = 16) -> Samples:
    """A face for each name."""
    vectors = np.array([made_values.vector(n, width) for n in range(len(persons))], np.float32).reshape(
        len(persons), width
    )
    return Samples(vectors, persons, np.full(len(persons), quality, np.float32), np.arange(len(persons)))


EMPTY = {
    "nobody": samples(()),
    "vectors without width": samples((), width=0),
    "all left out": samples(("Anna", "Berta"), quality=0.0),
    "one person": samples(("Anna",)),
    "one person with two faces": samples(("Anna", "Anna")),
}


@pytest.mark.parametrize("case", EMPTY)
def test_a_gallery_of_little_or_nothing_answers(case: str) -> None:
    """It is stored and read, refined from and to, and matched, whoever is left in it."""
    everybody = ("Anna", "Berta", "Carla")
    full, little = build(samples(everybody)), build(EMPTY[case])
    ways = [updated(full, EMPTY[case], everybody, is_whole=is_whole) for is_whole in (True, False)]
    for made in (little, *ways):
        kept = Gallery.from_bytes(made.to_bytes())
        width = kept.unit_centroids.shape[1] or 16
        matches = match(kept, samples(("Anna",), width=width).vectors, [0.9])
        assert len(matches) == 1
        suggest(kept, matches, [0])
        change_since(full, kept)
        refined = updated(kept, samples(everybody), everybody)
        assert refined.people == full.people


def test_a_rebuild_without_anybody_says_so(library: SmallLibrary, session: Session) -> None:
    """It is refused with what to do, and what is in use stays."""
    confirmed_rows(library, NOBODY_LEFT["taken away"])
    finished(session)
    with pytest.raises(Exception, match="nobody is confirmed yet"):
        list(rebuild_gallery(session))
