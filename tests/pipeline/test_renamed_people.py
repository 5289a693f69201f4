"""A rename counts at once for all that is known of a person: else they were two people who contradict each other."""

from collections.abc import Callable
from pathlib import Path

import pytest

from facedaemon.answers import AnswerKind, AnswerLog, Saying
from facedaemon.pipeline.people.people_changed import is_about_people
from facedaemon.pipeline.rebuild import rebuild_gallery
from facedaemon.pipeline.session import Session
from facedaemon.pipeline.train import in_use
from facedaemon.values import AnnotationSource
from tests.pipeline.command_line import CommandLine
from tests.pipeline.conftest import SmallLibrary, finished
from tests.pipeline.test_answered import BLAIR, POWELL, Desk

DAVIS = "Gray Davis"
RENAME = Saying(AnswerKind.RENAME, person=DAVIS, other="Zed")


def _say(library: SmallLibrary, saying: Saying) -> str:
    with AnswerLog.open(library.state) as log:
        return log.append([saying], 1e9)[0].id


def _samples(session: Session) -> dict[str, list[Path]]:
    """The photos of everybody's samples."""
    found: dict[str, list[Path]] = {}
    for record in session.store.training.samples(session.model_id)[0]:
        found.setdefault(record.person, []).append(record.photo)
    return found


def _left_out(session: Session) -> tuple[set[str], int]:
    """Who is known, and how many samples do not train."""
    used = in_use(session.store, session.model_id)
    assert used is not None
    return set(used.gallery.people), sum(used.gallery.left_out().values())


def _only_some(session: Session, photos: list[Path]) -> None:
    finished(session, photos[:3])


def _all_are_away(session: Session, _: list[Path]) -> None:
    (root,) = session.config.roots()
    away = root.rename(root.with_name("unplugged"))
    finished(session)
    away.rename(root)


@pytest.mark.parametrize("some", [_only_some, _all_are_away])
@pytest.mark.parametrize("kind", [AnswerKind.RENAME, AnswerKind.MERGE])
def test_no_sample_is_lost_while_a_pass_sees_some_photos_only(
    library: SmallLibrary, some: Callable[[Session, list[Path]], None], kind: AnswerKind
) -> None:
    """Renamed, then a pass over three photos, or with the drive away: all faces train under the new name.

    None is left out, and after a pass over some a whole one is still to come. Taken back, all have the old name again.
    """
    session = library.session()
    finished(session)
    before, people = _samples(session), _left_out(session)
    other = "Zed" if kind == AnswerKind.RENAME else "Tom Daschle"
    saying = Saying(kind, person=DAVIS, other=other)
    number = _say(library, saying)
    some(session, before[DAVIS])
    after = _samples(session)
    assert sorted(after[other]) == sorted(before[DAVIS] + before.get(other, []))
    assert DAVIS not in after
    assert _left_out(session) == ({*people[0], other} - {DAVIS}, people[1])
    assert is_about_people(session) == (some is _only_some)
    _say(library, Saying(AnswerKind.UNSAY, takes_back=number))
    some(session, before[DAVIS])
    assert (_samples(session), _left_out(session)) == (before, people)
    finished(session)
    assert (_samples(session), is_about_people(session)) == (before, False)
    session.close()


@pytest.mark.parametrize("from_scratch", [False, True])
def test_a_rebuild_after_a_rename_knows_the_new_name(library: SmallLibrary, from_scratch: bool) -> None:
    """What is trained, compared and reported is the library under the new name, before any scan."""
    session = library.session()
    _say(library, RENAME)
    rebuilding = rebuild_gallery(session, from_scratch)
    while True:
        try:
            next(rebuilding)
        except StopIteration as end:
            report = end.value
            break
    assert (report.people, report.left_out, DAVIS in _samples(session)) == (4, {}, False)
    session.close()


@pytest.fixture
def desk(shared: Path, model_files: Path, tmp_path: Path) -> Desk:
    """Four portraits of one man, three of another, in which nobody is named."""
    assert model_files.is_dir()
    desk = Desk(tmp_path, shared / "data/faces/lfw")
    for person, numbers in ((BLAIR, range(1, 4)), (POWELL, range(1, 4))):
        for number in numbers:
            desk.photos.add(person, number)
    return desk


def test_names_of_every_source_follow(desk: Desk) -> None:
    """Of faces named in metadata, of answered ones, and of rejected ones, while a pass sees another photo only."""
    named = desk.photos.add(BLAIR, 7, "Tony")
    desk.scan()
    photos = sorted(desk.photos.root.glob(f"{BLAIR}*.jpg"))
    for photo in photos[:3]:
        desk.answer(AnswerKind.CONFIRM, photo, "Tony")
    desk.answer(AnswerKind.REJECT, min(desk.photos.root.glob(f"{POWELL}*.jpg")), "Tony")
    desk.scan()
    rename = desk.say(Saying(AnswerKind.RENAME, person="Tony", other="Anthony"))
    elsewhere = desk.photos.add(POWELL, 8)

    def names() -> tuple[set[str | None], list[str]]:
        with desk.session() as session:
            finished(session, [elsewhere])
        return {desk.verdict(photo)[1] for photo in [*photos[:3], named]}, [name for name, _ in desk.rejected()]

    assert names() == ({"Anthony"}, ["Anthony"])
    desk.say(Saying(AnswerKind.UNSAY, takes_back=rename))
    assert names() == ({"Tony"}, ["Tony"])


def _rename(desk: Desk, person: str, to: str) -> str:
    return desk.say(Saying(AnswerKind.RENAME, person=person, other=to))


def test_two_people_get_each_others_name(desk: Desk) -> None:
    """By way of a third name: confirmations and rejections change sides once, whatever else is renamed later."""
    blair, powell = (sorted(desk.photos.root.glob(f"{name}*.jpg")) for name in (BLAIR, POWELL))
    (stranger,) = desk.photos.strangers(1)
    desk.scan()
    for photos, name in ((blair, "Tony"), (powell, "Colin")):
        for photo in photos:
            desk.answer(AnswerKind.CONFIRM, photo, name)
    desk.answer(AnswerKind.REJECT, stranger, "Tony")
    desk.scan()
    for person, to in (("Tony", "X"), ("Colin", "Tony"), ("X", "Colin")):
        _rename(desk, person, to)
    for _ in range(2):
        desk.scan()
        names = [{desk.verdict(photo)[1] for photo in photos} for photos in (blair, powell)]
        assert (names, [name for name, _ in desk.rejected()]) == ([{"Colin"}, {"Tony"}], ["Colin"])
        _rename(desk, "Somebody", "Else")


@pytest.mark.parametrize("kind", [AnswerKind.RENAME, AnswerKind.MERGE])
def test_who_was_renamed_is_confirmed_and_rejected_by_the_new_name_at_once(desk: Desk, kind: AnswerKind) -> None:
    """Before any pass: `confirm`, `reject` and further renames mean the person who was renamed, not another one."""
    first, second, third = sorted(desk.photos.root.glob(f"{BLAIR}*.jpg"))
    other = min(desk.photos.root.glob(f"{POWELL}*.jpg"))
    desk.scan()
    for photo in (first, second, third):
        desk.answer(AnswerKind.CONFIRM, photo, "Tony")
    desk.answer(AnswerKind.CONFIRM, other, "Prime Minister" if kind == AnswerKind.MERGE else "Colin")
    desk.scan()
    desk.say(Saying(kind, person="Tony", other="Prime Minister"))
    call = CommandLine(desk)
    call("confirm", desk.face(first)[1].short_id)
    call("reject", desk.face(second)[1].short_id)
    call("name", desk.face(third)[1].short_id, "Tony", status=2)
    call("people", "rename", "Tony", "Anthony", status=2)
    call("people", "rename", "Prime Minister", "Anthony")
    desk.scan()
    assert [desk.verdict(photo) for photo in (first, second, third)] == [
        ("confirmed", "Anthony"),
        ("unknown", None),
        ("confirmed", "Anthony"),
    ]
    assert desk.rejected()[0][0] == "Anthony"
    assert "Tony" not in {line["person"] for line in call.lines("people")}
    call("name", desk.face(third)[1].short_id, "Tony", "--new")
    desk.scan()
    assert desk.verdict(third) == ("confirmed", "Tony")


def test_a_rename_holds_while_the_answers_cannot_be_read(library: SmallLibrary) -> None:
    """The file of answers is damaged after a rename was taken up: digiKam's old name does not come back."""
    session = library.session()
    _say(library, RENAME)
    finished(session)
    session.close()
    for file in library.state.glob("answers.db*"):
        file.write_bytes(b"no database" * 1000)
    session = library.session()
    finished(session)
    assert "Zed" in _samples(session)
    assert DAVIS not in _samples(session)
    names = {
        each.person for marks in session.store.annotations.by_path(AnnotationSource.DIGIKAM).values() for each in marks
    }
    assert DAVIS not in names
    session.close()


def test_people_are_listed_by_their_present_names_and_who_is_hidden(desk: Desk) -> None:
    """A rename and a hidden person are seen at once, before any scan, and so is that both are taken back."""
    desk.scan()
    for photo in desk.photos.root.glob(f"{BLAIR}*.jpg"):
        desk.answer(AnswerKind.CONFIRM, photo, "Tony")
    desk.scan()
    call = CommandLine(desk)
    call("people", "rename", "Tony", "Anthony")
    call("people", "hide", "Anthony")
    assert [("Anthony", True)] == [(line["person"], line["hidden"]) for line in call.lines("people")]
    call("unsay", "2")
    assert [("Tony", False)] == [(line["person"], line["hidden"]) for line in call.lines("people")]


def test_a_deleted_photo_is_not_counted_as_confirmed(desk: Desk) -> None:
    """What a pass reports as confirmed, and as left out, are faces that somebody can look at."""
    desk.scan()
    photos = sorted(desk.photos.root.glob(f"{BLAIR}*.jpg"))
    for photo in photos:
        desk.answer(AnswerKind.CONFIRM, photo, "Tony")
    desk.scan()
    photos[0].unlink()
    with desk.session() as session:
        report = finished(session)
    assert (report.confirmed, report.left_out) == (2, 0)
