"""Birth dates: nobody is suggested in a photo that was taken before they were born."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from facedaemon import face_ids
from facedaemon.answers import AnswerKind, Saying
from facedaemon.pipeline.reading import doubt_pages
from facedaemon.pipeline.reading.answered_faces import AnsweredFaces
from tests.pipeline.command_line import CommandLine
from tests.pipeline.test_answered import BLAIR, UNSAY, YES, Desk
from tests.sidecar.packets import exiftool


@pytest.fixture
def desk(shared: Path, model_files: Path, tmp_path: Path) -> Desk:
    """Portraits of two people, four of each named; of the others of Tony one states 1999, one 2003, two nothing."""
    assert model_files.is_dir()
    desk = Desk(tmp_path, shared / "data/faces/lfw")
    photos = desk.add_portraits(8)
    for photo, year in zip(photos[4:6], (1999, 2003), strict=True):
        exiftool("-q", "-overwrite_original", f"-EXIF:DateTimeOriginal={year}:06:05 04:03:02", photo)
    desk.name_four_of_each()
    return desk


def _named(desk: Desk) -> set[str]:
    """The numbers of the photos in which Tony is suggested."""
    return {name[-5] for name, person in desk.suggested().items() if person == "Tony"}


def _born(desk: Desk, date: str | None) -> str:
    return desk.say(Saying(AnswerKind.BORN, person="Tony", born=date))


def test_a_photo_from_before_a_birth_never_gets_the_name(desk: Desk) -> None:
    """Stated dates count, files' times do not; taken back, changed or gone, the name comes back; a new state agrees."""
    assert _named(desk) == {"5", "6", "7", "8"}
    _born(desk, "2001")
    desk.scan()
    assert _named(desk) == {"6", "7", "8"}
    desk.lose_the_state()
    desk.scan()
    assert _named(desk) == {"6", "7", "8"}
    later = _born(desk, "2003-07")
    desk.scan()
    assert _named(desk) == {"7", "8"}
    desk.say(Saying(UNSAY, takes_back=later))
    desk.scan()
    assert _named(desk) == {"6", "7", "8"}
    _born(desk, None)
    desk.scan()
    assert _named(desk) == {"5", "6", "7", "8"}


def test_a_corrected_date_is_followed(desk: Desk) -> None:
    """The photo's date was wrong: once it is right in its sidecar, the name is suggested."""
    _born(desk, "2001")
    desk.scan()
    photo = desk.photos.root / f"{BLAIR}_0005.jpg"
    exiftool("-q", "-overwrite_original", "-XMP-photoshop:DateCreated=2004:01:02", f"{photo}.xmp")
    desk.scan()
    assert _named(desk) == {"5", "6", "7", "8"}


def test_what_is_confirmed_stays(desk: Desk) -> None:
    """A human's confirmation counts against the birth date."""
    photo = desk.photos.root / f"{BLAIR}_0005.jpg"
    desk.answer(YES, photo, "Tony")
    _born(desk, "2001")
    desk.scan()
    assert desk.verdict(photo) == ("confirmed", "Tony")


def test_unreadable_answers_change_nothing(desk: Desk) -> None:
    """The birth date holds while the file of answers is damaged."""
    _born(desk, "2001")
    desk.scan()
    for file in desk.state.glob("answers.db*"):
        file.write_bytes(b"no database" * 1000)
    desk.scan()
    assert _named(desk) == {"6", "7", "8"}


def test_the_command_line_gives_shows_explains_and_takes_back(desk: Desk) -> None:
    """`people birth`, `people`, `explain`, `answers`, `unsay`; what is no date, or nobody, is refused."""
    call = CommandLine(desk)
    said = json.loads(call("people", "birth", "Tony", "2001-02"))
    assert (said["kind"], said["person"], said["born"]) == ("born", "Tony", "2001-02")
    desk.scan()
    people = {item["person"]: item["born"] for item in map(json.loads, call("people").splitlines())}
    assert people == {"Tony": "2001-02", "Colin": None}
    explained = json.loads(call("explain", str(desk.photos.root / f"{BLAIR}_0005.jpg")))
    assert "before Tony was born" in explained["why"]
    assert explained["rejected"] == []
    for words in (["Tony"], ["Tony", "3001"], ["Tony", "yesterday"], ["Tony", "2001", "--none"], ["Nobody", "2001"]):
        call("people", "birth", *words, status=2)
    assert json.loads(call("people", "birth", "Tony", "--none"))["born"] is None
    call("unsay", "2")
    assert [item["taken_back"] for item in map(json.loads, call("answers").splitlines()) if item["kind"] == "born"] == [
        True,
        True,
    ]


@pytest.fixture
def early(desk: Desk) -> str:
    """Tony is confirmed in the photo of 1999, and was born in 2001, under a name that he got since; the face's id."""
    photo = desk.photos.root / f"{BLAIR}_0005.jpg"
    desk.answer(YES, photo, "Tony")
    desk.scan()
    _born(desk, "2001")
    desk.say(Saying(AnswerKind.RENAME, person="Tony", other="Anthony"))
    return face_ids.shown(desk.face(photo)[1].short_id)


def _doubts(desk: Desk) -> list[tuple[str, str, str | None]]:
    """On the page *Doubts*: face, person, and the day that it shows."""
    answered = AnsweredFaces(desk.state)
    with desk.session() as session, closing(answered):
        found = doubt_pages.page(session.store, answered).doubts
    return [
        (face_ids.shown(each.face), each.person, each.before_birth.taken if each.before_birth else None)
        for each in found
    ]


def _audited(desk: Desk) -> list[tuple[str, str, dict[str, str]]]:
    lines = CommandLine(desk).lines("audit")
    return [(item["face"], item["person"], item["before_birth"]) for item in lines if "face" in item]


@pytest.mark.parametrize("is_scanned", [False, True])
def test_a_name_confirmed_before_the_birth_is_a_doubt(desk: Desk, early: str, is_scanned: bool) -> None:
    """First of all, by `audit` and on the page, with its reason; once somebody checked it, not again."""
    if is_scanned:
        desk.scan()
    assert _audited(desk)[0] == (early, "Anthony", {"taken": "1999-06-05", "born": "2001"})
    assert _doubts(desk)[0] == (early, "Anthony", "1999-06-05")
    CommandLine(desk)("confirm", early)
    assert early not in {face for face, *_ in _audited(desk) + _doubts(desk)}


@pytest.mark.parametrize("correction", ["birth", "none", "reject", "stranger", "taken back"])
def test_whatever_was_wrong_the_doubt_ends_with_it(desk: Desk, early: str, correction: str) -> None:
    """The birth date, the name, or the slip: what the user corrects, the doubt is gone after the next scan."""
    words = {
        "birth": ["people", "birth", "Anthony", "1998"],
        "none": ["people", "birth", "Anthony", "--none"],
        "reject": ["reject", early],
        "stranger": ["ignore", early],
        "taken back": ["unsay", "2"],
    }[correction]
    desk.scan()
    CommandLine(desk)(*words)
    desk.scan()
    assert early not in {face for face, *_ in _audited(desk) + _doubts(desk)}
