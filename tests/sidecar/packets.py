"""XMP texts for the tests of this package: small builders, and ExifTool as the second opinion."""

import json
import os
import shutil
import struct
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from facedaemon.values import Region, Size, Suggestion

NAMESPACES = """
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
 xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"
 xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#"
 xmlns:MP="http://ns.microsoft.com/photo/1.2/"
 xmlns:MPRI="http://ns.microsoft.com/photo/1.2/t/RegionInfo#"
 xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#"
 xmlns:facedaemon="http://ns.facedaemon.org/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:tiff="http://ns.adobe.com/tiff/1.0/\""""

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
LATER = datetime(2026, 12, 24, 3, 0, tzinfo=UTC)
SIZE = Size(600, 400)
ADA = Suggestion(Region(0.1, 0.2, 0.3, 0.25), "Ada", 0.97, 3)
BOB = Suggestion(Region(0.55, 0.3, 0.2, 0.3), "Bob <&> Zoë", 0.91, 3)


def packet(properties: str, attributes: str = "") -> str:
    """A packet whose one description holds `properties`."""
    node = f'<rdf:Description rdf:about=""{attributes}>{properties}</rdf:Description>'
    return f"<rdf:RDF{NAMESPACES}>\n {node}\n</rdf:RDF>"


def area(x: object = 0.5, y: object = 0.5, w: object = 0.2, h: object = 0.1, unit: str = "normalized") -> str:
    """An MWG area in the attribute form."""
    return f'<mwg-rs:Area stArea:x="{x}" stArea:y="{y}" stArea:w="{w}" stArea:h="{h}" stArea:unit="{unit}"/>'


EVE_REGION = f"<mwg-rs:Name>Eve</mwg-rs:Name>{area()}"


def mwg(*items: str, dimensions: str = "") -> str:
    """An MWG region list of `items`, each the inside of an rdf:li."""
    listed = "".join(f'<rdf:li rdf:parseType="Resource">{item}</rdf:li>' for item in items)
    return (
        f'<mwg-rs:Regions rdf:parseType="Resource">{dimensions}'
        f"<mwg-rs:RegionList><rdf:Bag>{listed}</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>"
    )


def mp(name: str, rectangle: str) -> str:
    """A Microsoft region list of one."""
    item = f'<rdf:li MPReg:PersonDisplayName="{name}" MPReg:Rectangle="{rectangle}"/>'
    listed = f"<MPRI:Regions><rdf:Bag>{item}</rdf:Bag></MPRI:Regions>"
    return f'<MP:RegionInfo rdf:parseType="Resource">{listed}</MP:RegionInfo>'


def dimensions(w: object, h: object, unit: str = "pixel") -> str:
    """AppliedToDimensions."""
    return f'<mwg-rs:AppliedToDimensions stDim:w="{w}" stDim:h="{h}" stDim:unit="{unit}"/>'


def segment(body: bytes) -> bytes:
    """An APP1 segment of a JPEG."""
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def jpeg(path: Path, xmp: str | None, more: Sequence[bytes] = ()) -> Path:
    """A small JPEG with that XMP packet, and further segments."""
    made = BytesIO()
    Image.new("RGB", (64, 48), "red").save(made, "JPEG")
    first = b"" if xmp is None else segment(b"http://ns.adobe.com/xap/1.0/\0" + xmp.encode())
    path.write_bytes(made.getvalue()[:2] + first + b"".join(more) + made.getvalue()[2:])
    return path


def exiftool(*arguments: str | Path) -> str:
    """ExifTool's output; without ExifTool the test is skipped, in CI it fails."""
    if shutil.which("exiftool") is None:
        reason = "ExifTool is absent (apt-get install libimage-exiftool-perl)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    done = subprocess.run(["exiftool", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def tags(path: Path, *wanted: str) -> dict[str, Any]:
    """The file's tags as ExifTool sees them, structures as such, without those about the file itself."""
    listed = json.loads(exiftool("-j", "-G1", "-struct", "-n", *wanted, path))[0]
    about_the_file = ("SourceFile", "File:", "System:", "ExifTool:", "XMP-x:")
    return {name: value for name, value in listed.items() if not name.startswith(about_the_file)}
