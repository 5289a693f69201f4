"""Answers and digiKam about the same faces: what was said later counts, and no clock decides that."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from facedaemon.answers import AnswerKind, AnswerLog, AnswerSource, FacePlace, Saying
from facedaemon.pipeline.session import Session
from facedaemon.store import FaceRecord
from tests.pipeline.conftest import SmallLibrary, finished
from tests.pipeline.digikam import Digikam

DAVIS, KARZAI = "Gray Davis", "Hamid Karzai"


class Both:
    """The small library, in which digiKam names faces, and somebody who answers here."""

    def __init__(self, library: SmallLibrary) -> None:
        self.library = library
        self.digikam = Digikam(library.database)

    def scan(self) -> list[str]:
        """One pass; gives what it reports to the user."""
        with self.session() as session:
            return finished(session).notices

    @contextmanager
    def session(self) -> Iterator[Session]:
        """The state, opened."""
        with closing(self.library.session()) as session:
            yield session

    def face_of(self, person: str) -> FaceRecord:
        """The first face that is confirmed as this person."""
        with self.session() as session:
            photos = sorted(session.store.photos.all(), key=lambda each: each.path)
            faces = [face for photo in photos for face in session.store.faces.of(photo.id)]
            return next(face for face in faces if face.verdict.person == person)

    def answer(self, kind: AnswerKind, face: FaceRecord, person: str | None = None) -> None:
        """Answer about this face."""
        with self.session() as session:
            photo = session.store.photos.by_id(face.photo)
        place = FacePlace(photo.content, photo.path, face.region, photo.orientation or 1)
        self.say(Saying(kind, place, person))

    def say(self, saying: Saying) -> None:
        """Write it down."""
        with AnswerLog.open(self.library.state) as log:
            log.append([saying], 1e9)

    def verdict(self, face: FaceRecord) -> tuple[str, str | None]:
        """What counts of the face."""
        with self.session() as session:
            verdict = session.store.faces.get(face.id).verdict
        return verdict.state.value, verdict.person

    def path_of(self, face: FaceRecord) -> Path:
        """The face's photo."""
        with self.session() as session:
            return session.store.photos.by_id(face.photo).path

    def image(self, face: FaceRecord) -> int:
        """The photo's number in digiKam."""
        name = self.path_of(face).name
        ((image,),) = self.digikam.query("SELECT id FROM Images WHERE name = ?", name)
        assert isinstance(image, int)
        return image

    def tag(self, person: str) -> int:
        """The person's number in digiKam."""
        ((tag,),) = self.digikam.query("SELECT id FROM Tags WHERE name = ?", person)
        assert isinstance(tag, int)
        return tag

    def rect(self, image: int, tag: int) -> str:
        """The rectangle of the person's confirmed face."""
        statement = "SELECT value FROM ImageTagProperties WHERE imageid = ? AND tagid = ? AND property = 'tagRegion'"
        ((rect,),) = self.digikam.query(statement, image, tag)
        assert isinstance(rect, str)
        return rect

    def rename_face(self, face: FaceRecord, person: str, to: str) -> None:
        """In digiKam the confirmed face gets another person's name."""
        image, old, new = self.image(face), self.tag(person), self.tag(to)
        with self.digikam.writing() as connection:
            for table in ("ImageTags", "ImageTagProperties"):
                connection.execute(f"UPDATE {table} SET tagid = ? WHERE imageid = ? AND tagid = ?", (new, image, old))

    def sources(self) -> list[AnswerSource]:
        """Through which programs was answered."""
        with AnswerLog.open(self.library.state) as log:
            return [answer.saying.source for answer in log.all()]


@pytest.fixture
def both(library: SmallLibrary) -> Both:
    """Both, nothing answered yet."""
    return Both(library)


def test_an_answer_outdoes_what_digikam_said_before_and_not_what_it_says_later(both: Both) -> None:
    """DigiKam's older name gives way and is reported; another name that it gets there later counts, for good."""
    face = both.face_of(DAVIS)
    both.answer(AnswerKind.CONFIRM, face, KARZAI)
    assert any("contradict" in notice for notice in both.scan())
    assert both.verdict(face) == ("confirmed", KARZAI)
    both.scan()
    assert both.verdict(face) == ("confirmed", KARZAI)
    both.rename_face(face, DAVIS, "Jack Straw")
    both.scan()
    assert both.verdict(face) == ("confirmed", "Jack Straw")
    assert both.sources() == [AnswerSource.FACEDAEMON, AnswerSource.DIGIKAM]
    for file in both.library.state.glob("state.db*"):
        file.unlink()
    both.scan()
    assert both.face_of("Jack Straw").short_id == face.short_id or both.path_of(face)


def test_a_name_that_digikam_has_confirmed_is_rejected_and_confirmed_there_again(both: Both) -> None:
    """`reject` takes the name from the face though digiKam has it; what digiKam's user says after that counts."""
    face = both.face_of(DAVIS)
    both.answer(AnswerKind.REJECT, face, DAVIS)
    both.scan()
    assert both.verdict(face) == ("unknown", None)
    image, tag = both.image(face), both.tag(DAVIS)
    kept = both.digikam.query(
        "SELECT property, value FROM ImageTagProperties WHERE imageid = ? AND tagid = ?", image, tag
    )
    with both.digikam.writing() as connection:
        for table in ("ImageTags", "ImageTagProperties"):
            connection.execute(f"DELETE FROM {table} WHERE imageid = ? AND tagid = ?", (image, tag))
    both.scan()
    assert both.verdict(face) == ("unknown", None)
    with both.digikam.writing() as connection:
        connection.execute("INSERT INTO ImageTags VALUES (?, ?)", (image, tag))
        rows = [(image, tag, *row) for row in kept]
        connection.executemany("INSERT INTO ImageTagProperties VALUES (?, ?, ?, ?)", rows)
    both.scan()
    assert both.verdict(face) == ("confirmed", DAVIS)


def test_who_is_renamed_in_digikam_keeps_the_answers(both: Both) -> None:
    """An answer by the old name is about the person who has the new one, also in a new state."""
    face = both.face_of(KARZAI)
    both.answer(AnswerKind.CONFIRM, face, DAVIS)
    both.scan()
    both.digikam.rename_person(both.tag(DAVIS), "Governor Davis")
    both.scan()
    assert both.verdict(face) == ("confirmed", "Governor Davis")
    assert both.sources()[-1] == AnswerSource.DIGIKAM
    for file in both.library.state.glob("state.db*"):
        file.unlink()
    both.scan()
    with both.session() as session:
        assert DAVIS not in session.store.annotations.people()


def test_who_is_removed_in_digikam_after_an_answer_is_nobody_again(both: Both) -> None:
    """*Remove* leaves an unknown face: the answer is taken back. A row that only vanishes changes nothing."""
    first, second = both.face_of(DAVIS), both.face_of(KARZAI)
    both.answer(AnswerKind.CONFIRM, first, DAVIS)
    both.answer(AnswerKind.CONFIRM, second, KARZAI)
    both.scan()
    for face, person in ((first, DAVIS), (second, KARZAI)):
        image, tag = both.image(face), both.tag(person)
        rect = both.rect(image, tag)
        with both.digikam.writing() as connection:
            ((unknown,),) = connection.execute("SELECT tagid FROM TagProperties WHERE property = 'unknownPerson'")
            for table in ("ImageTags", "ImageTagProperties"):
                connection.execute(f"DELETE FROM {table} WHERE imageid = ? AND tagid = ?", (image, tag))
            if face is first:
                row = (image, unknown, rect)
                connection.execute("INSERT INTO ImageTagProperties VALUES (?, ?, 'autodetectedFace', ?)", row)
    both.scan()
    assert both.verdict(first) == ("unknown", None)
    assert both.verdict(second) == ("confirmed", KARZAI)


def test_who_is_ignored_in_digikam_after_an_answer_is_ignored(both: Both) -> None:
    """*Ignore* there is as much a human's word as a name."""
    face = both.face_of(DAVIS)
    both.answer(AnswerKind.CONFIRM, face, KARZAI)
    both.scan()
    image, tag = both.image(face), both.tag(DAVIS)
    rect = both.rect(image, tag)
    with both.digikam.writing() as connection:
        ((ignored,),) = connection.execute(
            "SELECT tagid FROM TagProperties WHERE property = 'ignoredPerson'"
        ).fetchall()
        for table in ("ImageTags", "ImageTagProperties"):
            connection.execute(f"DELETE FROM {table} WHERE imageid = ? AND tagid = ?", (image, tag))
        connection.execute("INSERT INTO ImageTagProperties VALUES (?, ?, 'ignoredFace', ?)", (image, ignored, rect))
    both.scan()
    assert both.verdict(face) == ("ignored", None)


def test_a_lost_or_foreign_database_takes_no_answer_back(both: Both) -> None:
    """Another database in digiKam's place, read for the first time, is no newer word than an answer."""
    face = both.face_of(DAVIS)
    both.answer(AnswerKind.CONFIRM, face, KARZAI)
    both.scan()
    both.rename_face(face, DAVIS, "Jack Straw")
    with both.digikam.writing() as connection:
        connection.execute("UPDATE Settings SET value = 'another' WHERE keyword = 'databaseUUID'")
    both.scan()
    assert both.verdict(face) == ("confirmed", KARZAI)
