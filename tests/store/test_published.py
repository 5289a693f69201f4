"""What a photo's sidecar shows of ours: nothing, something known by its digest, or something that is not known."""

from contextlib import closing
from pathlib import Path

import pytest

from facedaemon.store import Store
from facedaemon.store.database import migrations, open_state
from facedaemon.values import Fingerprint

BEFORE = 13  # the version in which an empty digest meant "not known"
NOTHING, KNOWN, UNSURE = (None, False), ("0123", False), (None, True)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """The state of the former version with a photo of each kind, opened by this one."""
    with closing(open_state(tmp_path, migrations()[:BEFORE])) as old:
        for number, published in enumerate((None, "0123", ""), 1):
            old.execute(
                "INSERT INTO photo (id, path, size, mtime_ns, inode, content, width, height, orientation, model,"
                " published) VALUES (?, ?, 1, 1, ?, 'c', 6, 4, 1, 'model', ?)",
                (number, b"/photos/%d.jpg" % number, number, published),
            )
    return Store.open(tmp_path)


def _states(store: Store) -> list[tuple[str | None, bool]]:
    return [(photo.published, photo.is_unsure) for photo in map(store.photos.by_id, (1, 2, 3))]


def test_a_state_of_the_former_version_keeps_what_it_knew(store: Store) -> None:
    """An empty digest becomes a state of its own; the photo's sidecar is compared as before."""
    with closing(store):
        assert [NOTHING, KNOWN, UNSURE] == _states(store)
        assert [False, True, True] == [store.photos.by_id(number).may_show for number in (1, 2, 3)]
        assert [2, 3] == list(store.sidecars.to_publish(()))


def test_a_photo_whose_path_is_taken_is_no_longer_sure(store: Store) -> None:
    """What stands beside it when it is found elsewhere must be looked at, unless there was nothing."""
    with closing(store), store.transaction():
        for number in (1, 2, 3):
            store.photos.set_aside(store.photos.by_id(number))
        assert [NOTHING, UNSURE, UNSURE] == _states(store)


def test_what_was_written_is_known(store: Store) -> None:
    """After a write the digest counts, also where that is none; a doubt forgets it."""
    with closing(store), store.transaction():
        store.sidecars.put_published(3, None)
        store.sidecars.put_published(1, "4567")
        store.sidecars.put_unsure(2)
        assert [("4567", False), UNSURE, NOTHING] == _states(store)


KEPT = (
    (1, b"/photos/\xff.jpg", 0),
    (2, b"/photos/\xff.jpg/2", 1),
    (3, b"/photos/c.jpg/abc", 1),
    (14, b"/p/a.jpg/4", 1),
)


def test_photos_that_were_replaced_are_known_by_a_column(tmp_path: Path) -> None:
    """Those kept under a number or a digest below another photo's path; not one that only ends alike."""
    with closing(open_state(tmp_path, migrations()[:BEFORE])) as old:
        for number, path, missing in KEPT:
            old.execute(
                "INSERT INTO photo (id, path, size, mtime_ns, inode, content, missing)"
                " VALUES (?, ?, 1, 1, 1, 'abc', ?)",
                (number, path, missing),
            )
    with closing(Store.open(tmp_path)) as store, store.transaction():
        assert [False, True, True, False] == [store.photos.by_id(number).is_replaced for number, _, _ in KEPT]
        found = Fingerprint(1, 2, 3)
        store.photos.move(2, Path("/photos/d.jpg"), found)
        store.photos.set_aside(store.photos.by_id(1))
        assert [True, False] == [store.photos.by_id(number).is_replaced for number in (1, 2)]
