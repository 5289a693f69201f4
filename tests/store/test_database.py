"""Opening the state: one owner, migrations, refusals."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from facedaemon.errors import ExitCode, Fatal
from facedaemon.store import Store
from facedaemon.store.database import migrations
from tests import fakes


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
    assert owner.stdout is not None
    assert owner.stdout.readline() == "owned\n"
    with pytest.raises(Fatal):
        Store.open(tmp_path)
    owner.kill()
    owner.communicate()
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


def test_a_damaged_state_is_named_with_the_mend(tmp_path: Path) -> None:
    """Garbage in the place of the state is an error that says what to do, not a traceback."""
    (tmp_path / "state.db").write_bytes(b"no database at all" * 1000)
    with pytest.raises(Fatal, match=r"state\.db: the state is damaged .* move it away"):
        Store.open(tmp_path)


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    """A SQLite file that is not ours is not migrated into ours."""
    with sqlite3.connect(tmp_path / "state.db") as connection:
        connection.execute("CREATE TABLE mine (x)")
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    with pytest.raises(Fatal, match="not a state of facedaemon"):
        Store.open(tmp_path)


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    """All of a block's changes, or none."""
    store = Store.open(tmp_path)
    with pytest.raises(RuntimeError), store.transaction():
        store.photos.put_look(Path("/a.jpg"), fakes.fingerprint(), fakes.look())
        with store.transaction():
            store.put_note("key", "value")
        raise RuntimeError
    assert store.photos.get(Path("/a.jpg")) is None
    assert store.note("key") is None
    store.close()


def test_looking_needs_no_lock_and_cannot_write(tmp_path: Path) -> None:
    """`status` works while the daemon owns the state, and can never harm it."""
    assert Store.look_at(tmp_path) is None
    owner = Store.open(tmp_path)
    owner.put_note("key", "value")
    onlooker = Store.look_at(tmp_path)
    assert onlooker is not None
    assert onlooker.note("key") == "value"
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        onlooker.put_note("key", "other")
    onlooker.close()
    owner.close()
