"""What ExifTool writes, in all of its ways, is read; what we write is read by ExifTool and Exiv2, number by number."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from facedaemon import sidecar
from facedaemon.geometry import overlap
from facedaemon.values import Region
from tests.sidecar.packets import ADA, BOB, NOW, SIZE, exiftool

MEANT = {"Ada, L.": Region(0.2, 0.35, 0.2, 0.1), "Zoë": Region(0.5, 0.5, 0.125, 0.25)}

FLAT = (
    "-RegionAppliedToDimensionsW=600",
    "-RegionAppliedToDimensionsH=400",
    "-RegionAppliedToDimensionsUnit=pixel",
    "-RegionName=Ada, L.",
    "-RegionName=Zoë",
    "-RegionType=Face",
    "-RegionType=Face",
    "-RegionAreaX=0.3",
    "-RegionAreaX=0.5625",
    "-RegionAreaY=0.4",
    "-RegionAreaY=0.625",
    "-RegionAreaW=0.2",
    "-RegionAreaW=0.125",
    "-RegionAreaH=0.1",
    "-RegionAreaH=0.25",
    "-RegionAreaUnit=normalized",
    "-RegionAreaUnit=normalized",
)
_ADA = "{Area={X=0.3,Y=0.4,W=0.2,H=0.1,Unit=normalized},Name=Ada|, L.,Type=Face}"
_ZOE = "{Area={X=0.5625,Y=0.625,W=0.125,H=0.25,Unit=normalized},Name=Zoë,Type=Face}"
_DIMENSIONS = "AppliedToDimensions={W=600,H=400,Unit=pixel}"
WAYS: dict[str, tuple[str, ...]] = {
    "one structure": (f"-RegionInfo={{{_DIMENSIONS},RegionList=[{_ADA},{_ZOE}]}}",),
    "the list alone": (f"-RegionList={_ADA}", f"-RegionList={_ZOE}"),
    "flattened tags": FLAT,
    "Microsoft's": (
        "-RegionInfoMP={Regions=[{PersonDisplayName=Ada|, L.,Rectangle=0.2|, 0.35|, 0.2|, 0.1},"
        "{PersonDisplayName=Zoë,Rectangle=0.5|, 0.5|, 0.125|, 0.25}]}",
    ),
    "short": ("-api", "Compact=Shorthand,NoPadding", f"-RegionInfo={{{_DIMENSIONS},RegionList=[{_ADA},{_ZOE}]}}"),
    "in one description": ("-api", "Compact=OneDesc", f"-RegionInfo={{{_DIMENSIONS},RegionList=[{_ADA},{_ZOE}]}}"),
}


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo without metadata."""
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\xff\xd8\xff\xd9")
    return path


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_exiftools_is_read(photo: Path, way: str) -> None:
    """Structures, flattened tags, Microsoft's list and the short forms of XMP name the same two regions."""
    exiftool("-q", *WAYS[way], photo.with_name("a.jpg.xmp"))
    found = {region.name: region.region for region in sidecar.read(photo, None).regions}
    assert MEANT.keys() == found.keys()
    assert all(overlap(MEANT[name], region) > 0.999 for name, region in found.items() if name is not None)


@pytest.mark.parametrize("how", [(), ("-struct",), ("-struct", "-a", "-G1"), ("-api", "Struct=2")])
def test_copied_structures_are_read(photo: Path, tmp_path: Path, how: tuple[str, ...]) -> None:
    """Regions that ExifTool copies from one sidecar to another, with or without -struct, are the same regions."""
    source = tmp_path / "source.xmp"
    exiftool("-q", *WAYS["one structure"], source)
    exiftool("-q", *how, "-tagsFromFile", source, "-all:all", photo.with_name("a.jpg.xmp"))
    found = {region.name: region.region for region in sidecar.read(photo, None).regions}
    assert MEANT.keys() == found.keys()
    assert all(overlap(MEANT[name], region) > 0.999 for name, region in found.items() if name is not None)


EXIV2 = """
import json, pyexiv2, sys
with pyexiv2.Image(sys.argv[1]) as image:
    print(json.dumps(image.read_xmp()))
"""


def written(photo: Path) -> Path:
    """The sidecar of both suggestions as real regions."""
    edit = sidecar.plan(photo, orientation=1, size=SIZE, wanted=[ADA, BOB], date=NOW, as_regions=[ADA, BOB])
    assert edit is not None
    sidecar.apply(edit)
    return edit.path


def test_exiftool_reads_the_numbers_that_we_write(photo: Path) -> None:
    """Centre and size of MWG's areas, Microsoft's rectangles and the dimensions are those of the suggestions."""
    [read] = json.loads(exiftool("-json", "-struct", "-n", written(photo)))
    mwg, microsoft = read["RegionInfo"], read["RegionInfoMP"]["Regions"]
    assert {"W": SIZE.width, "H": SIZE.height, "Unit": "pixel"} == mwg["AppliedToDimensions"]
    for suggestion, region, other in zip((ADA, BOB), mwg["RegionList"], microsoft, strict=True):
        corner = suggestion.region
        middle = (corner.x + corner.w / 2, corner.y + corner.h / 2, corner.w, corner.h)
        assert (suggestion.person, "Face", "normalized") == (region["Name"], region["Type"], region["Area"]["Unit"])
        assert pytest.approx(middle, abs=1e-6) == tuple(float(region["Area"][side]) for side in "XYWH")
        assert suggestion.person == other["PersonDisplayName"]
        numbers = tuple(map(float, other["Rectangle"].split(",")))
        assert pytest.approx((corner.x, corner.y, corner.w, corner.h), abs=1e-6) == numbers


def test_exiv2_reads_the_numbers_that_we_write(photo: Path) -> None:
    """So does Exiv2, on which digiKam rests."""
    command = [sys.executable, "-c", EXIV2, str(written(photo))]
    read: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    for number, suggestion in enumerate((ADA, BOB), 1):
        mwg = f"Xmp.mwg-rs.Regions/mwg-rs:RegionList[{number}]/mwg-rs:"
        corner = suggestion.region
        middle = (corner.x + corner.w / 2, corner.y + corner.h / 2, corner.w, corner.h)
        assert suggestion.person == read[f"{mwg}Name"]
        assert pytest.approx(middle, abs=1e-6) == tuple(float(read[f"{mwg}Area/stArea:{side}"]) for side in "xywh")
        microsoft = f"Xmp.MP.RegionInfo/MPRI:Regions[{number}]/MPReg:"
        assert suggestion.person == read[f"{microsoft}PersonDisplayName"]
        numbers = tuple(map(float, read[f"{microsoft}Rectangle"].split(",")))
        assert pytest.approx((corner.x, corner.y, corner.w, corner.h), abs=1e-6) == numbers
