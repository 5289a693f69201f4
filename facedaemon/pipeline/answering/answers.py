"""What the commands that answer do: find the faces, build the answers, write them down. Works while the daemon runs."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from facedaemon import face_ids
from facedaemon.answers import (
    Answer,
    AnswerKind,
    AnswerLog,
    FacePlace,
    Saying,
    Standing,
    active,
    last_commands,
)
from facedaemon.config import Config
from facedaemon.dates import DAY, first_day
from facedaemon.errors import ExitCode, Fatal, NothingYet
from facedaemon.geometry import overlap
from facedaemon.names import Meaning, NotNames, clean_name, close_names, did_you_mean
from facedaemon.pipeline.annotations.answered import answers_about
from facedaemon.pipeline.annotations.decide import SAME_FACE
from facedaemon.pipeline.answering.face_choice import chosen_faces
from facedaemon.pipeline.command_paths import names_of
from facedaemon.pipeline.people.names_now import NameNow, names_now
from facedaemon.store import FaceRecord, PhotoRecord, Store, packed
from facedaemon.values import Region, SuggestionState

_PEOPLE = "; 'facedaemon people' lists all"
MAX_NAME = 255  # characters, as many as digiKam's tags have at most


@dataclass(frozen=True, slots=True)
class Answering:
    """What a command wrote down: the answers, each with the short id of its face (None: about a person)."""

    answers: Sequence[tuple[Answer, str | None]]


@dataclass(frozen=True, slots=True)
class ListedAnswer:
    """An answer as the list shows it; `is_taken_back` where it does not count any more."""

    answer: Answer
    face: str | None
    is_taken_back: bool


class Answers:
    """The answers beside the state of one config, and the faces that they are about. To be closed."""

    def __init__(self, config: Config, store: Store | None) -> None:
        """Use `open`."""
        self._config = config
        self._store = store

    @classmethod
    def open(cls, config: Config) -> "Answers":
        """Raises Fatal (exit status 2) where the state cannot be used; none is needed for what is about people."""
        return cls(config, Store.open_read_only(config.state()))

    def close(self) -> None:
        """Close the state."""
        if self._store is not None:
            self._store.close()

    def faces(self, typed: Iterable[str], person: str | None = None, *, guesses: bool = False) -> list[FaceRecord]:
        """The faces of these ids, one of each picture. Raises Fatal (exit status 2), see `chosen_faces`."""
        faces = chosen_faces(self._known(), typed, person, guesses=guesses)
        return list({face.short_id: face for face in reversed(faces)}.values())[::-1]

    def suggested(self, person: str, surer_than: float) -> list[FaceRecord]:
        """The faces for which this person is suggested with more than this confidence, one of each picture.

        Raises Fatal (exit status 2) where there is none.
        """
        store, name = self._known(), clean_name(person)
        faces = [
            store.faces.get(item.face)
            for item in store.suggestions.all(SuggestionState.OPEN)
            if self._name_now(item.person) == name and item.confidence > surer_than
        ]
        if not faces:
            more = did_you_mean(name, self.people())
            raise Fatal(f"{person} is suggested for no face with more than {surer_than:g}{more}", ExitCode.USAGE)
        return list({face.short_id: face for face in faces}.values())

    def shown_name(self, face: FaceRecord) -> str | None:
        """The name that is suggested for a face, as the person is called now; None where none is."""
        suggested = self._known().suggestions.open_in(face.photo)
        person = next((item.person for item in suggested if item.face == face.id), None)
        return None if person is None else self._name_now(person)

    def _named(self, face: FaceRecord) -> str | None:
        """Whom a face is confirmed as, as the person is called now; None where nobody is."""
        return None if face.verdict.person is None else self._name_now(face.verdict.person)

    @cached_property
    def _name_now(self) -> NameNow:
        return str if self._store is None else names_now(self._store, self._standing().renames)

    def confirm(self, faces: Sequence[FaceRecord], now: float, person: str | None = None) -> Answering:
        """Each face is whom it is suggested to be, or confirmed as: then somebody checked the name, and it is right.

        Raises Fatal (exit status 2) where a face has neither, or, where a `person` is given, another name than this:
        a pass may have changed it since it was looked at.
        """
        names = [self.shown_name(face) or self._named(face) for face in faces]
        others = [each for each in zip(faces, names, strict=True) if person is not None and each[1] != person]
        if others:
            listed = ", ".join(f"{face_ids.shown(face.short_id)} is {name or 'nobody'} by now" for face, name in others)
            raise Fatal(f"{listed}. Nothing was confirmed; 'facedaemon name' says who a face is", ExitCode.USAGE)
        if missing := [face for face, name in zip(faces, names, strict=True) if name is None]:
            ids = ", ".join(face_ids.shown(face.short_id) for face in missing)
            raise Fatal(f"nobody is suggested for {ids}; 'facedaemon name {ids} PERSON' names a face", ExitCode.USAGE)
        return self._say(AnswerKind.CONFIRM, faces, names, now)

    def name(self, faces: Sequence[FaceRecord], person: str, now: float, seen: int | None = None) -> Answering:
        """These faces are this person."""
        return self._say(AnswerKind.CONFIRM, faces, [person] * len(faces), now, seen)

    def reject(self, faces: Sequence[FaceRecord], person: str | None, now: float, seen: int | None = None) -> Answering:
        """These faces are not this person; None: not whom they are suggested to be, or confirmed as.

        Raises Fatal (exit status 2) where a face has no name that could be meant.
        """
        names = [person or self.shown_name(face) or self._named(face) for face in faces]
        if missing := [face for face, name in zip(faces, names, strict=True) if name is None]:
            ids = ", ".join(face_ids.shown(face.short_id) for face in missing)
            raise Fatal(f"{ids}: no name is shown there; say whom it is not: --person NAME", ExitCode.USAGE)
        return self._say(AnswerKind.REJECT, faces, names, now, seen)

    def set_aside(
        self, faces: Sequence[FaceRecord], kind: AnswerKind, now: float, seen: int | None = None
    ) -> Answering:
        """These faces are to be ignored, or are no faces."""
        return self._say(kind, faces, [None] * len(faces), now, seen)

    def draw(self, path: Path, region: Region, person: str, now: float) -> Answering:
        """A human's box in the photo as displayed shows this person. Raises Fatal (exit status 2)."""
        photo = self._photo(path)
        place = FacePlace(photo.content, photo.path, region, photo.orientation or 1)
        whole = None if photo.content is None else face_ids.face_id(photo.content, region)
        (answer,) = self._write([Saying(AnswerKind.DRAW, place, person)], now)
        return Answering([(answer, whole)])

    def newer_at(self, path: Path, region: Region, as_of: int) -> str | None:
        """What was answered since the answer of the number `as_of` about a face here: the person, "" for nobody.

        None: nothing. Raises Fatal (exit status 2) where the photo is not known.
        """
        photo = self._photo(path)
        standing = self._standing([] if photo.content is None else [photo.content])
        numbers = {answer.id: answer.number for answer in standing.answers}
        for said in answers_about(standing, photo):
            is_newer = any(numbers.get(each, 0) > as_of for each in said.by)
            if is_newer and said.verdict is not None and overlap(said.region, region) >= SAME_FACE:
                return said.person or ""
        return None

    def about_person(self, saying: Saying, now: float) -> Answering:
        """A rename, a merge, somebody hidden or shown again."""
        return Answering([(answer, None) for answer in self._write([saying], now)])

    def birth(self, person: str, born: str | None, now: float) -> Answering:
        """Somebody was born on this date, in this month or year (ISO 8601); None: it is not known any more.

        Raises Fatal (exit status 2) for what is no such date, or lies in the future.
        """
        first = None if born is None else first_day(born)
        if born is not None and (first is None or first > datetime.fromtimestamp(now + DAY, UTC).date()):
            raise Fatal(
                f"{born!r} is no birth date: write 2015-05-17, 2015-05 or 2015, and no date to come", ExitCode.USAGE
            )
        return self.about_person(Saying(AnswerKind.BORN, person=person, born=born), now)

    def born(self) -> Mapping[str, str]:
        """The birth dates that were answered, by name."""
        return self._standing().born

    def unsay(self, commands: int, now: float) -> list[Answer]:
        """Take back the answers of the last commands; gives them. Raises NothingYet where there is none."""
        with AnswerLog.open(self._config.state()) as log:
            gone = last_commands(active(log.all()), commands)
            if not gone:
                raise NothingYet("there is no answer that could be taken back")
            log.append([Saying(AnswerKind.UNSAY, takes_back=answer.id) for answer in gone], now)
        return gone

    def unsay_command(self, command: str, now: float) -> list[Answer]:
        """Take back what one command answered; gives it. Raises Fatal (exit status 2) where nothing of it counts."""
        with AnswerLog.open(self._config.state()) as log:
            gone = [each for each in active(log.all()).answers if each.command == command]
            gone = [each for each in gone if each.saying.kind != AnswerKind.UNSAY]
            if not gone:
                raise Fatal("this was taken back already", ExitCode.USAGE)
            log.append([Saying(AnswerKind.UNSAY, takes_back=answer.id) for answer in gone], now)
        return gone

    def unsay_one(self, beginning: str, now: float) -> list[Answer]:
        """Take back the answer whose id begins so. Raises Fatal (exit status 2) where there is none, or several."""
        with AnswerLog.open(self._config.state()) as log:
            found = [answer for answer in active(log.all()).answers if answer.id.startswith(beginning.lower())]
            found = [answer for answer in found if answer.saying.kind != AnswerKind.UNSAY]
            if len(found) != 1:
                many = f"{len(found)} answers begin so" if found else "no answer that counts has this id"
                raise Fatal(f"{beginning}: {many}; 'facedaemon answers' lists them", ExitCode.USAGE)
            log.append([Saying(AnswerKind.UNSAY, takes_back=found[0].id)], now)
        return found

    def listed(self) -> list[ListedAnswer]:
        """All answers, oldest first."""
        found = AnswerLog.open_to_read(self._config.state())
        if found is None:
            return []
        with found as log:
            answers = log.all()
        counting = {answer.id for answer in active(answers).answers}
        return [
            ListedAnswer(answer, _short_id(answer.saying.face), answer.id not in counting)
            for answer in sorted(answers, key=lambda each: each.order)
        ]

    def people(self) -> list[str]:
        """Everybody who is known by name here, in order."""
        answered = people_answered(self._config.state())
        elsewhere = self._store.annotations.people() if self._store is not None else ()
        return sorted(answered | set(map(self._name_now, elsewhere)))

    def checked_name(self, typed: str, instead_of: str | None = None) -> tuple[str, list[str]]:
        """The name as it is kept, and known names of which it may be a slip; none where it is known itself.

        A new name `instead_of` an old one may resemble that one.

        Raises Fatal (exit status 2) for what is no person's name.
        """
        name = clean_name(typed)
        if not name or len(name) > MAX_NAME:
            raise Fatal(f"{typed!r} is no name of 1 to {MAX_NAME} characters", ExitCode.USAGE)
        if NotNames.of(self._config.library.not_names).meaning(name) != Meaning.PERSON:
            raise Fatal(
                f"{name!r} names nobody (library.not_names); 'facedaemon ignore' is for faces of strangers",
                ExitCode.USAGE,
            )
        known = self.people()
        if name in known:
            return name, []
        others = [each for each in known if each != instead_of]
        return name, [each for each in [self.renamed(name)] if each in others] or close_names(name, others)

    def renamed(self, name: str) -> str | None:
        """What somebody who was called `name` before is called now; None where nobody was."""
        now = self._standing().renames.everywhere(name)
        return None if now == name else now

    def known_name(self, typed: str, *, may_be_new: bool = False) -> str:
        """The name as it is kept, of somebody who is known by it.

        Raises Fatal (exit status 2) for a name that nobody has; where it `may_be_new`, only for one that may be a slip.
        """
        name, close = self.checked_name(typed)
        known = self.people()
        if close or not (may_be_new or name in known):
            now = self.renamed(name)
            more = f" any more: it is {now} now" if now in known else did_you_mean(name, known)
            raise Fatal(f"nobody is called {name}{more or _PEOPLE}", ExitCode.USAGE)
        return name

    def _say(
        self,
        kind: AnswerKind,
        faces: Sequence[FaceRecord],
        names: Sequence[str | None],
        now: float,
        seen: int | None = None,
    ) -> Answering:
        store = self._known()
        vectors = store.faces.vectors(face.id for face in faces)
        sayings = []
        for face, name in zip(faces, names, strict=True):
            photo = store.photos.by_id(face.photo)
            vector = packed(vectors[face.id]) if face.id in vectors else None
            place = FacePlace(photo.content, photo.path, face.region, photo.orientation or 1, photo.model, vector)
            is_checked = kind == AnswerKind.CONFIRM and name is not None and name == self._named(face)
            sayings.append(Saying(kind, place, name, is_checked=is_checked))
        return Answering(list(zip(self._write(sayings, now, seen), [face.short_id for face in faces], strict=True)))

    def _write(self, sayings: Sequence[Saying], now: float, seen: int | None = None) -> list[Answer]:
        with AnswerLog.open(self._config.state()) as log:
            return log.append(sayings, now, seen)

    def _standing(self, contents: Iterable[str] = ()) -> Standing:
        """What was answered about people, and about faces in the pictures of these contents."""
        log = AnswerLog.open_to_read(self._config.state())
        if log is None:
            return Standing()
        with log:
            return active(log.about(contents))

    def _known(self) -> Store:
        if self._store is None:
            raise Fatal(
                f"nothing is known yet: there is no state in {self._config.state()}; run 'facedaemon scan' first",
                ExitCode.USAGE,
            )
        return self._store

    def _photo(self, path: Path) -> PhotoRecord:
        store = self._known()
        found = (store.photos.get(name) for name in names_of(path, self._config.roots()))
        photo = next((known for known in found if known is not None), None)
        if photo is None or photo.size is None:
            raise Fatal(f"{path}: no photo that is known; 'facedaemon scan' looks at new photos", ExitCode.USAGE)
        return photo


def people_answered(directory: Path) -> set[str]:
    """Everybody whom the answers beside the state in a folder name, as they are called now."""
    opened = AnswerLog.open_to_read(directory)
    if opened is None:
        return set()
    with opened as log:
        found = active(log.about(()))
        renamed = found.renames.names
        others = log.named(found.taken_back) - renamed
        return others | {found.renames.now(name, order) for name, order in log.named_so(found.taken_back, renamed)}


def names_beginning(config: Config, beginning: str) -> list[str]:
    """The known people's names that begin so, large and small letters alike: for the shell."""
    with closing(Answers.open(config)) as answers:
        return [name for name in answers.people() if name.casefold().startswith(beginning.casefold())]


def _short_id(place: FacePlace | None) -> str | None:
    return None if place is None or place.content is None else face_ids.face_id(place.content, place.region)
