"""One prepared photo is published in a process in which strace lets one system call fail, or ends it by SIGKILL.

The process is forked from one in which everything is loaded already, so that only the work itself is traced: it waits
for a signal until strace has hold of it, and a call that nobody else makes marks the end of the work.
"""

import ctypes
import os
import re
import shutil
import signal
import sqlite3
import stat
import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from facedaemon import vision
from facedaemon.config import Config, load
from facedaemon.digests import digest
from facedaemon.errors import FacedaemonError
from facedaemon.library import open_library
from facedaemon.pipeline.publish import Published, publish
from facedaemon.pipeline.session import Session
from facedaemon.pipeline.sidecar_ledger import finish_interrupted
from facedaemon.pipeline.undo import undo_writes
from facedaemon.sidecar import Naming
from facedaemon.sidecar.reader_client import READER
from facedaemon.store import LedgerKind, Store
from facedaemon.values import Fingerprint, Region
from tests import made_values
from tests.deadlines import next_line

ERRORS = ("ENOSPC", "EIO", "EACCES", "EDQUOT")
KILL = "KILL"

PERSON, REGION = "Bill Frist", Region(0.3, 0.3, 0.4, 0.4)
UNKNOWN_FACE = '<rect x="46" y="47" width="58" height="60"/>'  # about REGION in a photo of 150 by 150
NOW = 1_795_500_000.0
LEFTOVER_SUFFIX = ".tmp"

TIMEOUT = 300  # seconds; publishing one photo takes less than one
_READY = b"."
_END = "getppid"
_WHAT = re.compile(r"/[^<>\"]+|F_\w+")  # the files that a call names, and the kinds of fcntl
_CALL = re.compile(r"^(\w+)\((.*)")
_CHANGES = re.compile("write|f(data)?sync|f?truncate|rename|(?<!read)link|mkdir|chmod|chown|setxattr|creat")
_READS = re.compile("p?readv?(64)?")
_ALIKE = re.compile(r"(?<=/migrations/)\d+(?=\.sql)|(?<=/fd/)\d+")  # numbers of files that are all read alike
# SQLite takes ENOSPC for a full disk and any other error of these calls for a failing one (os_unix.c)
_BY_SQLITE = re.compile("pwrite64|fdatasync|ftruncate")
_DATABASES = ("/state/", "/digikam4.db")
# they concern this process alone: memory, signals, its own identity
_NO_FILES = re.compile("^(brk|mremap|munmap|mprotect|madvise|getpid|gete?[ug]id|getrandom|futex|rt_sig|clock_|exit)")

_NO_FACE = (
    "SELECT Images.id, substr(relativePath, 2) || '/' || name FROM Images JOIN Albums ON Albums.id = album"
    " WHERE Images.id NOT IN (SELECT imageid FROM ImageTagProperties) ORDER BY Images.id LIMIT 1"
)
_UNUSED_TAG = (
    "property = 'person' and value <> ? and tagid not in (select tagid from ImageTagProperties)"
    " and tagid not in (select tagid from ImageTags)"
)
_FOREIGN = b"""<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>
<rdf:Description rdf:about='' xmlns:dc='http://purl.org/dc/elements/1.1/' dc:source='theirs'/></rdf:RDF></x:xmpmeta>"""


@dataclass(frozen=True)
class Fault:
    """The `number`-th call of that name fails with `error`; with KILL the process dies as it makes it.

    `line` is the call as strace showed it in a run without faults. With `is_borne` the work is done all the same.
    """

    call: str
    number: int
    error: str
    line: str
    is_borne: bool = False

    @property
    def options(self) -> list[str]:
        """As strace is told."""
        what = "signal=KILL" if self.error == KILL else f"error={self.error}"
        return ["-e", f"trace={self.call}", "-e", f"inject={self.call}:{what}:when={self.number}"]


@dataclass(frozen=True)
class Call:
    """One system call of the write path: the `number`-th of that name."""

    name: str
    number: int
    line: str

    @property
    def changes(self) -> bool:
        """Whether it may change what the disk holds; SQLite's -shm files are memory, made again after a crash."""
        creates = self.name.startswith("open") and "O_CREAT" in self.line
        return (creates or _CHANGES.search(self.name) is not None) and "-shm" not in self.line


@dataclass(frozen=True)
class Kind:
    """What is there before: a sidecar of another program, and a database with the journal of old times; or neither."""

    name: str
    has_sidecar: bool
    journal: str


NEW = Kind("new sidecar", has_sidecar=False, journal="wal")
OLD = Kind("foreign sidecar", has_sidecar=True, journal="delete")

Tree = dict[str, tuple[int, bytes]]


def thorough(calls: Sequence[Call]) -> list[Fault]:
    """Every call fails with each error, and the process is killed before each call that may change the disk.

    A kill between two that change nothing leaves the disk as a kill before the first of them does.
    """
    return [
        Fault(call.name, call.number, error, call.line)
        for call in calls
        for error in (*ERRORS, *([KILL] if call.changes or call.name == _END else []))
        if call.name != _END or error == KILL
    ]


def brief(calls: Sequence[Call]) -> list[Fault]:
    """As `thorough`, but calls that only look are tried once for each thing they do to a file.

    Reads fail with each error, for SQLite takes some of them for a damaged file; the others with one. Writes by SQLite
    fail with the two errors that it distinguishes each time, and with the others once for each file.
    """
    firsts: dict[tuple[str, ...], Call] = {}
    for call in calls:
        if not call.changes and call.name != _END:
            firsts.setdefault(_kind_of(call), call)
    looks = [
        Fault(call.name, call.number, error, call.line)
        for at, call in enumerate(firsts.values())
        for error in (ERRORS if _READS.fullmatch(call.name) else ERRORS[at % 4 :][:1])
    ]
    changes = thorough([call for call in calls if call.changes or call.name == _END])
    written: set[tuple[str, ...]] = set()
    return looks + [fault for fault in changes if not _is_repeated(fault, written)]


def _kind_of(call: Call | Fault) -> tuple[str, ...]:
    name = call.name if isinstance(call, Call) else call.call
    return (name, *(_ALIKE.sub("N", what) for what in _WHAT.findall(call.line)))


def _is_repeated(fault: Fault, before: set[tuple[str, ...]]) -> bool:
    """Whether SQLite met this very thing before; `before` grows."""
    if fault.error in (*ERRORS[:2], KILL) or not _BY_SQLITE.fullmatch(fault.call):
        return False
    if not any(name in fault.line for name in _DATABASES):
        return False
    kind = (*_kind_of(fault), fault.error)
    is_known = kind in before
    before.add(kind)
    return is_known


class Stage:
    """A folder with a photo, a state and a digiKam database in which nothing but publishing is left to do."""

    def __init__(self, folder: Path, kind: Kind, shared: Path, models: Path) -> None:
        self.kind = kind
        self._template, self.folder = folder / "template", folder / "place"
        self._trace = folder / "trace"
        self.folder.mkdir(parents=True)
        self.database, self.photos = self.folder / "digikam4.db", self.folder / "photos"
        (self.folder / "empty.yaml").touch()
        self._models = vision.find_models(self.config, {**os.environ, "FACEDAEMON_MODELS": str(models)})
        self.photo = self._prepare(shared / "data" / "library")
        self.sidecar = self.photo.with_name(f"{self.photo.name}.xmp")
        if kind.has_sidecar:
            self.sidecar.write_bytes(_FOREIGN)
            self.sidecar.chmod(0o640)
            os.setxattr(self.sidecar, "user.note", b"theirs")
        with closing(self._session()) as session:  # the copy of the database is made, and noted
            _publish(session, self.photo)
            list(undo_writes(session))
            session.store.sidecars.put_published(session.store.photos.by_id(1).id, None)
        shutil.move(self.folder, self._template)
        self._renew()
        self.before = self.tree(), self.tables()
        self.publish()
        self.after = self.tree(), self.tables()

    @cached_property
    def config(self) -> Config:
        """Suggestions go to the sidecar and to digiKam."""
        return load(
            self.folder / "empty.yaml",
            {
                "photos": {"roots": [str(self.photos)]},
                "library": {"digikam": {"database": str(self.database), "write_suggestions": True}},
                "state_directory": str(self.folder / "state"),
            },
        )

    def calls(self) -> list[Call]:
        """The calls that touch files, from opening the state to closing it."""
        self._renew()
        assert "done" == self._traced(["-y"])
        seen: Counter[str] = Counter()
        found: list[Call] = []
        for line in self._trace.read_text(encoding="utf-8", errors="replace").splitlines():
            match = _CALL.match(line)
            assert match is not None, line
            name, rest = match.groups()
            if name == _END:
                return [*found, Call(name, 1, line)]
            seen[name] += 1
            if not _NO_FILES.match(name) and "MAP_ANONYMOUS" not in rest:
                found.append(Call(name, seen[name], line.replace(str(self.folder), "")))
        raise AssertionError("the work has no end")

    def publish(self) -> None:
        """Everything that is done for the photo, as a scan does it."""
        with closing(self._session()) as session:
            _publish(session, self.photo)

    def tree(self) -> Tree:
        """Names, permissions and bytes of all that lies below the photos."""
        return {
            path.relative_to(self.photos).as_posix(): (
                stat.S_IMODE(path.stat().st_mode),
                path.read_bytes() if path.is_file() else b"",
            )
            for path in self.photos.rglob("*")
        }

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of digiKam's database, which must be sound."""
        with closing(sqlite3.connect(self.database)) as database:
            assert [("ok",)] == database.execute("pragma integrity_check").fetchall()
            names = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
            return {name: sorted(database.execute(f"select * from {name}"), key=repr) for name in names}

    def inject(self, fault: Fault) -> list[str]:
        """Publish with that fault; gives what is wrong afterwards, also after the next try and after `undo`."""
        self._renew()
        said = self._traced(fault.options)
        hit = "INJECTED" in self._trace.read_text(encoding="utf-8", errors="replace")
        problems = [] if hit or said == "killed" else ["the fault was not met"]
        problems += self._misreported(fault, said) + self._harmed(fault)
        if "socket:" in fault.line:
            READER.close()  # the forked process shared its socket, and may have stopped in the middle of a question
        try:
            self.publish()
            problems += self._unlike(self.after, "the next try")
            with closing(self._session()) as session:
                problems += self._ledger(session)
                list(undo_writes(session))
            problems += self._unlike(self.before, "undo")
        except (FacedaemonError, OSError, sqlite3.Error, AssertionError) as error:
            problems.append(f"the next try failed: {type(error).__name__}: {error}")
        where = f"{fault.error} at call {fault.number} of {fault.line[:160]}"
        return [f"{where}: {problem}; it said {said!r}" for problem in problems]

    def _misreported(self, fault: Fault, said: str) -> list[str]:
        """An error is an instruction that names a file."""
        if said == ("killed" if fault.error == KILL else "done"):
            return []
        if fault.is_borne:
            return ["it was not borne"]
        kind, _, message = said.partition(": ")
        if kind not in {"PhotoError", "Unavailable", "Fatal"}:
            return ["it is no instruction"]
        return [] if str(self.folder) in message else ["it names no file"]

    def _harmed(self, fault: Fault) -> list[str]:
        """The sidecar is the old or the new one; so are the rows; nothing else has changed."""
        tree, problems = self.tree(), []
        swept = {name: value for name, value in tree.items() if not name.endswith(LEFTOVER_SUFFIX)}
        if swept not in (self.before[0], self.after[0]):
            problems.append("the sidecar is neither the old nor the new one")
        if swept != tree and fault.error != KILL and "unlink" not in fault.call:
            problems.append("a temporary file is left")
        try:
            if self.tables() not in (self.before[1], self.after[1]):
                problems.append("digiKam's rows are neither the old nor the new ones")
            with closing(sqlite3.connect(self.folder / "state" / "state.db")) as state:
                assert [("ok",)] == state.execute("pragma integrity_check").fetchall()
        except (sqlite3.Error, AssertionError) as error:
            problems.append(f"a database is damaged: {error}")
        return problems

    def _unlike(self, wanted: tuple[Tree, dict[str, list[tuple[Any, ...]]]], when: str) -> list[str]:
        problems = [] if self.tree() == wanted[0] else [f"other files after {when}"]
        return problems + ([] if self.tables() == wanted[1] else [f"other rows after {when}"])

    def _ledger(self, session: Session) -> list[str]:
        """It knows what stood there before, and what stands there now."""
        old = self.sidecar.relative_to(self.photos).as_posix()
        before = self.before[0].get(old, (0, None))[1]
        active = session.store.ledger.active()
        assert [] == session.store.ledger.interrupted()
        files = [(e.before, e.after_digest) for e in active if e.kind == LedgerKind.SIDECAR]
        rows = [e.rows for e in active if e.kind == LedgerKind.DIGIKAM]
        problems = [] if files == [(before, digest(self.sidecar.read_bytes()))] else [f"ledger of the sidecar: {files}"]
        return problems + ([] if len(rows) == 1 and rows[0] != "[]" else [f"ledger of the rows: {rows}"])

    def _traced(self, options: Sequence[str]) -> str:
        """What became of publishing in a process under strace: "done", "killed" or the error."""
        reading, writing = os.pipe()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
        with READER.unused():
            process = os.fork()
        if process == 0:
            self._work(writing)
        os.close(writing)
        assert os.read(reading, 1) == _READY  # what it does before, strace does not see on any machine
        command = ["strace", "-p", str(process), "-e", "signal=none", "-o", str(self._trace), *options]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
            attached = next_line(tracer.stderr)
            assert "attached" in attached, attached
            os.kill(process, signal.SIGUSR1)
            with os.fdopen(reading, "rb") as result:
                said = result.read().decode()
            _, status = os.waitpid(process, 0)
        if os.WIFSIGNALED(status):
            return "killed" if os.WTERMSIG(status) == signal.SIGKILL else f"ended by signal {os.WTERMSIG(status)}"
        return said

    def _work(self, writing: int) -> None:
        """The child: wait for the tracer, work, tell, end."""
        try:
            signal.alarm(TIMEOUT)  # it ends whatever happens; nobody would end it after a test that was ended
            ctypes.CDLL(None).prctl(0x59616D61, ctypes.c_ulong(-1), 0, 0, 0)  # PR_SET_PTRACER: whoever wants to
            os.write(writing, _READY)
            signal.sigwait({signal.SIGUSR1})
            try:
                self.publish()
                said = "done"
            except BaseException as error:  # noqa: BLE001 - told to the parent
                said = f"{type(error).__name__}: {error}"
            os.getppid()
            os.write(writing, said.encode())
        finally:
            os._exit(0)

    def _renew(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self._template, self.folder)

    def _session(self) -> Session:
        library = open_library(self.database)
        try:
            store = Store.open(self.config.state())
        except BaseException:
            library.close()
            raise
        return Session(self.config, store, self._models, library, Naming.FULL, now=lambda: NOW, monotonic=lambda: 0.0)

    def _prepare(self, sample: Path) -> Path:
        shutil.copyfile(sample / "digikam4.db", self.database)
        with closing(sqlite3.connect(self.database)) as database:
            database.execute(f"pragma journal_mode = {self.kind.journal}")
            with database:
                database.execute("update AlbumRoots set identifier = ?", [f"volumeid:?path={self.photos}"])
                [(image, name)] = database.execute(_NO_FACE).fetchall()
                # the few that stay are enough to see that nothing else changes, and are quickly compared
                database.execute("delete from Images where id > 20 and id <> ?", [image])
                database.execute(f"delete from TagProperties where {_UNUSED_TAG}", [PERSON])
                if self.kind.has_sidecar:  # a face without a name, which the suggestion replaces
                    unknown = "select tagid from TagProperties where property = 'unknownPerson'"
                    row = (image, UNKNOWN_FACE)
                    database.execute(
                        f"insert into ImageTagProperties values (?, ({unknown}), 'autodetectedFace', ?)", row
                    )
        photo = self.photos / str(name)
        photo.parent.mkdir(parents=True)
        shutil.copyfile(sample / "photos" / name, photo)
        with closing(Store.open(self.config.state())) as store, store.transaction():
            record = store.photos.put_analysis(
                photo, Fingerprint(1, 1, 1), made_values.analysis(made_values.face(REGION))
            )
            store.suggestions.put(store.faces.of(record.id)[0].id, PERSON, 0.97, 1, 1.0)
        return photo


def inject_all(
    kind: Kind, folder: Path, shared: Path, models: Path, choose: Callable[[Sequence[Call]], list[Fault]]
) -> tuple[int, list[str]]:
    """Meet the chosen faults, two at a time; gives how many, and what is wrong."""
    ready = (kind, folder, shared, models)
    with ProcessPoolExecutor(2, get_context("spawn"), initializer=_get_ready, initargs=ready) as pool:
        faults = choose(pool.submit(_calls).result(600))
        found = pool.map(_inject, faults, chunksize=8)
        return len(faults), [problem for problems in found for problem in problems]


_stages: list[Stage] = []  # of this process: one


def _get_ready(kind: Kind, folder: Path, shared: Path, models: Path) -> None:
    _stages.append(Stage(folder / str(os.getpid()), kind, shared, models))


def _calls() -> list[Call]:
    return _stages[0].calls()


def _inject(fault: Fault) -> list[str]:
    return _stages[0].inject(fault)


def _publish(session: Session, path: Path) -> None:
    finish_interrupted(session)
    photo, result = session.store.photos.get(path), Published()
    assert photo is not None
    publish(session, photo, result)
    for problem in result.problems:
        raise problem
