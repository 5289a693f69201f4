"""States that former versions made of photos of two people: what a user of that version has.

`python -m tests.store.former_states CHECKOUT FILE PORTRAITS` runs the version in CHECKOUT (`git worktree add CHECKOUT
COMMIT`) and writes its state as SQL, packed by xz. The photos are made of the portraits in PORTRAITS (`make
portraits`); the sidecars stand in a table of their own.
"""

import lzma
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from facedaemon.values import Region
from tests.portraits import PORTRAITS, photos
from tests.sidecar.packets import area, mwg, packet

FOLDER = Path(__file__).parent / "former"
_MARKS = ("user_version", "application_id")  # of a database, which its dump does not hold
NAMED, OTHERS = 5, 2
"""Of each person's photos, so many are named by their user, and so many are not."""
PLACE = Path("/tmp/facedaemon-former")
"""Where they were made: a path in the state begins so."""


def make_photos(pictures: Path, folder: Path) -> None:
    """The photos of both people."""
    folder.mkdir(parents=True)
    for portrait in PORTRAITS:
        for number, photo in enumerate(photos(pictures, portrait)):
            if number < NAMED + OTHERS:
                photo.picture.save(folder / f"{photo.person} {number:02}.jpg", quality=92)


def _name(pictures: Path, folder: Path) -> None:
    for portrait in PORTRAITS:
        for number, photo in enumerate(photos(pictures, portrait)):
            if number < NAMED:
                face: Region = photo.face
                there = area(face.x + face.w / 2, face.y + face.h / 2, face.w, face.h)
                item = f"<mwg-rs:Name>{photo.person}</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type>{there}"
                path = folder / f"{photo.person} {number:02}.jpg.xmp"
                path.write_text(packet(mwg(item)), encoding="utf-8")


def _reject_one(folder: Path) -> None:
    """The user takes the list out of the first sidecar that holds one."""
    for sidecar in sorted(folder.glob("*.xmp")):
        text = sidecar.read_text(encoding="utf-8")
        without = re.sub("<facedaemon:Suggestions>.*</facedaemon:Suggestions>", "", text, flags=re.DOTALL)
        if text != without:
            sidecar.write_text(without, encoding="utf-8")
            return


def _main(checkout: Path, file: Path, pictures: Path) -> None:
    shutil.rmtree(PLACE, ignore_errors=True)
    make_photos(pictures, PLACE / "photos")
    _name(pictures, PLACE / "photos")
    config = PLACE / "config.yaml"
    config.write_text(
        f"photos: {{roots: [{PLACE / 'photos'}]}}\nlibrary: {{digikam: {{database: none}}}}\n"
        f"state_directory: {PLACE / 'state'}\n"
    )
    command = [sys.executable, "-m", "facedaemon", "scan", "--config", str(config)]
    path = os.pathsep.join([str(checkout), os.environ.get("PYTHONPATH", "")])  # also of the processes that it starts
    environment = {**os.environ, "HOME": str(PLACE), "PYTHONPATH": path}
    subprocess.run(command, cwd=checkout, env=environment, check=True)
    _reject_one(PLACE / "photos")
    subprocess.run(command, cwd=checkout, env=environment, check=True)
    with closing(sqlite3.connect(PLACE / "state" / "state.db")) as state:
        with state:
            state.execute("CREATE TABLE former_sidecar (name TEXT, content TEXT)")
            for sidecar in sorted((PLACE / "photos").glob("*.xmp")):
                text = sidecar.read_text(encoding="utf-8")
                state.execute("INSERT INTO former_sidecar VALUES (?, ?)", (sidecar.name, text))
        marks = [f"PRAGMA {name} = {state.execute(f'PRAGMA {name}').fetchone()[0]};" for name in _MARKS]
        lines = [*state.iterdump(), *marks]
    file.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME))
    shutil.rmtree(PLACE)


if __name__ == "__main__":
    _main(Path(sys.argv[1]), Path(sys.argv[2]).absolute(), Path(sys.argv[3]))
