"""Damaged copies of real sidecars, edited or refused: `python -m benchmarks.fuzz_sidecars FOLDER [COUNT] [SEED]`.

FOLDER holds .xmp files. Of COUNT (default 20,000) mutations, each that can be edited must give its bytes back when our
part is taken out, and (if ExifTool is installed) show ExifTool the same foreign tags as before. Exit status 1 if not,
with examples left in the working directory, and where one takes more than 2 s or 300 MB.
"""

import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from facedaemon.sidecar.edit_plan import edited
from facedaemon.sidecar.own_metadata import as_written
from facedaemon.sidecar.tree import NotXmp, parse
from facedaemon.values import Region, Size, Suggestion

OURS = [as_written(Suggestion(Region(0.1, 0.2, 0.3, 0.25), "Ada", 0.97, 3), 1, "2026-11-24T03:00:00+00:00")]


def mutated(chance: random.Random, data: bytes) -> bytes:
    """A few pieces changed, dropped, doubled, or replaced by what matters in XML."""
    for _ in range(chance.choice([1, 1, 1, 2, 4])):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.choice([1, 1, 2, 8, 40, 400]))
        token = chance.choice(
            [b"<", b">", b"/>", b"'", b'"', b"&", b"rdf:", b"<rdf:li/>", b"\x00", b"<!--", b"]]>", b" "]
        )
        other = chance.randrange(len(data) + 1)
        letters = bytes(chance.choice(b"abcXYZ019 .,:/") if chr(byte).isalnum() else byte for byte in data[start:end])
        piece = chance.choice(
            [
                b"",
                bytes([chance.randrange(256)]),
                letters,
                letters,
                data[start:end] * 2,
                token,
                data[other : other + 60],
            ]
        )
        data = data[:start] + piece + data[end:]
    return data or b" "


def edit(data: bytes) -> bytes | None:
    """The packet with a suggestion of ours, None where it is refused; proven to come back to the same bytes."""
    try:
        document = parse(data)
        after = edited(document, OURS, [], Size(600, 400))
    except NotXmp:
        return None
    assert after is not None
    back = edited(parse(after), [], [], Size(600, 400))
    opened = document.encoded().replace(b"/>", b"></rdf:RDF>", 1)
    assert back in (document.encoded(), opened), "taking ours out does not give the former bytes"
    return after


def foreign_tags(path: Path) -> dict[str, dict[str, Any]]:
    """What ExifTool sees in the file, or in each file of the folder, without our own."""
    command = ["exiftool", "-q", "-j", "-G1", "-struct", "-XMP:all", "-ext", "xmp", str(path)]
    listed = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
    return {
        Path(each.pop("SourceFile")).name: {name: value for name, value in each.items() if "facedaemon" not in name}
        for each in listed
    }


def seen_alike(before: Path, after: Path, tries: int = 10) -> bool:
    """Whether ExifTool ever sees the same foreign tags in both."""
    return any(foreign_tags(before) == foreign_tags(after) for _ in range(tries))


def main(arguments: list[str]) -> int:
    """Run and report."""
    sources = [path.read_bytes() for path in sorted(Path(arguments[0]).glob("*.xmp"))]
    count = int(arguments[1]) if len(arguments) > 1 else 20_000
    chance = random.Random(int(arguments[2]) if len(arguments) > 2 else 1)
    slowest, accepted = 0.0, 0
    with tempfile.TemporaryDirectory() as scratch:
        before, after = Path(scratch, "before"), Path(scratch, "after")
        before.mkdir()
        after.mkdir()
        for number in range(count):
            data = mutated(chance, chance.choice(sources))
            started = time.perf_counter()
            result = edit(data)
            slowest = max(slowest, time.perf_counter() - started)
            if result is not None:
                accepted += 1
                (before / f"{number}.xmp").write_bytes(data)
                (after / f"{number}.xmp").write_bytes(result)
        wrong: list[str] = []
        if shutil.which("exiftool") and accepted:
            was, now = foreign_tags(before), foreign_tags(after)
            # ExifTool carries unknown namespaces over from one file to the next, and in broken structures its answer
            # changes from run to run (Perl's hash order): what differs is asked again, alone, some times
            suspects = [name for name, tags in was.items() if now.get(name) != tags]
            wrong = [name for name in suspects if not seen_alike(before / name, after / name)]
            for name in wrong[:5]:
                shutil.copy(before / name, f"fuzz-{name}")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{count} mutations: {accepted} edited, {count - accepted} refused, {len(wrong)} with other foreign tags")
    print(f"slowest {slowest * 1000:.0f} ms, at most {memory} MB")
    return 1 if wrong or slowest > 2 or memory > 300 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
