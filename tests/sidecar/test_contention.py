"""Another program rewrites the very sidecars that are being edited: none of its changes is lost."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from facedaemon import sidecar
from facedaemon.errors import PhotoError
from tests.sidecar.packets import ADA, BOB, NOW, SIZE, packet

FILES, APPLIED, LIMIT_SECONDS = 4, 150, 60.0

OTHER = """
import os, re, sys, time
how, *paths = sys.argv[1:]
written = dict.fromkeys(paths, 0)
MARK = re.compile(rb"<dc:source>(\\d+)</dc:source>")
while True:
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
        print(sum(written.values()), flush=True)
        time.sleep(0.002)
"""


@pytest.mark.parametrize("how", ["renamed", "truncated", "overwritten"])
def test_no_change_of_another_program_is_lost(tmp_path: Path, how: str) -> None:
    """Each of its changes stands there when it looks again, while hundreds of our edits come between."""
    photos = [tmp_path / f"{number}.jpg" for number in range(FILES)]
    for photo in photos:
        photo.write_bytes(b"\xff\xd8\xff\xd9")
        photo.with_name(f"{photo.name}.xmp").write_text(packet("<dc:source>0</dc:source>"))
    command = [sys.executable, "-c", OTHER, how, *(f"{photo}.xmp" for photo in photos)]
    turns = applied = refused = 0
    deadline = time.monotonic() + LIMIT_SECONDS
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stderr is not None
        other.stdout.readline()  # it has begun
        while applied < APPLIED and other.poll() is None and time.monotonic() < deadline:
            for photo in photos:
                turns += 1
                wanted = ([ADA], [BOB], [])[turns % 3]
                try:
                    edit = sidecar.plan(photo, orientation=1, size=SIZE, wanted=wanted, date=NOW, root=tmp_path)
                    applied += edit is not None and sidecar.apply(edit) is not None
                except PhotoError:
                    refused += 1
        other.terminate()
        *_, last = other.stdout.read().split()
        assert "" == other.stderr.read()
    assert APPLIED <= applied, refused
    assert 100 < int(last)
    names = {path.name for path in tmp_path.iterdir() if not path.name.endswith("_tmp")}
    assert {f"{number}.jpg{suffix}" for number in range(FILES) for suffix in ("", ".xmp")} == names
