"""Compares the library with its last reading: what a human's click changed, and what a mass change did."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from facedaemon import library
from facedaemon.geometry import overlap
from facedaemon.pipeline.annotations.decide import SAME_FACE, Since
from facedaemon.pipeline.library_snapshot import LibrarySnapshot
from facedaemon.store import KnownRowVersion, LedgerKind, PhotoRecord, Store
from facedaemon.values import AnnotationSource, AnnotationState, FaceAnnotation

# A human removes suggestions one after the other, and hardly ever all of them.
MANY = 10  # suggestions gone at once, of several people, with none left in the whole library
MANY_OF_ONE = 50  # the same, of one person
MANY_IN_A_FOLDER = 5  # the same within a folder, where it cannot be known whether digiKam's detection ran on it


class Comparison:
    """One reading of the library compared with the state; nothing is read from the state before it is needed."""

    def __init__(self, store: Store, snapshot: LibrarySnapshot) -> None:
        """Valid until the snapshot or the state changes."""
        self._store = store
        self._snapshot = snapshot
        self._lost: Mapping[Path, Sequence[FaceAnnotation]] | None = None
        self._confirmed: tuple[frozenset[str], frozenset[str]] | None = None

    def since(self, photo: PhotoRecord, before: Sequence[FaceAnnotation], after: Sequence[FaceAnnotation]) -> Since:
        """What happened to the photo's rows since the last reading; `before` are the annotations then, `after` now."""
        snapshot = self._snapshot
        if snapshot.is_baseline:
            return Since(stands=False, detected=True)
        if snapshot.about(photo.path) is None:
            return Since()
        known, version = self._store.row_versions.of(photo.id), snapshot.row_versions.get(photo.path)
        detected = _detected(known, version)
        lost = [annotation for annotation in before if is_lost(annotation, after)]
        stands = known is None or (version is not None and version.image == known.image)
        is_twice = version is not None and known is not None and len(version.doubled) > known.doubled
        has_news = len(after) != len(before) or bool(lost)
        return Since(
            stands=stands,
            detected=detected,
            is_mass=has_news and self._is_mass(photo.path.parent, detected),
            lost_people=frozenset(m.person for m in lost if m.person and not self._stands(photo, m.person)),
            doubled=version.doubled if version is not None and is_twice else frozenset(),
        )

    def _is_mass(self, folder: Path, detected: bool | None) -> bool:
        lost = self._all_lost()
        people = Counter(annotation.person for annotations in lost.values() for annotation in annotations)
        if sum(people.values()) >= (MANY if len(people) > 1 else MANY_OF_ONE) and not self._has_left(None):
            return True
        here = Counter(
            annotation.person
            for path, annotations in lost.items()
            if path.parent == folder
            for annotation in annotations
        )
        is_many = len(here) > 1 and sum(here.values()) >= MANY_IN_A_FOLDER
        return detected is None and is_many and not self._has_left(folder)

    def _all_lost(self) -> Mapping[Path, Sequence[FaceAnnotation]]:
        """The suggestions that vanished from the library's view without an answer."""
        if self._lost is None:
            self._lost = {}
            for path, annotations in self._store.annotations.by_path(AnnotationSource.DIGIKAM).items():
                said = self._snapshot.about(path)
                gone = (
                    [annotation for annotation in annotations if is_lost(annotation, said)] if said is not None else []
                )
                if gone:
                    self._lost[path] = gone
        return self._lost

    def _has_left(self, folder: Path | None) -> bool:
        """Whether the library, or one folder of it, still has a suggestion."""
        return any(
            annotation.state == AnnotationState.SUGGESTED
            for path, annotations in (self._snapshot.annotations or {}).items()
            if folder is None or path.parent == folder
            for annotation in annotations
        )

    def _stands(self, photo: PhotoRecord, person: str) -> bool:
        """Whether the library still has the suggested person, neither deleted nor created again."""
        if person not in self._snapshot.names.values():
            entry = self._store.ledger.last_of(photo.path, LedgerKind.DIGIKAM)
            changes = library.from_json(entry.rows) if entry is not None else ()
            tags = [change.inserted[0].tag_id for change in changes if change.person == person]
            return any(tag in self._snapshot.names for tag in tags)  # renamed
        had, has = self._people_confirmed()
        return person not in had or person in has

    def _people_confirmed(self) -> tuple[frozenset[str], frozenset[str]]:
        """People with confirmed faces before, and those of them who still have one. A tag created again has none."""
        if self._confirmed is None:
            known = self._store.annotations.by_path(AnnotationSource.DIGIKAM)
            had = {
                m.person
                for annotations in known.values()
                for m in annotations
                if m.state == AnnotationState.CONFIRMED and m.person
            }
            has = {
                annotation.person
                for path, annotations in known.items()
                if (said := self._snapshot.about(path)) is not None
                for annotation in annotations
                if annotation.state == AnnotationState.CONFIRMED and annotation.person and annotation in said
            }
            self._confirmed = frozenset(had), frozenset(has)
        return self._confirmed


def known_version(version: library.RowVersion | None) -> KnownRowVersion | None:
    """The part of a row version that the state stores."""
    return None if version is None else KnownRowVersion(version.image, version.detection, len(version.doubled))


def is_lost(was: FaceAnnotation, said: Sequence[FaceAnnotation]) -> bool:
    """Whether a suggestion vanished and nothing was confirmed, ignored or rejected there."""
    if was.state != AnnotationState.SUGGESTED or was.region is None:
        return False
    here = [
        annotation
        for annotation in said
        if annotation.region is not None and overlap(annotation.region, was.region) >= SAME_FACE
    ]
    answered = {AnnotationState.SUGGESTED, AnnotationState.CONFIRMED, AnnotationState.IGNORED}
    return not any(annotation.state in answered or annotation.person == was.person for annotation in here)


def _detected(known: KnownRowVersion | None, version: library.RowVersion | None) -> bool | None:
    """Whether digiKam's detection ran on a photo since; None where that cannot be known."""
    if version is None or version.detection is None:
        return False
    if known is None:
        return None
    if known.detection is None or known.detection != version.detection:
        return True
    return None if version.detection == 0 else False
