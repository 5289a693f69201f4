"""When a photo was taken: found where cameras and programs write it, in every format, also when corrected later."""

from pathlib import Path

import pytest

from facedaemon import sidecar
from facedaemon.dates import DateSource, Taken, moment_of
from tests.sidecar.packets import ADA, NOW, SIZE, exiftool, packet
from tests.sidecar.test_embedded import FORMATS, picture

TODAY = float(moment_of("2026-01-01") or 0)
CREATED = "<photoshop:DateCreated>{}</photoshop:DateCreated>"


def _dated(photo: Path, *dates: str) -> Path:
    exiftool("-q", "-overwrite_original", "-n", *dates, photo)
    return photo


def _found(photo: Path) -> tuple[str, DateSource] | None:
    metadata = sidecar.read(photo, None, now=TODAY)
    assert () == metadata.problems
    assert metadata.taken == sidecar.stated_date(photo, None, None, None, TODAY)
    return None if metadata.taken is None else (metadata.taken.day, metadata.taken.source)


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_date_is_found_in_every_format(tmp_path: Path, suffix: str) -> None:
    """EXIF's DateTimeOriginal goes before all that XMP states."""
    photo = _dated(
        picture(tmp_path / f"a.{suffix}", None),
        "-EXIF:DateTimeOriginal=1987:06:05 04:03:02",
        "-EXIF:CreateDate=2015:01:02 03:04:05",
        "-XMP-photoshop:DateCreated=1990:01:02",
    )
    assert ("1987-06-05", DateSource.EXIF) == _found(photo)


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (["-EXIF:DateTimeOriginal=0000:00:00 00:00:00", "-XMP-exif:DateTimeOriginal=1990:01:02"], "1990-01-02 xmp"),
        (["-EXIF:DateTimeOriginal=2000:01:01 00:00:41", "-XMP-photoshop:DateCreated=1990"], "1990-07-01 xmp"),
        (["-EXIF:DateTimeOriginal=2099:01:01 00:00:00", "-XMP-photoshop:DateCreated=1990:03:15"], "1990-03-15 xmp"),
        (["-EXIF:CreateDate=2015:01:02 03:04:05", "-XMP-photoshop:DateCreated=1990:01:02"], "1990-01-02 xmp"),
        (["-EXIF:CreateDate=2015:01:02 03:04:05"], "2015-01-02 exif"),
        (["-XMP-xmp:CreateDate=2015:01:02 03:04:05+09:00"], "2015-01-02 xmp"),
        (["-EXIF:ModifyDate=2015:01:02 03:04:05"], ""),
        ([], ""),
    ],
)
def test_a_date_that_cannot_be_right_gives_way_to_the_next(tmp_path: Path, dates: list[str], expected: str) -> None:
    """An empty battery, a scanner and a program that knows no date do not hide the date that somebody knew."""
    found = _found(_dated(picture(tmp_path / "a.jpg", None), *dates))
    assert expected == ("" if found is None else " ".join(found))


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("1975-08-09", "1975-08-09 sidecar"),
        ("1975", "1975-07-01 sidecar"),
        ("2015-01-02T23:00:00Z", "2015-01-02 exif"),
        ("0000-00-00", "2015-01-02 exif"),
        ("soon", "2015-01-02 exif"),
    ],
)
def test_a_sidecar_corrects_the_photo(tmp_path: Path, stated: str, expected: str) -> None:
    """Another date in the sidecar counts; the same one in another time zone, or none that can be right, does not."""
    photo = _dated(picture(tmp_path / "a.jpg", None), "-EXIF:DateTimeOriginal=2015:01:02 12:00:00")
    text = packet(CREATED.format(stated)).replace(
        "<rdf:Description", '<rdf:Description xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"', 1
    )
    photo.with_name("a.jpg.xmp").write_text(text)
    assert expected == " ".join(_found(photo) or ())


def test_a_sidecar_that_facedaemon_made_corrects_nothing(tmp_path: Path) -> None:
    """It repeats what the photo said when it was made; the photo may be corrected since."""
    photo = _dated(picture(tmp_path / "a.jpg", None), "-EXIF:DateTimeOriginal=2015:01:02 12:00:00")
    edit = sidecar.plan(photo, orientation=1, size=SIZE, wanted=[ADA], date=NOW, root=tmp_path)
    assert edit is not None
    sidecar.apply(edit)
    assert ("2015-01-02", DateSource.EXIF) == _found(photo)
    _dated(photo, "-EXIF:DateTimeOriginal=1975:01:02 12:00:00")
    assert ("1975-01-02", DateSource.EXIF) == _found(photo)


def test_damaged_exif_has_no_date(tmp_path: Path) -> None:
    """Whatever byte of it is wrong, the rest of the metadata is read as before."""
    photo = _dated(picture(tmp_path / "a.jpg", packet("")), "-EXIF:DateTimeOriginal=2015:01:02 12:00:00")
    whole = photo.read_bytes()
    start, end = whole.index(b"Exif\0\0"), whole.index(b"2015:01:02") + 20
    right = Taken(moment_of("2015-01-02T12:00:00") or 0, DateSource.EXIF)
    for at in range(start + 6, end):
        photo.write_bytes(whole[:at] + b"\xff" + whole[at + 1 :])
        found = sidecar.read(photo, None, now=TODAY)
        assert () == found.problems
        assert found.taken is None or found.taken == right or found.taken.source is DateSource.EXIF
