"""Which photos may be let go of: a decision on the side of keeping."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from facedaemon.config import Config, load
from facedaemon.errors import ExitCode, Fatal
from facedaemon.pipeline.service.absent import absent
from facedaemon.pipeline.service.forget_missing import missing_photos
from facedaemon.store import LedgerKind, Rejection, Store
from facedaemon.values import Evidence, Region
from facedaemon.watch import not_mounted
from tests import made_values

MOUNTINFO = "22 1 8:1 / / rw - ext4 /dev/a rw\n30 22 8:2 / {there} rw - ext4 /dev/b rw\n"


@dataclass(frozen=True)
class Known:
    """A root with an album and a folder that may be another drive's; of six photos only the first is there."""

    config: Config
    store: Store
    root: Path


@pytest.fixture
def known(tmp_path: Path) -> Iterator[Known]:
    """As the class says."""
    root = tmp_path / "photos"
    (root / "album").mkdir(parents=True)
    (root / "drive").mkdir()
    (tmp_path / "empty.yaml").write_text("")
    config = load(tmp_path / "empty.yaml", {"photos": {"roots": [str(root)]}, "state_directory": str(tmp_path / "s")})
    with closing(Store.open(tmp_path / "s")) as store:
        for number in range(3):
            for folder in ("album", "drive"):
                store.photos.put_analysis(
                    root / folder / f"{number}.jpg", made_values.fingerprint(number), made_values.analysis()
                )
        (root / "album/0.jpg").touch()
        yield Known(config, store, root)


def names(known: Known, place: Path, unmounted: list[Path]) -> list[str]:
    """The photos that may be let go of, as below the root."""
    return [
        p.path.relative_to(known.root).as_posix()
        for p in missing_photos(known.config, known.store, place, unmounted).photos
    ]


def test_what_is_not_there_is_gone(known: Known) -> None:
    """Below the folder that was named, and nothing that is there."""
    assert ["album/1.jpg", "album/2.jpg"] == names(known, known.root / "album", [])
    assert ["album/1.jpg"] == names(known, known.root / "album/1.jpg", [])
    assert [] == names(known, known.root / "album/0.jpg", [])
    assert 5 == len(names(known, known.root, [])) == len(names(known, known.root.parent, []))


def test_photos_of_a_drive_that_is_not_mounted_are_kept(known: Known) -> None:
    """The other photos are forgotten, and the drive is named; also where a link leads there."""
    found = missing_photos(known.config, known.store, known.root, [known.root / "drive"])
    assert ["1.jpg", "2.jpg"] == [photo.path.name for photo in found.photos]
    assert ((known.root / "drive", "is not mounted"),) == tuple(found.kept)
    elsewhere = known.root.parent / "elsewhere"
    (known.root / "drive").rename(elsewhere)
    (known.root / "drive").symlink_to(elsewhere)
    assert 2 == len(names(known, known.root, [elsewhere]))


@pytest.mark.parametrize("above", [".", ".."])
def test_a_root_that_is_not_mounted_is_refused(known: Known, above: str) -> None:
    """Also where something lies in the folder on which it would be mounted."""
    unmounted = Path(known.root, above).resolve()
    with pytest.raises(Fatal, match="is not mounted: its photos cannot be forgotten now") as refused:
        missing_photos(known.config, known.store, known.root / "album", [unmounted])
    assert ExitCode.USAGE == refused.value.exit_code


def test_a_root_that_was_taken_out_of_the_config_can_be_let_go_of(known: Known, tmp_path: Path) -> None:
    """Nothing is looked at there any more, and only a human who names it means it."""
    known.store.photos.put_analysis(tmp_path / "former/a.jpg", made_values.fingerprint(1), made_values.analysis())
    assert 1 == len(missing_photos(known.config, known.store, tmp_path / "former").photos)


def test_what_waits_is_listed_by_root(known: Known) -> None:
    """How many of how many, and since when it was first not there."""
    ids = [photo.id for photo in known.store.photos.known_below(known.root)]
    known.store.photos.put_absent(ids[:3], 100.0)
    known.store.photos.put_absent(ids[1:4], 200.0)
    (found,) = absent(known.config, known.store)
    assert (known.root, 4, 6, 100.0) == (found.root, found.photos, found.of, found.since)
    known.store.photos.put_missing(ids, missing=False)
    assert [] == absent(known.config, known.store)


def test_rejections_and_the_ledger_survive(known: Known) -> None:
    """All else of a photo goes; a copy of a rejected face is known afterwards."""
    photo = known.root / "album/1.jpg"
    known.store.rejections.add(Rejection("abc", photo, Region(0, 0, 1, 1), "Anna", Evidence.REMOVED), 1.0)
    entry = known.store.ledger.intend(LedgerKind.SIDECAR, photo, photo.with_suffix(".xmp"), None, "after", (), 1.0)
    known.store.ledger.done(entry, 2.0)
    known.store.photos.forget(photo.id for photo in known.store.photos.known_below(known.root))
    assert [] == list(known.store.photos.all())
    assert {"Anna"} == known.store.rejections.names_at("abc", Path("/elsewhere.jpg"), Region(0, 0, 1, 1))
    assert [entry] == [each.id for each in known.store.ledger.active()]


def test_what_fstab_names_and_the_kernel_does_not_is_not_mounted(tmp_path: Path) -> None:
    """Comments, swap and mounted ones are none of it; blanks are written as octal numbers."""
    there, away = tmp_path / "there", tmp_path / "my drive"
    (tmp_path / "mountinfo").write_text(MOUNTINFO.format(there=there))
    (tmp_path / "fstab").write_text(
        f"# /dev/x {tmp_path}/comment ext4\n/dev/a / ext4 defaults\nUUID=1 none swap sw\n\n/dev/b {there} ext4\n"
        f"host:/x\t{str(away).replace(' ', chr(92) + '040')}\tnfs\tnoauto\n"
    )
    assert [away] == not_mounted(tmp_path / "fstab", tmp_path / "mountinfo")
    assert [] == not_mounted(tmp_path / "no fstab", tmp_path / "mountinfo")
