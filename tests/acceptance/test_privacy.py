"""Proof that nothing leaves the machine."""

import re
from pathlib import Path

import pytest

from tests.acceptance.place import Place

pytestmark = pytest.mark.slow

LOCAL = {"AF_UNIX", "AF_LOCAL"}


def test_a_scan_opens_no_socket_to_the_outside(place: Place, strace: Path) -> None:
    """No process or thread of a scan asks the kernel for a socket that could reach another machine."""
    trace = place.folder / "trace"
    traced = [str(strace), "-f", "-qq", "-e", "trace=socket,connect,sendto", "-o", str(trace)]
    done = place.run("scan", "--json", before=traced)
    assert 0 == done.status, done.err
    assert 0 < done.summary["sidecars"]["written"]
    families = re.findall(r"\b(?:socket\(|sa_family=)(AF_\w+)", trace.read_text(encoding="utf-8"))
    assert set() == set(families) - LOCAL


def test_a_scan_writes_only_photos_sidecars_and_state(place: Place) -> None:
    """No library that facedaemon uses leaves an identity, a counter or a cache in the user's home."""
    home = Path(place.environment()["HOME"])
    place.json("scan")
    assert [] == [path.relative_to(home) for path in home.rglob("*") if path.is_file()]
    beside = {path.name for path in place.folder.iterdir()} - {"digikam4.db-wal", "digikam4.db-shm"}
    assert {"photos", "digikam4.db", "config.yaml", "state", "home"} == beside
