"""Mutated photos through the metadata reader: nothing but an answer or a PhotoError, quickly and in little memory.

    python -m benchmarks.fuzz_containers [--count 200000] [--seed 1] [--keep FOLDER]

Small photos of seven formats, made here with EXIF and XMP, have bytes changed, cut, doubled and set to extremes, most
of them in their headers. Each is read as `scan` reads it (in the reading process) and, every tenth, seeded into a
sidecar. Printed are counts and the worst seconds and memory; the exit status is 1 where a promise of docs/security.md
was broken, and `--keep` holds the files that broke it.
"""

import argparse
import json
import random
import resource
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pillow_heif
import pillow_jxl  # noqa: F401 - registers JPEG XL
from PIL import Image

from facedaemon import sidecar
from facedaemon.errors import PhotoError
from facedaemon.sidecar.reader_client import READER
from facedaemon.values import Region, Size, Suggestion

MOST_SECONDS, MOST_MEGABYTES = 1.0, 200
FORMATS = ("JPEG", "PNG", "HEIF", "AVIF", "JXL", "TIFF", "WEBP")
_HEADER = 2048  # bytes in which two of three mutations fall
_EXTREMES = (0, 1, 0x7F, 0x80, 0xFF)
_WIDE = (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"'
    b' xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"><mwg-rs:Regions rdf:parseType="Resource">'
    b'<mwg-rs:RegionList><rdf:Bag><rdf:li rdf:parseType="Resource"><mwg-rs:Name>Ada</mwg-rs:Name>'
    b'<mwg-rs:Area stArea:x="0.5" stArea:y="0.5" stArea:w="0.2" stArea:h="0.2"/></rdf:li></rdf:Bag>'
    b"</mwg-rs:RegionList></mwg-rs:Regions></rdf:Description></rdf:RDF></x:xmpmeta>"
)


def photo(kind: str) -> bytes:
    """A small photo of that format, with EXIF and XMP."""
    image = Image.linear_gradient("L").resize((48, 32)).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Maker"
    exif[0x9286] = "a comment"
    buffer = BytesIO()
    if kind in ("HEIF", "AVIF"):
        pillow_heif.register_heif_opener()
        image.save(buffer, kind, exif=exif.tobytes(), xmp=_XMP)
    elif kind == "PNG":
        from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415 - for one format

        text = PngInfo()
        text.add_itxt("XML:com.adobe.xmp", _XMP.decode(), zip=True)
        image.save(buffer, kind, exif=exif, pnginfo=text)
    elif kind == "TIFF":
        image.save(buffer, kind, exif=exif, tiffinfo={700: _XMP})
    else:
        image.save(buffer, kind, exif=exif.tobytes(), xmp=_XMP)
    return buffer.getvalue()


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The photo with one to eight mistakes."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(min(len(made), _HEADER) if chance.random() < 0.67 else len(made))
        kind = chance.randrange(6)
        if kind == 0:
            made[at] = chance.randrange(256)
        elif kind == 1:
            made[at] = chance.choice(_EXTREMES)
        elif kind == 2:
            number = struct.pack(chance.choice("<>") + "I", chance.choice(_WIDE))
            made[at : at + 4] = number
        elif kind == 3 and len(made) > 64:
            del made[at : at + chance.randint(1, 64)]
        elif kind == 4:
            made[at:at] = made[at : at + chance.randint(1, 256)]
        elif kind == 5 and len(made) > 64:
            del made[max(32, at) :]
    return bytes(made)


def resident(process: int | None) -> float:
    """Megabytes of a process at its largest."""
    try:
        text = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("VmHWM:")), 0.0)


def read(path: Path) -> None:
    """As `scan` reads it."""
    sidecar.read(path, None, path.parent)


def seed(path: Path) -> None:
    """As a new sidecar is planned."""
    wanted = Suggestion(Region(0.1, 0.1, 0.2, 0.2), "Ada", 0.9, 1)
    from datetime import UTC, datetime  # noqa: PLC0415 - for one call

    moment = datetime(2026, 1, 1, tzinfo=UTC)
    sidecar.plan(path, orientation=1, size=Size(48, 32), wanted=[wanted], date=moment, root=path.parent)


def run(count: int, number: int, keep: Path | None) -> dict[str, object]:
    """All mutations; gives the figures."""
    chance = random.Random(number)
    originals = [(kind, photo(kind)) for kind in FORMATS]
    outcomes: Counter[str] = Counter()
    broken: list[str] = []
    worst_seconds, worst_memory = 0.0, 0.0
    with TemporaryDirectory() as folder:
        for done in range(count):
            kind, data = originals[done % len(originals)]
            path = Path(folder, f"a.{kind.lower()}")
            path.write_bytes(made := mutated(data, chance))
            use: Callable[[Path], None] = seed if done % 10 == 0 else read
            start = time.monotonic()
            spent = time.thread_time()
            problem = ""
            try:
                use(path)
                outcomes["read"] += 1
            except PhotoError:
                outcomes["PhotoError"] += 1
            except Exception as error:  # noqa: BLE001 - this is what is looked for
                problem = f"{type(error).__name__}: {error}"
            elapsed = time.monotonic() - start
            worst_seconds = max(worst_seconds, elapsed)
            if elapsed > MOST_SECONDS and done > 0:  # the first one starts the process
                problem = problem or f"{elapsed:.2f} s ({time.thread_time() - spent:.2f} s here)"
            if done % 500 == 0:
                worst_memory = max(worst_memory, resident(READER.process))
            if problem:
                broken.append(f"{kind} {done}: {problem}")
                if keep is not None:
                    keep.mkdir(parents=True, exist_ok=True)
                    (keep / f"{done}.{kind.lower()}").write_bytes(made)
        worst_memory = max(worst_memory, resident(READER.process))
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    READER.close()
    return {
        "files": count,
        "outcomes": dict(outcomes),
        "worst_seconds": round(worst_seconds, 3),
        "reader_megabytes": round(worst_memory, 1),
        "own_megabytes": round(own, 1),
        "broken": broken,
    }


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--count", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    chosen = parser.parse_args()
    figures = run(chosen.count, chosen.seed, chosen.keep)
    print(json.dumps(figures, indent=1))
    memory = max(float(str(figures["reader_megabytes"])), float(str(figures["own_megabytes"])))
    return 1 if figures["broken"] or memory > MOST_MEGABYTES else 0


if __name__ == "__main__":
    sys.exit(main())
