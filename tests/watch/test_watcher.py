"""The watcher over real folders with real inotify."""

import errno
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from facedaemon.watch import Hints, Watcher, WatchMode
from facedaemon.watch.limits import limit_advice, watch_problem
from tests.deadlines import joined

EXCLUDE = (".dtrash", "@eaDir", ".*")
TIMEOUT = 120.0

Make = Callable[..., Watcher]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with a photo in an album."""
    root = tmp_path / "photos"
    (root / "album").mkdir(parents=True)
    (root / "album" / "old.jpg").write_bytes(b"old")
    return root


@pytest.fixture
def watch() -> Iterator[Make]:
    """Starts watchers and closes them."""
    started: list[Watcher] = []

    def make(*roots: Path, **options: object) -> Watcher:
        watcher = Watcher(roots, EXCLUDE, quiet=0.1, **options)  # type: ignore[arg-type]
        started.append(watcher)
        watcher.start()
        return watcher

    yield make
    for watcher in started:
        watcher.close()


def _expect(watcher: Watcher, paths: set[Path] = frozenset(), folders: set[Path] = frozenset()) -> Hints:  # type: ignore[assignment]
    """All hints until each of `paths` and `folders` was among them."""
    received_paths: set[Path] = set()
    received_folders: set[Path] = set()
    pause, until = threading.Event(), time.monotonic() + TIMEOUT
    while not (paths <= received_paths and folders <= received_folders):
        assert time.monotonic() < until, f"heard only {received_paths} {received_folders}"
        pause.wait(0.02)
        hints = watcher.pop_ready()
        received_paths |= set(hints.paths)
        received_folders |= set(hints.folders)
    return Hints(tuple(sorted(received_paths)), tuple(sorted(received_folders)))


def _expect_photo(watcher: Watcher, photo: Path) -> Hints:
    """All hints until the photo is named, or its folder, in which everything is looked at then: both may be due."""
    paths: set[Path] = set()
    folders: set[Path] = set()
    pause, until = threading.Event(), time.monotonic() + TIMEOUT
    while photo not in paths and photo.parent not in folders:
        assert time.monotonic() < until, f"nothing heard of {photo}, only {paths} {folders}"
        hints = watcher.pop_ready()
        paths |= set(hints.paths)
        folders |= set(hints.folders)
        pause.wait(0.02)
    return Hints(tuple(sorted(paths)), tuple(sorted(folders)))


def _how(watcher: Watcher) -> list[WatchMode]:
    return [state.how for state in watcher.states()]


def test_a_new_photo_is_worth_a_look(watch: Make, root: Path) -> None:
    """And nothing else that came with it."""
    watcher = watch(root)
    (root / "album" / "notes.txt").write_bytes(b"x")
    (root / "album" / "new.jpg.part").write_bytes(b"x")
    (root / "album" / "new.jpg").write_bytes(b"x")
    assert Hints((root / "album" / "new.jpg",)) == _expect(watcher, {root / "album" / "new.jpg"})


def test_overwritten_renamed_over_linked_and_deleted(watch: Make, root: Path) -> None:
    """Whatever happens to a photo, its path is worth a look."""
    watcher = watch(root)
    old = root / "album" / "old.jpg"
    old.write_bytes(b"new content")
    _expect(watcher, {old})
    (root / "upload.part").write_bytes(b"x")
    (root / "upload.part").rename(old)
    _expect(watcher, {old})
    os.link(old, root / "link.jpg")
    _expect(watcher, {root / "link.jpg"})
    old.unlink()
    _expect(watcher, {old})


def test_a_moved_photo_names_both_places(watch: Make, root: Path) -> None:
    """Whence and where: so that what is known of it can move along."""
    watcher = watch(root)
    (root / "album" / "old.jpg").rename(root / "moved.jpg")
    _expect(watcher, {root / "album" / "old.jpg", root / "moved.jpg"})


def test_a_tree_moved_in_or_out_is_looked_through(watch: Make, root: Path, tmp_path: Path) -> None:
    """Folders are named as folders; what happens in them later is seen too."""
    watcher = watch(root)
    (tmp_path / "outside" / "deep").mkdir(parents=True)
    (tmp_path / "outside" / "deep" / "a.jpg").write_bytes(b"x")
    (tmp_path / "outside").rename(root / "inside")
    _expect(watcher, folders={root / "inside"})
    (root / "inside" / "deep" / "b.jpg").write_bytes(b"x")
    _expect_photo(watcher, root / "inside" / "deep" / "b.jpg")
    (root / "inside").rename(tmp_path / "outside")
    _expect(watcher, folders={root / "inside"})


def test_a_renamed_folder_names_both_places(watch: Make, root: Path) -> None:
    """Its photos moved with it, and it is watched under its new name."""
    watcher = watch(root)
    (root / "album").rename(root / "party")
    _expect(watcher, folders={root / "album", root / "party"})
    (root / "party" / "new.jpg").write_bytes(b"x")
    _expect_photo(watcher, root / "party" / "new.jpg")


def test_a_sidecar_is_named_by_its_photo(watch: Make, root: Path) -> None:
    """A sidecar written by somebody means another look at the photo."""
    watcher = watch(root)
    (root / "album" / "old.jpg.xmp").write_bytes(b"<x/>")
    assert Hints((root / "album" / "old.jpg",)) == _expect(watcher, {root / "album" / "old.jpg"})


def test_excluded_places_are_silent(watch: Make, root: Path) -> None:
    """Nothing below an excluded folder is worth a look."""
    (root / ".dtrash").mkdir()
    watcher = watch(root)
    (root / ".dtrash" / "gone.jpg").write_bytes(b"x")
    (root / "seen.jpg").write_bytes(b"x")
    assert Hints((root / "seen.jpg",)) == _expect(watcher, {root / "seen.jpg"})


def test_a_root_that_is_a_link_keeps_its_name(watch: Make, root: Path, tmp_path: Path) -> None:
    """Hints speak of the folder as the config names it."""
    link = tmp_path / "Pictures"
    link.symlink_to(root)
    watcher = watch(link)
    (root / "new.jpg").write_bytes(b"x")
    _expect(watcher, {link / "new.jpg"})


def test_a_photo_still_being_written_waits(watch: Make, root: Path) -> None:
    """While a copy grows there is no hint; when it stops growing there is one."""
    clock = [1000.0]
    photo = root / "slow.jpg"
    written = time.time()
    watcher = watch(root, clock=lambda: clock[0], wall_clock=lambda: written)
    photo.write_bytes(b"x")
    os.utime(photo, (written, written))
    _wait_until_waiting(watcher)
    clock[0] += 1
    before = watcher.pop_ready()
    written += 1
    clock[0] += 1
    assert (Hints(), Hints((photo,))) == (before, watcher.pop_ready())


def _wait_until_waiting(watcher: Watcher) -> None:
    pause, until = threading.Event(), time.monotonic() + TIMEOUT
    while not watcher.waiting():
        assert time.monotonic() < until
        pause.wait(0.02)


def test_many_files_become_their_folder(watch: Make, root: Path) -> None:
    """A burst is one hint, and it covers everything."""
    watcher = watch(root, burst=20)
    for number in range(500):
        (root / "album" / f"{number}.jpg").write_bytes(b"x")
    hints = _expect(watcher, folders={root / "album"})
    assert len(hints.paths) < 500


@pytest.mark.slow
def test_a_storm_has_everything_looked_through(watch: Make, root: Path) -> None:
    """So many events that the kernel may have dropped some: the roots are scanned, and watched again."""
    watcher = watch(root, storm=50)
    for number in range(100):
        (root / "album" / f"{number}.jpg").write_bytes(b"x")
    _expect(watcher, folders={root})
    (root / "album" / "after.jpg").write_bytes(b"x")
    _expect(watcher, {root / "album" / "after.jpg"})


def test_a_root_that_goes_and_comes_is_watched_again(watch: Make, root: Path, tmp_path: Path) -> None:
    """An absent root is away, never an error; when it is back it is looked through and watched."""
    watcher = watch(root)
    root.rename(tmp_path / "unplugged")
    watcher.restore()
    assert [WatchMode.AWAY] == _how(watcher)
    (tmp_path / "unplugged").rename(root)
    watcher.restore()
    assert [WatchMode.EVENTS] == _how(watcher)
    _expect(watcher, folders={root})
    (root / "new.jpg").write_bytes(b"x")
    _expect(watcher, {root / "new.jpg"})


def test_a_root_replaced_by_another_is_watched_again(watch: Make, root: Path, tmp_path: Path) -> None:
    """As when a drive is mounted over the folder: the kernel says nothing, the new folder is watched."""
    watcher = watch(root)
    root.rename(tmp_path / "before")
    shutil.copytree(tmp_path / "before", root)
    watcher.restore()
    _expect(watcher, folders={root})
    (root / "new.jpg").write_bytes(b"x")
    _expect(watcher, {root / "new.jpg"})


def test_one_absent_root_does_not_disturb_the_others(watch: Make, root: Path, tmp_path: Path) -> None:
    """Each root has its own state."""
    watcher = watch(tmp_path / "away", root)
    assert [WatchMode.AWAY, WatchMode.EVENTS] == _how(watcher)


def test_without_watches_left_a_root_is_polled_and_the_setting_is_named(
    watch: Make, root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """ENOSPC: the message names the setting, its value and what to do, once; the root is looked through regularly."""
    clock = [1000.0]
    watcher = watch(root, probe=lambda _: errno.ENOSPC, clock=lambda: clock[0], poll=60)
    assert [WatchMode.POLLING] == _how(watcher)
    clock[0] += 61
    watcher.pop_ready()
    clock[0] += 1
    assert Hints(folders=(root,)) == watcher.pop_ready()
    assert 1 == len(caplog.records)
    assert "fs.inotify.max_user_watches" in caplog.text


def test_a_network_share_is_polled(watch: Make, root: Path, tmp_path: Path) -> None:
    """Other machines' changes come without events."""
    mountinfo = tmp_path / "mountinfo"
    mountinfo.write_text(f"40 21 0:35 / {root} rw - nfs4 server:/photos rw\n", encoding="utf-8")
    watcher = watch(root, mountinfo=mountinfo)
    assert [(WatchMode.POLLING, "nfs4 does not report other machines' changes")] == [
        (state.how, state.reason) for state in watcher.states()
    ]


def test_without_an_inotify_instance_a_root_is_polled(root: Path) -> None:
    """EMFILE: a process that may open no more files goes on by looking again and again."""
    script = (
        "import resource, sys; from pathlib import Path; from facedaemon.watch import Watcher\n"
        "watcher = Watcher([Path(sys.argv[1])], ())\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (5, 5))\n"
        "held = [open('/dev/null') for _ in range(2)]\n"
        "watcher.start(); print(watcher.states()[0])"
    )
    done = subprocess.run([sys.executable, "-c", script, str(root)], capture_output=True, text=True, check=False)
    assert ("polling" in done.stdout, "max_user_instances" in done.stdout) == (True, True), done.stderr


def test_dead_threads_are_replaced(watch: Make, root: Path) -> None:
    """When watchdog's threads end, watching starts again and what was missed is looked through."""
    watcher = watch(root)
    for thread in threading.enumerate():
        if type(thread).__module__.startswith("watchdog"):
            thread.stop()  # type: ignore[attr-defined]
            joined(thread)
    watcher.restore()
    _expect(watcher, folders={root})
    (root / "new.jpg").write_bytes(b"x")
    _expect(watcher, {root / "new.jpg"})


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_folder_deleted_in_the_waste_basket_does_not_deafen(watch: Make, root: Path, tmp_path: Path) -> None:
    """Thrown away twice under one name, then deleted for good: new photos are still noticed."""
    watcher = watch(root)
    basket = tmp_path / "basket"
    basket.mkdir()
    for number in range(2):
        (root / "trip").mkdir()
        _expect(watcher, folders={root / "trip"})
        (root / "trip").rename(basket / f"{number}")
        _expect(watcher, folders={root / "trip"})
    for folder in sorted(basket.iterdir(), reverse=True):
        folder.rmdir()
    pause, until = threading.Event(), time.monotonic() + TIMEOUT
    while root not in watcher.pop_ready().folders:  # watchdog's thread ends by an error; when, is its own affair
        assert time.monotonic() < until, "watching was not started again"
        watcher.restore()
        pause.wait(0.02)
    (root / "album" / "new.jpg").write_bytes(b"x")
    _expect_photo(watcher, root / "album" / "new.jpg")


def test_a_watch_can_be_had_here(root: Path) -> None:
    """The probe gives back what it took."""
    assert [0, errno.ENOENT] == [watch_problem(root), watch_problem(root / "absent")]


def test_advice_names_the_value_and_the_command(tmp_path: Path) -> None:
    """What a person needs: which limit, how high it is, what to type."""
    (tmp_path / "max_user_watches").write_text("8192\n", encoding="ascii")
    text = limit_advice(errno.ENOSPC, tmp_path)
    assert ("fs.inotify.max_user_watches (8192)" in text, "sysctl --system" in text) == (True, True)


def test_another_mount_of_the_same_drive_is_noticed(watch: Make, root: Path, tmp_path: Path) -> None:
    """Pulled out and plugged in between two looks, it has the same numbers, but the kernel's watches are gone."""
    mountinfo = tmp_path / "mountinfo"
    mountinfo.write_text(f"40 1 8:17 / {root} rw - ext4 /dev/sdb1 rw\n")
    watcher = watch(root, mountinfo=mountinfo)
    mountinfo.write_text(f"41 1 8:17 / {root} rw - ext4 /dev/sdb1 rw\n")
    watcher.restore()
    assert Hints((), (root,)) == _expect(watcher, folders={root})


def test_a_root_that_became_an_empty_mount_point_is_away(watch: Make, root: Path, tmp_path: Path) -> None:
    """An unmounted drive leaves its empty folder behind: it is waited for, and watched again when it is back."""
    watcher = watch(root)
    root.rename(tmp_path / "unmounted")
    root.mkdir()
    watcher.restore()
    assert [WatchMode.AWAY] == _how(watcher)
    root.rmdir()
    (tmp_path / "unmounted").rename(root)
    watcher.restore()
    assert [WatchMode.EVENTS] == _how(watcher)
    assert Hints((), (root,)) == _expect(watcher, folders={root})


def test_an_empty_root_is_watched_for_its_first_photo(watch: Make, tmp_path: Path) -> None:
    """Where there are no photos yet, no missing drive is reported."""
    (tmp_path / "new").mkdir()
    watcher = watch(tmp_path / "new")
    assert [WatchMode.EVENTS] == _how(watcher)
    (tmp_path / "new" / "first.jpg").write_bytes(b"x")
    _expect(watcher, {tmp_path / "new" / "first.jpg"})


def _watches() -> int:
    """How many folders this process watches, as the kernel counts them (proc(5), fdinfo)."""
    found = 0
    for info in Path("/proc/self/fdinfo").iterdir():
        try:
            found += sum(line.startswith("inotify wd:") for line in info.read_text(encoding="ascii").splitlines())
        except OSError:
            continue
    return found


def test_excluded_folders_take_no_watches(root: Path, watch: Make) -> None:
    """The kernel's watches are few: none is spent below a hidden folder, a waste basket or a NAS's thumbnails."""
    for name in (".thumbnails/a/b", "album/@eaDir/x", ".dtrash/files", "album/deep/er"):
        (root / name).mkdir(parents=True)
    before = _watches()
    watcher = watch(root)
    assert {WatchMode.EVENTS} == {state.how for state in watcher.states()}
    assert 4 == _watches() - before  # the root, album, deep, er
    new = root.parent / "new"
    for name in (".git/objects/1", "@eaDir/y", "day/one"):
        (new / name).mkdir(parents=True)
    (new / "day" / "one" / "a.jpg").write_bytes(b"x")
    (new / ".git" / "b.jpg").write_bytes(b"x")
    new.rename(root / "new")
    received = _expect(watcher, folders={root / "new"})
    until = time.monotonic() + TIMEOUT
    while _watches() - before != 7:  # and new, day, one
        assert time.monotonic() < until, _watches() - before
    (root / "new" / "day" / "one" / "c.jpg").write_bytes(b"x")
    received = _expect_photo(watcher, root / "new" / "day" / "one" / "c.jpg")
    assert [] == [path for path in (*received.paths, *received.folders) if ".git" in path.parts]
    shutil.rmtree(root / "new")
    (root / ".dtrash" / "files" / "gone.jpg").write_bytes(b"x")
    (root / "album" / "last.jpg").write_bytes(b"x")
    assert root / ".dtrash" / "files" / "gone.jpg" not in _expect(watcher, paths={root / "album" / "last.jpg"}).paths


def test_a_root_of_the_kernels_own_files_is_never_watched(watch: Make) -> None:
    """It is named as a place without photos, and costs no watch."""
    before = _watches()
    (state,) = watch(Path("/proc")).states()
    assert (WatchMode.AWAY, "lies on a file system of the kind proc, which holds no photos") == (
        state.how,
        state.reason,
    )
    assert before == _watches()
