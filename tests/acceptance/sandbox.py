"""The restrictions of a systemd unit without systemd: bubblewrap for the files and the network, strace for the calls.

The calls that the unit's filter refuses fail with EPERM, as it says, and are written down with every socket.
"""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.acceptance.place import Place
from tests.conftest import REPOSITORY

SOCKETS = {"socket", "socketpair", "connect", "bind", "sendto", "sendmsg"}


def allowed_calls(unit: Path) -> set[str]:
    """The system calls that the unit's `SystemCallFilter=` lines let through, in their order (systemd.exec(5))."""
    allowed: set[str] = set()
    for line in re.findall(r"^SystemCallFilter=(.*)", unit.read_text(encoding="utf-8"), flags=re.MULTILINE):
        names = {call for name in line.removeprefix("~").split() for call in _expanded(name)}
        allowed = allowed - names if line.startswith("~") else allowed | names
    return allowed


def _expanded(name: str) -> set[str]:
    """The calls of a set such as @system-service; a plain name is itself."""
    if not name.startswith("@"):
        return {name}
    received = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True)
    members = [line.strip() for line in received.stdout.splitlines()[1:]]
    return {call for member in members if member and not member.startswith("#") for call in _expanded(member)}


@dataclass(frozen=True)
class Sandbox:
    """What surrounds a process: the unit's restrictions, and a trace of what they refused."""

    place: Place
    unit: Path
    bubblewrap: Path
    strace: Path

    @property
    def trace(self) -> Path:
        """What strace wrote."""
        return self.place.folder / "trace" / "calls"

    def words(self) -> list[str]:
        """To be put before the command line of the process."""
        for folder in (self.trace.parent, self.place.state):
            folder.mkdir(exist_ok=True)
        writable = (self.place.photos, self.place.state, self.trace.parent)
        files = [
            "--ro-bind",
            "/",
            "/",
            "--dev",
            "/dev",
            "--proc",
            "/proc",
            "--tmpfs",
            "/tmp",
        ]
        # the clone, its Python and the networks may themselves lie below /tmp
        needed = (REPOSITORY, Path(sys.prefix), Path(sys.base_prefix), self.place.models, self.place.folder)
        files += [word for folder in needed for word in ("--ro-bind", str(folder), str(folder))]
        files += [word for folder in writable for word in ("--bind", str(folder), str(folder))]
        outside = [str(self.bubblewrap), *files, "--unshare-net", "--unshare-ipc", "--die-with-parent"]
        return ["nice", "-n", "19", *outside, *self._tracer()]

    def _tracer(self) -> list[str]:
        allowed = allowed_calls(self.unit)
        received, refused = (",".join(f"?{call}" for call in sorted(calls)) for calls in (allowed - SOCKETS, allowed))
        options = ["-f", "-qq", "--seccomp-bpf", "-e", "signal=none", "-o", str(self.trace)]
        return [str(self.strace), *options, "-e", f"trace=!{received}", "-e", f"inject=!{refused}:error=EPERM"]

    def socket_families(self) -> set[str]:
        """The kinds of sockets that any of its threads asked for or spoke to."""
        return set(re.findall(r"\b(?:socket(?:pair)?\(|sa_family=)(AF_\w+)", self._traced()))

    def refused(self) -> set[str]:
        """The calls that were made and refused."""
        return set(re.findall(r"^\d+\s+(\w+)\(.*\(INJECTED\)", self._traced(), flags=re.MULTILINE))

    def _traced(self) -> str:
        return self.trace.read_text(encoding="utf-8", errors="replace")

    def process(self) -> int:
        """The daemon itself, among its wrappers: the one that holds the state."""
        return int((self.place.state / "lock").read_text(encoding="ascii"))

    def interfaces(self) -> set[str]:
        """The network interfaces that the daemon can see."""
        lines = Path(f"/proc/{self.process()}/net/dev").read_text(encoding="ascii").splitlines()[2:]
        return {line.partition(":")[0].strip() for line in lines}
