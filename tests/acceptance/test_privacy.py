"""Proof that nothing leaves the machine."""

import re
from pathlib import Path

from tests.acceptance.place import Place

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
