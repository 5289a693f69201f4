"""Faces that were named otherwise by mistake, and named right again: no rename, whatever names it touches."""

from collections.abc import Callable
from pathlib import Path

import pytest

from facedaemon.answers import AnswerKind, Saying
from facedaemon.values import Evidence
from tests.pipeline.named_photos import SIDECAR
from tests.pipeline.test_answered import BLAIR, POWELL, Desk


@pytest.fixture
def desk(shared: Path, model_files: Path, tmp_path: Path) -> Desk:
    """Three portraits of each of two men, looked at."""
    assert model_files.is_dir()
    desk = Desk(tmp_path, shared / "data/faces/lfw")
    for person in (BLAIR, POWELL):
        for number in range(1, 4):
            desk.photos.add(person, number)
    desk.scan()
    return desk


def _photos(desk: Desk, person: str) -> list[Path]:
    return sorted(desk.photos.root.glob(f"{person}*.jpg"))


@pytest.mark.parametrize("names", [("Anna", "Bob"), ("Tony", "Tony Blair")], ids=["unlike", "alike"])
@pytest.mark.parametrize("is_answered", [True, False], ids=["answered", "in metadata"])
@pytest.mark.parametrize("scan", [Desk.scan, lambda _: None], ids=["scanned", "at once"])
def test_naming_all_faces_otherwise_by_mistake_is_taken_back_whole(
    desk: Desk, names: tuple[str, str], scan: Callable[[Desk], object], is_answered: bool
) -> None:
    """All faces of one person are named as another one, and that is taken back: all is as before, also a rejection."""
    right, wrong = names
    for photo in _photos(desk, BLAIR):
        if is_answered:
            desk.answer(AnswerKind.CONFIRM, photo, right)
        else:
            photo.with_name(photo.name + ".xmp").write_text(SIDECAR.format(right))
    rejected, other, last = _photos(desk, POWELL)
    desk.answer(AnswerKind.CONFIRM, other, wrong)
    desk.answer(AnswerKind.REJECT, rejected, right)
    desk.answer(AnswerKind.REJECT, last, wrong)
    desk.scan()
    slips = [desk.answer(AnswerKind.CONFIRM, photo, wrong) for photo in _photos(desk, BLAIR)]
    scan(desk)
    for slip in slips:
        desk.say(Saying(AnswerKind.UNSAY, takes_back=slip))
    desk.scan()
    assert {desk.verdict(photo)[1] for photo in _photos(desk, BLAIR)} == {right}
    assert {(right, Evidence.ANSWERED), (wrong, Evidence.ANSWERED)} <= set(desk.rejected())
    assert desk.verdict(other)[1] == wrong


def _say_elsewhere(photo: Path, person: str | None) -> None:
    """Another program names the face in the photo's sidecar, or takes the name out again."""
    sidecar = photo.with_name(photo.name + ".xmp")
    sidecar.unlink(missing_ok=True)
    if person is not None:
        sidecar.write_text(SIDECAR.format(person))


def test_a_name_given_elsewhere_ends_all_answers_against_it_and_no_other(desk: Desk) -> None:
    """Named twice here, then in another program: no earlier answer comes back, and what the face is not, it is not."""
    photo = _photos(desk, BLAIR)[0]
    for kind, person in (
        (AnswerKind.REJECT, "Colin"),
        (AnswerKind.CONFIRM, "Anna"),
        (AnswerKind.CONFIRM, "Tony"),
    ):
        desk.answer(kind, photo, person)
    desk.scan()
    assert desk.verdict(photo) == ("confirmed", "Tony")
    for state in ("as it is", "lost"):
        _say_elsewhere(photo, "Bob")
        if state == "lost":
            desk.lose_the_state()
        desk.scan()
        assert (desk.verdict(photo), desk.rejected()) == (("confirmed", "Bob"), [("Colin", Evidence.ANSWERED)])
        _say_elsewhere(photo, None)
        desk.scan()
        assert (desk.verdict(photo), desk.rejected()) == (("unknown", None), [("Colin", Evidence.ANSWERED)])
    desk.answer(AnswerKind.IGNORE, photo)
    desk.answer(AnswerKind.REJECT, photo, "Bob")
    desk.scan()
    _say_elsewhere(photo, "Colin")
    desk.scan()
    assert (desk.verdict(photo), desk.rejected()) == (("confirmed", "Colin"), [("Bob", Evidence.ANSWERED)])
