"""What happens to state, files and disk while the page is open: it says so, and nothing of it is a dead end."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.acceptance.place import TIMEOUT, Place
from tests.review.served import Client, Served, served

pytestmark = pytest.mark.slow

PAGES = ("/", "/suggestions", "/groups", "/doubts", "/people", "/photo/1", "/written", "/written/answers")


def _fields(running: Served) -> list[tuple[str, str]]:
    item = running.place.suggestions()[0]
    return [("face", item["face"]), ("person", item["person"])]


def _remove_state(place: Place) -> None:
    shutil.rmtree(place.state)


def _damage_answers(place: Place) -> None:
    for name in ("answers.db-wal", "answers.db-shm"):
        (place.state / name).unlink(missing_ok=True)
    (place.state / "answers.db").write_bytes(os.urandom(8192))


def _replace_state(place: Place) -> None:
    for name in ("state.db-wal", "state.db-shm"):
        (place.state / name).unlink(missing_ok=True)
    new = place.state / "new"
    new.write_bytes(b"no database" * 1000)
    new.replace(place.state / "state.db")


def _newer_state(place: Place) -> None:
    copy = place.state / "copy.db"
    with closing(sqlite3.connect(place.state / "state.db")) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
        new.execute("PRAGMA user_version = 999")
        new.commit()
    _replace(copy, place)


def _replace(new: Path, place: Place) -> None:
    for name in ("state.db-wal", "state.db-shm"):
        (place.state / name).unlink(missing_ok=True)
    new.replace(place.state / "state.db")


@pytest.mark.parametrize("harm", [_remove_state, _damage_answers, _replace_state, _newer_state])
def test_a_page_that_cannot_be_read_says_why(running: Served, harm: Callable[[Place], None]) -> None:
    """Every page is a page, with the way to the others; an answer is refused in words; pictures are grey heads."""
    client = running.client()
    fields = _fields(running)
    client.say("confirm", *fields)
    shown = client.get("/photo/1").text
    harm(running.place)
    for path in PAGES:
        page = client.get(path)
        assert page.status in {200, 409}, path
        assert 'href="/written"' in page.text, path
        assert ('role="alert"' in page.text) or page.status == 200, path
    assert client.post("/answer/confirm", [*fields, ("next", "/")]).status == 303
    picture = client.get(f"/face/{fields[0][1]}.jpg")
    assert 200 == picture.status
    assert picture.headers["content-type"] in {"image/jpeg", "image/svg+xml"}
    assert "/photo/1.jpg" in shown
    assert 200 == client.get("/photo/1.jpg").status
    assert not [line for line in running.printed if "Traceback" in line]


def test_a_full_disk_loses_no_answer_without_a_word(place: Place) -> None:
    """The answer that cannot be kept is named on the page, which stays; with room again it is written down."""
    with served(place) as running:
        client = running.client()
        fields = _fields(running)
        limit = ["prlimit", "--pid", str(running.process.pid)]
        client.get("/suggestions")
        subprocess.run([*limit, "--fsize=4096:unlimited"], check=True)
        client.post("/answer/confirm", fields)
        page = client.get("/")
        assert "see to the space" in page.text
        assert page.status in {200, 409}
        subprocess.run([*limit, "--fsize=unlimited:unlimited"], check=True)
        assert [] == place.json("answers").lines
        assert "1 face is" in client.say("confirm", *fields).text
        assert 1 == len(place.json("answers").lines)
        assert not [line for line in running.printed if "Traceback" in line]


@pytest.mark.parametrize("what", ["removed", "another", "link", "folder", "unreadable", "fifo"])
def test_a_photo_that_changes_between_list_and_picture(running: Served, client: Client, what: str) -> None:
    """The face is a grey head, never another picture's face; nothing waits and nothing breaks."""
    item = running.place.suggestions()[0]
    photo = running.place.photos / item["photo"]
    other = next(path for path in running.place.photos.glob("*.jpg") if path != photo)
    client.get("/suggestions")
    kept = photo.read_bytes()
    photo.unlink()
    if what == "another":
        shutil.copyfile(other, photo)
    elif what == "link":
        photo.symlink_to("/etc/passwd")
    elif what == "folder":
        photo.mkdir()
    elif what == "fifo":
        os.mkfifo(photo)
    elif what == "unreadable":
        photo.write_bytes(kept[: len(kept) // 3])
    for path in (f"/face/{item['face']}.jpg", f"/face/{item['face']}/photo.jpg"):
        picture = client.get(path)
        assert (200, "image/svg+xml") == (picture.status, picture.headers["content-type"]), what
    found = client.get(f"/photo?face={item['face']}").location
    assert 200 == client.get(found.partition("#")[0]).status
    assert not [line for line in running.printed if "Traceback" in line]


def test_a_server_that_was_killed_leaves_answers_and_ends_no_other(place: Place) -> None:
    """Killed in the middle of the day: what was answered is there, and the next server starts at once."""
    with served(place) as running:
        client = running.client()
        fields = _fields(running)
        client.say("confirm", *fields)
        running.process.kill()
        running.process.wait(TIMEOUT)
    with served(place) as again:
        assert 200 == again.client().get("/suggestions").status
    assert [fields[0][1]] == [line["face"] for line in place.json("answers").lines]
