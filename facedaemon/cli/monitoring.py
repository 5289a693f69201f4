"""The status for monitoring: a plugin's line and exit status, and a file for node exporter."""

import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from facedaemon.cli.options import Call
from facedaemon.errors import ExitCode, FacedaemonError, Fatal

if TYPE_CHECKING:
    from facedaemon.pipeline import Status


def check_status(call: Call) -> NoReturn:
    """Print the verdict in a line and exit with its level; whatever keeps it from being found is "unknown"."""
    from facedaemon.pipeline import Level, nagios, read_status, verdict

    try:
        found = read_status(call.settings())
        result = verdict(found)
        line = nagios(found, result)
        values = {**found.values(), "level": result.level.name.lower(), "reasons": list(result.reasons)}
    except (FacedaemonError, OSError) as error:
        message = str(error).replace("\n", " ")
        line = f"FACEDAEMON UNKNOWN - {message.replace('|', '/')}"
        values = {"level": Level.UNKNOWN.name.lower(), "reasons": [message]}
        call.out.always(values, line)
        raise SystemExit(Level.UNKNOWN) from None
    call.out.always(values, line)
    raise SystemExit(result.level)


def write_metrics(found: "Status", file: Path) -> None:
    """Replace the file in one step, readable for all: node exporter runs as another user. Raises Fatal (status 2)."""
    from facedaemon.pipeline import prometheus, verdict

    text = prometheus(found, verdict(found))
    if str(file) == "-":
        sys.stdout.write(text)
        return
    new = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644), "w") as opened:  # noqa: PTH123
            os.fchmod(opened.fileno(), 0o644)  # whatever the umask
            opened.write(text)
        new.replace(file)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise Fatal(f"{file}: cannot be written: {error.strerror}", ExitCode.USAGE) from error
