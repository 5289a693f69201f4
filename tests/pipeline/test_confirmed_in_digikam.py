"""Answers straight into digiKam's database, where the config allows writing there."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from facedaemon.answers import AnswerKind, AnswerLog, AnswerSource, Saying
from facedaemon.pipeline.session import Session
from facedaemon.pipeline.undo import undo_writes
from facedaemon.store import FaceRecord
from facedaemon.values import SuggestionState
from tests.pipeline.conftest import SmallLibrary
from tests.pipeline.digikam import Digikam, unconfirm_half
from tests.pipeline.test_answered_beside_digikam import Both

pytestmark = pytest.mark.slow

KARZAI = "Hamid Karzai"


class Writing(Both):
    """Half of the faces have no name, and names are suggested; `writes`: digiKam's database may be written to."""

    writes = True

    @contextmanager
    def session(self) -> Iterator[Session]:
        """The state, opened."""
        with closing(self.library.session(write_suggestions=self.writes)) as session:
            yield session

    def suggested(self) -> FaceRecord:
        """The first face that is suggested to be somebody, and shown so in digiKam."""
        with self.session() as session:
            item = min(session.store.suggestions.all(), key=lambda each: each.photo)
            return session.store.faces.get(item.face)

    def name(self, face: FaceRecord) -> str:
        """Whom it is suggested to be."""
        with self.session() as session:
            (item,) = session.store.suggestions.open_in(face.photo)
            return item.person

    def rows(self, face: FaceRecord) -> list[tuple[object, ...]]:
        """What digiKam's database holds of the face's photo."""
        image = self.image(face)
        found = self.digikam.query("SELECT tagid, property, value FROM ImageTagProperties WHERE imageid = ?", image)
        return sorted(found) + self.digikam.query("SELECT tagid FROM ImageTags WHERE imageid = ? ORDER BY 1", image)

    def dump(self) -> list[tuple[object, ...]]:
        """Everything that may be written to."""
        tables = ("ImageTagProperties", "ImageTags", "Tags", "TagProperties")
        return [row for table in tables for row in sorted(self.digikam.query(f"SELECT * FROM {table}"), key=repr)]

    def take_back(self) -> None:
        """`undo`."""
        with self.session() as session:
            steps = undo_writes(session)
            for _ in steps:
                pass


@pytest.fixture(params=[False, True], ids=["digiKam 8.6", "digiKam 9.1"])
def digikam(request: pytest.FixtureRequest, library: SmallLibrary) -> Writing:
    """DigiKam on the small library, the names of half of whose faces are suggested there."""
    unconfirm_half(library.database)
    writing = Writing(library)
    writing.digikam = Digikam(library.database, remembers=request.param)
    if request.param:
        with writing.digikam.writing() as connection:
            connection.execute("UPDATE Settings SET value = '17' WHERE keyword = 'DBVersion'")
    writing.scan()
    return writing


def test_confirmed_here_is_confirmed_there_and_all_is_taken_back(digikam: Writing) -> None:
    """As digiKam's own *Confirm*: then nothing more is written, and `unsay` withdraws it row for row."""
    face = digikam.suggested()
    person, before = digikam.name(face), digikam.rows(face)
    (rect,) = {str(row[2]) for row in before if len(row) == 3 and row[1] == "autodetectedFace"}
    digikam.answer(AnswerKind.CONFIRM, face, person)
    digikam.scan()
    tag = digikam.tag(person)
    confirmed = digikam.rows(face)
    assert confirmed == [(tag, "faceToTrain", rect), (tag, "tagRegion", rect), (tag,)]
    assert digikam.verdict(face) == ("confirmed", person)
    everything = digikam.dump()
    digikam.scan()
    assert digikam.dump() == everything
    digikam.say(Saying(AnswerKind.UNSAY, takes_back=_last(digikam)))
    digikam.scan()
    assert digikam.rows(face) == before
    assert digikam.verdict(face) == ("unknown", None)


def test_undo_gives_the_rows_back_and_the_answer_still_counts(digikam: Writing) -> None:
    """It takes back what was written, not what was said; a pass does not write it again."""
    digikam.take_back()
    untouched = digikam.dump()
    with digikam.session() as session:
        faces = [session.store.faces.get(item.face) for item in session.store.suggestions.all()][:3]
    for face in faces:
        digikam.answer(AnswerKind.CONFIRM, face, KARZAI)
    digikam.scan()
    assert digikam.dump() != untouched
    digikam.take_back()
    assert digikam.dump() == untouched
    digikam.scan()
    assert digikam.dump() == untouched
    assert {digikam.verdict(face) for face in faces} == {("confirmed", KARZAI)}


def test_another_name_in_digikam_later_counts_and_stays(digikam: Writing) -> None:
    """The answer is taken back through digiKam, and nothing of ours comes again."""
    face = digikam.suggested()
    person = digikam.name(face)
    digikam.answer(AnswerKind.CONFIRM, face, person)
    digikam.scan()
    other = next(name for name in (KARZAI, "Gray Davis") if name != person)
    digikam.rename_face(face, person, other)
    renamed = digikam.rows(face)
    digikam.scan()
    digikam.scan()
    assert digikam.verdict(face) == ("confirmed", other)
    assert digikam.rows(face) == renamed
    assert digikam.sources()[-1] == AnswerSource.DIGIKAM


def test_removed_in_digikam_the_face_is_nobodys(digikam: Writing) -> None:
    """*Remove* on the confirmed face: it is an unknown one from then on, and not written again."""
    face = digikam.suggested()
    person = digikam.name(face)
    digikam.answer(AnswerKind.CONFIRM, face, person)
    digikam.scan()
    image, tag = digikam.image(face), digikam.tag(person)
    ((unknown,),) = digikam.digikam.query("SELECT tagid FROM TagProperties WHERE property = 'unknownPerson'")
    rect = digikam.rect(image, tag)
    with digikam.digikam.writing() as connection:
        for table in ("ImageTags", "ImageTagProperties"):
            connection.execute(f"DELETE FROM {table} WHERE imageid = ? AND tagid = ?", (image, tag))
        connection.execute(
            "INSERT INTO ImageTagProperties VALUES (?, ?, 'autodetectedFace', ?)", (image, unknown, rect)
        )
    digikam.scan()
    digikam.scan()
    assert digikam.verdict(face) == ("unknown", None)
    assert (tag, "tagRegion", rect) not in digikam.rows(face)


def test_a_tag_taken_off_in_digikam_is_not_put_back(digikam: Writing) -> None:
    """What a human removed there is not written again; the answer counts here, and goes into the sidecar."""
    face = digikam.suggested()
    person = digikam.name(face)
    digikam.answer(AnswerKind.CONFIRM, face, person)
    digikam.scan()
    with digikam.digikam.writing() as connection:
        connection.execute("DELETE FROM ImageTags WHERE imageid = ?", (digikam.image(face),))
    left = digikam.rows(face)
    digikam.scan()
    digikam.scan()
    assert digikam.rows(face) == left


def test_rejected_and_ignored_here_the_suggestion_vanishes_there(digikam: Writing) -> None:
    """Our two rows go, and the face is what it was in digiKam before."""
    with digikam.session() as session:
        first, second = [session.store.faces.get(item.face) for item in session.store.suggestions.all()][:2]
    digikam.answer(AnswerKind.REJECT, first, digikam.name(first))
    digikam.answer(AnswerKind.IGNORE, second)
    digikam.scan()
    for face in (first, second):
        assert not any("autodetectedPerson" in row for row in digikam.rows(face))


def test_without_leave_nothing_is_written_and_what_stands_stays(digikam: Writing) -> None:
    """Switched off after a confirmation: that one stays while the answer counts, new ones stay out."""
    face = digikam.suggested()
    person = digikam.name(face)
    digikam.answer(AnswerKind.CONFIRM, face, person)
    digikam.scan()
    confirmed = digikam.rows(face)
    digikam.writes = False
    digikam.scan()
    assert digikam.rows(face) == confirmed
    with digikam.session() as session:
        shown = session.store.suggestions.all(SuggestionState.OPEN)
        other = session.store.faces.get(min(shown, key=lambda each: each.photo).face)
    digikam.answer(AnswerKind.CONFIRM, other, person)
    digikam.scan()
    assert not any("tagRegion" in row for row in digikam.rows(other))
    digikam.say(Saying(AnswerKind.UNSAY, takes_back=_first_confirmation(digikam)))
    digikam.scan()
    assert not any("tagRegion" in row for row in digikam.rows(face))


def test_a_lost_state_loses_no_name(digikam: Writing) -> None:
    """The answers and what stands in digiKam agree; nothing is written twice."""
    face = digikam.suggested()
    person = digikam.name(face)
    digikam.answer(AnswerKind.CONFIRM, face, person)
    digikam.scan()
    everything, path = digikam.rows(face), digikam.path_of(face)
    for file in digikam.library.state.iterdir():
        if not file.name.startswith("answers."):
            file.unlink()
    digikam.scan()
    digikam.scan()
    with digikam.session() as session:
        photo = session.store.photos.get(path)
        assert photo is not None
        names = [each.verdict.person for each in session.store.faces.of(photo.id) if each.verdict.person]
    assert names == [person]
    assert digikam.rows(face) == everything


def _last(digikam: Writing) -> str:
    with AnswerLog.open(digikam.library.state) as log:
        return log.all()[-1].id


def _first_confirmation(digikam: Writing) -> str:
    with AnswerLog.open(digikam.library.state) as log:
        return next(answer.id for answer in log.all() if answer.saying.kind == AnswerKind.CONFIRM)
