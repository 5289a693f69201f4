"""The filter of a sealed process, on both processors: run here instruction by instruction, as the kernel would."""

import errno
import os
import struct

import pytest

from facedaemon.seccomp import program

X86_64, AARCH64 = (0, 0xC000003E), (1, 0xC00000B7)
ALLOWED, REFUSED, ABSENT = 0x7FFF0000, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS
WRITE = os.O_WRONLY | os.O_CREAT


def _asked(which: tuple[int, int], number: int, *arguments: int, architecture: int | None = None) -> int:
    """What the kernel does with that call."""
    code = program(*which)
    data = struct.pack("=iIQ6Q", number, architecture or which[1], 0, *(*arguments, *([0] * (6 - len(arguments)))))
    at, held = 0, 0
    while True:
        operation, if_true, if_false, value = struct.unpack_from("=HBBI", code, at * 8)
        at += 1
        if operation == 0x06:
            return int(value)
        if operation == 0x20:
            (held,) = struct.unpack_from("=I", data, value)
            continue
        is_true = {0x15: held == value, 0x45: bool(held & value), 0x35: held >= value}[operation]
        at += if_true if is_true else if_false


@pytest.mark.parametrize(
    ("which", "number", "arguments", "answer"),
    [
        (X86_64, 59, (), REFUSED),  # execve
        (AARCH64, 221, (), REFUSED),
        (X86_64, 41, (), REFUSED),  # socket
        (AARCH64, 198, (), REFUSED),
        (X86_64, 263, (), REFUSED),  # unlinkat
        (AARCH64, 35, (), REFUSED),
        (X86_64, 257, (0, 0, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY), ALLOWED),  # openat
        (AARCH64, 56, (0, 0, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY), ALLOWED),
        (X86_64, 257, (0, 0, WRITE), REFUSED),
        (AARCH64, 56, (0, 0, WRITE), REFUSED),
        (X86_64, 2, (0, os.O_RDWR), REFUSED),  # open
        (X86_64, 2, (0, os.O_RDONLY), ALLOWED),
        (X86_64, 56, (0x10000 | 0x100,), ALLOWED),  # clone: a thread
        (AARCH64, 220, (0x10000 | 0x100,), ALLOWED),
        (X86_64, 56, (17,), REFUSED),  # clone: a process
        (AARCH64, 220, (17,), REFUSED),
        (X86_64, 435, (), ABSENT),  # clone3: the C library takes clone then
        (AARCH64, 435, (), ABSENT),
        (X86_64, 0, (), ALLOWED),  # read
        (AARCH64, 63, (), ALLOWED),
        (X86_64, 0x40000000, (), REFUSED),  # the other table of calls
    ],
)
def test_each_processor_has_its_own_numbers(
    which: tuple[int, int], number: int, arguments: tuple[int, ...], answer: int
) -> None:
    """The same is refused on both, whatever it is called there."""
    assert answer == _asked(which, number, *arguments)


@pytest.mark.parametrize("which", [X86_64, AARCH64])
def test_calls_of_another_word_size_are_refused(which: tuple[int, int]) -> None:
    """They have other numbers, and would pass beside the filter."""
    assert REFUSED == _asked(which, 0, architecture=0x40000003)
