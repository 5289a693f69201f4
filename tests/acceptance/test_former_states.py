"""States that former versions made (tests/store/former_states.py): nothing that they knew is lost."""

import lzma
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.copied import move_paths
from tests.acceptance.place import Place
from tests.portrait_place import portraits_folder
from tests.store.former_states import FOLDER, PLACE, make_photos

OUR_LIST = b"<facedaemon:Suggestions>"
CONFIRMED = "SELECT path, person FROM face JOIN photo ON photo.id = photo WHERE state = 'confirmed'"
FILES = sorted(FOLDER.glob("*.sql.xz"))


@dataclass(frozen=True)
class Former:
    """A place as a former version left it; photos by their names, with whom it knew in them."""

    place: Place
    confirmed: set[tuple[str, str]]
    suggested: set[tuple[str, str]]
    rejected: set[tuple[str, str]]
    model: str
    sidecars: dict[str, bytes]


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The photos of which the states were made."""
    folder = tmp_path_factory.mktemp("former") / "photos"
    make_photos(portraits_folder(), folder)
    return folder


QUICK = (FILES[0], FILES[-1])
EACH = [file if file in QUICK else pytest.param(file, marks=pytest.mark.slow) for file in FILES]


@pytest.fixture(params=EACH, ids=lambda file: f"schema {file.name[:2]}")
def former(request: pytest.FixtureRequest, photos: Path, model_files: Path, tmp_path: Path) -> Former:
    """The former version's state and sidecars, moved to a place of this test."""
    place = Place(tmp_path, model_files, {})
    place.configure(library={"digikam": {"database": "none"}})
    place.photos.mkdir()
    for photo in photos.iterdir():
        (place.photos / photo.name).write_bytes(photo.read_bytes())
    place.state.mkdir(mode=0o700)
    with closing(sqlite3.connect(place.state / "state.db")) as state, state:
        state.executescript(lzma.decompress(request.param.read_bytes()).decode())
        sidecars = {name: text.encode() for name, text in state.execute("SELECT * FROM former_sidecar")}
        state.execute("DROP TABLE former_sidecar")
        move_paths(state, os.fsencode(PLACE), os.fsencode(tmp_path))
        _take_fingerprints(state)
        confirmed = _named(state, CONFIRMED)
        suggested = _named(
            state,
            "SELECT path, suggestion.person FROM suggestion JOIN face ON face.id = suggestion.face"
            " JOIN photo ON photo.id = face.photo WHERE suggestion.state = 'open'",
        )
        rejected = _named(state, "SELECT path, person FROM rejection")
        [(model,)] = state.execute("SELECT DISTINCT model FROM photo")
    for name, content in sidecars.items():
        (place.photos / name).write_bytes(content)
    return Former(place, confirmed, suggested, rejected, model, sidecars)


def _named(state: sqlite3.Connection, question: str) -> set[tuple[str, str]]:
    return {(Path(os.fsdecode(path)).name, person) for path, person in state.execute(question)}


def _take_fingerprints(state: sqlite3.Connection) -> None:
    """The state knows these copies as if they were the files that were analysed then."""
    columns = {column for _, column, *_ in state.execute("PRAGMA table_info(photo)")}
    for photo, path in state.execute("SELECT id, path FROM photo").fetchall():
        seen = Path(os.fsdecode(path)).stat()
        values = {
            "size": seen.st_size,
            "inode": seen.st_ino,
            "mtime_ns": seen.st_mtime_ns,
            "ctime_ns": seen.st_ctime_ns,
        }
        for column in columns & values.keys():
            state.execute(f"UPDATE photo SET {column} = ? WHERE id = ?", (values[column], photo))


def test_there_is_one_of_each_former_schema() -> None:
    """From the first on, without a gap."""
    assert [f"{number:02}.sql.xz" for number in range(1, len(FILES) + 1)] == [file.name for file in FILES]
    assert len(FILES) >= 18


def test_a_former_versions_state_keeps_what_it_knew(former: Former) -> None:
    """Confirmed faces, names and rejections stay; only other networks have photos analysed again; no name is wrong."""
    place = former.place
    indexed = place.json("scan").summary["photos"]["indexed"]
    with closing(sqlite3.connect(place.state / "state.db")) as state:
        assert {former.model} == {model for (model,) in state.execute("SELECT model FROM photo")} or indexed == 14
        assert indexed in {0, 14}
        assert former.confirmed == _named(state, CONFIRMED)
    suggested = {(item["photo"], item["person"]) for item in place.suggestions()}
    assert former.suggested <= suggested
    assert not former.rejected & suggested
    assert [] == [(photo, person) for photo, person in suggested if not photo.startswith(person)]
    assert former.rejected == {
        (Path(item["photo"]).name, item["person"]) for item in place.json("rejections", "list").lines
    }


def test_undo_takes_back_what_a_former_version_wrote(former: Former) -> None:
    """Its sidecars are known as ours: after `undo` none holds a suggestion, and the user's are as they were."""
    assert any(OUR_LIST in content for content in former.sidecars.values())
    former.place.json("undo")
    left = {path.name: path.read_bytes() for path in former.place.photos.glob("*.xmp")}
    users = {name: content for name, content in former.sidecars.items() if b"facedaemon:" not in content}
    assert 10 == len(users)
    assert users == {name: left[name] for name in users}
    assert [] == [name for name, content in left.items() if OUR_LIST in content]
