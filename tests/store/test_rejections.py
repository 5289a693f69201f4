"""The one table of rejections: what it holds for, what it gives the gallery, and where it came from."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from facedaemon.store import Rejection, Store
from facedaemon.store.database import migrations as scripts
from facedaemon.store.database import open_state
from facedaemon.values import Evidence, Fingerprint, Region
from tests import made_values

LEFT, RIGHT = Region(0.1, 0.2, 0.2, 0.3), Region(0.6, 0.2, 0.2, 0.3)
PHOTO = Path("/photos/a.jpg")
NO = Rejection("abc", PHOTO, LEFT, "Anna", Evidence.REMOVED)
VERSION_BEFORE = 2  # the last that had no vectors with its rejections


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A state that knows one photo with two faces."""
    with closing(Store.open(tmp_path)) as opened:
        analysis = made_values.analysis(made_values.face(LEFT, seed=1), made_values.face(RIGHT, seed=2))
        opened.photos.put_analysis(PHOTO, made_values.fingerprint(5), analysis)
        yield opened


def test_a_rejection_keeps_its_faces_vector_whatever_becomes_of_the_photo(store: Store) -> None:
    """It is looked up once, by place, and stays when the faces are gone; another model's is looked up again."""
    store.rejections.add(NO, 1.0)
    store.rejections.look_up_faces("model")
    store.photos.put_analysis(
        PHOTO, made_values.fingerprint(6), made_values.analysis(model="other model", content="other picture")
    )
    (record,), vectors = store.rejections.with_vectors("model")
    assert (NO, 5) == (record.rejection, record.mtime_ns)
    assert pytest.approx(made_values.vector(1).tolist(), abs=1e-3) == vectors[0].tolist()
    store.rejections.look_up_faces("other model")
    assert [] == store.rejections.with_vectors("other model")[0]
    assert 1 == len(store.rejections.with_vectors("model")[0])


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (Evidence.IGNORED, Evidence.REMOVED, Evidence.REMOVED),
        (Evidence.REMOVED, Evidence.IGNORED, Evidence.REMOVED),
        (Evidence.REMOVED, Evidence.OTHER_NAME, Evidence.REMOVED),
        (Evidence.REMOVED, Evidence.LIBRARY_MEMORY, Evidence.LIBRARY_MEMORY),
        (Evidence.LIBRARY_MEMORY, Evidence.REMOVED, Evidence.LIBRARY_MEMORY),
    ],
)
def test_said_twice_of_one_face_the_clearer_counts(
    store: Store, first: Evidence, second: Evidence, kept: Evidence
) -> None:
    """One row remains: Ignore says less than a no, and what digiKam remembers must be cleared there."""
    for evidence in (first, second):
        store.rejections.add(replace(NO, evidence=evidence), 1.0)
    assert [kept] == [item.rejection.evidence for item in store.rejections.all()]


def former_state(folder: Path) -> None:
    """A state as the former version left it: of Berta, taken from the right face, only the suggestion tells."""
    with closing(open_state(folder, scripts()[:VERSION_BEFORE])) as old:
        old.execute(
            "INSERT INTO photo (id, path, size, mtime_ns, inode, content, width, height, orientation, model)"
            " VALUES (1, ?, 10, 7, 3, 'abc', 600, 400, 1, 'model')",
            (os.fsencode(PHOTO),),
        )
        for number, (region, seed) in enumerate(((LEFT, 1), (RIGHT, 2)), 1):
            place = (region.x, region.y, region.w, region.h)
            old.execute(
                "INSERT INTO face (id, photo, x, y, w, h, landmarks, score, quality, reasons, is_face, drawn)"
                " VALUES (?, 1, ?, ?, ?, ?, x'', 0.9, 0.9, '', 1, 0)",
                (number, *place),
            )
            old.execute(
                "INSERT INTO embedding VALUES (?, ?)", (number, made_values.vector(seed).astype("<f2").tobytes())
            )
        for face, person in ((1, "Anna"), (2, "Berta")):
            old.execute("INSERT INTO suggestion VALUES (NULL, ?, ?, 0.9, 1, 'rejected', 4.0)", (face, person))
        old.execute(
            "INSERT INTO rejection VALUES (NULL, 'abc', ?, ?, ?, ?, ?, 'Anna', 'ignored', 4.0)",
            (os.fsencode(PHOTO), LEFT.x, LEFT.y, LEFT.w, LEFT.h),
        )
        old.execute("INSERT INTO rejection VALUES (NULL, NULL, x'2f', 0, 0, 1, 1, 'Carla', 'as once worded', 4.0)")


def test_the_former_versions_two_tables_become_one(tmp_path: Path) -> None:
    """Nothing that was rejected is lost, and the gallery learns from the same faces as before."""
    former_state(tmp_path)
    with closing(Store.open(tmp_path)) as store:
        assert {"Anna"} == store.rejections.names_at("abc", PHOTO, LEFT)
        assert {"Berta"} == store.rejections.names_at("abc", PHOTO, RIGHT)
        kept = {item.rejection.person: item.rejection.evidence for item in store.rejections.all()}
        assert (Evidence.IGNORED, Evidence.SET_TO_UNKNOWN) == (kept["Anna"], kept["Carla"])
        store.rejections.look_up_faces("model")
        records, _ = store.rejections.with_vectors("model")
        assert ["Anna", "Berta"] == sorted(item.rejection.person for item in records)
        assert {"Anna", "Berta"} <= store.training.unlearned()


def test_the_former_versions_damaged_state_gives_its_rejections(tmp_path: Path) -> None:
    """Also where its table has fewer columns than the one they are put into."""
    former_state(tmp_path)
    with closing(sqlite3.connect(tmp_path / "state.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'embedding'").fetchone()
    with (tmp_path / "state.db").open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xa5" * 4096)
    with closing(Store.open(tmp_path)) as store:
        assert ["Anna", "Carla"] == [item.rejection.person for item in store.rejections.all()]


ODD = {
    "inode of a union file system": Fingerprint(10, 20, 2**63),
    "largest inode": Fingerprint(10, 20, 2**64 - 1),
    "1601, as Windows has it for no date": Fingerprint(10, -11_644_473_600 * 10**9, 1),
    "before 1970": Fingerprint(10, -1, 1),
    "2300": Fingerprint(10, 10_413_792_000 * 10**9, 1, 10_413_792_000 * 10**9),
    "largest time of any file system": Fingerprint(10, (2**63 - 1) * 10**9, 1, -(2**63) * 10**9),
    "largest file": Fingerprint(2**63 - 1, 20, 1),
    "a sparse file larger than that": Fingerprint(2**64, 20, 1),
}


@pytest.mark.parametrize("odd", ODD)
def test_whatever_stat_gives_is_kept_and_known_again(store: Store, odd: str) -> None:
    """A photo with such numbers is a photo as any other: looked at, moved, failed, found by them."""
    seen, photos = ODD[odd], store.photos
    there = photos.put_analysis(Path("/photos/odd.jpg"), seen, made_values.analysis(content="odd"))
    assert seen == there.fingerprint
    assert [there.id] == [photo.id for photo in photos.with_fingerprint(seen)]
    assert photos.any_of_size(seen.size, "model")
    photos.move(there.id, Path("/photos/b/odd.jpg"), seen)
    assert seen == photos.put_fingerprint(there.id, seen).fingerprint
    photos.put_change_time(there.id, seen.ctime_ns)
    photos.put_failure(Path("/photos/other.jpg"), seen, "odd")
    copied = photos.put_copy(Path("/photos/copy.jpg"), seen, photos.by_id(there.id))
    assert seen == copied.fingerprint
    later = replace(seen, mtime_ns=seen.mtime_ns + 10**9)
    assert later != seen
