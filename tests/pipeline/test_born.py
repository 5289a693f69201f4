"""Birth dates: nobody is suggested in a photo that was taken before they were born."""

import json
from pathlib import Path

import pytest

from facedaemon.answers import AnswerKind, Saying
from tests.pipeline.command_line import CommandLine
from tests.pipeline.test_answered import POWELL, UNSAY, YES, Desk
from tests.sidecar.packets import exiftool

BLAIR = "Tony_Blair"


@pytest.fixture
def desk(shared: Path, model_files: Path, tmp_path: Path) -> Desk:
    """Portraits of two people, four of each named; of the others of Tony one states 1999, one 2003, two nothing."""
    assert model_files.is_dir()
    desk = Desk(tmp_path, shared / "data/faces/lfw")
    photos = [desk.photos.add(person, number) for person in (BLAIR, POWELL) for number in range(1, 9)]
    for photo, year in zip(photos[4:6], (1999, 2003), strict=True):
        exiftool("-q", "-overwrite_original", f"-EXIF:DateTimeOriginal={year}:06:05 04:03:02", photo)
    desk.scan()
    for person, name in ((BLAIR, "Tony"), (POWELL, "Colin")):
        for number in range(1, 5):
            desk.answer(YES, desk.photos.root / f"{person}_{number:04}.jpg", name)
    desk.scan()
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
