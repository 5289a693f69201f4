"""What commands and pages that answer do: find the faces, build the answers, write them down."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from facedaemon import face_ids
from facedaemon.answers import (
    Answer,
    AnswerKind,
    AnswerLog,
    FacePlace,
    Saying,
)
from facedaemon.config import Config
from facedaemon.dates import DAY, first_day
from facedaemon.errors import ExitCode, Fatal
from facedaemon.geometry import overlap
from facedaemon.names import clean_name, did_you_mean
from facedaemon.pipeline.annotations.answered import answers_about, by_face
from facedaemon.pipeline.annotations.decide import SAME_FACE
from facedaemon.pipeline.answering.face_choice import chosen_faces
from facedaemon.pipeline.answering.known_names import KnownNames, standing_about
from facedaemon.pipeline.command_paths import names_of
from facedaemon.store import FaceRecord, PhotoRecord, Store, packed
from facedaemon.values import Region, SuggestionState


@dataclass(frozen=True, slots=True)
class Answering:
    """What a command wrote down: the answers, each with the short id of its face (None: about a person)."""

    answers: Sequence[tuple[Answer, str | None]]


class Answers:
    """The answers beside the state of one config, and the faces that they are about. To be closed."""

    def __init__(self, config: Config, store: Store | None) -> None:
        """Use `open`."""
        self._config = config
        self._store = store
        self.names = KnownNames(config, store)

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
        still_open = partial(self._still_open, person)
        with self._known().snapshot():
            faces = chosen_faces(self._known(), typed, person, guesses=guesses, still_open=still_open)
        return list({face.short_id: face for face in reversed(faces)}.values())[::-1]

    def _still_open(self, person: str | None, faces: Sequence[FaceRecord]) -> list[FaceRecord]:
        """Those to which nobody answered who they are since the last pass, nor that they are not this person."""
        photos = {photo.id: photo for photo in self._known().photos.numbered({face.photo for face in faces})}
        contents = [photo.content for photo in photos.values() if photo.content is not None]
        said = by_face(standing_about(self._config.state(), contents), faces, photos)
        return [
            face
            for face in faces
            if face.id not in said or (said[face.id].verdict is None and person not in said[face.id].rejected)
        ]

    def suggested(self, person: str, surer_than: float) -> list[FaceRecord]:
        """The faces for which this person is suggested with more than this confidence, one of each picture.

        Raises Fatal (exit status 2) where there is none.
        """
        store, name = self._known(), clean_name(person)
        faces = [
            store.faces.get(item.face)
            for item in store.suggestions.all(SuggestionState.OPEN)
            if self.names.now(item.person) == name and item.confidence > surer_than
        ]
        if not faces:
            more = did_you_mean(name, self.names.people())
            raise Fatal(f"{person} is suggested for no face with more than {surer_than:g}{more}", ExitCode.USAGE)
        return list({face.short_id: face for face in faces}.values())

    def shown_name(self, face: FaceRecord) -> str | None:
        """The name that is suggested for a face, as the person is called now; None where none is."""
        suggested = self._known().suggestions.open_in(face.photo)
        person = next((item.person for item in suggested if item.face == face.id), None)
        return None if person is None else self.names.now(person)

    def _named(self, face: FaceRecord) -> str | None:
        """Whom a face is confirmed as, as the person is called now; None where nobody is."""
        return None if face.verdict.person is None else self.names.now(face.verdict.person)

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
        standing = standing_about(self._config.state(), () if photo.content is None else (photo.content,))
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
        return standing_about(self._config.state(), ()).born

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
