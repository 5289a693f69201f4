"""The process that decodes what may crash a decoder: `python -m facedaemon.vision.decoder_process DESCRIPTOR`.

It limits itself: memory by RLIMIT_AS, processor time by RLIMIT_CPU, the clock by an alarm. So it ends also where the
daemon is gone. `apart` is the other end of the socket DESCRIPTOR.
"""

import os
import resource
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import cv2

from facedaemon.errors import PhotoError
from facedaemon.vision.apart import WALL_SECONDS, Bytes, receive, send
from facedaemon.vision.decode import decode_here, open_here

MEMORY = 280 << 20  # bytes of addresses beyond what the codecs themselves take; 48 megapixels of HEIC need 230 MB
CPU_SECONDS = 30  # 48 megapixels of HEIC take 3
_GROWN = 160 << 20  # resident bytes with which it rather begins anew; without a picture it has 60 MB


def main() -> None:
    """Answers until the other end is closed, or it has grown."""
    connection = socket.socket(fileno=int(sys.argv[1]))
    cv2.setNumThreads(1)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM, signal.SIGXCPU})
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    most = _pages()[0] + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    is_last = False
    while not is_last and (question := receive(connection)) is not None:
        _limit_time()
        values, payload = _answer(**question.values)
        signal.alarm(0)
        size = 0 if payload is None else payload.nbytes
        is_last = _pages()[1] - size > _GROWN
        send(connection, {**values, "is_last": is_last}, payload)
        del values, payload


def _limit_time() -> None:
    """The kernel ends this process where it works for too long, or waits for too long."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
    signal.alarm(WALL_SECONDS)


def _answer(
    path: str, content: str | None = None, longest_side: int | None = None
) -> tuple[dict[str, Any], Bytes | None]:
    """What the file is; with `content`, which it must still have, its pixels."""
    try:
        source = open_here(Path(path))
        if content is None:
            size = (source.size.width, source.size.height)
            return {
                "kind": source.kind,
                "size": size,
                "orientation": source.orientation,
                "content": source.content,
            }, None
        if source.content != content:
            return {"error": "it changed while it was looked at", "passing": True}, None
        pixels = decode_here(source, longest_side)
    except PhotoError as error:
        return {"error": error.reason, "passing": error.passing}, None
    except MemoryError:
        return {"error": f"decoding it takes more than {MEMORY >> 20} MB of memory"}, None
    except Exception as error:  # noqa: BLE001 - codecs raise anything
        return {"error": f"it cannot be decoded ({type(error).__name__}: {error})"}, None
    return {"shape": pixels.shape}, pixels.reshape(-1)


def _pages() -> tuple[int, int]:
    """Bytes of addresses, and of memory, that this process has (proc_pid_statm(5))."""
    size, resident = Path("/proc/self/statm").read_text(encoding="ascii").split()[:2]
    page = os.sysconf("SC_PAGE_SIZE")
    return int(size) * page, int(resident) * page


if __name__ == "__main__":
    main()
