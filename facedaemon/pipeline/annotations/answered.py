"""What humans answered in facedaemon itself, as face annotations of the photos in the state.

Only the order of the answers counts as a clock: what another program says is newer than an answer only where it was
seen to change after the answer was taken up. Then the answer is taken back in the file of answers, in the name of that
program, so that the loss of the state changes nothing (docs/decisions/053).
"""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from facedaemon.answers import (
    FILE_NAME,
    Answer,
    AnswerKind,
    AnswerLog,
    AnswerSource,
    FaceAnswer,
    FileState,
    Renames,
    Saying,
    Standing,
    active,
    file_state,
)
from facedaemon.errors import ExitCode, Fatal, Unavailable
from facedaemon.geometry import overlap
from facedaemon.pipeline.annotations.decide import SAME_FACE
from facedaemon.pipeline.people.names_now import renames_taken_up
from facedaemon.store import FaceRecord, PhotoRecord, Store
from facedaemon.values import AnnotationSource, AnnotationState, FaceAnnotation

log = logging.getLogger(__name__)

_ANSWER_NOTE = "an answer"  # the id of one that was taken up: without it the file of answers is not the one of before

_STATES = {
    AnswerKind.CONFIRM: AnnotationState.CONFIRMED,
    AnswerKind.DRAW: AnnotationState.CONFIRMED,
    AnswerKind.IGNORE: AnnotationState.IGNORED,
    AnswerKind.NOT_A_FACE: AnnotationState.NOT_A_FACE,
}


class Answered:
    """The answers beside a state, read again where somebody answered since.

    `problem` is why they cannot be read now; None where they can.
    """

    def __init__(self, directory: Path, store: Store) -> None:
        """Nothing is read before it is needed, and no file is made before something is answered.

        The `store` keeps what must be known while the file cannot be read, or is not the one of before.
        """
        self._directory = directory
        self._store = store
        self._seen: FileState | None = None
        self._answers: list[Answer] = []
        self._position = 0
        self._standing: Standing | None = None
        self.problem: Fatal | Unavailable | None = None

    def read(self) -> Standing | None:
        """The answers that count now; None where they could never be read: then what the state holds still counts.

        Where the file becomes unreadable, or is lost, while it is used, what was read before still counts.
        """
        seen = file_state(self._directory)
        if seen != self._seen:
            self._seen = seen  # first, so that an answer given while the file is read causes another reading
            try:
                self._read()
                self.problem = None
            except (Fatal, Unavailable) as error:
                if self.problem is None or str(error) != str(self.problem):
                    log.error("%s; what was answered before still holds", error)  # noqa: TRY400 - it says all
                self.problem = error
        return self._standing

    def _read(self) -> None:
        answers, position = self._answers, self._position
        opened = AnswerLog.open_to_read(self._directory)
        if opened is None:
            answers, position = [], 0
        else:
            with opened:
                if answers and not opened.holds(position, answers[-1].id):
                    answers, position = [], 0  # another file is there now
                new, position = opened.since(position)
                answers = [*answers, *new]
        self._refuse_to_forget(answers)
        is_same = (position, answers[-1:]) == (self._position, self._answers[-1:])
        if not is_same or self._standing is None:
            self._answers, self._position, self._standing = answers, position, active(answers)

    def _refuse_to_forget(self, answers: Sequence[Answer]) -> None:
        """A file that was lost or replaced by a new one takes nothing back: only an answer does. Raises Fatal."""
        known = self._store.note(_ANSWER_NOTE)
        if known is None:
            if answers:
                self._store.put_note(_ANSWER_NOTE, answers[0].id)
        elif all(answer.id != known for answer in answers):
            path = self._directory / FILE_NAME
            raise Fatal(
                f"{path}: the answers that were taken up are not in it any more. Put back a backup of the file, or"
                " run 'facedaemon answers import FILE' with an export; to go on without them, move state.db away, too",
                ExitCode.USAGE,
            )

    def append(self, sayings: Sequence[Saying], now: float) -> None:
        """Store what a human decided in another program; where that fails it is noticed again later."""
        try:
            with AnswerLog.open(self._directory) as answers:
                answers.append(sayings, now)
        except (Fatal, Unavailable) as error:
            log.error("%s", error)  # noqa: TRY400 - it says all

    def vector_of(self, answer: Answer) -> bytes | None:
        """The embedding that was kept with an answer."""
        opened = AnswerLog.open_to_read(self._directory)
        if opened is None:
            return None
        with opened:
            return opened.vector_of(answer.id)

    def take_back(self, answers: Iterable[str], source: AnswerSource, now: float) -> None:
        """Another program says otherwise since: these answers do not count any more."""
        self.append([Saying(AnswerKind.UNSAY, takes_back=each, source=source) for each in answers], now)

    def renames(self) -> Renames:
        """Who was renamed or merged, as the user answered; while that cannot be read, what was taken up last."""
        found = self.read()
        return renames_taken_up(self._store) if found is None else found.renames


def standing_beside(directory: Path) -> Standing:
    """The answers beside the state in `directory` that count, for reading only; none where they cannot be read."""
    try:
        opened = AnswerLog.open_to_read(directory)
        if opened is None:
            return Standing()
        with opened:
            return active(opened.since(0)[0])
    except (Fatal, Unavailable) as error:
        log.warning("%s", error)
        return Standing()


def answers_about(found: Standing, photo: PhotoRecord) -> list[FaceAnswer]:
    """What the answers say of the faces of this photo: of its picture, wherever it lies, whatever its metadata say."""
    if photo.orientation is None or not (found.by_content or found.by_path):
        return []
    of_picture = found.by_content.get(photo.content, ()) if photo.content is not None else ()
    of_place = [answer for answer in found.by_path.get(photo.path, ()) if _is_unknown_picture(answer.saying)]
    return found.about_faces([*of_picture, *of_place], photo.orientation)


def by_face(found: Standing, faces: Iterable[FaceRecord], photos: Mapping[int, PhotoRecord]) -> dict[int, FaceAnswer]:
    """What the answers say of each of these faces, by its number; `photos` are their photos, by number. Pure."""
    said = {number: answers_about(found, photo) for number, photo in photos.items()}
    answered: dict[int, FaceAnswer] = {}
    for face in faces:
        here = said.get(face.photo, ())
        best = max(here, key=lambda each: overlap(each.region, face.region), default=None)
        if best is not None and overlap(best.region, face.region) >= SAME_FACE:
            answered[face.id] = best
    return answered


def _is_unknown_picture(saying: Saying) -> bool:
    return saying.face is not None and saying.face.content is None


def annotations(said: Iterable[FaceAnswer], photo: Path) -> list[FaceAnnotation]:
    """The same as annotations: verdicts first, then the names that a face must not get."""
    faces = list(said)
    verdicts = [
        FaceAnnotation(photo, AnnotationSource.ANSWER, _STATES[each.verdict], each.person, each.region, by_hand=True)
        for each in faces
        if each.verdict is not None
    ]
    return verdicts + [
        FaceAnnotation(photo, AnnotationSource.ANSWER, AnnotationState.REJECTED, person, each.region, by_hand=True)
        for each in faces
        for person in each.rejected
    ]


def annotations_of(found: Standing | None, photo: PhotoRecord) -> Sequence[FaceAnnotation] | None:
    """All that was answered about a photo; None where it cannot be read: then what was read last still counts."""
    return None if found is None else annotations(answers_about(found, photo), photo.path)


def photos_with_news(store: Store, found: Standing | None) -> set[int]:
    """The photos that are there and of which the answers say something else than when they were read last."""
    if found is None:
        return set()
    known = store.annotations.by_path(AnnotationSource.ANSWER)
    return {
        number
        for number, photo in photos_answered(store, found).items()
        if not photo.missing and not photo.absent and photo.failure is None
        if Counter(known.get(photo.path, ())) != Counter(annotations_of(found, photo) or ())
    }


def photos_answered(store: Store, found: Standing) -> dict[int, PhotoRecord]:
    """The numbers of the photos of which the answers say something now, or did when they were read last."""
    photos = {photo.id: photo for photo in store.photos.showing(found.by_content)} if found.by_content else {}
    places = {*found.by_path, *store.annotations.by_path(AnnotationSource.ANSWER)} - {
        photo.path for photo in photos.values()
    }
    for path in places:
        photo = store.photos.get(path)
        if photo is not None:
            photos[photo.id] = photo
    return photos
