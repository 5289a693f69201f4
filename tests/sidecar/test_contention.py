"""Another program rewrites the very sidecars that are being edited: none of its changes is lost."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from facedaemon import sidecar
from facedaemon.errors import PhotoError
from tests.deadlines import TIMEOUT, next_line
from tests.sidecar.packets import ADA, BOB, NOW, SIZE, packet

FILES, TURNS, CHANGES = 4, 150, 300

OTHER = """
import os, re, select, sys, time
how, changes, *paths = sys.argv[1:]
written = dict.fromkeys(paths, 0)
def may_end():  # once it has made so many changes, and nobody edits beside it any more
    return sum(written.values()) >= int(changes) and select.select([sys.stdin], [], [], 0)[0]
MARK = re.compile(rb"<dc:source>(\\d+)</dc:source>")
while not may_end():
    for path in paths:
        with open(path, "rb") as file:
            data = file.read()
        if int(MARK.search(data)[1]) != written[path]:
            sys.exit(f"{path}: change {written[path]} is lost, {MARK.search(data)[1]} stands there")
        written[path] += 1
        data = MARK.sub(b"<dc:source>%d</dc:source>" % written[path], data)
        if how == "renamed":  # as ExifTool does
            with open(path + "_tmp", "wb") as file:
                file.write(data)
            os.rename(path + "_tmp", path)
        elif how == "truncated":  # as Exiv2 does
            with open(path, "wb") as file:
                file.write(data)
        else:
            with open(path, "r+b") as file:
                file.write(data)
                file.truncate()
        if sum(written.values()) == len(paths):
            print("it has begun", flush=True)
        time.sleep(0.002)  # it works beside us, not in our place
for path in paths:
    with open(path, "rb") as file:
        if int(MARK.search(file.read())[1]) != written[path]:
            sys.exit(f"{path}: the last change is lost")
"""


@pytest.mark.slow
@pytest.mark.parametrize("how", ["renamed", "truncated", "overwritten"])
def test_no_change_of_another_program_is_lost(tmp_path: Path, how: str) -> None:
    """Each of its changes stands there when it looks again, while hundreds of our edits come between.

    However fast either is: it ends when we do, and we make a fixed number of edits.
    """
    photos = [tmp_path / f"{number}.jpg" for number in range(FILES)]
    for photo in photos:
        photo.write_bytes(b"\xff\xd8\xff\xd9")
        photo.with_name(f"{photo.name}.xmp").write_text(packet("<dc:source>0</dc:source>"))
    command = [sys.executable, "-c", OTHER, how, str(CHANGES), *(f"{photo}.xmp" for photo in photos)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as other:
        assert next_line(other.stdout)
        for turn in range(TURNS):
            for photo in photos:
                with suppress(PhotoError):  # it was written to in the very moment
                    _edit(photo, turn)
        _, errors = other.communicate(timeout=TIMEOUT)
        assert "" == errors
    for photo in photos:
        changed = photo.with_name(f"{photo.name}.xmp").read_text().partition("<dc:source>")[2].partition("<")[0]
        assert int(changed) >= CHANGES / FILES
        _edit(photo, 0)
        assert f"<dc:source>{changed}<" in photo.with_name(f"{photo.name}.xmp").read_text()
        assert [ADA.person] == [item.person for item in sidecar.read(photo, None).suggestions]
    names = {path.name for path in tmp_path.iterdir() if not path.name.endswith("_tmp")}
    assert {f"{number}.jpg{suffix}" for number in range(FILES) for suffix in ("", ".xmp")} == names


def _edit(photo: Path, turn: int) -> None:
    """Show Ada, Bob or nobody, in turn."""
    wanted = ([ADA], [BOB], [])[turn % 3]
    edit = sidecar.plan(photo, orientation=1, size=SIZE, wanted=wanted, date=NOW, root=photo.parent)
    if edit is not None:
        sidecar.apply(edit)
