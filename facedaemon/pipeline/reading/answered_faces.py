"""What the answers say of faces, whether or not a pass has taken them up."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from facedaemon.answers import FILE_NAME, AnswerKind, AnswerLog, AnswerSource, Standing, active
from facedaemon.pipeline.annotations.answered import annotations, answers_about
from facedaemon.store import PhotoRecord, Store
from facedaemon.values import AnnotationSource, FaceAnnotation

_LOOKED_AT = 500  # newest answers in which the last names are searched
_LAST = 30  # newest answers of which it is asked whether a pass has taken them up

_NAMES = (AnswerKind.CONFIRM, AnswerKind.DRAW)


class AnsweredFaces:
    """The answers beside the state in one folder, by picture; the file is kept open. To be closed."""

    def __init__(self, directory: Path) -> None:
        """Nothing is opened before it is needed, and no file is made."""
        self._directory = directory
        self._log: AnswerLog | None = None
        self._file: tuple[int, int] | None = None

    def close(self) -> None:
        """Close the file."""
        if self._log is not None:
            self._log.close()
            self._log = None

    def about(self, photos: Iterable[PhotoRecord]) -> Standing:
        """The answers about these photos' pictures that count, and all about people. Raises Fatal."""
        log = self._opened()
        contents = {photo.content for photo in photos if photo.content is not None}
        return Standing() if log is None else active(log.about(contents))

    def last_number(self) -> int:
        """The number of the newest answer; 0 where there is none."""
        log = self._opened()
        return 0 if log is None else log.last_number()

    def last_names(self, most: int) -> list[str]:
        """The people named here last, at most `most`, by their present names, newest first."""
        log = self._opened()
        if log is None:
            return []
        about_people = active(log.about(()))
        names = (
            about_people.renames.now(answer.saying.person, answer.order)
            for answer in log.last_about_faces(_LOOKED_AT)
            if answer.saying.kind in _NAMES and answer.saying.source == AnswerSource.FACEDAEMON
            if answer.saying.person is not None and answer.id not in about_people.taken_back
        )
        return list(dict.fromkeys(names))[:most]

    def is_waiting(self, store: Store) -> bool:
        """Whether something else stands by the last answers than what the state has taken up: a pass takes up all."""
        log = self._opened()
        if log is None:
            return False
        places = [answer.saying.face for answer in log.last_about_faces(_LAST)]
        photos = store.photos.showing({place.content for place in places if place is not None and place.content})
        found = self.about(photos)
        return any(
            Counter(annotations(answers_about(found, photo), photo.path)) != Counter(_taken_up(store, photo))
            for photo in photos
            if not photo.missing and not photo.absent and photo.failure is None
        )

    def _opened(self) -> AnswerLog | None:
        seen = None
        with suppress(OSError):
            there = (self._directory / FILE_NAME).stat()
            seen = there.st_dev, there.st_ino
        if self._log is None or seen != self._file:
            self.close()
            self._log = AnswerLog.open_to_read(self._directory)
            self._file = seen
        return self._log


def _taken_up(store: Store, photo: PhotoRecord) -> list[FaceAnnotation]:
    known = (known.annotation for known in store.annotations.of(photo.id))
    return [annotation for annotation in known if annotation.source == AnnotationSource.ANSWER]
