"""Names as people and programs write them: one person in several spellings, and names that name nobody."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from facedaemon.config import load
from facedaemon.pipeline.reading.views import Views
from facedaemon.pipeline.setup.check import check_setup
from facedaemon.values import AnnotationState
from tests.pipeline.conftest import SmallLibrary, finished
from tests.pipeline.named_photos import NamedPhotos, spellings

TONY = "Tony_Blair"
ZOE = "Zoë Müller"


@pytest.fixture
def photos(shared: Path, model_files: Path, tmp_path: Path) -> NamedPhotos:
    """An empty folder, and portraits to fill it with."""
    assert model_files.is_dir()
    return NamedPhotos(tmp_path, shared / "data/faces/lfw")


def _portraits(photos: NamedPhotos, count: int) -> list[int]:
    numbers = sorted(int(path.stem[-4:]) for path in (photos.lfw / TONY).iterdir())
    assert len(numbers) >= count
    return numbers[:count]


def test_one_person_in_several_spellings_is_one(photos: NamedPhotos) -> None:
    """Sidecars spell the name in four ways: all faces train, new ones get the name, one person is listed."""
    numbers = _portraits(photos, 12)
    for at, number in enumerate(numbers[:8]):
        photos.add(TONY, number, spellings(ZOE)[at % 4])
    for number in numbers[8:]:
        photos.add(TONY, number)
    photos.strangers(4)
    with closing(photos.session()) as session:
        report = finished(session)
        named = [item.person for item in session.store.suggestions.all()]
        views = Views(session.store, session.config)
        assert [(ZOE, ())] == [(item.person, item.alike) for item in views.people()]
        assert 8 == len(views.samples(spellings(ZOE)[1]))
    assert 8 == report.confirmed
    assert [ZOE] * 4 == named


def test_names_that_differ_in_case_are_two_people_and_reported(photos: NamedPhotos) -> None:
    """Nothing is guessed: both stay, `people` and `check` name them."""
    numbers = _portraits(photos, 6)
    for at, number in enumerate(numbers):
        photos.add(TONY, number, ("Tony Blair", "tony blair")[at % 2])
    with closing(photos.session()) as session:
        finished(session)
        listed = Views(session.store, session.config).people()
        assert {"Tony Blair": ("tony blair",), "tony blair": ("Tony Blair",)} == {p.person: p.alike for p in listed}
        config = session.config
    said = [item.message for item in check_setup(config, photos.folder, {}) if item.subject == "names"]
    assert 1 == len(said)
    assert "Tony Blair and tony blair" in said[0]


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("Ignored", AnnotationState.IGNORED),
        ("_UNKNOWN_", AnnotationState.UNKNOWN),
        ("Unbekannt", AnnotationState.UNKNOWN),
    ],
)
def test_nobody_is_learned_from_a_name_that_is_nobodys(photos: NamedPhotos, name: str, state: AnnotationState) -> None:
    """Strangers with such a region are ignored or unknown faces; nobody is confirmed, nothing is suggested."""
    for photo in photos.strangers(6, name):
        assert photo.exists()
    photos.strangers(3)
    with closing(photos.session()) as session:
        report = finished(session)
        faces = [face for photo in session.store.photos.all() for face in session.store.faces.of(photo.id)]
        assert (0, 0) == (report.confirmed, report.open)
        assert {None} == {face.verdict.person for face in faces}
        assert (6 if state == AnnotationState.IGNORED else 0) == sum(
            f.verdict.state == AnnotationState.IGNORED for f in faces
        )


def test_a_changed_list_is_obeyed_at_the_next_pass(photos: NamedPhotos) -> None:
    """Words that are added or taken out count for photos that were read long ago."""
    photos.strangers(4, "Passer-by")
    with closing(photos.session()) as session:
        assert 4 == finished(session).confirmed
    library = {"digikam": {"database": "none"}, "not_names": ["passer-by"]}
    with closing(photos.session(library=library)) as session:
        assert 0 == finished(session).confirmed
        assert 0 == finished(session).indexed
    with closing(photos.session()) as session:
        assert 4 == finished(session).confirmed


def _rename(library: SmallLibrary, old: str, new: str) -> None:
    with closing(sqlite3.connect(library.database)) as database, database:
        database.execute("UPDATE Tags SET name = ? WHERE name = ?", (new, old))
        database.execute("UPDATE TagProperties SET value = ? WHERE value = ? AND property = 'person'", (new, old))


def test_digikam_finds_its_own_spelling(library: SmallLibrary) -> None:
    """A tag with two blanks: the person is known by one, sidecars and digiKam's rows are written for that very tag."""
    _rename(library, "Jack Straw", "Jack\u00a0 Straw")
    with closing(sqlite3.connect(library.database)) as database, database:
        (image,) = database.execute(
            "SELECT imageid FROM ImageTags JOIN Tags ON Tags.id = tagid WHERE Tags.name = ? LIMIT 1",
            ("Jack\u00a0 Straw",),
        ).fetchone()
        database.execute("DELETE FROM ImageTags WHERE imageid = ?", (image,))
        database.execute("DELETE FROM ImageTagProperties WHERE imageid = ?", (image,))
    with closing(library.session(write_suggestions=True, policy="regions")) as session:
        finished(session)
        mine = [item for item in session.store.suggestions.all() if item.person == "Jack Straw"]
        assert [] != mine
        for item in mine:
            text = item.photo.with_name(item.photo.name + ".xmp").read_text(encoding="utf-8")
            assert "<mwg-rs:Name>Jack\u00a0 Straw<" in text
        finished(session)
        assert 0 == len(session.store.rejections.all())
        assert len(mine) == sum(item.person == "Jack Straw" for item in session.store.suggestions.all())
    with closing(sqlite3.connect(library.database)) as database:
        rows = database.execute(
            "SELECT count(*) FROM ImageTagProperties WHERE property = 'autodetectedPerson'"
        ).fetchone()
    assert rows[0] >= len(mine)


@pytest.mark.parametrize(("name", "state"), [("Ignoriert", "ignored"), ("Unbekannt", "unknown")])
def test_a_person_of_digikam_who_is_nobody_is_not_suggested(library: SmallLibrary, name: str, state: str) -> None:
    """A tag that a region of that name made (in whatever language) is no person; `check` says so."""
    _rename(library, "Jack Straw", name)
    with closing(library.session()) as session:
        finished(session)
        assert name not in {item.person for item in session.store.suggestions.all()} - {None}
        assert name not in {item.person for item in Views(session.store, session.config).people()}
        states = [
            face.verdict.state for photo in session.store.photos.all() for face in session.store.faces.of(photo.id)
        ]
        assert (state == "ignored") == (AnnotationState.IGNORED in states)
        config = session.config
    said = [
        item.message for item in check_setup(config, library.state.parent, {}) if "taken for nobody" in item.message
    ]
    assert [name] == [name for message in said if name in message]


def test_the_example_of_a_config_names_the_list() -> None:
    """The words stand in the config; a single word instead of a list is an error that names the key."""
    assert ("Ignored", "Unknown", "?") == load(None, {}).library.not_names
