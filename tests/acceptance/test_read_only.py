"""Photos where nothing can be written: passes go on, and the state does not grow by what was not done."""

import os
import sqlite3
import stat
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import cycle
from pathlib import Path

import pytest

from tests.acceptance.place import Place

pytestmark = pytest.mark.slow

PASSES = 2
EMPTY = (  # sidecars that hold nothing: digiKam's, one with nothing in it, one without a byte
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"/>',
    "",
)


def _mounted_read_only(place: Place, bubblewrap: Path) -> Sequence[str]:
    return (str(bubblewrap), "--dev-bind", "/", "/", "--ro-bind", str(place.photos), str(place.photos))


def _one_album_read_only(place: Place, bubblewrap: Path) -> Sequence[str]:
    album = (place.photos / place.suggestions()[0]["photo"]).parent
    return (str(bubblewrap), "--dev-bind", "/", "/", "--ro-bind", str(album), str(album))


def _sidecars_write_protected(place: Place, _: Path) -> Sequence[str]:
    for photo, empty in zip(_suggested(place), cycle(EMPTY), strict=False):
        sidecar = Path(f"{photo}.xmp")
        sidecar.write_text(empty, encoding="utf-8")
        sidecar.chmod(stat.S_IRUSR)
    return ()


def _suggested(place: Place) -> list[Path]:
    return sorted({place.photos / item["photo"] for item in place.suggestions()})


def _ledger(place: Place) -> int:
    with closing(sqlite3.connect(place.state / "state.db")) as state:
        return int(state.execute("SELECT count(*) FROM ledger").fetchone()[0])


WHERE: dict[str, Callable[[Place, Path], Sequence[str]]] = {
    "the folder is mounted read-only": _mounted_read_only,
    "one album is": _one_album_read_only,
    "sidecars are write-protected": _sidecars_write_protected,
}


@pytest.mark.parametrize("where", WHERE)
def test_nothing_is_kept_of_what_cannot_be_written(known_place: Place, bubblewrap: Path, where: str) -> None:
    """Each pass names the photos and does the rest; the ledger has no row for them. Writable again, all are written."""
    place = known_place
    place.configure(sidecar={"policy": "none"})
    place.json("scan")
    before = WHERE[where](place, bubblewrap)
    place.configure()
    rows = []
    for _ in range(PASSES):
        done = place.run("scan", "--json", before=before)
        assert 1 == done.status, done.err
        assert 0 < done.summary["sidecars"]["refused"] == len(done.err.splitlines())
        rows.append(_ledger(place))
    assert rows == [len(place.sidecars()) if where == "one album is" else 0] * PASSES
    for sidecar in place.photos.rglob("*.xmp"):
        sidecar.chmod(0o644)
    assert 0 == place.json("scan").summary["sidecars"]["refused"]
    assert {f"{photo}.xmp" for photo in _suggested(place)} == {os.fspath(path) for path in place.sidecars().values()}
