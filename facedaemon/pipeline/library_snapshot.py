"""The library as read for one pass: its annotations by the photos' own paths; empty where it cannot be read."""

import logging
import os
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from facedaemon import library
from facedaemon.answers import Renames
from facedaemon.dates import DAY
from facedaemon.errors import Unavailable
from facedaemon.names import Meaning, NotNames
from facedaemon.pipeline.library_problem import LibraryProblem, asking_the_library, note_problem
from facedaemon.pipeline.people.people_changed import people_of
from facedaemon.pipeline.people.renames import follow_people, follow_renames
from facedaemon.pipeline.rejections import SUGGESTED_NOTE
from facedaemon.pipeline.session import Session
from facedaemon.store import KnownRowVersion
from facedaemon.values import AnnotationSource, AnnotationState, FaceAnnotation

log = logging.getLogger(__name__)


IDENTITY_NOTE = "library identity"
SCAN_NOTE = "library scan"


@dataclass(frozen=True, slots=True)
class LibrarySnapshot:
    """The library at one moment.

    - `annotations` by photo; None where there is no library, or it cannot be read now.
    - `reachable`: folders of albums that can be read now (not those on a drive that is away); `is_complete` where all
      collections are among them.
    - `is_baseline`: it is not the library that was read last time (another file, or one restored from a backup), so
      annotations that are missing now were not removed by a human.
    - `people`: numbers of people by name, of those with a unique name; `names`: all names by number.
    - `row_versions`: show whether a photo's rows are still the same rows (`library.RowVersion`).
    - `dates`: moments (`dates.moment_of`) at which photos were taken.
    """

    annotations: Mapping[Path, Sequence[FaceAnnotation]] | None = None
    reachable: tuple[Path, ...] = ()
    row_versions: Mapping[Path, library.RowVersion] = field(default_factory=dict)
    people: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    database_id: str = ""
    is_baseline: bool = False
    is_complete: bool = False
    identity: str = ""
    last_scan: str = ""
    orientations: Mapping[Path, int] = field(default_factory=dict)
    dates: Mapping[Path, int] = field(default_factory=dict)

    def orientation_of(self, photo: Path) -> int | None:
        """The EXIF orientation (1 to 8) in which the library displays the photo; None where it states none."""
        return self.orientations.get(photo)

    def library_id(self, person: str) -> str | None:
        """The library's own id of a person, which stays after a rename; None for unknown or shared names."""
        return f"{self.database_id}/{self.people[person]}" if person in self.people and self.database_id else None

    def about(self, photo: Path) -> Sequence[FaceAnnotation] | None:
        """The library's annotations of a photo; None where they cannot be read now: then the last ones still hold."""
        if self.annotations is None or not any(folder in photo.parents for folder in self.reachable):
            return None
        return self.annotations.get(photo, ())


def read_library(session: Session) -> LibrarySnapshot:
    """Read the library. One that is locked or away gives an empty snapshot, from which nothing is concluded."""
    if session.library is None:
        if session.finder is not None:
            note_problem(session.store, session.now(), session.finder.problem)
        return LibrarySnapshot()
    try:
        with asking_the_library():
            snapshot = session.run_long(session.library.snapshot)
    except LibraryProblem as problem:
        # also one that became unreadable or of an unknown version since it was opened: photos are analysed without it
        log.warning("%s; what it said before still holds", problem)
        note_problem(session.store, session.now(), problem.error)
        return LibrarySnapshot()
    note_problem(session.store, session.now(), library.newer_schema(snapshot.version))
    for remark in snapshot.problems:
        log.info("%s: %s", remark.subject, remark.reason)
    to_ours = _Translation(session.config.roots(), snapshot.roots)
    identity = f"{snapshot.database_id} {snapshot.file_id}"
    renames = session.answers.renames()
    annotations: dict[Path, list[FaceAnnotation]] = {}
    for annotation in snapshot.annotations:
        meant = _meant(_renamed(annotation, renames), session.not_names)
        if meant is not None:
            path = to_ours(annotation.photo)
            annotations.setdefault(path, []).append(replace(meant, photo=path))
    dates = {to_ours(path): moment for path, moment in snapshot.dates.items() if moment <= session.now() + DAY}
    with session.store.transaction():
        if session.store.photos.put_library_dates(dates) and people_of(session).born:
            session.store.forget_note(SUGGESTED_NOTE)  # who was born by then: all faces are matched again
    follow_renames(session, snapshot, annotations)
    names = {number: renames.everywhere(name) for number, name in snapshot.names.items()}
    follow_people(session.store, snapshot.database_id, names, annotations)
    return LibrarySnapshot(
        annotations=annotations,
        reachable=to_ours.reachable(),
        row_versions={to_ours(path): version for path, version in snapshot.row_versions.items()},
        people={renames.everywhere(name): number for name, number in snapshot.people.items()},
        names=names,
        database_id=snapshot.database_id,
        is_baseline=session.store.note(IDENTITY_NOTE) != identity
        or snapshot.last_scan < (session.store.note(SCAN_NOTE) or ""),
        is_complete=all(root.path is not None for root in snapshot.roots),
        identity=identity,
        last_scan=snapshot.last_scan,
        orientations={to_ours(path): orientation for path, orientation in snapshot.orientations.items()},
        dates=dates,
    )


def elsewhere_words(session: Session, snapshot: LibrarySnapshot) -> str | None:
    """For people: that the library was read but holds other folders, so that it names nobody here; None otherwise."""
    if snapshot.annotations is None or snapshot.reachable or session.library is None:
        return None
    folders = ", ".join(map(str, session.config.roots()))
    return (
        f"digiKam's database {session.library.name} is not used: no collection of it that can be read now contains"
        f" {folders}, or lies there. To see where its collections are: facedaemon check"
    )


def _renamed(annotation: FaceAnnotation, renames: Renames) -> FaceAnnotation:
    """The annotation with the person's present name, after a rename in facedaemon; the spelling stays digiKam's."""
    name = None if annotation.person is None else renames.everywhere(annotation.person)
    return (
        annotation
        if name == annotation.person
        else replace(annotation, person=name, spelling=annotation.spelling or annotation.person)
    )


def _meant(annotation: FaceAnnotation, not_names: NotNames) -> FaceAnnotation | None:
    """The annotation without a name that is not a person's; None where nothing is left of it."""
    meaning = Meaning.PERSON if annotation.person is None else not_names.meaning(annotation.person)
    if meaning == Meaning.PERSON:
        return annotation
    if annotation.region is None or annotation.state == AnnotationState.REJECTED:
        return None
    state = AnnotationState.IGNORED if meaning == Meaning.IGNORED else AnnotationState.UNKNOWN
    return replace(annotation, state=state, person=None, by_hand=False, spelling=None)


class LibraryReader:
    """Gives the present snapshot whenever it is called; the library is read again where it changed.

    Other jobs may run in the middle of a pass, and we write to the library ourselves. With a snapshot from before such
    a change, annotations added since would look as if a human had removed them.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._token: Hashable = None
        self._snapshot: LibrarySnapshot | None = None

    def __call__(self) -> LibrarySnapshot:
        """The present snapshot; an empty one where the library cannot be read."""
        try:
            token = change_token(self._session)  # first: what changes while it is read brings another reading
        except Unavailable:
            token = None
        if self._snapshot is None or token != self._token:
            self._snapshot, self._token = read_library(self._session), token
        return self._snapshot

    def reread(self) -> LibrarySnapshot:
        """The same, read again even without a change: it may have been locked last time."""
        self._snapshot = None
        return self()

    def mark_synced(self, since: LibrarySnapshot) -> None:
        """A whole pass has read all annotations since `since`: from now on, missing ones are a human's decision.

        Does nothing where another library took this one's place meanwhile.
        """
        if self._snapshot is not None and self._snapshot.identity == since.identity:
            remember(self._session, self._snapshot)
            self._snapshot = replace(self._snapshot, is_baseline=False)


def change_token(session: Session) -> Hashable:
    """A token that changes when the library may have changed. Raises Unavailable, after a note for `status`."""
    session.find_library()
    if session.library is None:
        if session.finder is not None and session.finder.problem is not None:
            note_problem(session.store, session.now(), session.finder.problem)
            raise Unavailable(str(session.finder.problem))
        return "no library"
    try:
        with asking_the_library():
            return session.library.name, session.library.change_token(), session.answers.renames().key
    except LibraryProblem as problem:
        note_problem(session.store, session.now(), problem.error)
        raise Unavailable(str(problem)) from problem


def remember(session: Session, snapshot: LibrarySnapshot) -> None:
    """All annotations of this library were read; from now on, missing ones are a human's decision."""
    if snapshot.annotations is not None:
        session.store.put_note(IDENTITY_NOTE, snapshot.identity)
        session.store.put_note(SCAN_NOTE, snapshot.last_scan)


def news(session: Session, snapshot: LibrarySnapshot) -> set[int]:
    """The photos whose annotations changed since the library was read last."""
    if snapshot.annotations is None:
        return set()
    known = session.store.annotations.by_path(AnnotationSource.DIGIKAM)
    changed = {
        path for path in known.keys() | snapshot.annotations.keys() if differ(known.get(path, ()), snapshot.about(path))
    }
    doubled = {path for path, version in snapshot.row_versions.items() if version.doubled}
    found = (session.store.photos.get(path) for path in changed | doubled)
    row_versions = session.store.row_versions
    return {
        photo.id
        for photo in found
        if photo is not None
        and (photo.path in changed or is_doubled(row_versions.of(photo.id), snapshot.row_versions[photo.path]))
    }


def is_doubled(known: KnownRowVersion | None, version: library.RowVersion | None) -> bool:
    """Whether more rows stand twice than before, which equal annotations do not show."""
    return known is not None and version is not None and len(version.doubled) > known.doubled


def differ(known: Sequence[FaceAnnotation], said: Sequence[FaceAnnotation] | None) -> bool:
    """Whether a photo's annotations differ from those known, in any order; False where they cannot be read."""
    return said is not None and list(known) != list(said) and Counter(known) != Counter(said)


class _Translation:
    """Translates the library's paths to paths below our own roots; either may contain a symbolic link."""

    def __init__(self, roots: Sequence[Path], albums: Sequence[library.Root]) -> None:
        self._roots = [(root, Path(os.path.realpath(root))) for root in roots]
        self._albums = [(a.path, Path(os.path.realpath(a.path))) for a in albums if a.path is not None]

    def __call__(self, path: Path) -> Path:
        if any(root in path.parents for root, _ in self._roots):
            return path
        for album, real_album in self._albums:
            if album in path.parents:
                real = real_album / path.relative_to(album)
                for root, real_root in self._roots:
                    if real_root in real.parents:
                        return root / real.relative_to(real_root)
        return path

    def reachable(self) -> tuple[Path, ...]:
        """The folders of the library's reachable albums, as our own paths."""
        folders = []
        for root, real_root in self._roots:
            for album, real_album in self._albums:
                if album in (root, *root.parents) or real_album in (real_root, *real_root.parents):
                    folders.append(root)
                elif real_root in real_album.parents:
                    folders.append(root / real_album.relative_to(real_root))
        return tuple(folders)
