"""Opening the state: one owner, migrations, refusals."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from facedaemon.errors import ExitCode, Fatal, Unavailable
from facedaemon.store import Store
from facedaemon.store.database import migrations, open_state
from tests import made_values
from tests.deadlines import TIMEOUT, next_line


def test_a_second_owner_is_refused_with_the_first_ones_number(tmp_path: Path) -> None:
    """One process owns a state; another one ends with exit status 4 and is told whom to stop."""
    store = Store.open(tmp_path)
    with pytest.raises(Fatal, match=rf"process {os.getpid()}\b") as refused:
        Store.open(tmp_path)
    assert refused.value.exit_code == ExitCode.LOCKED
    store.close()
    Store.open(tmp_path).close()


def test_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    """After kill -9 the next process takes over."""
    script = (
        "import os, sys; from pathlib import Path; from facedaemon.store import Store;"
        "Store.open(Path(sys.argv[1])); print('owned', flush=True); sys.stdin.read()"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert next_line(owner.stdout) == "owned\n"
    with pytest.raises(Fatal):
        Store.open(tmp_path)
    owner.kill()
    owner.communicate(timeout=TIMEOUT)
    Store.open(tmp_path).close()


def test_a_state_of_a_newer_version_is_refused_and_kept(tmp_path: Path) -> None:
    """A downgrade never touches what it does not understand."""
    Store.open(tmp_path).close()
    with sqlite3.connect(tmp_path / "state.db") as connection:
        connection.execute(f"PRAGMA user_version = {len(migrations()) + 1}")
    connection.close()
    before = (tmp_path / "state.db").read_bytes()
    with pytest.raises(Fatal, match="update facedaemon"):
        Store.open(tmp_path)
    assert before == (tmp_path / "state.db").read_bytes()


OLDER = ["CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;"]
NEWER = [*OLDER, "ALTER TABLE thing ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey';"]


def _made_by(scripts: list[str], directory: Path) -> list[tuple[object, ...]]:
    """The things in the state when it was opened by a facedaemon with these migrations."""
    with closing(open_state(directory, scripts)) as connection:
        connection.execute("INSERT OR IGNORE INTO thing (id, name) VALUES (1, 'hat')")
        return [tuple(row) for row in connection.execute("SELECT * FROM thing")]


def test_an_older_state_is_migrated_with_a_backup(tmp_path: Path) -> None:
    """A newer facedaemon changes the schema, keeps the rows, and leaves the state as it was beside it."""
    assert [(1, "hat")] == _made_by(OLDER, tmp_path)
    assert [(1, "hat", "grey")] == _made_by(NEWER, tmp_path)
    with closing(sqlite3.connect(tmp_path / "state.v1.backup")) as backup:
        assert [(1, "hat")] == backup.execute("SELECT * FROM thing").fetchall()
        assert (1,) == backup.execute("PRAGMA user_version").fetchone()


def test_a_migrated_state_equals_a_fresh_one(tmp_path: Path) -> None:
    """However old a state is, after the migration its schema is the one that a new state has."""
    for name, all_scripts in (("own", migrations()), ("two", NEWER)):
        schemas = []
        for version in range(len(all_scripts) + 1):
            folder = tmp_path / f"{name}{version}"
            folder.mkdir()
            open_state(folder, all_scripts[:version]).close()
            with closing(open_state(folder, all_scripts)) as connection:
                schemas.append([row[0] for row in connection.execute("SELECT sql FROM sqlite_master ORDER BY name")])
        assert all(schema == schemas[0] for schema in schemas)


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    """A script that breaks half way leaves the old state whole, and the next attempt finds it so."""
    _made_by(OLDER, tmp_path)
    with pytest.raises(Fatal, match="the state cannot be used: no such table: absent"):
        open_state(tmp_path, [*OLDER, "ALTER TABLE thing ADD COLUMN size REAL; INSERT INTO absent VALUES (1);"])
    assert [(1, "hat")] == _made_by(OLDER, tmp_path)
    assert [(1, "hat", "grey")] == _made_by(NEWER, tmp_path)


@pytest.mark.parametrize("version", [0, 1])
def test_another_programs_database_is_refused(version: int, tmp_path: Path) -> None:
    """A SQLite file that is not ours is not migrated into ours."""
    with sqlite3.connect(tmp_path / "state.db") as connection:
        connection.execute("CREATE TABLE mine (x)")
        connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    with pytest.raises(Fatal, match="not a state of facedaemon"):
        Store.open(tmp_path)


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    """All of a block's changes, or none."""
    store = Store.open(tmp_path)
    with pytest.raises(RuntimeError), store.transaction():
        store.photos.put_analysis(Path("/a.jpg"), made_values.fingerprint(), made_values.analysis())
        with store.transaction():
            store.put_note("key", "value")
        raise RuntimeError
    assert store.photos.get(Path("/a.jpg")) is None
    assert store.note("key") is None
    store.close()


def test_looking_needs_no_lock_and_cannot_write(tmp_path: Path) -> None:
    """`status` works while the daemon owns the state, and can never harm it."""
    assert Store.open_read_only(tmp_path) is None
    owner = Store.open(tmp_path)
    owner.put_note("key", "value")
    onlooker = Store.open_read_only(tmp_path)
    assert onlooker is not None
    assert onlooker.note("key") == "value"
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        onlooker.put_note("key", "other")
    onlooker.close()
    owner.close()


def test_a_full_disk_is_not_the_librarys_fault(tmp_path: Path) -> None:
    """A command that meets it ends with status 2, whose message names the state; 5 speaks of the library alone."""
    store = Store.open(tmp_path)
    store._connection.execute("PRAGMA max_page_count = 1")  # SQLite takes the number of pages that there are
    with pytest.raises(Unavailable, match=r"state\.db: the state cannot be kept: .*full") as refused:
        for number in range(100):
            store.put_note(f"{number}", "x" * 100_000)
    store.close()
    assert ExitCode.USAGE == refused.value.exit_code
