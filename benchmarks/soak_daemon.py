"""A real daemon under orders of events that nobody planned: python -m benchmarks.soak_daemon [EVENTS] [--seed N].

People answer in digiKam and by commands, commands are asked for, ended and killed, photos come, move and go, the drive
goes away, the database is locked or put back from a copy, the machine is on battery, the config is broken, the process
is stopped, reloaded, ended and killed: all of it in an order that the seed decides. After every few events everything
is brought back to rest and looked at: what must hold is said in `soak_rules`. Prints each event; exit status 1 where a
rule is broken.
"""

import argparse
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.soak_rules import TIMEOUT, Broken, Commands, Told, check_all, has_answered, nothing_is_left
from benchmarks.soak_tools import models, shared
from tests.acceptance.daemon_process import Daemon
from tests.acceptance.digikam_user import DigikamUser
from tests.acceptance.place import Json, Place, small_library

EVENTS, CALM = 120, 12  # a look at everything after so many events
CALM_LINE = "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
SHORT_LINE = "some avg10=95.00 avg60=0.00 avg300=0.00 total=0\n"


@dataclass
class World:
    """A place, the daemon on it, and what people said. `told` grows with what they do."""

    place: Place
    draw: random.Random
    told: Told = field(default_factory=Told)
    commands: Commands = field(init=False)
    daemon: Daemon = field(init=False)

    def __post_init__(self) -> None:
        """Nothing runs yet."""
        self.commands = Commands(self.place)
        self.power, self.pressure = self.place.folder / "power", self.place.folder / "pressure"
        self.away = self.place.folder / "away"
        (self.power / "BAT0").mkdir(parents=True)
        (self.power / "BAT0" / "type").write_text("Battery\n")
        self.settings = self.place.config.read_text()
        self.backup = self.place.folder / "backup.db"
        shutil.copyfile(self.place.database, self.backup)
        self.number = 0
        self.calm()

    def start(self) -> None:
        """A daemon, in a view of the machine whose battery and memory are the soak's own; its config is right."""
        self.place.config.write_text(self.settings)
        view = ["bwrap", "--die-with-parent", "--dev-bind", "/", "/", "--bind", str(self.power)]
        view += ["/sys/class/power_supply", "--bind", str(self.pressure), "/proc/pressure/memory"]
        self.daemon = Daemon(self.place, before=view)
        self.daemon.tells("READY=1")

    def signal(self, number: int) -> None:
        """To the daemon itself, not to what shows it another battery."""
        os.kill(self.commands.daemon(), number)

    def calm(self) -> None:
        """Mains, memory, drive and config are as they should be."""
        (self.power / "BAT0" / "status").write_text("Full\n")
        self.pressure.write_text(CALM_LINE)
        if self.away.exists():
            self.place.photos.rmdir()
            self.away.rename(self.place.photos)
        self.place.config.write_text(self.settings)

    def photos(self) -> list[Path]:
        """The photos that are there, copies included."""
        return sorted(self.place.photos.rglob("*.jpg"))

    def suggestions(self) -> list[Json]:
        """Open suggestions of photos that digiKam knows, of which nobody said anything yet."""
        listed = self.place.run("suggestions", "--json")
        if listed.status or self.away.exists():
            return []
        found = [{**one, "photo": Path(one["photo"]).relative_to(self.place.photos).as_posix()} for one in listed.lines]
        said = {photo for photo, _ in (*self.told.confirmed, *self.told.rejected)}
        return [one for one in found if one["photo"] in self.place.truth and one["photo"] not in said]


def add_photo(world: World) -> None:
    """A photo comes from the camera."""
    if not world.away.exists():
        world.number += 1
        taken = world.draw.choice(world.photos()).read_bytes()
        folder = world.place.photos / "new"
        folder.mkdir(exist_ok=True)
        (folder / f"{world.number}.jpg").write_bytes(taken[:-2] + world.number.to_bytes(4, "big") + taken[-2:])


def add_broken(world: World) -> None:
    """A download that was broken off."""
    if not world.away.exists():
        world.number += 1
        (world.place.photos / f"broken{world.number}.jpg").write_bytes(b"\xff\xd8\xff\xe0" + os.urandom(50))


def move_or_delete(world: World) -> None:
    """Somebody tidies up among the new ones; a sidecar stays behind or comes along."""
    if new := sorted((world.place.photos / "new").glob("*.jpg")) if not world.away.exists() else []:
        photo = world.draw.choice(new)
        if world.draw.random() < 0.5:
            photo.unlink()
        else:
            photo.rename(photo.with_name(f"moved-{photo.name}"))


def confirm_in_digikam(world: World) -> None:
    """The check mark is clicked, or a name typed."""
    if found := world.suggestions():
        one = world.draw.choice(found)
        with suppress(sqlite3.OperationalError):  # locked: the human tries again later
            DigikamUser(world.place).confirm(one["photo"], one["person"], one["region"])
            world.told.confirmed.add((one["photo"], one["person"]))
            shutil.copyfile(world.place.database, world.backup)


def answer(world: World) -> None:
    """A suggestion is confirmed or rejected by a command, which no daemon must be stopped for."""
    if found := world.suggestions():
        one, word = world.draw.choice(found), world.draw.choice(["confirm", "reject"])
        done = world.place.run(word, one["face"])
        if done.status == 0:
            (world.told.confirmed if word == "confirm" else world.told.rejected).add((one["photo"], one["person"]))


def ask(world: World) -> None:
    """A command is asked for and waits, maybe beside others."""
    photo = str(world.draw.choice(world.photos())) if not world.away.exists() else "."
    chosen = [["scan"], ["scan", photo], ["rebuild"], ["rebuild", "--from-scratch"], ["rollback"], ["undo", photo]]
    world.commands.start(*world.draw.choice(chosen))


def end_a_command(world: World) -> None:
    """Ctrl+C, or kill -9, at any moment."""
    world.commands.end(world.draw.choice([signal.SIGINT, signal.SIGKILL, signal.SIGTERM]), world.draw)


def stop_and_go_on(world: World) -> None:
    """SIGSTOP, then SIGCONT."""
    world.signal(signal.SIGSTOP)
    time.sleep(world.draw.uniform(0.1, 2))
    world.signal(signal.SIGCONT)


def reload(world: World) -> None:
    """SIGHUP, with a config that is right, wrong, or wrong and then right."""
    before = world.place.config.read_text()
    for text in world.draw.choice([[before], ["detection: ["], ["photos: {roots: 7}", before], [before, before]]):
        world.place.config.write_text(text)
        world.signal(signal.SIGHUP)
        time.sleep(world.draw.choice([0, 0.05, 0.5]))


def power(world: World) -> None:
    """The charger is pulled out or plugged in."""
    (world.power / "BAT0" / "status").write_text(world.draw.choice(["Discharging\n", "Discharging\n", "Full\n"]))


def memory(world: World) -> None:
    """Memory is short, or it is not."""
    world.pressure.write_text(world.draw.choice([SHORT_LINE, CALM_LINE]))


def drive(world: World) -> None:
    """The folder of photos goes away and leaves an empty one, as a drive does; or it comes back."""
    if world.away.exists():
        world.place.photos.rmdir()
        world.away.rename(world.place.photos)
    else:
        world.place.photos.rename(world.away)
        world.place.photos.mkdir()


def lock_library(world: World) -> None:
    """Another program writes to digiKam's database for a while."""
    with closing(sqlite3.connect(world.place.database, isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        time.sleep(world.draw.uniform(0.5, 4))


def restore_library(world: World) -> None:
    """A copy of the database with all names is put into its place."""
    new = world.place.database.with_name("restored.db")
    shutil.copyfile(world.backup, new)
    new.rename(world.place.database)


def remove_requests(world: World) -> None:
    """Somebody removes what looks left over."""
    shutil.rmtree(world.place.state / "requests", ignore_errors=True)


def restart(world: World) -> None:
    """SIGTERM at any moment: it ends with 0, and another one is started."""
    end(world)
    world.start()


def kill(world: World) -> None:
    """kill -9 at any moment, as when memory runs out; systemd starts another one."""
    world.signal(signal.SIGKILL)
    world.daemon.process.wait(TIMEOUT)
    world.daemon.close()
    world.start()


def end(world: World) -> None:
    """SIGTERM, as at a shutdown; the logs must say nothing of mistakes of ours."""
    world.signal(signal.SIGTERM)
    status = world.daemon.process.wait(TIMEOUT)
    world.daemon.close()
    if status or "Traceback" in world.daemon.log():
        raise Broken(f"it ended with {status}: {world.daemon.log()[-5000:]}")


HAPPENINGS: dict[Callable[[World], None], int] = {
    add_photo: 6,
    add_broken: 1,
    move_or_delete: 3,
    confirm_in_digikam: 3,
    answer: 3,
    ask: 14,
    end_a_command: 4,
    stop_and_go_on: 2,
    reload: 4,
    power: 4,
    memory: 2,
    drive: 3,
    lock_library: 2,
    restore_library: 2,
    remove_requests: 2,
    restart: 2,
    kill: 2,
}
"""What happens, and how often beside the others."""


def rest(world: World) -> None:
    """Everything is as it should be again, and what was begun comes to its end; then the rules are looked at."""
    world.calm()
    world.signal(signal.SIGHUP)
    world.commands.all_end()
    has_answered(world.place.run("scan", "--json"))
    check_all(world.place, world.told)
    if "Traceback" in world.daemon.log():
        raise Broken(world.daemon.log()[-5000:])


def soak(events: int, seed: int) -> None:
    """So many events; raises Broken."""
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="facedaemon-soak-") as folder:
        world = World(small_library(shared(), models(), Path(folder), people=4, strangers=6), draw)
        world.start()
        try:
            rest(world)
            for number in range(1, events + 1):
                (happens,) = draw.choices(list(HAPPENINGS), list(HAPPENINGS.values()))
                print(f"{number:4} {happens.__name__}", flush=True)
                happens(world)
                time.sleep(draw.choice([0, 0, 0.2, 1, 3]))
                if number % CALM == 0 or number == events:
                    rest(world)
                    print(f"     at rest: {world.told.words()}, {world.commands.words()}", flush=True)
            end(world)
            nothing_is_left(world.place.state / "requests")
        except BaseException:
            print(world.daemon.log()[-8000:], file=sys.stderr)
            raise
        finally:
            world.daemon.close()
            world.commands.close()


def main() -> None:
    """Exit status 1 where a rule is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("events", type=int, nargs="?", default=EVENTS)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    try:
        soak(chosen.events, chosen.seed)
    except Broken as broken:
        print(f"seed {chosen.seed}: {broken}", file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
