"""XMP texts for the tests of this package: small builders, and ExifTool as the second opinion."""

import json
import os
import shutil
import struct
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import pytest
from PIL import Image

from facedaemon.values import Region, Size, Suggestion
from tests.deadlines import next_line, within

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
_END = "{end of the command}"


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
    status, output, errors = _exiftool().run([str(argument) for argument in arguments])
    assert status == 0, errors
    return output


class _ExifTool:
    """One process of it for all that is asked: loading it takes longer than its work. It ends with this process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["exiftool", "-stay_open", "True", "-@", "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, arguments: list[str]) -> tuple[int, str, str]:
        """Exit status, standard output and standard error of the command with these arguments."""
        assert not [each for each in arguments if "\n" in each or each[:1] in {"#", " ", ""}]
        process = self._process
        assert process.stdin is not None
        end = ["-echo3", f"{_END}${{status}}", "-echo4", _END, "-execute1", ""]
        process.stdin.write("\n".join([*arguments, *end]))
        process.stdin.flush()
        output, status = within(lambda: self._until_the_end(process.stdout), "what ExifTool prints")
        errors, _ = within(lambda: self._until_the_end(process.stderr), "ExifTool's errors")
        assert next_line(process.stdout) == "{ready1}\n"
        return int(status), output, errors

    @staticmethod
    def _until_the_end(stream: IO[str] | None) -> tuple[str, str]:
        """What comes before the mark, and the rest of the mark's line."""
        assert stream is not None
        said = ""
        while _END not in said:
            line = stream.readline()
            assert line, f"ExifTool has ended: {said}"
            said += line
        before, _, rest = said.partition(_END)
        return before, rest


_exiftool = cache(_ExifTool)


def tags(path: Path, *wanted: str) -> dict[str, Any]:
    """The file's tags as ExifTool sees them, structures as such, without those about the file itself."""
    listed = json.loads(exiftool("-j", "-G1", "-struct", "-n", *wanted, path))[0]
    about_the_file = ("SourceFile", "File:", "System:", "ExifTool:", "XMP-x:")
    return {name: value for name, value in listed.items() if not name.startswith(about_the_file)}
