"""Answers given to facedaemon count as a human's word, beside digiKam and metadata, and in a new state."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance, ImageOps

from facedaemon.answers import AnswerKind, AnswerLog, AnswerSource, FacePlace, Saying, from_line, to_line
from facedaemon.pipeline.session import Session
from facedaemon.store import FaceRecord, PhotoRecord
from facedaemon.store.vectors import packed
from facedaemon.values import AnnotationState, Evidence, Region, SuggestionState
from tests.pipeline.conftest import finished
from tests.pipeline.named_photos import NamedPhotos

BLAIR, POWELL = "Tony_Blair", "Colin_Powell"
YES, NO, IGNORE, NOTHING, UNSAY = (
    AnswerKind.CONFIRM,
    AnswerKind.REJECT,
    AnswerKind.IGNORE,
    AnswerKind.NOT_A_FACE,
    AnswerKind.UNSAY,
)


class Desk:
    """Portraits without any name, and somebody who answers."""

    def __init__(self, folder: Path, lfw: Path) -> None:
        self.photos = NamedPhotos(folder, lfw)
        self.state = folder / "state"

    def scan(self) -> list[str]:
        """One pass; gives what it reports to the user."""
        with self.session() as session:
            report = finished(session)
        return [*report.notices, *(f"{path}: {reason}" for path, reason in report.failures)]

    @contextmanager
    def session(self) -> Iterator[Session]:
        """The state, opened."""
        with closing(self.photos.session(**self.photos.settings)) as session:
            yield session

    def face(self, photo: Path) -> tuple[PhotoRecord, FaceRecord]:
        """The photo's one face."""
        with self.session() as session:
            record = session.store.photos.get(photo)
            assert record is not None
            (face,) = [face for face in session.store.faces.of(record.id) if face.is_face]
            return record, face

    def place(self, photo: Path) -> FacePlace:
        """What an answer about it holds."""
        record, face = self.face(photo)
        with self.session() as session:
            vector = packed(session.store.faces.vectors([face.id])[face.id])
        return FacePlace(record.content, photo, face.region, record.orientation or 1, record.model, vector)

    def answer(self, kind: AnswerKind, photo: Path | FacePlace, person: str | None = None) -> str:
        """Give it; its id."""
        place = self.place(photo) if isinstance(photo, Path) else photo
        return self.say(Saying(kind, place, person))

    def say(self, saying: Saying) -> str:
        """Write it down; its id."""
        with AnswerLog.open(self.state) as log:
            return log.append([saying], 1e9)[0].id

    def verdict(self, photo: Path) -> tuple[str, str | None]:
        """What counts of its face."""
        verdict = self.face(photo)[1].verdict
        return verdict.state.value, verdict.person

    def suggested(self) -> dict[str, str]:
        """The open suggestions, by the photo's name."""
        with self.session() as session:
            return {item.photo.name: item.person for item in session.store.suggestions.all(SuggestionState.OPEN)}

    def rejected(self) -> list[tuple[str, Evidence]]:
        """Who was taken from which face."""
        with self.session() as session:
            return [(item.rejection.person, item.rejection.evidence) for item in session.store.rejections.all()]

    def add_portraits(self, of_each: int) -> list[Path]:
        """So many portraits of each of two people, Tony Blair's first."""
        return [self.photos.add(person, number) for person in (BLAIR, POWELL) for number in range(1, of_each + 1)]

    def name_four_of_each(self) -> None:
        """Scan, name the first four portraits of both, and scan again: the others are suggested."""
        self.scan()
        for person, name in ((BLAIR, "Tony"), (POWELL, "Colin")):
            for number in range(1, 5):
                self.answer(YES, self.photos.root / f"{person}_{number:04}.jpg", name)
        self.scan()

    def lose_the_state(self) -> None:
        """Everything but the answers is deleted."""
        for file in self.state.iterdir():
            if not file.name.startswith("answers."):
                file.unlink()


@pytest.fixture
def desk(shared: Path, model_files: Path, tmp_path: Path) -> Desk:
    """Twelve portraits of two people, in which nobody is named."""
    assert model_files.is_dir()
    desk = Desk(tmp_path, shared / "data/faces/lfw")
    desk.add_portraits(6)
    return desk


def _photos(desk: Desk, person: str) -> list[Path]:
    return sorted(desk.photos.root.glob(f"{person}*.jpg"))


def _name_both(desk: Desk) -> None:
    for person, name in ((BLAIR, "Tony"), (POWELL, "Colin")):
        for photo in _photos(desk, person)[:4]:
            desk.answer(YES, photo, name)


def test_named_faces_train_and_the_others_are_suggested(desk: Desk) -> None:
    """From photos without any name: four answers for each of two people, and the next pass suggests the other faces."""
    desk.scan()
    _name_both(desk)
    desk.scan()
    assert desk.verdict(_photos(desk, BLAIR)[0]) == ("confirmed", "Tony")
    wanted = {photo.name: "Tony" for photo in _photos(desk, BLAIR)[4:]}
    wanted |= {photo.name: "Colin" for photo in _photos(desk, POWELL)[4:]}
    assert wanted == desk.suggested()


def test_every_answer_counts_in_a_state_made_anew(desk: Desk) -> None:
    """The state is deleted, photos are moved, copied and rated meanwhile: after a pass all counts as before."""
    desk.scan()
    _name_both(desk)
    first, second, third, fourth = _photos(desk, BLAIR)[:4]
    stranger = _photos(desk, POWELL)[5]
    desk.answer(NO, _photos(desk, POWELL)[4], "Colin")
    desk.answer(IGNORE, stranger)
    desk.scan()
    before = desk.suggested(), desk.rejected()
    desk.lose_the_state()
    (desk.photos.root / "holidays").mkdir()
    moved = first.rename(desk.photos.root / "holidays" / "renamed.jpg")
    copied = Path(shutil.copyfile(second, desk.photos.root / "holidays" / "copy.jpg"))
    _rate(third)
    desk.scan()
    for photo in (moved, second, copied, third, fourth):
        assert desk.verdict(photo) == ("confirmed", "Tony"), photo
    assert desk.verdict(stranger) == ("ignored", None)
    assert before == (desk.suggested(), desk.rejected())


def _rate(photo: Path) -> None:
    """A comment as other programs put it into the file: the picture stays, the bytes change."""
    data = photo.read_bytes()
    words = b"five stars"
    photo.write_bytes(data[:2] + b"\xff\xfe" + (len(words) + 2).to_bytes(2, "big") + words + data[2:])


def test_a_face_is_known_again_in_an_edited_picture(desk: Desk) -> None:
    """Saved again and brighter, it is another picture; it gets the answers, which are taken back with the first."""
    photo, other = _photos(desk, BLAIR)[:2]
    desk.scan()
    answer = desk.answer(YES, photo, "Tony")
    desk.answer(NO, photo, "Colin")
    desk.answer(YES, other, "Tony")
    desk.scan()
    with Image.open(photo) as opened:
        ImageEnhance.Brightness(opened.convert("RGB")).enhance(1.1).save(photo, quality=80)
    shutil.copyfile(_photos(desk, POWELL)[0], other)
    desk.scan()
    assert desk.verdict(photo) == ("confirmed", "Tony")
    assert desk.verdict(other) == ("unknown", None)  # another picture took its place
    with AnswerLog.open(desk.state) as log:
        assert [a.saying.source for a in log.all()].count(AnswerSource.FOUND_AGAIN) == 2
    desk.scan()
    desk.say(Saying(UNSAY, takes_back=answer))
    desk.scan()
    assert desk.verdict(photo) == ("unknown", None)
    with AnswerLog.open(desk.state) as log:
        assert len(log.all()) == 6


def _grey(picture: Image.Image) -> Image.Image:
    return ImageOps.grayscale(picture).convert("RGB")


def _squeezed(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width, picture.height * 4 // 5))


def _glaring(picture: Image.Image) -> Image.Image:
    return ImageEnhance.Contrast(ImageEnhance.Brightness(picture).enhance(1.3)).enhance(1.6)


@pytest.mark.parametrize("edited", [_grey, _squeezed, _glaring])
@pytest.mark.parametrize("written", ["regions", "none"])
def test_a_strong_edit_takes_no_answer_away(
    desk: Desk, edited: Callable[[Image.Image], Image.Image], written: str
) -> None:
    """In black and white, squeezed or glaring: at the same place of the photo the names stay, confirmed or rejected."""
    desk.photos.settings = {"sidecar": {"confirmed": written}}
    desk.scan()
    _name_both(desk)
    confirmed, rejected = _photos(desk, BLAIR)[4:]
    desk.answer(YES, confirmed, "Zed")
    desk.answer(NO, rejected, "Tony")
    desk.scan()
    for photo in (confirmed, rejected):
        with Image.open(photo) as opened:
            edited(opened.convert("RGB")).save(photo, quality=90)
    for _ in range(2):
        desk.scan()
        assert desk.verdict(confirmed) == ("confirmed", "Zed")
        assert rejected.name not in desk.suggested()


def test_an_edit_takes_no_drawn_box_away(desk: Desk) -> None:
    """No face can be found in it: the name stays in the sidecar, also beside a new state, until it is taken back."""
    photo = _photos(desk, BLAIR)[0]
    desk.scan()
    record, _ = desk.face(photo)
    answer = desk.answer(AnswerKind.DRAW, FacePlace(record.content, photo, Region(0.02, 0.02, 0.2, 0.2)), "Zed")
    desk.scan()
    sidecar = photo.with_name(photo.name + ".xmp")
    for is_new in (False, True):
        with Image.open(photo) as opened:
            _grey(opened.convert("RGB")).save(photo, quality=90 - is_new)
        if is_new:
            desk.lose_the_state()
        desk.scan()
        assert "<mwg-rs:Name>Zed<" in sidecar.read_text()
    desk.say(Saying(UNSAY, takes_back=answer))
    desk.scan()
    assert not sidecar.exists()


@pytest.mark.parametrize("copies", [1, 2])
def test_a_face_is_known_again_in_a_picture_that_was_moved_and_edited(desk: Desk, copies: int) -> None:
    """Under the same file name elsewhere, in each copy; another picture of that name gets nothing."""
    photo, other = _photos(desk, BLAIR)[:2]
    desk.scan()
    desk.answer(YES, photo, "Tony")
    desk.answer(YES, other, "Tony")
    desk.scan()
    with Image.open(photo) as opened:
        edited = opened.convert("RGB")
    photo.unlink()
    other.unlink()
    places = [desk.photos.root / f"sorted {number}" / photo.name for number in range(copies)]
    for number, place in enumerate(places):
        place.parent.mkdir()
        ImageEnhance.Brightness(edited).enhance(1.1 + 0.05 * number).save(place, quality=80)
    shutil.copyfile(_photos(desk, POWELL)[0], places[0].with_name(other.name))
    desk.scan()
    assert {desk.verdict(place) for place in places} == {("confirmed", "Tony")}
    assert desk.verdict(places[0].with_name(other.name)) == ("unknown", None)
    with AnswerLog.open(desk.state) as log:
        before = len(log.all())
    desk.scan()
    with AnswerLog.open(desk.state) as log:
        assert len(log.all()) == before


def test_what_is_taken_back_counts_no_more(desk: Desk) -> None:
    """A confirmation, a rejection and an ignored face, taken back: as if nothing had been answered."""
    desk.scan()
    _name_both(desk)
    desk.scan()
    before = desk.suggested()
    photo, other, last = _photos(desk, BLAIR)[4], _photos(desk, BLAIR)[5], _photos(desk, POWELL)[5]
    answers = [desk.answer(YES, photo, "Somebody"), desk.answer(NO, other, "Tony"), desk.answer(NOTHING, last)]
    desk.scan()
    assert desk.verdict(photo) == ("confirmed", "Somebody")
    assert desk.verdict(last) == ("not_a_face", None)
    assert ("Tony", Evidence.ANSWERED) in desk.rejected()
    assert {photo.name, other.name, last.name}.isdisjoint(desk.suggested())
    for answer in answers:
        desk.say(Saying(UNSAY, takes_back=answer))
    desk.scan()
    assert before == desk.suggested()
    assert [] == desk.rejected()


def test_a_newer_name_in_metadata_outdoes_an_answer_and_an_older_one_does_not(desk: Desk) -> None:
    """A region that was there when the face was answered gives way; one that comes later takes the answer back."""
    early, late = _photos(desk, BLAIR)[:2]
    desk.photos.add(BLAIR, 1, "From the start")
    desk.scan()
    assert desk.verdict(early) == ("confirmed", "From the start")
    desk.answer(YES, early, "Tony")
    desk.answer(YES, late, "Tony")
    notices = desk.scan()
    assert desk.verdict(early) == desk.verdict(late) == ("confirmed", "Tony")
    assert any("1 answer contradicts" in notice for notice in notices)
    desk.scan()
    assert desk.verdict(early) == ("confirmed", "Tony")
    desk.photos.add(BLAIR, 2, "Later")
    desk.scan()
    assert desk.verdict(late) == ("confirmed", "Later")
    desk.lose_the_state()
    desk.scan()
    assert (desk.verdict(early)[1], desk.verdict(late)[1]) == ("Tony", "Later")


def test_a_drawn_box_is_a_face_and_goes_when_it_is_taken_back(desk: Desk) -> None:
    """A box where no detector sees anybody is embedded and named; taken back, the face is gone."""
    photo = desk.photos.strangers(1)[0]
    desk.scan()
    record, face = desk.face(photo)
    box = Region(face.region.x + 0.02, face.region.y + 0.02, face.region.w * 0.9, face.region.h * 0.9)
    answer = desk.answer(AnswerKind.DRAW, FacePlace(record.content, photo, box), "Drawn")
    desk.scan()
    assert desk.verdict(photo) == ("confirmed", "Drawn")
    desk.say(Saying(UNSAY, takes_back=answer))
    desk.scan()
    assert desk.verdict(photo) == ("unknown", None)


def test_an_answer_about_a_photo_that_is_away_waits(desk: Desk) -> None:
    """The photo is on a drive that is not there; the answer counts when it is back."""
    desk.scan()
    photo = _photos(desk, BLAIR)[0]
    away = desk.photos.folder / photo.name
    desk.answer(YES, photo, "Tony")
    photo.rename(away)
    desk.scan()
    away.rename(photo)
    desk.scan()
    assert desk.verdict(photo) == ("confirmed", "Tony")


def test_another_computers_answers_count_for_the_same_pictures(desk: Desk, tmp_path: Path) -> None:
    """An export names faces by their pictures: imported beside other paths and another state, it means the same."""
    desk.scan()
    _name_both(desk)
    with AnswerLog.open(desk.state) as log:
        lines = [to_line(answer) for answer in log.all()]
    other = Desk(tmp_path / "other", desk.photos.lfw)
    shutil.copytree(desk.photos.root, other.photos.root / "archive")
    with AnswerLog.open(other.state) as log:
        log.add(map(from_line, lines))
    other.scan()
    assert other.verdict(other.photos.root / "archive" / _photos(desk, BLAIR)[0].name) == ("confirmed", "Tony")
    assert other.suggested().keys() == {p.name for p in _photos(desk, BLAIR)[4:] + _photos(desk, POWELL)[4:]}


def test_renamed_merged_and_hidden_people(desk: Desk) -> None:
    """A rename and a merge reach names in metadata, rejections and suggestions; a hidden person is not suggested."""
    desk.photos.add(BLAIR, 1, "Tony")
    desk.scan()
    _name_both(desk)
    desk.answer(NO, _photos(desk, POWELL)[4], "Colin")
    desk.scan()
    desk.say(Saying(AnswerKind.RENAME, person="Tony", other="Prime Minister"))
    desk.say(Saying(AnswerKind.MERGE, person="Colin", other="The General"))
    desk.scan()
    assert {desk.verdict(photo)[1] for photo in _photos(desk, BLAIR)[:4]} == {"Prime Minister"}
    assert set(desk.suggested().values()) == {"Prime Minister", "The General"}
    assert desk.rejected() == [("The General", Evidence.ANSWERED)]
    desk.say(Saying(AnswerKind.HIDE, person="Prime Minister"))
    desk.scan()
    assert set(desk.suggested().values()) == {"The General"}
    assert desk.verdict(_photos(desk, BLAIR)[0]) == (AnnotationState.CONFIRMED, "Prime Minister")


def test_a_lost_file_of_answers_takes_nothing_back(desk: Desk) -> None:
    """The file is gone, or a new one begun: the pass says so, names and regions stay; an import restores all."""
    desk.scan()
    _name_both(desk)
    desk.scan()
    with AnswerLog.open(desk.state) as log:
        saved = [to_line(answer) for answer in log.all()]
    for file in desk.state.glob("answers.*"):
        file.unlink()
    sidecars = {path: path.read_bytes() for path in desk.photos.root.glob("*.xmp")}
    for _ in range(2):
        assert any("answers.db" in words and "backup" in words for words in desk.scan())
        assert desk.verdict(_photos(desk, BLAIR)[0]) == ("confirmed", "Tony")
        assert sidecars == {path: path.read_bytes() for path in desk.photos.root.glob("*.xmp")}
        new = desk.answer(YES, _photos(desk, BLAIR)[5], "Tony")
    with AnswerLog.open(desk.state) as log:
        log.add(map(from_line, saved))
    assert not any("answers.db" in words for words in desk.scan())
    assert new
    assert {desk.verdict(photo) for photo in _photos(desk, BLAIR)[:4]} == {("confirmed", "Tony")}
    assert desk.verdict(_photos(desk, BLAIR)[5]) == ("confirmed", "Tony")


def test_damaged_answers_are_named_and_what_they_said_still_holds(desk: Desk) -> None:
    """Nobody's confirmation is lost where the file cannot be read: the pass names it and goes on without it."""
    desk.scan()
    _name_both(desk)
    desk.scan()
    (desk.state / "answers.db").write_bytes(b"not a database at all" * 400)
    for name in ("answers.db-wal", "answers.db-shm"):
        (desk.state / name).unlink(missing_ok=True)
    assert any("answers.db" in words and "damaged" in words for words in desk.scan())
    assert desk.verdict(_photos(desk, BLAIR)[0]) == ("confirmed", "Tony")
    assert desk.suggested()
