"""People who get another name in another program, or are merged there: what a human rejected, and what we guessed."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from facedaemon.answers import AnswerKind, AnswerLog, Saying
from facedaemon.pipeline.people.renamed_elsewhere import renamed
from facedaemon.pipeline.session import Session
from facedaemon.values import SuggestionState
from tests.pipeline.conftest import SmallLibrary, finished
from tests.pipeline.digikam import Digikam, unconfirm_half
from tests.pipeline.named_photos import SIDECAR
from tests.pipeline.test_answered import POWELL, Desk

pytestmark = pytest.mark.slow

OLD, NEW = "Colin", "General Powell"


class Named(Desk):
    """Portraits of one person, of which another program named the first four; the policy may be set."""

    sections: Mapping[str, Any] = MappingProxyType({})

    @contextmanager
    def session(self) -> Iterator[Session]:
        """The state, opened."""
        with closing(self.photos.session(**self.sections)) as session:
            yield session

    def rename(self, was: str, now: str, count: int = 4) -> None:
        """The other program writes another name into so many of its sidecars."""
        for photo in self.all()[:count]:
            sidecar = photo.with_name(photo.name + ".xmp")
            text = sidecar.read_text()
            for name in ("mwg-rs:Name", "MPReg:PersonDisplayName"):
                text = text.replace(f"<{name}>{was}<", f"<{name}>{now}<")
            sidecar.write_text(text)

    def all(self) -> list[Path]:
        """The person's photos."""
        return sorted(self.photos.root.glob(f"{POWELL}*.jpg"))


@pytest.fixture
def named(shared: Path, model_files: Path, tmp_path: Path) -> Named:
    """Eight portraits, half of them named; eight strangers; the others are suggested by the first pass."""
    assert model_files.is_dir()
    named = Named(tmp_path, shared / "data/faces/lfw")
    for number in range(1, 9):
        named.photos.add(POWELL, number, OLD if number < 5 else None)
    named.photos.strangers(8)
    return named


def _at_once(named: Named) -> None:
    named.rename(OLD, NEW)


def _in_two_passes(named: Named) -> None:
    named.rename(OLD, NEW, 2)
    named.scan()
    named.rename(OLD, NEW)


def _into_somebody_known(named: Named) -> None:
    for number in (10, 11):
        named.photos.add(POWELL, number, NEW)
    named.scan()
    named.rename(OLD, NEW)


def _by_a_slip(named: Named) -> None:
    named.rename(OLD, NEW)
    named.scan()
    named.rename(NEW, OLD)
    named.scan()
    named.rename(OLD, NEW)


@pytest.mark.parametrize("is_answer", [True, False], ids=["by an answer", "in the sidecar"])
@pytest.mark.parametrize("way", [_at_once, _in_two_passes, _into_somebody_known, _by_a_slip])
def test_a_rejection_follows_a_person_who_is_renamed_in_metadata(
    named: Named, way: Callable[[Named], None], is_answer: bool
) -> None:
    """However a program goes about it, the face does not get the new name; the others do; also in a new state."""
    named.scan()
    rejected, *others = named.all()[4:]
    if is_answer:
        named.answer(AnswerKind.REJECT, rejected, OLD)
    else:
        sidecar = rejected.with_name(rejected.name + ".xmp")
        head, _, rest = sidecar.read_text().partition("<facedaemon:Suggestions>")
        sidecar.write_text(head + rest.partition("</facedaemon:Suggestions>")[2])
    named.scan()
    way(named)
    named.scan()
    named.scan()
    assert dict.fromkeys((photo.name for photo in others), NEW) == named.suggested()
    assert [NEW] == [name for name, _ in named.rejected()]
    if is_answer:
        named.lose_the_state()
        named.scan()
        assert rejected.name not in named.suggested()


def test_a_guess_stays_a_guess_when_its_person_is_renamed_in_metadata(named: Named) -> None:
    """With our real regions among the renamed ones: none is taken for a human's; what was answered is confirmed."""
    named.sections = {"sidecar": {"policy": "regions"}}
    named.scan()
    answered, *guessed = named.all()[4:]
    named.answer(AnswerKind.CONFIRM, answered, OLD)
    named.scan()
    named.rename(OLD, NEW, 8)
    for _ in range(2):
        named.scan()
        assert {("unknown", None)} == {named.verdict(photo) for photo in guessed}
        assert dict.fromkeys((photo.name for photo in guessed), NEW) == named.suggested()
        assert named.verdict(answered) == ("confirmed", NEW)


@pytest.mark.parametrize("names", [(NEW, "Tony"), (NEW, OLD)], ids=["two others", "one stays"])
def test_faces_that_get_several_names_were_corrected(named: Named, names: tuple[str, str]) -> None:
    """Then nobody was renamed, and a rejection stays that of the old name."""
    named.scan()
    named.answer(AnswerKind.REJECT, named.all()[4], OLD)
    named.scan()
    for photo, name in zip(named.all()[:4], (*names, *names), strict=True):
        photo.with_name(photo.name + ".xmp").write_text(SIDECAR.format(name))
    named.scan()
    assert [OLD] == [name for name, _ in named.rejected()]


@pytest.mark.parametrize(
    ("new_names", "expected"),
    [
        ({"Colin": {"General Powell": 2}}, {"Colin": "General Powell"}),
        ({"Colin": {"General Powell": 1}}, {}),
        ({"Colin": {"Colin Powell": 1}}, {"Colin": "Colin Powell"}),
        ({"Collin": {"Colin": 1}}, {"Collin": "Colin"}),
        ({"Colin": {"Tony": 2, "Jack": 1}}, {}),
        ({}, {}),
    ],
)
def test_who_was_renamed(new_names: dict[str, dict[str, int]], expected: dict[str, str]) -> None:
    """All faces went to one name: two at least, or to a name that is like the old one."""
    assert expected == renamed(new_names)


@pytest.mark.parametrize("keeps_tag", [True, False], ids=["the tag stays, empty", "the tag is deleted"])
def test_a_rejection_follows_a_person_who_is_merged_in_digikam(library: SmallLibrary, keeps_tag: bool) -> None:
    """All faces of a person get another person's tag: the rejected face gets neither name."""
    unconfirm_half(library.database)
    digikam = Digikam(library.database)
    _scan(library, write_suggestions=True).close()
    removed = digikam.shown()[0]
    digikam.remove(removed)
    _scan(library, write_suggestions=True).close()
    digikam.make_person(3000, NEW)
    with digikam.writing() as connection:
        for table in ("ImageTags", "ImageTagProperties"):
            connection.execute(f"UPDATE {table} SET tagid = 3000 WHERE tagid = ?", (removed[1],))
    if not keeps_tag:
        digikam.delete_person(removed[1])
    for _ in range(2):
        with closing(_scan(library, write_suggestions=True)) as session:
            assert [NEW] == [record.rejection.person for record in session.store.rejections.all()]
            shown = session.store.suggestions.all(SuggestionState.OPEN)
            assert NEW in {item.person for item in shown}
        assert removed[0] not in {image for image, *_ in digikam.shown()}


@pytest.mark.parametrize("is_ours", [True, False], ids=["people rename", "in digiKam"])
def test_a_guess_that_digikam_read_stays_one_when_its_person_is_renamed(library: SmallLibrary, is_ours: bool) -> None:
    """Policy `regions`, and digiKam takes our regions for confirmed: the new name makes nobody's word of them."""
    unconfirm_half(library.database)
    with closing(_scan(library, policy="regions")) as session:
        shown = list(session.store.suggestions.all(SuggestionState.OPEN))
        person = shown[0].person
        faces = {item.face for item in shown if item.person == person}
        photos = {face: session.store.photos.by_id(session.store.faces.get(face).photo).path for face in faces}
        regions = {face: session.store.faces.get(face).region for face in faces}
    digikam = Digikam(library.database)
    with digikam.writing() as connection:
        ((tag,),) = connection.execute(
            "SELECT tagid FROM TagProperties WHERE property = 'person' AND value = ?", (person,)
        )
        for face, photo in photos.items():
            image, width, height = _image(connection, photo)
            region = regions[face]
            rect = (
                round(region.x * width),
                round(region.y * height),
                round(region.w * width),
                round(region.h * height),
            )
            text = '<rect x="{}" y="{}" width="{}" height="{}"/>'.format(*rect)
            connection.execute("INSERT INTO ImageTags VALUES (?, ?)", (image, tag))
            connection.execute("INSERT INTO ImageTagProperties VALUES (?, ?, 'tagRegion', ?)", (image, tag, text))
    _scan(library, policy="regions").close()
    if is_ours:
        with AnswerLog.open(library.state) as log:
            log.append([Saying(AnswerKind.RENAME, person=person, other=NEW)], 1e9)
    else:
        digikam.rename_person(tag, NEW)
    for _ in range(2):
        with closing(_scan(library, policy="regions")) as session:
            assert {None} == {session.store.faces.get(face).verdict.person for face in faces}
            assert faces <= {item.face for item in session.store.suggestions.all(SuggestionState.OPEN)}


def _image(connection: sqlite3.Connection, photo: Path) -> tuple[int, int, int]:
    found: tuple[int, int, int] = connection.execute(
        "SELECT Images.id, width, height FROM Images JOIN ImageInformation ON imageid = Images.id WHERE name = ?",
        (photo.name,),
    ).fetchone()
    return found


def _scan(library: SmallLibrary, *, write_suggestions: bool = False, policy: str = "suggest") -> Session:
    """One pass; the session is to be closed."""
    session = library.session(write_suggestions=write_suggestions, policy=policy)
    finished(session)
    return session
