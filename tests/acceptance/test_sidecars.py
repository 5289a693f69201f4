"""What stands in the sidecars, as other programs read them."""

import json
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pyexiv2
import pytest

from tests.acceptance.conftest import Scanned
from tests.acceptance.place import Json, Place

pytestmark = pytest.mark.slow

FOREIGN = re.compile("mwg-rs|MPReg|MPRI|RegionInfo|RegionList|dc:subject|digiKam|lr:hierarchicalSubject|PersonInImage")


def read_by_exiftool(exiftool: Path, files: Iterable[Path]) -> dict[Path, Json]:
    """All that ExifTool finds, warnings included, by file."""
    command = [str(exiftool), "-json", "-struct", "-a", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {Path(item["SourceFile"]): item for item in json.loads(done.stdout)}


@pytest.fixture(scope="module")
def names(scanned: Scanned) -> dict[str, list[str]]:
    """Photo to the names suggested on it."""
    found: dict[str, list[str]] = {}
    for item in scanned.place.suggestions():
        found.setdefault(item["photo"], []).append(item["person"])
    return {photo: sorted(persons) for photo, persons in found.items()}


def test_every_suggestion_has_its_sidecar_and_no_other_photo_has_one(
    scanned: Scanned, names: dict[str, list[str]]
) -> None:
    """The sidecars are those of the photos with suggestions."""
    assert names.keys() == scanned.place.sidecars().keys()
    assert len(names) == scanned.first.summary["sidecars"]["written"]


def test_exiftool_reads_every_sidecar(scanned: Scanned, names: dict[str, list[str]], exiftool: Path) -> None:
    """ExifTool finds each suggestion with name, confidence, area, generation and date, and nothing to warn of."""
    sidecars = scanned.place.sidecars()
    read = read_by_exiftool(exiftool, sidecars.values())
    assert [] == [(path, key) for path, item in read.items() for key in item if key in {"Warning", "Error"}]
    found = {photo: read[path]["Suggestions"] for photo, path in sidecars.items()}
    assert names == {photo: sorted(item["Name"] for item in items) for photo, items in found.items()}
    every = [item for items in found.values() for item in items]
    assert all({"Name", "Confidence", "Area", "Generation", "Date"} == item.keys() for item in every)
    assert all({"X", "Y", "W", "H", "Unit"} == item["Area"].keys() for item in every)
    assert all(0 <= item["Confidence"] <= 1 for item in every)


def test_exiv2_reads_every_sidecar(scanned: Scanned, names: dict[str, list[str]]) -> None:
    """Exiv2, by which digiKam reads and rewrites sidecars, finds the same names."""
    found = {}
    for photo, path in scanned.place.sidecars().items():
        with pyexiv2.Image(str(path)) as opened:
            properties = opened.read_xmp()
        found[photo] = sorted(value for key, value in properties.items() if key.endswith("facedaemon:Name"))
    assert names == found


def test_no_region_appears_that_was_not_there(scanned: Scanned) -> None:
    """No sidecar holds a region or a keyword, which other programs would take for a confirmed name."""
    texts = {photo: path.read_text(encoding="utf-8") for photo, path in scanned.place.sidecars().items()}
    assert [] == [photo for photo, text in texts.items() if FOREIGN.search(text)]


def test_regions_of_others_stay_as_they_are(place: Place, shared: Path, exiftool: Path) -> None:
    """In a photo and a sidecar with regions of others, those are the same after a scan; only ours is added."""
    photo = place.unconfirmed("Al Gore")[0]
    sidecar = place.photos / f"{photo}.xmp"
    regions = ["-XMP-mwg-rs:all", "-XMP-MP:all", "-XMP-dc:all", "-XMP-digiKam:all"]
    source = shared / "data" / "regions" / "written-by-digikam-8.6.xmp"
    copy = [str(exiftool), "-q", "-tagsFromFile", str(source), *regions, str(sidecar)]
    subprocess.run(copy, check=True)
    before = _without_ours(read_by_exiftool(exiftool, [sidecar])[sidecar])
    assert "RegionInfo" in before
    place.json("scan")
    after = read_by_exiftool(exiftool, [sidecar])[sidecar]
    assert "Suggestions" in after
    assert before == _without_ours(after)


def _without_ours(read: Json) -> Json:
    """What a sidecar says, without what is ours and without what ExifTool tells of the file itself."""
    ours = {"Suggestions", "Record", "Seed"}
    return {key: value for key, value in read.items() if key not in ours and not key.startswith("File")}


def test_a_new_sidecar_holds_what_the_photo_says_of_itself(place: Place, exiftool: Path) -> None:
    """A sidecar replaces the photo's metadata for digiKam, so a new one is seeded with caption, keywords and rating."""
    photo = place.unconfirmed("Al Gore")[0]
    tags = ["-XMP-dc:Subject=feast", "-XMP-xmp:Rating=4", "-EXIF:ImageDescription=At table", "-IPTC:Keywords=friends"]
    subprocess.run([str(exiftool), "-q", "-overwrite_original", *tags, str(place.photos / photo)], check=True)
    place.json("scan")
    sidecar = place.sidecars()[photo]
    read = read_by_exiftool(exiftool, [sidecar])[sidecar]
    assert 4 == read["Rating"]
    assert {"feast"} <= set(_listed(read["Subject"]))
    assert "At table" in {read.get("Description"), read.get("ImageDescription")}


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
