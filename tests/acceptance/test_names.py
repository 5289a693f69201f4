"""Names that files and people may have, through the whole of scan, looking and undo."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from facedaemon.names import clean_name
from tests.acceptance.digikam_user import DigikamUser
from tests.acceptance.place import Place
from tests.acceptance.test_sidecars import read_by_exiftool

pytestmark = pytest.mark.slow

PERSON = "Al <b>&\"' Gore\u202e"
LONG, TOO_LONG = "n" * 247 + ".jpg", "n" * 251 + ".jpg"  # a sidecar's name of 255 bytes, and one of 259
HOSTILE = (os.fsdecode(b"\xff\xfe.jpg"), "new\nline.jpg", LONG, TOO_LONG, "-rf *.jpg", "a\x1b[31m.jpg")


def test_no_name_stops_a_scan(place: Place, exiftool: Path) -> None:
    """Photos whose names are no UTF-8, hold newlines or escapes, or are as long as names get are photos like others.

    Only one whose sidecar would have too long a name is refused. Each can be looked at by its name, and undone.
    """
    with closing(sqlite3.connect(place.database)) as database, database:
        for column, table in (("name", "Tags"), ("value", "TagProperties")):
            database.execute(f"update {table} set {column} = ? where {column} = 'Al Gore'", [PERSON])
    in_digikam = {"digikam": {"database": str(place.database), "write_suggestions": True}}
    place.configure(sidecar={"policy": "none"}, library=in_digikam)
    place.json("scan")
    suggestions = sorted(place.suggestions(), key=lambda item: bool(item["person"] != clean_name(PERSON)))
    for item, name in zip(suggestions, HOSTILE, strict=False):
        photo = place.photos / item["photo"]
        photo.rename(photo.with_name(name))
    before = set(place.photos.rglob("*"))
    place.configure(sidecar={"policy": "regions"}, library=in_digikam)
    done = place.run("scan", "--json")
    assert 1 == done.status, done.err
    assert "too long" in done.err
    assert "sidecar.naming: stem" in done.err
    written = {path.with_name(path.name.removesuffix(".xmp")) for path in set(place.photos.rglob("*")) - before}
    assert written < before
    assert (len(written), 1) == (done.summary["sidecars"]["written"], done.summary["sidecars"]["refused"])
    assert len(suggestions) - 1 == len(written)
    words = place.run("suggestions")
    assert 0 == words.status
    assert "\x1b" not in words.out
    by_name = {photo.name: photo for photo in written}
    assert {*HOSTILE} - {TOO_LONG} <= by_name.keys()
    for name in {*HOSTILE} - {TOO_LONG}:
        assert "suggested" in {face["state"] for face in place.json("faces", str(by_name[name])).lines}
    sidecar = by_name[LONG].with_name(f"{LONG}.xmp")
    [region] = read_by_exiftool(exiftool, [sidecar])[sidecar]["RegionInfo"]["RegionList"]
    assert PERSON == region["Name"]
    shown = DigikamUser(place).unconfirmed()  # without those that digiKam does not know by their new names yet
    undone = place.json("undo").summary
    assert [len(written), 2 * len(shown)] == [undone["removed"], undone["rows"]]
    assert before == set(place.photos.rglob("*"))
    assert {} == DigikamUser(place).unconfirmed()
