"""Errors are reported with the contract's exit status, the place, and what to do."""

import os
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest

import facedaemon
from facedaemon.store import StateLock
from tests.acceptance.daemon_process import daemon
from tests.acceptance.place import Done, Place

SOME_PHOTOS_FAILED, USAGE, MODELS, LOCKED, LIBRARY = range(1, 6)

# for root, permissions bind only without these two rights
RIGHTS = "-dac_override,-dac_read_search"
AS_A_USER = ["setpriv", f"--bounding-set={RIGHTS}", f"--inh-caps={RIGHTS}"] if os.geteuid() == 0 else []


def _says(done: Done, status: int, *words: str) -> None:
    assert status == done.status, done.err
    assert "Traceback" not in done.err
    assert [] == [word for word in words if word not in done.err], done.err


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """The package without its checkout, where no models are beside it."""
    (source,) = facedaemon.__path__
    shutil.copytree(source, tmp_path / "elsewhere" / "facedaemon", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "elsewhere"


def test_a_wrong_config_names_file_line_and_key(place: Place) -> None:
    """Every problem of a config is told at once, with line, key and what is allowed; nothing is done."""
    lines = [
        f"photos: {{roots: [{place.photos}]}}",
        "suggestions:",
        "  max_wrong: 1",
        "detection:",
        "  min_score: high",
    ]
    place.config.write_text("\n".join(lines), encoding="utf-8")
    done = place.run("scan")
    _says(done, USAGE, str(place.config), "2 problems", "suggestions.max_wrong", "did you mean", "max_wrong_per_100")
    _says(done, USAGE, "line 3", "line 5", "detection.min_score", "between 0 and 1", "'high'")
    assert not place.state.exists()


@pytest.mark.parametrize("text", ["photos: [", "photos:\n\troots: x", "- a\n- b", "\x00"])
def test_a_config_that_is_no_yaml(place: Place, text: str) -> None:
    """A file that is not a YAML mapping is wrong usage, and named."""
    place.config.write_text(text, encoding="utf-8")
    _says(place.run("scan"), USAGE, str(place.config))


def test_a_config_that_is_not_there(place: Place) -> None:
    """A config that was named and is absent is wrong usage."""
    place.config.unlink()
    _says(place.run("scan"), USAGE, str(place.config))


@pytest.mark.parametrize("arguments", [["scna"], ["scan", "--jsn"], ["faces"], ["undo", "--since", "yesterday-ish"]])
def test_wrong_usage(place: Place, arguments: list[str]) -> None:
    """A command line that cannot be understood ends with status 2."""
    _says(place.run(*arguments), USAGE)


def test_missing_models_are_named_with_what_to_do(place: Place, elsewhere: Path) -> None:
    """Each absent file is named with size, digest and source, and the command that fetches it."""
    nothing = elsewhere / "nothing"
    nothing.mkdir()
    done = place.run("scan", cwd=elsewhere, environment={"FACEDAEMON_MODELS": str(nothing)})
    _says(done, MODELS, "face_detection_yunet_2023mar.onnx", "232,589 bytes", "https://")
    _says(done, MODELS, "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4", "facedaemon models install")
    assert not place.state.exists()


def test_a_damaged_model_is_never_used(place: Place, elsewhere: Path) -> None:
    """One wrong byte in a network's file stops the scan before any photo is looked at."""
    damaged = elsewhere / "damaged"
    shutil.copytree(place.models, damaged)
    weights = damaged / "face_detection_yunet_2023mar.onnx"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.chmod(0o644)
    weights.write_bytes(content)
    done = place.run("scan", cwd=elsewhere, environment={"FACEDAEMON_MODELS": str(damaged)})
    _says(done, MODELS, str(weights), "damaged", "facedaemon models install")
    assert (
        MODELS == place.run("models", "verify", cwd=elsewhere, environment={"FACEDAEMON_MODELS": str(damaged)}).status
    )


def test_a_missing_database(place: Place) -> None:
    """A database that the config names and that is not there is named; nothing is made in its place."""
    place.database.unlink()
    _says(place.run("scan"), LIBRARY, str(place.database))
    assert not place.database.exists()


@pytest.mark.parametrize("content", [b"", b"not a database" * 1000], ids=["empty", "text"])
def test_a_file_that_is_no_digikam_database(place: Place, content: bytes) -> None:
    """Whatever is not digiKam's database is named and left byte for byte as it is."""
    place.database.write_bytes(content)
    _says(place.run("scan"), LIBRARY, str(place.database))
    assert content == place.database.read_bytes()


def test_a_database_of_another_program(place: Place) -> None:
    """An SQLite database without digiKam's tables is no library."""
    place.database.unlink()
    with closing(sqlite3.connect(place.database)) as database, database:
        database.execute("create table Images (id integer)")
    _says(place.run("scan"), LIBRARY, str(place.database))


def test_a_database_that_cannot_be_read_whatever_its_version(place: Place) -> None:
    """A schema of years to come without the tables that are needed is not guessed at: status 5, and `undo` works."""
    with closing(sqlite3.connect(place.database)) as database, database:
        database.execute("update Settings set value = '99' where keyword like 'DBVersion%'")
        database.execute("alter table ImageTagProperties rename to FaceProperties")
    _says(place.run("scan"), LIBRARY, str(place.database))
    assert LIBRARY == place.run("check").status
    assert 0 == place.run("undo").status


def test_a_state_that_another_instance_holds(place: Place) -> None:
    """While another command works, a scan refuses to, says who holds the state, and looking still works."""
    place.json("scan")
    lock = StateLock(place.state)
    try:
        _says(place.run("scan"), LOCKED, str(place.state), str(os.getpid()))
        place.json("suggestions")
        place.json("status")
    finally:
        lock.release()
    place.json("scan")


def test_a_broken_photo_is_named(place: Place) -> None:
    """Photos that cannot be read are named with the reason; the others are done; they count once, until they change."""
    broken = place.photos / "2010" / "broken.jpg"
    broken.parent.mkdir(exist_ok=True)
    broken.write_bytes(b"\xff\xd8\xff\xe0 this is no picture")
    empty = broken.with_name("empty.png")
    empty.touch()
    done = place.run("scan", "--json")
    _says(done, SOME_PHOTOS_FAILED, str(broken), str(empty))
    assert {"seen": len(place.truth) + 2, "indexed": len(place.truth), "unchanged": 0, "failed": 2} == done.summary[
        "photos"
    ]
    assert {str(broken), str(empty)} <= {part for line in place.json("status").lines for part in _strings(line)}
    shutil.copyfile(place.photos / next(iter(place.truth)), broken)
    empty.unlink()
    assert 1 == place.json("scan").summary["photos"]["indexed"]


def _strings(value: object) -> Iterable[str]:
    if isinstance(value, dict):
        for item in (*value.keys(), *value.values()):
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    else:
        yield str(value)


def test_an_unreadable_folder_is_named(known_place: Place) -> None:
    """A folder without permission is named; its photos are not taken for deleted, and keep their suggestions."""
    place = known_place
    place.json("scan")
    before = place.suggestions()
    photo = before[0]["photo"]
    closed = (place.photos / photo).parent
    closed.chmod(0o000)
    try:
        done = place.run("scan", "--json", before=AS_A_USER)
    finally:
        closed.chmod(0o755)
    _says(done, SOME_PHOTOS_FAILED, str(closed))
    assert photo in {item["photo"] for item in place.suggestions()}
    assert 0 == place.json("scan").summary["photos"]["indexed"]


def test_a_root_that_is_away_is_named(known_place: Place) -> None:
    """A drive that is not plugged in is named; nothing is forgotten, and nothing withdrawn."""
    place = known_place
    place.json("scan")
    before = place.suggestions()
    place.photos.rename(place.folder / "unplugged")
    done = place.run("scan", "--json")
    _says(done, SOME_PHOTOS_FAILED, str(place.photos))
    assert 0 == done.summary["suggestions"]["withdrawn"]
    (place.folder / "unplugged").rename(place.photos)
    assert 0 == place.json("scan").summary["photos"]["indexed"]
    assert before == place.suggestions()


@pytest.mark.parametrize(
    ("zone", "offset"), [("CET-1CEST", "+0"), ("UTC0", "+0000"), (":no/such/zone", "+0000"), ("", "+0000")]
)
def test_the_daemon_runs_in_any_time_zone(place: Place, zone: str, offset: str) -> None:
    """What the C library takes for TZ is one for `check`, which shows when the next rebuild is due, and for `run`."""
    shutil.rmtree(place.photos)
    place.photos.mkdir()
    (place.photos / "note.txt").touch()
    lines = place.run("check", "--json", environment={"TZ": zone}).lines
    (schedule,) = (line for line in lines if line["subject"] == "schedule")
    assert f"03:00 (UTC{offset}" in schedule["message"]
    with daemon(place, environment={"TZ": zone}) as running:
        running.tells("READY=1")
        assert 0 == running.stop()
    assert "Traceback" not in running.log()


@pytest.mark.parametrize("command", ["people", "status", "suggestions", "scan", "check"])
def test_a_state_that_is_a_folder(place: Place, command: str) -> None:
    """Something else in the state's place is named, and left as it is."""
    place.state.mkdir(mode=0o700)
    (place.state / "state.db").mkdir()
    done = place.run(command)
    assert "Traceback" not in done.err
    assert (USAGE, True) == (done.status, str(place.state / "state.db") in done.err + done.out)
    assert (place.state / "state.db").is_dir()


def test_init_on_a_full_disk(place: Place) -> None:
    """What could not be written whole is not left behind, where it would be in the way of the next try."""
    place.config.unlink()
    shown = place.run("init", before=["prlimit", "--fsize=1000"])
    _says(shown, USAGE, f"{place.config}: cannot be written: File too large")
    assert not place.config.exists()
    assert 0 == place.run("init").status
