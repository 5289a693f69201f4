"""New and changed photos are analysed: their faces, embeddings and quality go to the store."""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from facedaemon.compact_paths import batches
from facedaemon.errors import PhotoError
from facedaemon.pipeline.compare import Indexed, Outcome, content_of, recognised, same_file
from facedaemon.pipeline.photo_errors import concerning
from facedaemon.pipeline.session import Session
from facedaemon.store import PhotoRecord
from facedaemon.values import AS_THE_FILE_SAYS, Display, Fingerprint, PhotoAnalysis

log = logging.getLogger(__name__)

BATCH = 256  # new photos that are held at once; a more urgent job waits for at most this many


def analyse(
    session: Session,
    photos: Iterable[tuple[Path, Fingerprint]],
    changed: Collection[Path] = frozenset(),
    to_repeat: Collection[Path] = frozenset(),
) -> Iterator[Indexed]:
    """Analyse photos that are new or changed, in their order except for copies; yields after each.

    They are taken in batches: of those in one batch that show the same picture one is analysed; a copy of one in an
    earlier batch is a copy of a known photo; and what another job analysed meanwhile is known. Photos `to_repeat` are
    analysed in any case.
    """

    def known(path: Path, fingerprint: Fingerprint) -> Indexed | None:
        if path in to_repeat:
            return None
        return recognised(session, path, fingerprint, changed, session.store.photos.get(path))

    for number, batch in enumerate(batches(photos, BATCH)):
        yield from _new(session, batch, known, is_first=number == 0)


def _new(
    session: Session,
    batch: Sequence[tuple[Path, Fingerprint]],
    known: Callable[[Path, Fingerprint], Indexed | None],
    is_first: bool,
) -> Iterator[Indexed]:
    """Analyse new photos; of those that show the same picture, one."""
    twins = _Twins(session)
    fresh: dict[Path, Fingerprint] = {}
    for path, fingerprint in batch:
        if not is_first and (seen := known(path, fingerprint)) is not None:
            yield seen
        elif not twins.hold(path, fingerprint):
            fresh[path] = fingerprint
    yield from _analyse_new(session, fresh)
    others: dict[Path, Fingerprint] = {}
    for path, fingerprint in twins.held.items():
        if (seen := known(path, fingerprint)) is not None:
            yield seen
        else:
            others[path] = fingerprint
    yield from _analyse_new(session, others)


class _Twins:
    """Holds back new photos that show the same picture as another new one: after its analysis they are its copies."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.held: dict[Path, Fingerprint] = {}
        self._first: dict[int, Path] = {}
        self._contents: set[str] = set()

    def hold(self, path: Path, fingerprint: Fingerprint) -> bool:
        """Hold the photo back if it is one; whether it was. Only files of equal size are opened."""
        first = self._first.setdefault(fingerprint.size, path)
        if first == path:
            return False
        self._contents |= {content_of(self._session, first)} - {""}
        content = content_of(self._session, path)
        if not content or content not in self._contents:
            self._contents.add(content)
            return False
        self.held[path] = fingerprint
        return True


def _analyse_new(session: Session, waiting: dict[Path, Fingerprint]) -> Iterator[Indexed]:
    if not waiting:
        return  # so that the networks are not loaded for nothing
    displays = {path: _display(session.store.photos.get(path), fingerprint) for path, fingerprint in waiting.items()}
    for path, seen in session.analyzer.analyse_many(waiting, session.workers, displays):
        if isinstance(seen, PhotoError) and seen.transient and (problem := session.root_problem(path)):
            yield Indexed(path, Outcome.AWAY, reason=problem)
            continue
        try:
            with concerning(path), session.store.transaction():
                if isinstance(seen, PhotoError):
                    step = _note_failure(session, path, waiting[path], seen)
                else:
                    step = _remember(session, path, waiting[path], seen)
        except PhotoError as error:
            step = Indexed(path, Outcome.FAILED, reason=error.reason)
        yield step


def _display(known: PhotoRecord | None, now: Fingerprint) -> Display:
    """As it was displayed before, until a source states another orientation; a changed file loses its own turn."""
    if known is None:
        return AS_THE_FILE_SAYS
    return known.display if same_file(known.fingerprint, now) else replace(known.display, turn=0)


def _note_failure(session: Session, path: Path, fingerprint: Fingerprint, error: PhotoError) -> Indexed:
    number = session.store.photos.put_failure(path, fingerprint, error.reason, is_transient=error.transient)
    return Indexed(path, Outcome.FAILED, number, reason=error.reason)


def _remember(session: Session, path: Path, fingerprint: Fingerprint, analysis: PhotoAnalysis) -> Indexed:
    record = session.store.photos.put_analysis(path, fingerprint, analysis)
    log.debug("%s: looked at; its picture is %s", path, analysis.content)
    return Indexed(path, Outcome.INDEXED, record.id, faces=sum(face.is_face for face in analysis.faces), touched=True)
