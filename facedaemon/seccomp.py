"""Restricts the system calls of a process (seccomp(2)): no files written, no processes started, no connections opened.

The kernel runs a short filter program for each system call. A forbidden one fails with EPERM.
"""

import ctypes
import errno
import os
import platform
import struct
import sys

_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2  # prctl(2)
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_REFUSE = _ERROR | errno.EPERM
_LOAD, _EQUAL, _SET, _ATLEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06  # classic BPF: LD W ABS, JEQ, JSET, JGE, RET
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # where they stand in struct seccomp_data
_FOREIGN_NUMBERS = 0x40000000  # x86-64's second table of calls (x32)

_CLONE_THREAD = 0x10000
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_TMPFILE", 0) & ~os.O_DIRECTORY

# name: its number on x86-64, on aarch64 (None: that processor has no such call)
_FORBIDDEN: dict[str, tuple[int | None, int | None]] = {
    "execve": (59, 221),
    "execveat": (322, 281),
    "fork": (57, None),
    "vfork": (58, None),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kill": (62, 129),
    "tkill": (200, 130),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "creat": (85, None),
    "openat2": (437, 437),
    "truncate": (76, 45),
    "ftruncate": (77, 46),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "rmdir": (84, None),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "link": (86, None),
    "linkat": (265, 37),
    "symlink": (88, None),
    "symlinkat": (266, 36),
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "chown": (92, None),
    "lchown": (94, None),
    "fchown": (93, 55),
    "fchownat": (260, 54),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "mount": (165, 40),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "setns": (308, 268),
    "bpf": (321, 280),
    "keyctl": (250, 219),
    "io_uring_setup": (425, 425),
    "userfaultfd": (323, 282),
    "inotify_init1": (294, 26),
}
_OPEN, _OPENAT, _CLONE = (2, None), (257, 56), (56, 220)
_CLONE3 = 435  # its flags are in memory, which a filter cannot read; the C library then uses clone
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def restrict_syscalls() -> bool:
    """Restrict this process and its future threads, permanently; False where processor or kernel do not support it."""
    known = _ARCHITECTURES.get(platform.machine())
    if known is None or sys.maxsize < 1 << 32:
        return False
    code = program(*known)
    buffer = ctypes.create_string_buffer(code, len(code))
    filled = _Program(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p).value)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_SECCOMP, _FILTER, ctypes.byref(filled), 0, 0) == 0)


def program(column: int, architecture: int) -> bytes:
    """The filter for a processor: `column` of the table above, `architecture` as the kernel numbers it (audit.h)."""
    refuse, allow = _instruction(_RETURN, _REFUSE), _instruction(_RETURN, _ALLOW)
    code = [
        _instruction(_LOAD, _ARCHITECTURE),
        _instruction(_EQUAL, architecture, 1, 0),  # calls of another word size have other numbers
        refuse,
        _instruction(_LOAD, _NUMBER),
        _instruction(_ATLEAST, _FOREIGN_NUMBERS, 0, 1),
        refuse,
        _instruction(_EQUAL, _CLONE3, 0, 1),
        _instruction(_RETURN, _ERROR | errno.ENOSYS),
    ]
    for numbers in _FORBIDDEN.values():
        if (number := numbers[column]) is not None:
            code += [_instruction(_EQUAL, number, 0, 1), refuse]
    for numbers, argument in ((_OPEN, 1), (_OPENAT, 2)):  # opened for reading only
        if (number := numbers[column]) is not None:
            code += _with_argument(number, argument, (_instruction(_SET, _WRITES, 0, 1), refuse))
    number = _CLONE[column]
    assert number is not None  # noqa: S101 - both processors have it
    code += _with_argument(number, 0, (_instruction(_SET, _CLONE_THREAD, 1, 0), refuse))  # threads, no processes
    return b"".join([*code, allow])


def _with_argument(number: int, argument: int, test: tuple[bytes, bytes]) -> list[bytes]:
    """For this call, the test of an argument's lower half, which comes first on both processors."""
    return [
        _instruction(_EQUAL, number, 0, 4),
        _instruction(_LOAD, _ARGUMENTS + 8 * argument),
        *test,
        _instruction(_LOAD, _NUMBER),
    ]


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """A struct sock_filter."""
    return struct.pack("@HBBI", code, if_true, if_false, value)
