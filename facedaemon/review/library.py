"""What the pages read and change: the state, opened for reading only, and the answers, which are only added to."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import RLock

from facedaemon import face_ids
from facedaemon.answers import Answer, AnswerKind, AnswerLog, FaceAnswer, FacePlace, active, file_state
from facedaemon.config import Config
from facedaemon.pipeline import Answering, Answers, Status, Views, read_status
from facedaemon.values import Region


class Library:
    """The state and the answers of one config, for the threads of one server. To be closed."""

    def __init__(self, config: Config, now: Callable[[], float] = time.time) -> None:
        """Nothing is opened before it is asked for."""
        self.config = config
        self._now = now
        self._lock = RLock()
        self._views: Views | None = None
        self._seen: tuple[object, ...] = ()
        self._answers_seen: object = None
        self._answered: Mapping[str, FaceAnswer] = {}

    def close(self) -> None:
        """Close the state."""
        with self._lock:
            if self._views is not None:
                self._views.close()
            self._views = None

    @contextmanager
    def views(self) -> Iterator[Views]:
        """The state as it is now; one thread at a time uses it. Raises Fatal where there is none yet.

        It is opened again after the state was changed or replaced, since views keep what they computed.
        """
        with self._lock:
            if self._views is not None and (self._file(), self._views.version()) != self._seen:
                self.close()
            if self._views is None:
                self._views = Views.open(self.config)
                self._seen = (self._file(), self._views.version())
            yield self._views

    def status(self) -> Status:
        """What `facedaemon status` shows."""
        return read_status(self.config)

    def answered(self) -> Mapping[str, FaceAnswer]:
        """What the answers say of each face, taken up by the state or not; by the face's id, whole and as it is shown.

        A face that is in here was answered: pages that ask do not ask again. `verdict` is None where the face was only
        said not to be somebody.
        """
        with self._lock:
            seen = file_state(self.config.state())
            if seen != self._answers_seen:
                log = AnswerLog.open_to_read(self.config.state())
                answers: Sequence[Answer] = ()
                if log is not None:
                    with log:
                        answers = log.all()
                self._answered = _by_face(answers)
                self._answers_seen = seen
            return self._answered

    def people(self) -> list[str]:
        """Everybody who is known by name, in order."""
        with self._open_answers() as answers:
            return answers.people()

    def checked_name(self, typed: str) -> tuple[str, list[str]]:
        """The name as it is kept, and known names of which it may be a slip. Raises Fatal for what is no name."""
        with self._open_answers() as answers:
            return answers.checked_name(typed)

    def name(self, faces: Sequence[str], person: str) -> Answering:
        """These faces, or groups of faces, are this person. Raises Fatal where they are not known."""
        with self._open_answers() as answers:
            return answers.name(answers.faces(faces, person), person, self._now())

    def reject(self, faces: Sequence[str], person: str | None) -> Answering:
        """These faces are not this person; None: not whom they are shown as. Raises Fatal."""
        with self._open_answers() as answers:
            return answers.reject(answers.faces(faces), person, self._now())

    def set_aside(self, faces: Sequence[str], kind: AnswerKind) -> Answering:
        """These faces are strangers (IGNORE), or no faces (NOT_A_FACE). Raises Fatal."""
        with self._open_answers() as answers:
            return answers.set_aside(answers.faces(faces), kind, self._now())

    def draw(self, photo: Path, region: Region, person: str) -> Answering:
        """A human's box in the photo as displayed shows this person. Raises Fatal."""
        with self._open_answers() as answers:
            return answers.draw(photo, region, person, self._now())

    def unsay(self, command: str) -> list[Answer]:
        """Take back what one command answered. Raises Fatal where nothing of it counts."""
        with self._open_answers() as answers:
            return answers.unsay_command(command, self._now())

    @contextmanager
    def _open_answers(self) -> Iterator[Answers]:
        with closing(Answers.open(self.config)) as answers:
            yield answers

    def _file(self) -> tuple[int, int] | None:
        """Which file the state is: it may be replaced while it is open."""
        try:
            seen = (self.config.state() / "state.db").stat()
        except OSError:
            return None
        return seen.st_dev, seen.st_ino


def _by_face(answers: Sequence[Answer]) -> dict[str, FaceAnswer]:
    standing = active(answers)
    found: dict[str, FaceAnswer] = {}
    about: dict[str, list[Answer]] = {}
    for answer in standing.answers:
        place = answer.saying.face
        if (face := _id(place)) is not None:
            about.setdefault(face, []).append(answer)
    for face, its in about.items():
        orientation = next((each.saying.face.orientation for each in reversed(its) if each.saying.face), 1)
        for said in standing.about_faces(its, orientation):
            found[face] = found[face_ids.shown(face)] = said
    return found


def _id(place: FacePlace | None) -> str | None:
    return None if place is None or place.content is None else face_ids.face_id(place.content, place.region)
