"""The daemon inside the restrictions of its own systemd units."""

import os
import shutil
import signal
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from tests.acceptance.daemon_process import daemon
from tests.acceptance.place import TIMEOUT, Place
from tests.acceptance.sandbox import Sandbox, allowed_calls

pytestmark = pytest.mark.slow

UNITS = Path(__file__).parent.parent.parent / "systemd"
SYSTEM_UNIT, USER_UNIT = UNITS / "facedaemon@.service", UNITS / "facedaemon.service"
PERSON = "Al Gore"

# the inference engine asks for memory near its processor, and takes any when it is refused
DISPENSABLE = {"mbind"}


@pytest.fixture
def sandbox(place: Place, bubblewrap: Path, strace: Path) -> Sandbox:
    """The system unit's restrictions around a small library."""
    return Sandbox(place, SYSTEM_UNIT, bubblewrap, strace)


def test_the_main_job_is_done_inside_the_units_restrictions(place: Place, sandbox: Sandbox) -> None:
    """No network, everything read-only but photos and state, filtered system calls: names are suggested all the same.

    No socket but AF_UNIX is asked for, and nothing that is needed is refused.
    """
    photo = place.unconfirmed(PERSON)[0]
    shutil.move(place.photos / photo, place.folder / "new.jpg")
    database = place.database.read_bytes()
    with daemon(place, before=sandbox.words()) as running:
        running.tells("READY=1")
        assert {"lo"} == sandbox.interfaces()
        running.tells("STATUS=Watching 1 folder")
        shutil.copyfile(place.folder / "new.jpg", place.photos / photo)
        Image.open(place.folder / "new.jpg").save(place.photos / "odd.webp", quality=95)
        for name in (photo, "odd.webp"):  # the second is decoded by a process of its own
            sidecar = running.until(partial(_sidecar, place, name), f"{name} got no sidecar")
            assert PERSON in sidecar.read_text(encoding="utf-8")
        os.kill(sandbox.process(), signal.SIGTERM)
        assert 0 == running.process.wait(TIMEOUT)
        assert "Traceback" not in running.log()
    assert set() == sandbox.socket_families() - {"AF_UNIX"}
    assert set() == sandbox.refused() - DISPENSABLE
    assert database == place.database.read_bytes()


def _sidecar(place: Place, photo: str) -> Path | None:
    return place.sidecars().get(photo)


def test_a_user_may_do_what_the_system_instance_may() -> None:
    """The user unit's filter lets through every call of the stricter one, which is the one that is tried."""
    strict = allowed_calls(SYSTEM_UNIT)
    assert {"read", "openat", "futex", "fsync"} <= strict
    assert strict <= allowed_calls(USER_UNIT)
