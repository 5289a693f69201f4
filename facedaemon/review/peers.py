"""Which user of this computer is at the other end of a loopback connection.

Linux tells it in `/proc/net/tcp`: each row is a socket with its two addresses and the number of the user who opened it
(proc(5)). So another user of the computer is refused before a byte is read, whatever he knows.
"""

import os
import socket
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_ROOT = 0
_V4_IN_V6 = b"\0" * 10 + b"\xff\xff"

End = tuple[str, int]
"""An IPv4 address and a port."""


def is_foreign(peer: End, own: End, tables: Iterable[Path] = TABLES) -> bool:
    """Whether the connection comes from another user, root apart. False where the system does not tell."""
    user = user_of(peer, own, tables)
    return user is not None and user not in {os.geteuid(), _ROOT}


def user_of(peer: End, own: End, tables: Iterable[Path] = TABLES) -> int | None:
    """The number of the user who opened the socket `peer`, which is connected to `own`; None where it is not found."""
    wanted = {(_address(peer, family), _address(own, family)) for family in (socket.AF_INET, socket.AF_INET6)}
    return next((int(row[7]) for row in _rows(tables) if (row[1], row[2]) in wanted), None)


def _rows(tables: Iterable[Path]) -> Iterator[list[str]]:
    for table in tables:
        try:
            with table.open(encoding="ascii") as opened:
                next(opened, None)
                yield from (line.split() for line in opened)
        except OSError:
            continue


def _address(end: End, family: socket.AddressFamily) -> str:
    """As the kernel prints it: the address in words of 32 bits of this processor, the port as a number."""
    host, port = end
    packed = socket.inet_aton(host)
    data = packed if family == socket.AF_INET else _V4_IN_V6 + packed
    words = (int.from_bytes(data[at : at + 4], sys.byteorder) for at in range(0, len(data), 4))
    return "".join(f"{word:08X}" for word in words) + f":{port:04X}"
