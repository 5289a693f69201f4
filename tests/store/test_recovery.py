"""A damaged state: set aside, replaced by a new one, and what cannot be found again saved from it."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from facedaemon.errors import ExitCode, Fatal
from facedaemon.store import GROUPED_NOTE, LedgerKind, Rejection, Store
from facedaemon.values import Evidence, Region
from tests import made_values

PLACE = Region(0.1, 0.2, 0.3, 0.4)
COUNT = 200
PAGE = 4096


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state with photos, rejections and a ledger, well closed."""
    folder = tmp_path_factory.mktemp("sound")
    _fill(folder)
    return folder


def _fill(folder: Path) -> None:
    with closing(Store.open(folder)) as store, store.transaction():
        for number in range(COUNT):
            photo = Path(f"/photos/{number:04}.jpg")
            store.photos.put_analysis(
                photo, made_values.fingerprint(number), made_values.analysis(made_values.face(PLACE, number))
            )
            store.rejections.add(Rejection(None, photo, PLACE, "Anna", Evidence.REMOVED), now=1.0)
            entry = store.ledger.intend(
                LedgerKind.SIDECAR, photo, photo.with_suffix(".xmp"), bytes(range(256)) * 4, "after", (), now=1.0
            )
            store.ledger.done(entry, now=2.0)


def _damaged(sound: Path, folder: Path, offset: int, garbage: bytes) -> Path:
    """A copy of the sound state, with `garbage` written over it."""
    shutil.copytree(sound, folder)
    with (folder / "state.db").open("r+b") as file:
        file.seek(offset)
        file.write(garbage)
    return folder


def _saved(folder: Path) -> tuple[set[Path], set[Path]]:
    """The photos of the rejections and of the ledger after the state was opened, which must be sound then."""
    with closing(Store.open(folder)) as store:
        rejections = {each.rejection.path for each in store.rejections.all()}
        entries = store.ledger.active()
    assert all(entry.before == bytes(range(256)) * 4 for entry in entries)
    with closing(sqlite3.connect(folder / "state.db")) as connection:
        assert "ok" == connection.execute("PRAGMA integrity_check").fetchone()[0]
    return rejections, {entry.photo for entry in entries}


def _page_of(sound: Path, table: str) -> int:
    """The number of a page, counted from 0, on which rows of a table lie."""
    with closing(sqlite3.connect(sound / "state.db")) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    page = (sound / "state.db").read_bytes()[(root - 1) * PAGE : root * PAGE]
    # an interior page (fileformat2, section 1.6) ends with its cells, each of which begins with the number of a child
    if page[0] != 5:
        return int(root) - 1
    first_cell = int.from_bytes(page[12:14], "big")
    return int.from_bytes(page[first_cell : first_cell + 4], "big") - 1


def test_a_damaged_state_is_kept_and_replaced(sound: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Damage where photos are remembered costs no rejection and no entry of the ledger, and is said loudly."""
    folder = _damaged(sound, tmp_path / "state", _page_of(sound, "photo") * PAGE, b"\xa5" * PAGE)
    broken = (folder / "state.db").read_bytes()
    rejections, entries = _saved(folder)
    assert (COUNT, COUNT) == (len(rejections), len(entries))
    (kept,) = folder.glob("state.db.damaged-*")
    assert broken == kept.read_bytes()
    (said,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert f"{COUNT} rejections and {COUNT} entries of the ledger were saved" in said
    assert str(kept) in said


@pytest.mark.parametrize("table", ["ledger", "rejection"])
def test_only_rows_on_the_damaged_page_are_lost(sound: Path, tmp_path: Path, table: str) -> None:
    """Rows before and after an unreadable page are saved, and that some are missing is said."""
    folder = _damaged(sound, tmp_path / "state", _page_of(sound, table) * PAGE, b"\xa5" * PAGE)
    rejections, entries = _saved(folder)
    lost = {"rejection": COUNT - len(rejections), "ledger": COUNT - len(entries)}
    assert 0 < lost.pop(table) < COUNT / 2
    assert {0} == set(lost.values())


@pytest.mark.slow
def test_damage_anywhere_ends_in_a_sound_state(sound: Path, tmp_path: Path) -> None:
    """Whichever page is lost, the state opens, and holds nothing that was not there before."""
    known = {Path(f"/photos/{number:04}.jpg") for number in range(COUNT)}
    pages = (sound / "state.db").stat().st_size // PAGE
    saved = 0
    for page in range(0, pages, 3):
        rejections, entries = _saved(_damaged(sound, tmp_path / str(page), page * PAGE, b"\xa5" * PAGE))
        assert (set(), set()) == (rejections - known, entries - known)
        saved += len(rejections) + len(entries)
    assert 0.85 * 2 * COUNT * len(range(0, pages, 3)) < saved  # all but the pages with the schema


def test_a_truncated_state_is_replaced(sound: Path, tmp_path: Path) -> None:
    """A state that a full disk or a crash cut in half is damaged like any other."""
    folder = _damaged(sound, tmp_path / "state", 0, b"")
    with (folder / "state.db").open("r+b") as file:
        file.truncate((folder / "state.db").stat().st_size // 2)
    _saved(folder)
    assert [1] == [len(list(folder.glob("state.db.damaged-????-??-??")))]


def test_what_only_the_log_holds_is_saved_too(tmp_path: Path) -> None:
    """A process that was killed leaves its last changes in the log beside the database; they are read with it."""
    live, dead = tmp_path / "live", tmp_path / "dead"
    live.mkdir()
    _fill(live)
    with closing(Store.open(live)) as store:
        store.rejections.add(Rejection(None, Path("/photos/last.jpg"), PLACE, "Anna", Evidence.REMOVED), now=3.0)
        shutil.copytree(live, dead)
    assert (dead / "state.db-wal").stat().st_size
    with (dead / "state.db").open("r+b") as file:
        file.seek(_page_of(live, "embedding") * PAGE)
        file.write(b"\xa5" * PAGE)
    assert Path("/photos/last.jpg") in _saved(dead)[0]


def test_a_second_damage_keeps_the_first_file(sound: Path, tmp_path: Path) -> None:
    """Two damages on one day are two files that are kept."""
    folder = _damaged(sound, tmp_path / "state", 0, b"no database at all" * 500)
    _saved(folder)
    (folder / "state.db").write_bytes(b"again" * 5000)
    _saved(folder)
    assert 2 == len(list(folder.glob("state.db.damaged-*")))


def test_looking_at_a_damaged_state_changes_nothing(sound: Path, tmp_path: Path) -> None:
    """`status` names the damage and what to do, and leaves the repair to the state's owner."""
    folder = _damaged(sound, tmp_path / "state", 0, b"no database at all" * 500)
    before = (folder / "state.db").read_bytes()
    with pytest.raises(Fatal, match=r"state\.db: the state cannot be read .* 'facedaemon scan'") as refused:
        Store.open_read_only(folder)
    assert refused.value.exit_code == ExitCode.USAGE
    assert before == (folder / "state.db").read_bytes()


def test_a_folder_that_cannot_be_written_is_no_damage(tmp_path: Path) -> None:
    """Where SQLite cannot open the file for another reason, it is told and nothing is set aside."""
    (tmp_path / "state.db").mkdir()
    with pytest.raises(Fatal, match=r"state\.db: the state cannot be used: unable to open database file"):
        Store.open(tmp_path)
    assert {"lock", "state.db"} == {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize("is_legible", [True, False])
def test_no_number_of_a_group_is_given_again(sound: Path, tmp_path: Path, is_legible: bool) -> None:
    """What somebody read of a group before the damage never means other faces after it."""
    grouped = tmp_path / "grouped"
    shutil.copytree(sound, grouped)
    with closing(Store.open(grouped)) as store:
        store.put_note(GROUPED_NOTE, json.dumps({"model": "m", "faces": 9, "highest": 4711}))
    folder = _damaged(grouped, tmp_path / "state", _page_of(grouped, "photo") * PAGE, b"\xa5" * PAGE)
    if not is_legible:
        folder = _damaged(folder, tmp_path / "again", _page_of(grouped, "note") * PAGE, b"\xa5" * PAGE)
    with closing(Store.open(folder)) as store:
        note = json.loads(store.note(GROUPED_NOTE) or "")
    assert ("", 0) == (note["model"], note["faces"])  # all are grouped at the next pass
    assert note["highest"] == 4711 if is_legible else note["highest"] > 10_000
