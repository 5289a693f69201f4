"""Everything facedaemon wrote can be taken back."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.digikam_user import DigikamUser
from tests.acceptance.place import Place


@pytest.fixture
def place(known_place: Place) -> Place:
    """Its photos need not be looked at again in every test."""
    return known_place


SOMEBODY_ELSES = (
    "<dc:title xmlns:dc='http://purl.org/dc/elements/1.1/'>"
    "<rdf:Alt><rdf:li xml:lang='x-default'>Feast</rdf:li></rdf:Alt></dc:title>"
)


def _tree(root: Path) -> dict[str, tuple[int, bytes]]:
    """Names, permissions and bytes of all that lies below `root`."""
    return {
        path.relative_to(root).as_posix(): (
            stat.S_IMODE(path.stat().st_mode),
            path.read_bytes() if path.is_file() else b"",
        )
        for path in root.rglob("*")
    }


def _add_title(sidecar: Path) -> None:
    """Another program writes a title, its own way."""
    text = sidecar.read_text(encoding="utf-8")
    before, end, after = text.rpartition("</rdf:Description>")
    assert end
    sidecar.write_text(f"{before}{SOMEBODY_ELSES}{end}{after}", encoding="utf-8")


def test_undo_leaves_the_photos_as_they_were(place: Place) -> None:
    """After scan and undo the photo tree has the names, bytes and permissions it had; sidecars of others included."""
    name = place.unconfirmed("Al Gore")[0] + ".xmp"
    older = place.photos / name
    older.write_text(
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        f"<rdf:Description rdf:about=''>{SOMEBODY_ELSES}</rdf:Description></rdf:RDF></x:xmpmeta>",
        encoding="utf-8",
    )
    older.chmod(0o640)
    before = _tree(place.photos)
    written = place.json("scan").summary["sidecars"]["written"]
    assert before[name] != _tree(place.photos)[name]
    undone = place.json("undo").summary
    assert before == _tree(place.photos)
    assert written == undone["removed"] + undone["restored"]
    assert 1 == undone["restored"]


def test_undone_suggestions_are_not_written_again(place: Place) -> None:
    """The next scan does not bring back what was taken back."""
    before = _tree(place.photos)
    place.json("scan")
    place.json("undo")
    assert 0 == place.json("scan").summary["sidecars"]["written"]
    assert before == _tree(place.photos)


def test_undo_keeps_what_somebody_else_wrote(place: Place) -> None:
    """Where another program edited the sidecar meanwhile, only our part is taken out of it."""
    place.json("scan")
    photo, sidecar = next(iter(place.sidecars().items()))
    _add_title(sidecar)
    assert 1 == place.json("undo").summary["cleaned"]
    assert {photo} == place.sidecars().keys()
    text = sidecar.read_text(encoding="utf-8")
    assert "Feast" in text
    assert "facedaemon:" not in text


def test_undo_of_one_photo_leaves_the_others(place: Place) -> None:
    """Named photos are undone, and nothing else."""
    place.json("scan")
    before = place.sidecars().keys()
    photo = next(iter(before))
    place.json("undo", str(place.photos / photo))
    assert before - {photo} == place.sidecars().keys()


def test_undo_since_a_later_time_takes_nothing_back(place: Place) -> None:
    """What was written earlier than `--since` stays."""
    place.json("scan")
    before = _tree(place.photos)
    assert {0} == {count for count in place.json("undo", "--since", "2100-01-01").summary.values() if count != []}
    assert before == _tree(place.photos)


@pytest.mark.parametrize("confirmed", [False, True])
def test_undo_takes_our_rows_out_of_digikam(place: Place, confirmed: bool) -> None:
    """All tables are as they were; what a human confirmed there meanwhile stays confirmed."""
    place.configure(library={"digikam": {"database": str(place.database), "write_suggestions": True}})
    before = _tables(place)
    place.json("scan")
    assert before != _tables(place)
    human = DigikamUser(place)
    photo, (person, _) = next(iter(human.unconfirmed().items()))
    if confirmed:
        region = next(item["region"] for item in place.suggestions() if item["photo"] == photo)
        human.confirm(photo, person, region)
    place.json("undo")
    assert {} == human.unconfirmed()
    assert confirmed == (photo in human.confirmed(person))
    assert confirmed or before == _tables(place)


def _tables(place: Place) -> dict[str, list[Any]]:
    """All rows of digiKam's database."""
    with closing(sqlite3.connect(place.database)) as database:
        names = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        return {name: sorted(database.execute(f"select * from {name}"), key=repr) for name in names}
