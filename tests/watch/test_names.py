"""Which names are worth a look."""

from pathlib import Path

import pytest

from facedaemon.watch import is_excluded, is_photo_name, is_sidecar_name, photos_of_sidecars


@pytest.mark.parametrize("name", ["a.jpg", "IMG.JPEG", "b.HEIC", "c.avif", "d.webp", "e.NEF", "f.cr3", "x.y.z.tif"])
def test_photos_are_known_by_their_extension(name: str) -> None:
    """Upper and lower case count the same."""
    assert is_photo_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "notes.txt", "film.mp4", "jpg", "a.jpg.xmp", "a.jpg.part", "a.jpg.crdownload", ".a.jpg.Xq3vP1", "a.jpg~",
        "._a.jpg", ".trashed-1700000000-a.jpg", ".pending-1700000000-a.jpg", ".nfs00000012.jpg", "a.jpg_exiftool_tmp",
        ".syncthing.a.jpg", "~syncthing~a.jpg", "EditorWindow-Ab12.digikamtempfile.jpg", "a.part.jpg", "",
    ],
)  # fmt: skip  # one group a line
def test_other_files_and_unfinished_ones_are_not(name: str) -> None:
    """Nothing that a copying program, a browser or an editor is still at is taken for a photo."""
    assert not is_photo_name(name)


def test_patterns_exclude_by_name() -> None:
    """The patterns of the config are shell patterns; no pattern excludes nothing."""
    exclude = (".dtrash", "@eaDir", ".*", "*_small.jpg")
    assert [True, True, True, False, False] == [
        *(is_excluded(name, exclude) for name in (".dtrash", ".hidden", "a_small.jpg", "a.jpg")),
        is_excluded("a.jpg", ()),
    ]


def test_only_finished_sidecars_count() -> None:
    """A sidecar's temporary file has a hidden name."""
    names = ["a.xmp", "A.JPG.XMP", ".a.jpg.xmp", "a.xmp.tmp", "xmp"]
    assert [True, True, False, False, False] == list(map(is_sidecar_name, names))


def test_a_sidecar_speaks_of_its_photos(tmp_path: Path) -> None:
    """Both ways of naming: IMG.JPG.xmp for one file, IMG.xmp for every format of it."""
    for name in ("a.jpg", "a.nef", "b.jpg", "b.jpeg", "ab.jpg", "a.txt", "c.jpg"):
        (tmp_path / name).touch()
    sidecars = [tmp_path / "a.xmp", tmp_path / "b.jpg.xmp", tmp_path / "gone" / "x.xmp"]
    assert [tmp_path / name for name in ("a.jpg", "a.nef", "b.jpg")] == photos_of_sidecars(sidecars, (".*",))
