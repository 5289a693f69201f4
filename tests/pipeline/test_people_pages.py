"""People, doubts and what was written, as the pages show them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from facedaemon.answers import AnswerKind, FaceAnswer, Saying
from facedaemon.dates import DateSource, Taken, moment_of
from facedaemon.figures import Figures, LookAlikes
from facedaemon.pipeline.reading import doubt_pages, people_pages, written_pages
from facedaemon.pipeline.reading.people_pages import Period
from facedaemon.store import Assessment, DoubtRecord, LedgerKind, Rejection, Verdict, YearCount
from facedaemon.values import AnnotationState, Evidence, Region, Suggestion
from tests.pipeline.test_pages import LEFT, Desk

NONE = Figures(0, 0, 0, 0.0, 0.0, 0.0, 1.0)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A state and its user."""
    made = Desk(tmp_path)
    yield made
    made.close()


def _confirmed(desk: Desk, person: str, *dates: str) -> list[str]:
    """New photos in which the person is confirmed, taken on these dates; "" for none."""
    made = []
    for date in dates:
        face = desk.photo()
        moment = moment_of(date)
        photo = desk.store.faces.get(desk.faces[face]).photo
        desk.store.photos.put_dates(photo, None if moment is None else Taken(moment, DateSource.EXIF), None)
        desk.store.faces.put_verdict(desk.faces[face], Verdict(AnnotationState.CONFIRMED, person, 1.0))
        made.append(face)
    return made


def _people(desk: Desk, search: str = "", **wishes: object) -> people_pages.PeoplePage:
    return people_pages.people(desk.store, desk.answered.about(()), {}, search, **wishes)  # type: ignore[arg-type]


def test_people_are_counted_by_year(desk: Desk) -> None:
    """Confirmed faces by the year of their photo, the earliest first; the first and last year of all."""
    _confirmed(desk, "Anna", "2003-05-01", "2003-06-01", "2011-01-01", "")
    _confirmed(desk, "Ben", "1999-01-01")
    desk.suggest("Ben", 0.9, 0.8)
    found = _people(desk)
    anna, ben = found.lines
    assert (YearCount(2003, 2), YearCount(2011, 1), YearCount(None, 1)) == anna.years
    assert ((4, 0), (1, 2)) == ((anna.confirmed, anna.suggestions), (ben.confirmed, ben.suggestions))
    assert (1999, 2011) == found.years


def test_a_date_is_the_one_that_counts_everywhere_else(desk: Desk) -> None:
    """DigiKam's correction of a date counts, one in another time zone does not, a sidecar's always does."""
    moment = moment_of("2010-12-31 23:30:00")
    assert moment is not None
    for own, library in (
        (Taken(moment, DateSource.EXIF), moment + 3600),
        (Taken(moment, DateSource.EXIF), moment_of("2001-01-01 00:00:00")),
        (Taken(moment, DateSource.SIDECAR), moment_of("2002-02-02")),
        (None, moment_of("2003-03-03")),
    ):
        [face] = _confirmed(desk, "Anna", "")
        desk.store.photos.put_dates(desk.store.faces.get(desk.faces[face]).photo, own, library)
    [line] = _people(desk).lines
    assert {2001: 1, 2003: 1, 2010: 2} == {at.year: at.faces for at in line.years}


def test_people_are_searched_ordered_and_turned(desk: Desk) -> None:
    """A search ignores large and small letters; lists come in parts; the order is that of names or of faces."""
    _confirmed(desk, "Ädda", "")
    _confirmed(desk, "anna", "", "")
    _confirmed(desk, "Berta Hanna", "", "", "")
    assert ["anna", "Berta Hanna"] == [line.person for line in _people(desk, "ANNA").lines]
    assert ["Berta Hanna", "anna", "Ädda"] == [line.person for line in _people(desk, by_name=False).lines]
    part = _people(desk, first=1, most=1)
    assert (["Berta Hanna"], 3, 3) == ([line.person for line in part.lines], part.total, part.everybody)


def test_a_rename_and_a_merge_are_seen_at_once(desk: Desk) -> None:
    """Before a pass takes them up, the page shows people as they are called now, with all their faces."""
    _confirmed(desk, "Anna", "2001-01-01")
    _confirmed(desk, "Ann", "2002-01-01", "2002-01-02")
    desk.about(Saying(AnswerKind.MERGE, person="Ann", other="Anna"))
    desk.about(Saying(AnswerKind.RENAME, person="Anna", other="Anna B."))
    desk.about(Saying(AnswerKind.HIDE, person="Anna B."))
    [line] = _people(desk).lines
    assert ("Anna B.", 3, True) == (line.person, line.confirmed, line.is_hidden)
    assert (YearCount(2001, 1), YearCount(2002, 2)) == line.years
    details = people_pages.person(desk.store, desk.answered.about(()), None, "Anna B.")
    assert details is not None
    assert people_pages.person(desk.store, desk.answered.about(()), None, "Ann") is None


def test_missing_photos_are_not_counted(desk: Desk) -> None:
    """A person whose photos are all gone is not in the list."""
    [gone, there] = _confirmed(desk, "Anna", "2001-01-01", "2002-01-01")
    desk.store.photos.put_missing([desk.store.faces.get(desk.faces[gone]).photo], missing=True)
    [line] = _people(desk).lines
    assert (1, there) == (line.confirmed, line.face)
    desk.store.photos.put_missing([desk.store.faces.get(desk.faces[there]).photo], missing=True)
    assert () == _people(desk).lines


def test_periods_are_apart_by_more_than_three_years() -> None:
    """Years no more than three apart are one period; photos without a date are in none."""
    years = [YearCount(year, 1) for year in (1990, 1993, 1997, 1998)]
    assert (Period(1990, 1993, 2), Period(1997, 1998, 2)) == people_pages.periods([*years, YearCount(None, 7)])


def _doubt(desk: Desk, *faces: str, person: str = "Anna", other: str | None = "Ben") -> None:
    doubts = [DoubtRecord(desk.faces[face], person, other, 0.9, None, None) for face in faces]
    pair = LookAlikes("Anna", "Ben", 0.6, 12, 2)
    with desk.store.transaction():
        desk.store.assessments.put(Assessment("1 x", NONE, doubts=doubts, look_alikes=[pair]), 5.0)


def _doubted(desk: Desk) -> list[str]:
    return [each.face for each in doubt_pages.page(desk.store, desk.answered).doubts]


@pytest.mark.parametrize("way", ["right", "moved", "rejected", "ignored", "no face"])
def test_an_answer_ends_a_doubt_at_once(desk: Desk, way: str) -> None:
    """Whatever is answered, the page does not ask again; taken back, it does."""
    one, other = _confirmed(desk, "Anna", "", "")
    _doubt(desk, one, other)
    kinds = {
        "right": (AnswerKind.CONFIRM, "Anna"),
        "moved": (AnswerKind.CONFIRM, "Ben"),
        "rejected": (AnswerKind.REJECT, "Anna"),
        "ignored": (AnswerKind.IGNORE, ""),
        "no face": (AnswerKind.NOT_A_FACE, ""),
    }
    answer = desk.say(kinds[way][0], one, person=kinds[way][1])
    assert [other] == _doubted(desk)
    desk.about(Saying(AnswerKind.UNSAY, takes_back=answer))
    assert {one, other} == set(_doubted(desk))


def test_a_doubt_about_somebody_who_was_renamed_can_be_settled(desk: Desk) -> None:
    """The page shows the new name, before a pass takes it up; confirming that is a check."""
    [face] = _confirmed(desk, "Anna", "")
    _doubt(desk, face)
    desk.about(Saying(AnswerKind.RENAME, person="Anna", other="Anna B."))
    [shown] = doubt_pages.page(desk.store, desk.answered, person="Anna B.").doubts
    assert "Anna B." == shown.person
    desk.say(AnswerKind.CONFIRM, face, person="Anna B.")
    assert [] == _doubted(desk)


def test_a_name_that_was_confirmed_once_can_still_be_doubted() -> None:
    """A confirmation before the doubt may have been a slip; only a check, or another name, settles it."""
    once = FaceAnswer(LEFT, AnswerKind.CONFIRM, "Anna", (), ("a",))
    assert not doubt_pages.settles(once, "Anna")
    assert not doubt_pages.settles(None, "Anna")
    assert doubt_pages.settles(FaceAnswer(LEFT, AnswerKind.CONFIRM, "Anna", (), ("a",), is_checked=True), "Anna")
    assert doubt_pages.settles(once, "Ben")


def test_a_doubt_shows_faces_of_both_people(desk: Desk) -> None:
    """Beside the doubtful face stand others of whom it is confirmed as and of whom it looks like, never itself."""
    annas, bens = _confirmed(desk, "Anna", "", "", ""), _confirmed(desk, "Ben", "", "")
    _doubt(desk, annas[0])
    [shown] = doubt_pages.page(desk.store, desk.answered).doubts
    assert set(annas[1:]) == set(shown.own)
    assert set(bens) == set(shown.other)
    assert shown.pair is not None
    assert () == doubt_pages.page(desk.store, desk.answered, person="Carl").doubts


def test_writes_are_listed_newest_first_and_which_can_be_undone(desk: Desk) -> None:
    """Each write with its names; only the last standing one of a file can be undone."""
    ledger, photo = desk.store.ledger, Path("/photos/1.jpg")
    desk.photo()
    for number in range(4):
        shown = [Suggestion(LEFT, f"Anna {number}", 0.9, 1)]
        entry = ledger.intend(LedgerKind.SIDECAR, photo, photo.with_suffix(".xmp"), b"x", "0", shown, float(number))
        if number < 3:
            ledger.done(entry, float(number))
    ledger.undone([1], 9.0)
    found = written_pages.writes(desk.store)
    assert [(3, None, True), (2, None, False), (1, 9.0, False)] == [
        (each.write.id, each.write.undone, each.write.is_last) for each in found
    ]
    assert ["Anna 2"] == [name.person for name in found[0].write.names]
    assert 1 == found[0].photo
    assert [2, 1] == [each.write.id for each in written_pages.writes(desk.store, before=3)]
    assert 3 == len(written_pages.writes(desk.store, search="1.JPG"))
    assert () == written_pages.writes(desk.store, search="%")


def test_a_rejection_that_was_answered_here_leads_to_its_answer(desk: Desk) -> None:
    """It is taken back by its answer, whoever runs; one from elsewhere has none."""
    here, elsewhere = desk.photo(), desk.photo()
    answer = desk.say(AnswerKind.REJECT, here, person="Anna")
    for face, evidence in ((here, Evidence.ANSWERED), (elsewhere, Evidence.REMOVED)):
        record = desk.store.faces.get(desk.faces[face])
        photo = desk.store.photos.by_id(record.photo)
        desk.store.rejections.add(Rejection(photo.content, photo.path, record.region, "Anna", evidence), 1.0)
    photos = [desk.store.photos.by_id(desk.store.faces.get(number).photo) for number in desk.faces.values()]
    found, total = written_pages.rejections(desk.store, desk.answered.about(photos))
    assert 2 == total
    assert [(elsewhere[:8], None), (here[:8], answer)] == [(each.face, each.answer) for each in found]


def test_a_rejection_of_a_face_that_is_gone_is_still_listed(desk: Desk) -> None:
    """Its photo may be deleted; the rejection stays, without a picture."""
    desk.store.rejections.add(
        Rejection(None, Path("/gone.jpg"), Region(0, 0, 1, 1), "Anna", Evidence.REMOVED_FROM_SIDECAR), 1.0
    )
    [found], _ = written_pages.rejections(desk.store, desk.answered.about(()))
    assert (None, None) == (found.face, found.answer)
