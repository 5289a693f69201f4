"""A path of the command line means the photo that the kernel would open, under the one name that it has here."""

import os
import shutil

import pytest

from tests.acceptance.place import Place

pytestmark = pytest.mark.slow

USAGE = 2


@pytest.fixture
def few(place: Place) -> Place:
    """A place with three folders of one photo each, and no digiKam."""
    names = list(place.truth)[:3]
    kept = place.photos.with_name("kept")
    for number, name in enumerate(names):
        (kept / f"album{number}").mkdir(parents=True)
        shutil.copyfile(place.photos / name, kept / f"album{number}" / "one.jpg")
    shutil.rmtree(place.photos)
    kept.rename(place.photos)
    place.configure(library={"digikam": {"database": "none"}})
    return place


def _records(place: Place) -> int:
    return int(place.json("status").summary["photos"])


def test_one_photo_has_one_record(few: Place) -> None:
    """Called through `..`, links into the roots and links inside them, a photo is one; `faces` finds it as well."""
    few.photos.with_name("link").symlink_to(few.photos)
    (few.photos / "linked.jpg").symlink_to("album0/one.jpg")
    for written in ("album1/../album0/", "../link/album0/one.jpg", "linked.jpg"):
        assert 1 == few_seen(few, written)
    done = few.run("scan", "--json", "--photos", "../link", cwd=few.photos)
    assert {"seen": 3, "indexed": 2, "unchanged": 1, "failed": 0} == done.summary["photos"]
    assert 3 == _records(few)
    assert 0 == few.run("faces", "../link/album0/../album0/one.jpg", cwd=few.photos).status


def few_seen(place: Place, *paths: str) -> int:
    """How many photos a scan of these paths sees, called in the folder of the photos."""
    done = place.run("scan", "--json", *paths, cwd=place.photos)
    assert 0 == done.status, done.err
    return int(done.summary["photos"]["seen"])


def test_dollars_and_odd_bytes_are_no_obstacle(few: Place) -> None:
    """The shell has expanded what it would; a name that is no UTF-8 is a name."""
    for name in (b"$HOME", b"a\xff b"):
        folder = os.fsdecode(os.fsencode(few.photos) + b"/" + name)
        shutil.copytree(few.photos / "album0", folder)
        assert 1 == few_seen(few, folder), name
        done = few.run("scan", "--json", "--photos", folder)
        assert 1 == done.summary["photos"]["unchanged"], (name, done.err)


@pytest.mark.parametrize(
    "arguments",
    [
        ["scan", "album0", "absent.jpg"],
        ["scan", "--photos", "absent"],
        ["run", "--photos", "absent"],
        ["undo", "absent"],
        ["rebuild", "--photos", "absent"],
        ["faces", "absent.jpg"],
        ["explain", "absent.jpg"],
        ["models", "install", "--from", "absent"],
        ["scan", ".."],
        ["undo", ".."],
    ],
)
def test_a_path_that_cannot_be_used_is_wrong_usage(few: Place, arguments: list[str]) -> None:
    """Not there, or outside of the roots: status 2, the path, and nothing done, not even for the other paths."""
    if arguments[0] in {"faces", "explain"}:
        few.json("scan", str(few.photos / "album1"))
    done = few.run(*arguments, cwd=few.photos)
    assert USAGE == done.status, done.err
    assert arguments[-1] in done.err
    assert "Traceback" not in done.err
    assert not (few.state / "state.db").exists() or arguments[0] in {"undo", "faces", "explain"}


def test_undo_takes_paths_of_photos_that_are_gone(place: Place) -> None:
    """What was written for a photo can be taken back after the photo was deleted, by its old name, however written."""
    place.json("scan")
    photo, sidecar = next(iter(place.sidecars().items()))
    (place.photos / photo).unlink()
    link = place.folder / "link"
    link.symlink_to(place.photos)
    assert 0 == place.run("undo", str(link / photo)).status
    assert not sidecar.exists()
