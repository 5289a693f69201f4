"""What humans answer in digiKam's Unconfirmed view, and what only looks like an answer."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from facedaemon.pipeline.session import Session
from facedaemon.values import SuggestionState
from tests.pipeline.conftest import SmallLibrary, finished
from tests.pipeline.digikam import Digikam, Shown, unconfirm_half

pytestmark = pytest.mark.slow

ELSEWHERE = '<rect x="2" y="3" width="140" height="141"/>'


@pytest.fixture(params=[False, True], ids=["digiKam 8.6", "digiKam 9.1"])
def digikam(request: pytest.FixtureRequest, library: SmallLibrary) -> Digikam:
    """DigiKam on the small library, half of whose faces are confirmed."""
    unconfirm_half(library.database)
    found = Digikam(library.database, remembers=request.param)
    if request.param:
        with found.writing() as connection:
            connection.execute("UPDATE Settings SET value = '17' WHERE keyword = 'DBVersion'")
    return found


@contextmanager
def _working(library: SmallLibrary) -> Iterator[Session]:
    session = library.session(write_suggestions=True)
    try:
        yield session
    finally:
        session.close()


def _pass(library: SmallLibrary) -> None:
    """One `scan`, as a process of its own would do it."""
    with _working(library) as session:
        finished(session)


def _states(library: SmallLibrary) -> dict[SuggestionState, int]:
    with _working(library) as session:
        return {SuggestionState(state): count for state, count in session.store.suggestions.counts().items()}


def _rejected(library: SmallLibrary) -> list[tuple[Path, str]]:
    with _working(library) as session:
        return [(record.rejection.path, record.rejection.person) for record in session.store.rejections.all()]


def _images(digikam: Digikam) -> list[int]:
    return [int(str(image)) for (image,) in digikam.query("SELECT id FROM Images")]


@pytest.mark.parametrize("is_scanned", [False, True], ids=["never scanned", "all scanned"])
def test_every_click_in_the_unconfirmed_view_counts_at_once(
    library: SmallLibrary, digikam: Digikam, is_scanned: bool
) -> None:
    """Right after the pass that showed them, whether digiKam's own detection ever went over the photos or not."""
    if is_scanned:
        digikam.note_scanned(_images(digikam))
    _pass(library)
    removed, ignored, confirmed, *others = digikam.shown()
    assert len(others) > 10
    digikam.remove(removed)
    digikam.ignore(ignored)
    digikam.confirm(confirmed)
    _pass(library)
    assert sorted([digikam.name(removed[1]), digikam.name(ignored[1])]) == sorted(
        name for _, name in _rejected(library)
    )
    states = _states(library)
    assert (2, 1) == (states[SuggestionState.REJECTED], states[SuggestionState.ACCEPTED])
    _pass(library)
    assert not {each[0] for each in digikam.shown()} & {removed[0], ignored[0], confirmed[0]}


@pytest.mark.parametrize("is_scanned", [False, True], ids=["never scanned", "all scanned"])
def test_many_removed_by_hand_before_one_pass_are_all_rejected(
    library: SmallLibrary, digikam: Digikam, is_scanned: bool
) -> None:
    """One after the other in one view, all of one person among them."""
    if is_scanned:
        digikam.note_scanned(_images(digikam))
    _pass(library)
    shown = digikam.shown()
    for each in shown[:-1]:
        digikam.remove(each)
    _pass(library)
    assert len(shown) - 1 == len(_rejected(library))
    assert [shown[-1]] == digikam.shown()


def _clear_and_rescan(digikam: Digikam, _: Path) -> None:
    digikam.detect_again(_images(digikam), at=ELSEWHERE)


def _rescan_at_the_same_places(digikam: Digikam, _: Path) -> None:
    digikam.detect_again(_images(digikam))


def _rescan_that_leaves_no_trace(digikam: Digikam, _: Path) -> None:
    digikam.detect_again(_images(digikam), noting=False)


def _rescan_one_album(digikam: Digikam, _: Path) -> None:
    image = digikam.shown()[0][0]
    album = digikam.query("SELECT id FROM Images WHERE album = (SELECT album FROM Images WHERE id = ?)", image)
    digikam.detect_again([int(str(each)) for (each,) in album])


def _delete_a_person(digikam: Digikam, _: Path) -> None:
    digikam.delete_person(digikam.shown()[0][1])


def _delete_and_make_again(digikam: Digikam, _: Path) -> None:
    tag = digikam.shown()[0][1]
    name = digikam.name(tag)
    digikam.delete_person(tag)
    digikam.make_person(2000, name)


def _delete_and_make_again_with_its_number(digikam: Digikam, _: Path) -> None:
    tag = digikam.shown()[0][1]
    name = digikam.name(tag)
    digikam.delete_person(tag)
    digikam.make_person(tag, name)


def _merge_two_people(digikam: Digikam, _: Path) -> None:
    tags = sorted({tag for _, tag, _ in digikam.shown()})
    digikam.merge_person(tags[0], tags[1])


def _rename_a_person(digikam: Digikam, _: Path) -> None:
    digikam.rename_person(digikam.shown()[0][1], "Somebody Else Entirely")


def _add_photos_again(digikam: Digikam, _: Path) -> None:
    digikam.add_again([image for image, *_ in digikam.shown()])


def _move_an_album(digikam: Digikam, _: Path) -> None:
    digikam.move_album(digikam.shown()[0][0], "/elsewhere")


def _put_a_backup_back(digikam: Digikam, backup: Path) -> None:
    digikam.put_back(backup)


@pytest.mark.parametrize(
    "happens",
    [
        _clear_and_rescan,
        _rescan_at_the_same_places,
        _rescan_that_leaves_no_trace,
        _rescan_one_album,
        _delete_a_person,
        _delete_and_make_again,
        _delete_and_make_again_with_its_number,
        _merge_two_people,
        _rename_a_person,
        _add_photos_again,
        _move_an_album,
        _put_a_backup_back,
    ],
)
def test_what_digikam_or_a_menu_does_to_many_is_no_rejection(
    library: SmallLibrary, digikam: Digikam, tmp_path: Path, happens: Callable[[Digikam, Path], None]
) -> None:
    """Suggestions go, but nobody said no to them."""
    digikam.note_scanned(_images(digikam))
    backup = tmp_path / "backup.db"
    shutil.copyfile(digikam.database, backup)
    _pass(library)
    assert len(digikam.shown()) > 10
    happens(digikam, backup)
    _pass(library)
    assert [] == _rejected(library)
    assert SuggestionState.REJECTED not in _states(library)


def _take_back(library: SmallLibrary) -> None:
    """A pass after write_suggestions was switched off."""
    session = library.session()
    finished(session)
    session.close()


def test_a_remove_in_a_view_that_shows_a_withdrawn_suggestion_counts(library: SmallLibrary, digikam: Digikam) -> None:
    """The view is not refreshed when we take a suggestion back; also where an Unknown face had been there before."""
    digikam.note_scanned(_images(digikam))
    _pass(library)
    first, second, *_ = digikam.shown()
    _take_back(library)
    shutil.rmtree(library.state)
    with digikam.writing() as connection:  # the second one replaces an Unknown face, which comes back
        connection.execute(
            "INSERT INTO ImageTagProperties SELECT ?, tagid, 'autodetectedFace', ? FROM TagProperties"
            " WHERE property = 'unknownPerson'",
            (second[0], second[2]),
        )
    _pass(library)
    assert {first, second} <= set(digikam.shown())
    _take_back(library)
    assert [] == digikam.shown()
    for each in (first, second):
        digikam.remove(each)
    _pass(library)
    assert {digikam.name(first[1]), digikam.name(second[1])} == {name for _, name in _rejected(library)}
    assert {first[0], second[0]}.isdisjoint(image for image, *_ in digikam.shown())


def test_a_rejection_follows_the_person_when_it_is_renamed(library: SmallLibrary, digikam: Digikam) -> None:
    """The face does not get the new name either; a new person of the old name is somebody else."""
    _pass(library)
    removed = digikam.shown()[0]
    old = digikam.name(removed[1])
    digikam.remove(removed)
    _pass(library)
    digikam.rename_person(removed[1], "Renamed Person")
    digikam.make_person(3000, old)
    _pass(library)
    assert ["Renamed Person"] == [name for _, name in _rejected(library)]
    assert removed[0] not in {image for image, *_ in digikam.shown()}
    assert "Renamed Person" in {digikam.name(tag) for _, tag, _ in digikam.shown()}


def test_a_number_that_another_person_got_takes_no_rejection_along(library: SmallLibrary, digikam: Digikam) -> None:
    """SQLite gives the highest deleted number to the next tag."""
    _pass(library)
    removed = digikam.shown()[0]
    old = digikam.name(removed[1])
    digikam.remove(removed)
    _pass(library)
    digikam.delete_person(removed[1])
    digikam.make_person(removed[1], "Newcomer")
    _pass(library)
    # digiKam 9.1's own memory is by number: it keeps the newcomer from that face, too
    assert [old, *(["Newcomer"] if digikam.remembers else [])] == [name for _, name in _rejected(library)]


def _shown_again(digikam: Digikam, shown: Shown) -> bool:
    return (shown[0], shown[1]) in {(image, tag) for image, tag, _ in digikam.shown()}


@pytest.mark.parametrize("remembers", [True])
def test_what_digikam_remembers_is_rejected_until_it_is_cleared_there(library: SmallLibrary, remembers: bool) -> None:
    """Also after our own state was lost; cleared by digiKam's menu, the name comes back."""
    unconfirm_half(library.database)
    digikam = Digikam(library.database, remembers=remembers)
    _pass(library)
    removed = digikam.shown()[0]
    digikam.remove(removed)
    _pass(library)
    assert 1 == len(_rejected(library))
    shutil.rmtree(library.state)
    for _ in range(2):
        _pass(library)
        assert not _shown_again(digikam, removed)
        assert [digikam.name(removed[1])] == [name for _, name in _rejected(library)]
    digikam.clear_memory()
    _pass(library)
    assert [] == _rejected(library)
    assert _shown_again(digikam, removed)


def test_a_memory_that_went_with_the_face_is_kept(library: SmallLibrary) -> None:
    """Metadata that replaces the face, or a rescan, takes digiKam's row away; nobody cleared anything."""
    unconfirm_half(library.database)
    digikam = Digikam(library.database, remembers=True)
    digikam.note_scanned(_images(digikam))
    _pass(library)
    removed = digikam.shown()[0]
    digikam.remove(removed)
    _pass(library)
    with digikam.writing() as connection:
        connection.execute("DELETE FROM ImageTagProperties WHERE imageid = ?", (removed[0],))
    digikam.note_scanned([removed[0]])
    _pass(library)
    assert [digikam.name(removed[1])] == [name for _, name in _rejected(library)]
    assert not _shown_again(digikam, removed)


def test_the_database_is_backed_up_before_the_first_write(library: SmallLibrary, digikam: Digikam) -> None:
    """Once, whole and as it was; and a library that is put back from it is no human's decision about anything."""
    before = digikam.query("SELECT * FROM ImageTagProperties ORDER BY 1, 2, 3, 4")
    plain = library.session()  # without write_suggestions nothing is written, and nothing backed up
    finished(plain)
    plain.close()
    assert [] == list(library.state.glob("*.backup"))
    for _ in range(2):
        _pass(library)
        [backup] = library.state.glob("digikam-before-facedaemon-*.backup")
    shown = digikam.shown()
    with closing(sqlite3.connect(backup)) as kept:
        assert before == kept.execute("SELECT * FROM ImageTagProperties ORDER BY 1, 2, 3, 4").fetchall()
        assert [("ok",)] == kept.execute("PRAGMA integrity_check").fetchall()
    digikam.put_back(backup)
    assert [] == digikam.shown()
    _pass(library)
    assert [] == _rejected(library)
    _pass(library)
    assert len(shown) == len(digikam.shown())
