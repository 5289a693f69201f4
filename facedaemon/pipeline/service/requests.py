"""Work that a command asks of the daemon that owns the state: files in a folder beside it, and the replies.

The command puts NAME.json; the daemon takes it (NAME.taken), does it, and puts NAME.reply. Each file is written under
another name and renamed, so that nobody reads half of one. Only the state's owner can write there. The command keeps a
lock on its request, which the kernel releases when it ends: so the daemon knows whether anybody still waits.
"""

import fcntl
import json
import logging
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

from facedaemon import private
from facedaemon.errors import ExitCode, FacedaemonError, Fatal, Unavailable
from facedaemon.pipeline.reports import ForgetReport, RebuildReport, ScanReport, UndoReport

log = logging.getLogger(__name__)

FOLDER = "requests"
_ASKED, _TAKEN, _REPLY = ".json", ".taken", ".reply"
_MOST_BYTES = 64 << 20

Report = ScanReport | RebuildReport | UndoReport | ForgetReport | tuple[int, ...] | int | None


class RequestKind(StrEnum):
    """What can be asked for."""

    SCAN = "scan"
    UNDO = "undo"
    REBUILD = "rebuild"
    ROLLBACK = "rollback"
    FORGET = "forget"
    FORGET_MISSING = "forget-missing"


@dataclass(frozen=True, slots=True)
class Request:
    """`paths` of a scan or undo, absolute, None for all; `since` of an undo in seconds; `from_scratch` of a rebuild.

    `rejections` are to be forgotten: their numbers, and the people whom they are about; and missing photos: below
    each of `paths`.
    """

    kind: RequestKind
    paths: tuple[Path, ...] | None = None
    since: float | None = None
    from_scratch: bool = False
    write_again: bool = False
    rejections: tuple[tuple[int, str], ...] = ()


class Requests:
    """The folder of requests below the state's `directory`."""

    def __init__(self, directory: Path) -> None:
        self._folder = directory / FOLDER

    @contextmanager
    def asked(self, request: Request) -> Iterator[str]:
        """Ask for it; gives the name of the request, which is waited for until the end of the block. Raises OSError."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        name = secrets.token_hex(8)
        values = {
            "kind": request.kind,
            "paths": None if request.paths is None else list(map(str, request.paths)),
            "since": request.since,
            "from_scratch": request.from_scratch,
            "write_again": request.write_again,
            "rejections": request.rejections,
        }
        with open(private.open_new(self._path(name, f"{_ASKED}.new")), "w", encoding="utf-8") as file:  # noqa: PTH123
            with suppress(OSError):  # a file system without locks: then it counts as waited for
                fcntl.flock(file, fcntl.LOCK_EX)
            json.dump(values, file)
            file.flush()
            self._path(name, f"{_ASKED}.new").rename(self._path(name, _ASKED))
            try:
                yield name
            finally:
                self.withdraw(name)
                with suppress(OSError):
                    self._path(name, _REPLY).unlink()

    def waiting(self) -> list[str]:
        """The names of requests that nobody took yet, the oldest first."""
        found = []
        with suppress(OSError):
            for entry in os.scandir(self._folder):
                if entry.name.endswith(_ASKED):
                    with suppress(OSError):
                        found.append((entry.stat(follow_symlinks=False).st_mtime_ns, entry.name.removesuffix(_ASKED)))
        return [name for _, name in sorted(found)]

    def take(self, name: str) -> Request | None:
        """Take a request; None where it was withdrawn, or makes no sense: then it has its reply."""
        try:
            self._path(name, _ASKED).rename(self._path(name, _TAKEN))
        except OSError:
            return None
        return self.taken(name)

    def taken(self, name: str) -> Request | None:
        """A request that was taken and has no reply yet; None for any other."""
        try:
            return _request(json.loads(self._read(name, _TAKEN)))
        except OSError:
            return None
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            self.refuse(name, Fatal(f"the request makes no sense to the running facedaemon: {error}", ExitCode.USAGE))
            return None

    def is_known(self, name: str) -> bool:
        """Whether it waits or is being done. Where it is neither, its reply is there, or will never come."""
        return self._path(name, _ASKED).exists() or self._path(name, _TAKEN).exists()

    def is_waited_for(self, name: str) -> bool:
        """Whether the command that asked for what was taken still waits for the reply."""
        try:
            opened = self._open(name, _TAKEN)
        except OSError as error:
            return not isinstance(error, FileNotFoundError)
        try:
            fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(opened)
        return False

    def drop(self, name: str) -> None:
        """Forget what was taken: nobody waits for it, or no reply can be left."""
        with suppress(OSError):
            self._path(name, _TAKEN).unlink()

    def withdraw(self, name: str) -> bool:
        """Whether it was taken back before anybody took it."""
        try:
            self._path(name, _ASKED).unlink()
        except OSError:
            return False
        return True

    def answer(self, name: str, report: Report) -> None:
        """Reply with a report."""
        self._reply(name, {"report": _report_values(report)})

    def refuse(self, name: str, error: FacedaemonError) -> None:
        """Reply with an error."""
        code = error.exit_code if isinstance(error, Fatal | Unavailable) else ExitCode.SOME_PHOTOS_FAILED
        self._reply(name, {"error": str(error), "exit_code": int(code)})

    def reply(self, name: str, kind: RequestKind) -> tuple[Report] | None:
        """The report in the reply; None where there is none yet.

        Raises Fatal with the daemon's own error, or where the reply is of another version of facedaemon.
        """
        try:
            content = self._read(name, _REPLY)
        except OSError:
            return None
        try:
            values = json.loads(content)
            if "error" not in values:
                return (_report(kind, values["report"]),)
            first, *rest = str(values["error"]).split("\n")
            code = ExitCode(values["exit_code"])
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise Fatal(
                f"the running facedaemon has done it, but its answer makes no sense to this command ({error}): one of"
                " the two is older. Restart the running one",
                ExitCode.LOCKED,
            ) from error
        raise Fatal(first, code, rest)

    def clear(self) -> None:
        """Remove everything: what a former daemon was asked for, nobody waits for any more."""
        with suppress(OSError):
            for entry in os.scandir(self._folder):
                with suppress(OSError):
                    Path(entry.path).unlink()

    def _reply(self, name: str, values: Mapping[str, Any]) -> None:
        """Where the disk is full, say, the command finds its request gone and no reply, and says so."""
        if not self.is_waited_for(name):
            self.drop(name)
            return
        new = self._path(name, f"{_REPLY}.new")
        try:
            with open(private.open_new(new), "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor
                json.dump(values, file)
            new.rename(self._path(name, _REPLY))
        except OSError as error:
            log.warning("%s: the answer to a command cannot be left there: %s", self._folder, error.strerror)
            with suppress(OSError):
                new.unlink()
        self.drop(name)

    def _path(self, name: str, end: str) -> Path:
        return self._folder / f"{name}{end}"

    def _read(self, name: str, end: str) -> bytes:
        with open(self._open(name, end), "rb") as file:  # noqa: PTH123
            return file.read(_MOST_BYTES)

    def _open(self, name: str, end: str) -> int:
        return os.open(self._path(name, end), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)


def _request(values: Mapping[str, Any]) -> Request:
    paths, since = values["paths"], values["since"]
    return Request(
        RequestKind(values["kind"]),
        None if paths is None else tuple(Path(str(path)) for path in paths),
        None if since is None else float(since),
        bool(values["from_scratch"]),
        bool(values.get("write_again")),
        tuple((int(number), str(person)) for number, person in values.get("rejections", ())),
    )


def _report_values(report: Report) -> Any:  # noqa: ANN401 - as JSON has it
    if report is None or isinstance(report, int | tuple):
        return report
    values = {field.name: getattr(report, field.name) for field in fields(report) if not field.name.startswith("_")}
    if isinstance(report, ScanReport) and (error := report.library_error) is not None:
        values["library_error"] = [str(error), int(error.exit_code)]
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    return value


def _report(kind: RequestKind, values: Any) -> Report:  # noqa: ANN401
    if kind == RequestKind.ROLLBACK:
        return None if values is None else int(values)
    if kind == RequestKind.FORGET:
        return tuple(map(int, values))
    if kind == RequestKind.REBUILD:
        return RebuildReport(**values)
    if kind == RequestKind.FORGET_MISSING:
        return ForgetReport(_paths_with(int)(values["folders"]), _paths_with(str)(values["kept"]))
    pairs = _paths_with(str)
    if kind == RequestKind.UNDO:
        left = _paths_with(lambda names: tuple(map(str, names)))
        away = [Path(path) for path in values["away"]]
        refused = pairs(values["refused"])
        return UndoReport(**{**values, "refused": refused, "left": left(values["left"]), "away": away})
    error, groups = values["library_error"], values["groups"]
    return ScanReport(
        **{
            **values,
            "failures": pairs(values["failures"]),
            "away": {Path(path) for path in values["away"]},
            "groups": None if groups is None else tuple(groups),
            "library_error": None if error is None else Unavailable(error[0], ExitCode(error[1])),
        }
    )


def _paths_with(second: Callable[[Any], Any]) -> Callable[[Sequence[Sequence[Any]]], list[tuple[Path, Any]]]:
    return lambda pairs: [(Path(path), second(other)) for path, other in pairs]
