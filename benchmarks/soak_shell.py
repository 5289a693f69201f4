"""How the daemon's shell bears what a machine does to it in months.

The work inside is the small one of the tests, so that the figures are the shell's own.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.soak_tools import memory, processor_seconds

PHOTOS, FOLDERS = 50_000, 2_000


@contextmanager
def service(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], float]]:
    """The daemon on `folder`/photos, ready, and how many seconds that took."""
    (folder / "config.yaml").write_text(f"photos: {{roots: [{folder}/photos]}}\n", encoding="utf-8")
    with tempfile.TemporaryDirectory() as place, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(f"{place}/notify")
        began = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.daemon.small_service", str(folder / "config.yaml"), *arguments],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "NOTIFY_SOCKET": f"{place}/notify"},
        )
        while b"READY=1" not in notify.recv(4096):
            pass
        try:
            yield process, time.monotonic() - began
        finally:
            process.kill()
            process.wait()


def wait_for(process: subprocess.Popen[str], *words: str) -> float:
    """Seconds until the daemon said one of `words`."""
    began = time.monotonic()
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip().startswith(words):
            break
    return time.monotonic() - began


def library(folder: Path) -> None:
    """Many small files in many folders."""
    for number in range(FOLDERS):
        album = folder / "photos" / str(number // 50) / str(number)
        album.mkdir(parents=True)
        for photo in range(PHOTOS // FOLDERS):
            (album / f"{photo}.jpg").touch()


def idle(folder: Path, seconds: float = 30.0) -> None:
    """READY, processor and memory with a library that does not change."""
    with service(folder) as (process, ready):
        wait_for(process, "end Rescan")
        before = processor_seconds(process.pid)
        time.sleep(seconds)
        share = 100 * (processor_seconds(process.pid) - before) / seconds
        print(f"{PHOTOS} files in {FOLDERS} folders: READY after {ready:.2f} s (limit 3 s)")
        print(
            f"idle for {seconds:.0f} s: {share:.3f} % of a core (limit 0.2 %), {memory(process.pid):.0f} MB (limit 300)"
        )


def burst_while_stopped(folder: Path) -> None:
    """20,000 photos written while the process stands still: the kernel drops events, the folders are scanned."""
    with service(folder) as (process, _):
        wait_for(process, "end Rescan")
        process.send_signal(signal.SIGSTOP)
        for number in range(20_000):
            album = folder / "photos" / str(number % FOLDERS // 50) / str(number % FOLDERS)
            (album / f"new-{number}.jpg").write_bytes(b"x")
        process.send_signal(signal.SIGCONT)
        # the kernel hangs up on a stopped process whose group nobody controls; the reload then brings a whole rescan
        seconds = wait_for(process, f"begin ScanFolders {folder}/photos|", "begin Rescan")
        print(f"20,000 photos while stopped: the whole root is looked through {seconds:.1f} s after going on")


def stops(folder: Path, times: int = 20) -> None:
    """SIGTERM at random moments of a job."""
    draw = random.Random(7)
    seconds = []
    for _ in range(times):
        with service(folder, "slow") as (process, _):
            time.sleep(draw.uniform(0, 0.5))
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
            seconds.append(time.monotonic() - began)
    print(f"SIGTERM at {times} random moments: stopped after at most {max(seconds):.2f} s (limit 3 s)")


def no_watches_left(folder: Path) -> None:
    """The kernel's own refusal, in a user namespace with a limit of its own."""
    script = (
        "from pathlib import Path; from facedaemon.watch import Watcher; import sys\n"
        "watcher = Watcher([Path(sys.argv[1])], ()); watcher.start(); print(watcher.states()[0].how)"
    )
    limited = 'echo 100 > /proc/sys/user/max_inotify_watches && exec "$0" -c "$1" "$2"'
    command = ["unshare", "--user", "--map-root-user", "sh", "-c", limited, sys.executable, script]
    done = subprocess.run([*command, f"{folder}/photos"], capture_output=True, text=True, check=False)
    print(f"100 watches for {FOLDERS} folders: {done.stdout.strip() or done.stderr.strip()}")
    print(f"  {done.stderr.strip().splitlines()[-1] if done.stderr else 'nothing was said'}")


def shell() -> None:
    """All figures of the shell."""
    with tempfile.TemporaryDirectory(prefix="facedaemon-soak-") as place:
        folder = Path(place)
        library(folder)
        idle(folder)
        no_watches_left(folder)
        burst_while_stopped(folder)
        stops(folder)
