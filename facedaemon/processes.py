"""What the kernel says of another process of this machine: its command, its unit, whether it is stopped (proc(5))."""

import re
import shlex
from pathlib import Path

_PROC = Path("/proc")
_UNIT = re.compile(r"/(facedaemon(?:@[^/]+)?\.service)(?:/|$)")


def command_of(process: int, proc: Path = _PROC) -> str | None:
    """Its command line as a person would type it, from "facedaemon" on; None where it is none of ours, or not known."""
    try:
        words = (proc / str(process) / "cmdline").read_bytes().decode("utf-8", "replace").rstrip("\0").split("\0")
    except OSError:
        return None
    ours = next((at for at, word in enumerate(words) if _is_facedaemon(word)), None)
    return None if ours is None else shlex.join(["facedaemon", *words[ours + 1 :]])


def is_stopped(process: int, proc: Path = _PROC) -> bool:
    """Whether a signal (SIGSTOP) or a debugger stopped one of our processes."""
    try:
        stat = (proc / str(process) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    state = stat.rpartition(")")[2].split()[:1]
    return state in (["T"], ["t"]) and command_of(process, proc) is not None


def how_to_stop(process: int, proc: Path = _PROC) -> str:
    """What a person types to end it: the service's command where it is one of systemd."""
    try:
        groups = (proc / str(process) / "cgroup").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        groups = []
    for group in groups:
        if (unit := _UNIT.search(group)) is not None:
            user = " --user" if "/user@" in group else ""
            return f"systemctl{user} stop {unit[1].removesuffix('.service')}"
    return f"Ctrl+C in its terminal, or kill {process}"


def _is_facedaemon(word: str) -> bool:
    """The program itself, or the module or package that Python was asked to run."""
    path = Path(word)
    return path.name == "facedaemon" or (path.name == "__main__.py" and path.parent.name == "facedaemon")
