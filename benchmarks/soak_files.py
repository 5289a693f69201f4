"""The real daemon and files: hostile ones, a drive that comes and goes, a burst while it is stopped."""

import random
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

from benchmarks.soak_library import compare, hear_for, looks, wait_for_quiet
from benchmarks.soak_tools import UNIT, empty_library, memory_of_each, rows, sample_library, shared, tiny_jpeg
from tests.acceptance.daemon_process import daemon
from tests.acceptance.drive import Drive, why_not
from tests.acceptance.place import Place
from tests.vision.hostile import write_all


@contextmanager
def most_memory(process: int) -> Iterator[list[float]]:
    """The memory of the process and of its children when they had most of it meanwhile."""
    most, ended = [0.0], Event()

    def watch() -> None:
        while not ended.wait(0.02):
            now = memory_of_each(process)
            most[:] = max(most, now, key=sum)

    thread = Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        ended.set()
        thread.join()


def hostile() -> None:
    """Seventy files that mean harm, between photos of people."""
    with sample_library() as place, daemon(place, options=["-v"], environment=UNIT) as running:
        running.tells("STATUS=Watching")
        wait_for_quiet(running, 600)
        people = sorted(place.photos.rglob("*.jpg"))[:40]
        made = write_all(shared() / "data" / "formats", place.folder / "made")
        folder = place.photos / "from the net"
        folder.mkdir()
        with most_memory(running.process.pid) as most:
            began = time.monotonic()
            for number, file in enumerate(made):
                file.rename(folder / file.name)
                # another picture, so that it must be looked at: a comment in front of the end of the JPEG
                taken = people[number % len(people)].read_bytes()
                (folder / f"person-{number}.jpg").write_bytes(taken[:-2] + number.to_bytes(2, "big") + taken[-2:])
            wait_for_quiet(running, 900)
            seconds = time.monotonic() - began
        found = {Path(path).name: (failure, faces) for path, failure, faces in rows(place, _FAILURES)}
        received = {Path(item["photo"]).name for item in place.json("status").summary["failed"]}
        ours = {file.name for file in made}
        named = {name for name in ours if name in found and found[name][0]}
        lost = ours - found.keys()
        others = [name for name, (_, faces) in found.items() if name.startswith("person-") and faces]
        print(f"{len(ours)} hostile files: {len(named)} named, {len(ours - named - lost)} read, {len(lost)} lost (0)")
        print(f"  {len(named - received)} of the named ones are not in `status` (limit 0)")
        print(f"  {len(others)} of {len(ours)} photos of people between them have their faces; {seconds:.0f} s in all")
        print(f"  memory with the decoder's at most {sum(most):.0f} MB (limit 600), of which {most[0]:.0f} without it")


_FAILURES = "SELECT CAST(path AS TEXT), failure, (SELECT count(*) FROM face WHERE photo = photo.id) FROM photo"


def mounts(times: int = 20) -> None:
    """A drive that is pulled out and plugged in again while its photos are looked at."""
    if reason := why_not():
        print(f"drive: not measured: {reason}")
        return
    draw = random.Random(7)
    with sample_library() as place:
        half = [path for number, path in enumerate(sorted(place.photos.rglob("*.jpg"))) if number % 2]
        aside = place.folder / "aside"
        for path in half:
            (aside / path.relative_to(place.photos)).parent.mkdir(parents=True, exist_ok=True)
            path.rename(aside / path.relative_to(place.photos))
        place.json("scan")
        before = set(rows(place, _STATE))
        shutil.copytree(aside, place.photos, dirs_exist_ok=True)
        drive = Drive(place)
        sidecars = {path.name for path in drive.kept.rglob("*.xmp")}
        with daemon(place, before=drive.before, options=["-v"]) as running:
            running.tells("READY=1")
            for _ in range(times):
                hear_for(running, draw.uniform(0.1, 2))
                drive.unplug(running.process.pid)
                hear_for(running, draw.uniform(0.1, 3))
                drive.plug(running.process.pid)
            wait_for_quiet(running, 600)
            running.stop()
            log = running.log()
        drive.keep()
        after = set(rows(place, _STATE))
        gone = sidecars - {path.name for path in place.photos.rglob("*.xmp")}
        lost = before - after
        print(f"drive pulled out {times} times: {len(lost)} of {len(before)} confirmed and other faces lost (0)")
        print(f"  {len(gone)} of {len(sidecars)} sidecars lost (limit 0)")
        print(f"  {log.count('everything known of its photos is kept')} lines say that it is away")
        compare(place, replace(place, folder=place.folder / "fresh"))


_STATE = (
    "SELECT CAST(path AS TEXT), round(face.x, 3), round(face.y, 3), face.person"
    " FROM face JOIN photo ON photo.id = face.photo WHERE NOT missing"
)


def burst(count: int = 20_000) -> None:
    """Photos written in one go while the daemon stands still; then it goes on."""
    with empty_library() as place:
        made = place.folder / "made"
        for number in range(count):
            folder = made / f"{number % 200:03}"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{number:06}.jpg").write_bytes(tiny_jpeg(number))
        (place.photos / "one.jpg").write_bytes(tiny_jpeg(count))
        with daemon(place, options=["-vv"], environment=UNIT) as running:
            running.tells("STATUS=Watching")
            wait_for_quiet(running, 60)
            running.process.send_signal(signal.SIGSTOP)
            shutil.copytree(made, place.photos, dirs_exist_ok=True)
            running.process.send_signal(signal.SIGCONT)
            began = time.monotonic()
            with most_memory(running.process.pid) as most:
                while _known(place) <= count:
                    hear_for(running, 2)
                seconds = time.monotonic() - began
                wait_for_quiet(running, 300)
            seen = [photo for photo, _ in looks(running.log())]
        print(f"{count} photos written while stopped: {_known(place) - 1} known after {seconds:.0f} s (limit: all)")
        print(f"  {len(seen) - len(set(seen))} looked at twice (limit 0); memory at most {sum(most):.0f} MB (400)")


def _known(place: Place) -> int:
    """How many photos were looked at."""
    (count,) = rows(place, "SELECT count(*) FROM photo WHERE content IS NOT NULL AND NOT missing")[0]
    return int(count)
