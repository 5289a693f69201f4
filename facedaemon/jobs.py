"""The jobs that wait in the daemon's queue and that the pipeline carries out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ScanPhotos:
    """Photos that may be new, changed or deleted; a photo is also named when one of its sidecars changed.

    `beside` are those of `paths` of which only a sidecar changed. All others are compared by content, even where their
    `stat` is equal: a program may have set the times back.
    """

    paths: tuple[Path, ...]
    beside: tuple[Path, ...] = ()

    @property
    def changed(self) -> frozenset[Path]:
        """The photos that may have changed themselves."""
        return frozenset(self.paths).difference(self.beside)


@dataclass(frozen=True, slots=True)
class ReadAnswers:
    """Somebody answered something: what is said of those photos is read again, learned, and suggested by."""


@dataclass(frozen=True, slots=True)
class ReadLibrary:
    """The library changed: read it, learn, and suggest again."""


@dataclass(frozen=True, slots=True)
class ScanFolders:
    """Folders in which anything may have changed, with all that lies below them."""

    folders: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class CarryOut:
    """Requests of commands, by name, for which a person waits: a scan, an undo."""

    requests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CarryOutTraining(CarryOut):
    """The same for a rebuild or a rollback, which wait until no pass is under way."""


@dataclass(frozen=True, slots=True)
class CarryOutAlone(CarryOut):
    """The same for what no other work may be in the middle of: that work ends first, and begins again after it."""


@dataclass(frozen=True, slots=True)
class Rescan:
    """Compare every root with the store: finds changes of which events were lost."""


@dataclass(frozen=True, slots=True)
class Rebuild:
    """Train a new generation from everything confirmed."""

    from_scratch: bool = False


Job = ScanPhotos | ReadAnswers | ReadLibrary | CarryOut | ScanFolders | Rescan | CarryOutTraining | Rebuild

KINDS: tuple[type[Job], ...] = (
    CarryOutAlone,
    ScanPhotos,
    ReadAnswers,
    ReadLibrary,
    CarryOut,
    ScanFolders,
    Rescan,
    CarryOutTraining,
    Rebuild,
)
"""Most urgent first: a photo that just arrived does not wait for a rebuild."""

INSIDE = KINDS[1:]
"""Those that may be done in the middle of a less urgent one."""


def urgency(job: Job) -> int:
    """The job's priority; 0 is the most urgent."""
    return KINDS.index(type(job))


def joined(jobs: Sequence[Job]) -> Job:
    """One job that does the work of all of `jobs`, which are of one kind and at least one."""
    first = jobs[0]
    if isinstance(first, ScanPhotos):
        photo_jobs = [job for job in jobs if isinstance(job, ScanPhotos)]
        changed = frozenset[Path]().union(*(job.changed for job in photo_jobs))
        paths = tuple(dict.fromkeys(path for job in photo_jobs for path in job.paths))
        return ScanPhotos(paths, tuple(path for path in paths if path not in changed))
    if isinstance(first, ScanFolders):
        folders = dict.fromkeys(folder for job in jobs if isinstance(job, ScanFolders) for folder in job.folders)
        return ScanFolders(outermost(tuple(folders)))
    if isinstance(first, CarryOut):
        names = (name for job in jobs if isinstance(job, CarryOut) for name in job.requests)
        return type(first)(tuple(dict.fromkeys(names)))
    if isinstance(first, Rebuild):
        return Rebuild(any(isinstance(job, Rebuild) and job.from_scratch for job in jobs))
    return first


def outermost(folders: Sequence[Path]) -> tuple[Path, ...]:
    """`folders` without those that lie inside another of them, in the same order."""
    chosen = set(folders)
    return tuple(folder for folder in folders if chosen.isdisjoint(folder.parents))
