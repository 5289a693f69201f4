"""Whatever digiKam's settings, no sidecar of ours has it drop what only its database knows.

What a real digiKam does under these settings is tried by `benchmarks/unharmed.py`; here, that sidecars are left alone
where it would drop something, and only there.
"""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from facedaemon.config import load
from facedaemon.pipeline.reports import Step, UndoReport
from facedaemon.pipeline.session import Session, open_session
from facedaemon.pipeline.setup.check import check_setup
from facedaemon.pipeline.undo import undo_writes
from facedaemon.store import SuggestionRecord
from facedaemon.values import SuggestionState
from tests.pipeline.conftest import SmallLibrary, finished

RESCANS, READS = "Rescan File If Modified=true", "Use XMP Sidecar For Reading=true"


@pytest.fixture
def bare(library: SmallLibrary) -> SmallLibrary:
    """The scanned library, before anything was written, with some names taken back that will be suggested."""
    assert [] == list(library.root.rglob("*.xmp"))
    with closing(sqlite3.connect(library.database)) as connection, connection:
        for table in ("ImageTags", "ImageTagProperties"):
            connection.execute(f"DELETE FROM {table} WHERE imageid IN (SELECT id FROM Images WHERE id % 9 = 0)")
    return library


def set_up(library: SmallLibrary, *settings: str, place: str = ".config/digikamrc") -> None:
    """The user's digiKam has these settings for metadata."""
    file = library.state.parent / place
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = ["[Database Settings]", "Database Type=QSQLITE", f"Database Name={library.database}", "[Metadata Settings]"]
    file.write_text("\n".join([*lines, *settings, ""]))


def opened(library: SmallLibrary, policy: str = "suggest", database: str = "auto", **environ: str) -> Session:
    """A session that finds digiKam by its settings."""
    settings = {
        "photos": {"roots": [str(library.root)]},
        "library": {"digikam": {"database": database}},
        "sidecar": {"policy": policy},
        "state_directory": str(library.state),
    }
    home = library.state.parent
    return open_session(load(home / "empty.yaml", settings), home, {"XDG_CONFIG_DIRS": str(home / "etc"), **environ})


def sidecars(library: SmallLibrary) -> dict[Path, bytes]:
    """All sidecars, with what they hold."""
    return {path: path.read_bytes() for path in library.root.rglob("*.xmp")}


@pytest.mark.parametrize("policy", ["suggest", "auto", "regions"])
def test_no_sidecar_is_made_where_digikam_would_read_the_photo_again(bare: SmallLibrary, policy: str) -> None:
    """Suggestions are kept and counted; nothing is written, and the summary says why and what to do."""
    set_up(bare, RESCANS, READS)
    session = opened(bare, policy)
    report = finished(session)
    assert {} == sidecars(bare)
    assert report.open > 0
    assert report.held >= len({item.photo for item in session.store.suggestions.all(SuggestionState.OPEN)})
    assert any("Rescan file if modified" in notice for notice in report.notices)
    again = finished(session)
    assert (report.held, 0, 0) == (again.held, again.written, again.untouched)
    session.close()


@pytest.mark.parametrize(
    "settings",
    [(), (RESCANS,), (READS,), (RESCANS, "Use XMP Sidecar For Reading=false"), ("Save Tags=true", READS)],
    ids=["defaults", "rescans alone", "reads alone", "reading switched off", "reads and saves"],
)
def test_sidecars_are_made_where_it_would_not(bare: SmallLibrary, settings: tuple[str, ...]) -> None:
    """With one of the two settings off digiKam takes no notice of a sidecar beside a photo that it knows."""
    set_up(bare, *settings)
    session = opened(bare)
    report = finished(session)
    assert (0, report.written) == (report.held, len(sidecars(bare)))
    assert report.written > 0
    session.close()


@pytest.mark.parametrize("place", ["etc/digikamrc", ".var/app/org.kde.digikam/config/digikamrc", "mine/digikamrc"])
def test_settings_count_wherever_they_are_made(bare: SmallLibrary, place: str) -> None:
    """By an administrator for all, in the Flatpak that is not used any more, in a place of the user's own."""
    if place != "mine/digikamrc":
        set_up(bare)
    set_up(bare, RESCANS, READS, place=place)
    environ = {"XDG_CONFIG_HOME": str(bare.state.parent / "mine")} if place.startswith("mine") else {}
    session = opened(bare, database=str(bare.database), **environ)
    finished(session)
    assert {} == sidecars(bare)
    session.close()


def test_what_the_user_sets_outdoes_what_is_set_for_all(bare: SmallLibrary) -> None:
    """A key of the user's own file wins."""
    set_up(bare, RESCANS, READS, place="etc/digikamrc")
    set_up(bare, "Rescan File If Modified=false")
    session = opened(bare)
    assert finished(session).written > 0
    session.close()


def _lock_out(library: SmallLibrary) -> None:
    with closing(sqlite3.connect(library.database)) as connection, connection:
        connection.execute("UPDATE Settings SET value = '3' WHERE keyword = 'DBVersion'")


def _lose_collection(library: SmallLibrary) -> None:
    with closing(sqlite3.connect(library.database)) as connection, connection:
        connection.execute("UPDATE AlbumRoots SET identifier = 'volumeid:?uuid=11111111-2222-3333-4444-555555555555'")


@pytest.mark.parametrize("spoil", [_lock_out, _lose_collection], ids=["unreadable", "collection not found"])
def test_where_nobody_can_say_which_photos_digikam_knows_all_are_left_alone(bare: SmallLibrary, spoil: object) -> None:
    """A library that cannot be read, or a collection whose place is not known, may hold any photo."""
    set_up(bare, RESCANS, READS)
    session = opened(bare)
    assert callable(spoil)
    spoil(bare)
    finished(session)
    assert {} == sidecars(bare)
    session.close()


def test_it_holds_also_for_who_works_without_digikams_database(bare: SmallLibrary) -> None:
    """`database: none` says that we do not read it, not that it may be harmed."""
    set_up(bare, RESCANS, READS)
    session = opened(bare, database="none")
    finished(session)
    assert {} == sidecars(bare)
    session.close()


def test_photos_outside_of_digikams_collections_have_their_sidecars(bare: SmallLibrary) -> None:
    """What digiKam does not look at, it cannot drop."""
    set_up(bare, RESCANS, READS)
    session = opened(bare)
    finished(session)
    photo = min(item.photo for item in session.store.suggestions.all(SuggestionState.OPEN))
    outside = bare.root.with_name("outside")
    outside.mkdir()
    shutil.copy2(photo, outside / "copy.jpg")
    roots = {"roots": [str(bare.root), str(outside)]}
    session.config = session.config.model_copy(update={"photos": session.config.photos.model_copy(update=roots)})
    finished(session)
    assert [outside / "copy.jpg.xmp"] == list(outside.rglob("*.xmp"))
    assert {} == sidecars(bare)
    session.close()


def test_digikam_sees_a_new_photo_before_our_sidecar(bare: SmallLibrary) -> None:
    """It reads a new photo's sidecar in the photo's place, captions and all: so it reads the photo first."""
    kept = bare.database.with_name("kept.db")
    shutil.copyfile(bare.database, kept)
    with closing(sqlite3.connect(bare.database)) as connection, connection:
        connection.execute("DELETE FROM Images WHERE id % 9 = 0 AND id % 2 = 0")
    set_up(bare, READS)
    session = opened(bare)
    report = finished(session)
    assert 0 < report.written < report.open
    assert (report.open, report.written) == (report.held + report.written, len(sidecars(bare)))
    assert any("has read the photos" in notice for notice in report.notices)
    shutil.copyfile(kept, bare.database)
    assert (report.held, 0) == ((after := finished(session)).written, after.held)
    assert report.open == len(sidecars(bare))
    session.close()


def test_a_change_of_the_settings_counts_at_the_next_pass(bare: SmallLibrary) -> None:
    """Without a restart: what was held is written, and what stands is left alone, also a name that was withdrawn."""
    set_up(bare, RESCANS, READS)
    session = opened(bare)
    assert 0 == finished(session).written
    set_up(bare, READS)
    assert finished(session).written > 0
    written = sidecars(bare)
    set_up(bare, RESCANS, READS)
    for item in list(session.store.suggestions.all(SuggestionState.OPEN)):
        session.store.suggestions.close(item.face, item.person, SuggestionState.WITHDRAWN, session.now())
    finished(session)
    assert written == sidecars(bare)
    session.close()


def test_undo_takes_nothing_out_while_digikam_would_read_the_photo_again(bare: SmallLibrary) -> None:
    """It names the sidecars and what to do; once the setting is off, they go as if nothing had been."""
    set_up(bare, READS)
    session = opened(bare)
    finished(session)
    written = sidecars(bare)
    assert written
    set_up(bare, RESCANS, READS)
    report = _undone(session)
    assert written == sidecars(bare)
    assert written.keys() == {path for path, _ in report.refused}
    assert all("Rescan file if modified" in reason for _, reason in report.refused)
    set_up(bare, READS)
    assert [] == _undone(session).refused
    assert {} == sidecars(bare)
    session.close()


@pytest.mark.parametrize("by_hand", [False, True], ids=["read by digiKam", "confirmed by a human"])
def test_undo_names_what_digikam_made_its_own(bare: SmallLibrary, by_hand: bool) -> None:
    """Our region stands in its database and, rewritten, in the sidecar: it is said, unless a human confirmed it."""
    set_up(bare)
    session = opened(bare, "regions")
    finished(session)
    item = next(session.store.suggestions.all(SuggestionState.OPEN))
    sidecar = item.photo.with_name(f"{item.photo.name}.xmp")
    ours = r"(?s)<(facedaemon:\w+)[ >].*?</\1>|<facedaemon:\w+[^>]*/>"
    sidecar.write_text(re.sub(ours, "", sidecar.read_text()))
    _confirm(bare, item, by_hand=by_hand)
    report = _undone(session)
    assert [] == report.refused
    assert ([] if by_hand else [(sidecar, (item.person,))]) == report.left
    session.close()


def _confirm(library: SmallLibrary, item: SuggestionRecord, *, by_hand: bool) -> None:
    with closing(sqlite3.connect(library.database)) as connection, connection:
        image, width, height = connection.execute(
            "SELECT Images.id, width, height FROM Images JOIN Albums ON Albums.id = Images.album"
            " JOIN ImageInformation ON imageid = Images.id WHERE Albums.relativePath || '/' || Images.name = ?",
            (f"/{item.photo.relative_to(library.root)}",),
        ).fetchone()
        (tag,) = connection.execute(
            "SELECT tagid FROM TagProperties WHERE property = 'person' AND value = ?", (item.person,)
        ).fetchone()
        at = item.region
        x, y, w, h = round(at.x * width), round(at.y * height), round(at.w * width), round(at.h * height)
        rect = f'<rect x="{x}" y="{y}" width="{w}" height="{h}"/>'
        connection.execute("INSERT INTO ImageTags VALUES (?, ?)", (image, tag))
        for name in ("tagRegion", *(["faceToTrain"] if by_hand else [])):
            connection.execute("INSERT INTO ImageTagProperties VALUES (?, ?, ?, ?)", (image, tag, name, rect))


@pytest.mark.parametrize(
    ("settings", "state", "said"),
    [
        ((RESCANS, READS), "note", "would drop what only its database knows"),
        ((READS,), "ok", "reads sidecars, but no photo again for them"),
        ((RESCANS,), "ok", "does not read sidecars"),
    ],
)
def test_check_says_what_applies(bare: SmallLibrary, settings: tuple[str, ...], state: str, said: str) -> None:
    """From the settings as they are."""
    set_up(bare, *settings)
    session = opened(bare)
    home = bare.state.parent
    found = [item for item in check_setup(session.config, home, {"XDG_CONFIG_DIRS": ""}) if item.subject == "sidecars"]
    session.close()
    assert [state] == [item.state for item in found]
    assert said in found[0].message


def _undone(session: Session) -> UndoReport:
    steps, reports = undo_writes(session), []

    def followed() -> Iterator[Step]:
        reports.append((yield from steps))

    list(followed())
    return reports[0]
