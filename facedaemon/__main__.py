"""`python -m facedaemon` is the `facedaemon` command; both begin here, so that Ctrl+C is quiet while modules load."""

import os
import signal

INTERRUPTED = 130  # `ExitCode`, which is not loaded yet


def main() -> None:
    """Run the command line of this process and exit with its status."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else it is ignored: a job in the background
        signal.signal(signal.SIGINT, _end_at_once)
    from facedaemon.cli import main as command  # noqa: PLC0415 - it takes a while, and Ctrl+C may come meanwhile

    command()


def _end_at_once(*_: object) -> None:
    """Nothing was begun yet."""
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
