"""The real daemon as systemd meets it: start, idleness, stops, hangs, reloads."""

import os
import random
import signal
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.soak_library import compare, hear_for, wait_for_quiet
from benchmarks.soak_tools import (
    UNIT,
    empty_library,
    memory,
    models,
    processor_seconds,
    sample_library,
    shared,
    tiny_jpeg,
)
from facedaemon import watch
from facedaemon.config import load
from facedaemon.store import Store
from facedaemon.values import EmbeddedFace, PhotoAnalysis, Quality, Region, Size
from facedaemon.vision import find_models
from tests.acceptance.daemon_process import Daemon, daemon
from tests.acceptance.place import Place
from tests.daemon.test_service import BROKEN

PHOTOS, FOLDERS = 50_000, 2_000


def idle(seconds: float = 300.0) -> None:
    """READY, processor and memory with a state of 50,000 photos that is up to date."""
    with empty_library() as place:
        _fill(place)
        print(f"{PHOTOS} photos in {FOLDERS} folders with as many faces; first scan of that state ...", flush=True)
        began = time.monotonic()
        os.spawnve(os.P_WAIT, sys.executable, place.command("scan", "--quiet"), place.environment())
        print(f"  {time.monotonic() - began:.0f} s: metadata read, nothing looked at", flush=True)
        began = time.monotonic()
        with daemon(place, environment=UNIT) as running:
            running.tells("READY=1")
            print(f"  READY after {time.monotonic() - began:.2f} s (limit 3 s)", flush=True)
            running.tells("STATUS=Watching")
            wait_for_quiet(running, 300)
            before, from_now = processor_seconds(running.process.pid), time.monotonic()
            running.until(lambda: time.monotonic() - from_now >= seconds, "it ended", seconds + 60)
            share = 100 * (processor_seconds(running.process.pid) - before) / (time.monotonic() - from_now)
            resident = memory(running.process.pid)
            print(f"  idle for {seconds:.0f} s: {share:.3f} % of a core (limit 0.2 %), {resident:.0f} MB (limit 300)")


def _fill(place: Place) -> None:
    """Photos with a face each, as if they had been looked at."""
    used = find_models(load(place.config), {"FACEDAEMON_MODELS": str(models())})
    draw = np.random.default_rng(7)
    photo = tiny_jpeg(7)
    store = Store.open(place.state)
    with store.transaction():
        for number in range(FOLDERS):
            album = place.photos / f"{number // 50:02}" / f"{number:04}"
            album.mkdir(parents=True)
            for one in range(PHOTOS // FOLDERS):
                path = album / f"{one:02}.jpg"
                path.write_bytes(photo)
                seen = watch.fingerprint(path)
                assert seen is not None
                vector = draw.normal(size=256).astype(np.float32)
                face = EmbeddedFace(
                    region=Region(0.3, 0.3, 0.2, 0.2),
                    landmarks=np.full((5, 2), 0.4, np.float32),
                    score=0.9,
                    vector=vector / np.linalg.norm(vector),
                    quality=Quality(0.8),
                )
                store.photos.put_analysis(
                    path, seen, PhotoAnalysis(Size(48, 48), 1, f"{number}-{one}", used.model_id, (face,))
                )
    store.close()


def stops(times: int = 50) -> None:
    """SIGTERM at random moments of a scan; at the end nothing is missing."""
    draw = random.Random(7)
    strangers = sorted((shared() / "data" / "faces" / "lfw").rglob("*.jpg"))[:600]
    slowest, in_work = 0.0, 0
    with sample_library() as place:
        (place.photos / "more").mkdir()
        for photo in strangers:
            (place.photos / "more" / photo.name).write_bytes(photo.read_bytes())
        for _ in range(times):
            with daemon(place, environment=UNIT) as running:
                running.tells("READY=1")
                hear_for(running, draw.uniform(0, 1.5))
                in_work += not any("Watching" in received for received in running.received)
                began = time.monotonic()
                assert running.stop() == 0, running.log()
                slowest = max(slowest, time.monotonic() - began)
        place.json("scan")
        print(
            f"SIGTERM at {times} random moments, {in_work} of them at work: stopped within {slowest:.2f} s (limit 3 s)"
        )
        compare(place, replace(place, folder=place.folder / "fresh"))


def inference(watchdog: float = 60.0) -> None:
    """A network that stands still for 30 s is waited for; one that never comes back ends the beats."""
    for still, words in ((30.0, "a network that stands still for 30 s"), (0.0, "one that never comes back")):
        with sample_library(3, 6) as place:
            hung = [sys.executable, "-m", "benchmarks.hung", str(still)]
            with _Beating(place, hung, watchdog) as running:
                running.until(partial(_says, running, "stands still"), "it never stood still")
                began = time.monotonic()
                longest = _longest_silence(running, began + 2 * watchdog)
                done = any("Watching" in received for received in running.received)
                running.process.kill()
            ended = "systemd would end it" if longest >= watchdog else "it goes on"
            print(
                f"{words}: no beat for {longest:.0f} s with a watchdog of {watchdog:.0f} s: {ended}; all done: {done}"
            )


class _Beating(Daemon):
    """The daemon, its program replaced by `program`, with a watchdog."""

    def __init__(self, place: Place, program: list[str], watchdog: float) -> None:
        really = place.command
        command = [*program, *really("run")[3:]]
        object.__setattr__(place, "command", lambda *_: command)
        super().__init__(place, environment={"WATCHDOG_USEC": str(int(watchdog * 1e6))})

    def __enter__(self) -> "_Beating":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _longest_silence(running: Daemon, until: float) -> float:
    """The longest time without a beat."""
    longest, last, heard = 0.0, time.monotonic(), 0
    while (now := time.monotonic()) < until:
        running.until(lambda: True, "it ended")
        beats = sum("WATCHDOG=1" in received for received in running.received)
        longest = max(longest, now - last)
        if beats != heard:
            heard, last = beats, now
    return longest


def reloads() -> None:
    """SIGHUP with ten configs that cannot be used."""
    with sample_library(3, 6) as place:
        good = place.config.read_text(encoding="utf-8")
        with daemon(place, environment=UNIT) as running:
            running.tells("STATUS=Watching")
            named = 0
            configs = [broken for broken in BROKEN if b"666" not in broken] + [b"models: {detector: nobody}"]
            for broken in configs:
                before, ready = len(running.log()), running.received.count("READY=1") + 1
                place.config.write_bytes(broken)
                running.process.send_signal(signal.SIGHUP)
                running.until(partial(_is_ready, running, ready), "it is not ready again")
                named += "former" in running.log()[before:]
            place.config.write_text(good, encoding="utf-8")
            (place.photos / "new.jpg").write_bytes(next(place.photos.rglob("*.jpg")).read_bytes())
            running.until(lambda: _knows(place, place.photos / "new.jpg"), "it does not go on")
            status = running.stop()
            print(
                f"SIGHUP with {len(configs)} broken configs: {named} named; it goes on, and ends with status {status}"
            )


def _says(running: Daemon, words: str) -> bool:
    return words in running.log()


def _is_ready(running: Daemon, times: int) -> bool:
    return running.received.count("READY=1") >= times


def _knows(place: Place, photo: Path) -> bool:
    return bool(place.run("faces", str(photo), "--json").out)
