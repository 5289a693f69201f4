"""Values for the commands that only read, made from the state without disturbing its owner; the page has `Pages`."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from facedaemon import gallery
from facedaemon.answers import Standing
from facedaemon.config import Config
from facedaemon.dates import Taken
from facedaemon.errors import ExitCode, Fatal, NothingYet
from facedaemon.face_positions import Position, position
from facedaemon.figures import Figures, LookAlikes
from facedaemon.names import clean_name, did_you_mean, differ_in_case
from facedaemon.pipeline.annotations.answered import standing_beside
from facedaemon.pipeline.annotations.checked import Checked
from facedaemon.pipeline.annotations.conflicts import Conflict, conflicts
from facedaemon.pipeline.command_paths import must_be_a_photo, names_of
from facedaemon.pipeline.people.names_now import NameNow, names_now
from facedaemon.pipeline.reading import evaluations, group_views
from facedaemon.pipeline.reading.doubts import Doubt, doubts
from facedaemon.pipeline.reading.evaluations import Comparison, Evaluation
from facedaemon.pipeline.reading.explain import Explanation, explained, unexplained
from facedaemon.pipeline.reading.face_views import faces_of
from facedaemon.pipeline.reading.group_views import GroupView
from facedaemon.pipeline.reading.rectangles import OffFace, off_faces
from facedaemon.pipeline.reading.state_reading import GalleryInUse, known_state
from facedaemon.pipeline.rejections import Barred
from facedaemon.pipeline.reports import FaceView
from facedaemon.pipeline.train import Trained
from facedaemon.store import PhotoRecord, RejectionRecord, Store, SuggestionRecord
from facedaemon.values import Region, SuggestionState


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person: how many faces are confirmed, how many of them train, how many are suggested.

    `alike` are people whose names differ from this one in large and small letters only, `look_alikes` the pairs with
    those who look like this person. `born` is the birth date as it was answered; who `is_hidden` is not suggested.
    """

    person: str
    confirmed: int
    used: int
    suggestions: int
    alike: tuple[str, ...] = ()
    look_alikes: tuple[LookAlikes, ...] = ()
    born: str | None = None
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class SampleView:
    """A confirmed face; `reason` says why it does not train, None where it does; `taken` when the photo was taken."""

    photo: Path
    region: Region
    used: bool
    reason: str | None
    taken: Taken


class Views:
    """The state of one config, for reading only; works while the daemon owns it."""

    def __init__(self, store: Store, config: Config) -> None:
        """Use `open`."""
        self._store = store
        self._config = config
        self._in_use = GalleryInUse(store)

    @classmethod
    def open(cls, config: Config) -> "Views":
        """The views of the config's state. Raises NothingYet where there is none."""
        return cls(known_state(config), config)

    def close(self) -> None:
        """Close the state."""
        self._store.close()

    def suggestions(self, state: SuggestionState | None) -> Iterator[SuggestionRecord]:
        """Suggestions of one state, or all, by photo."""
        return self._store.suggestions.all(state)

    def faces(self, path: Path) -> list[FaceView]:
        """The faces of a photo, from left to right. Raises Fatal (exit status 2) for a photo that is not known."""
        return faces_of(self._store, self._photo(path).id)

    def people(self) -> list[PersonView]:
        """All people with a confirmed face, by the names that they have now."""
        if not self._in_use.was_trained:
            return []
        confirmed: dict[str, list[bool]] = {}
        for record, reason in zip(self._in_use.gathered.records, self._in_use.doubts, strict=True):
            confirmed.setdefault(self._name_now(record.person), []).append(reason is None)
        suggested: dict[str, int] = {}
        for item in self._store.suggestions.all(SuggestionState.OPEN):
            now = self._name_now(item.person)
            suggested[now] = suggested.get(now, 0) + 1
        groups = {name: group for group in differ_in_case(confirmed) for name in group}
        alike = {person: tuple(other for other in groups.get(person, ()) if other != person) for person in confirmed}
        return [
            PersonView(
                person,
                len(used),
                sum(used),
                suggested.get(person, 0),
                alike[person],
                tuple(pair for pair in self._in_use.look_alikes if pair.beside(person)),
                self._answers.born.get(person),
                person in self._answers.hidden,
            )
            for person, used in sorted(confirmed.items())
        ]

    def samples(self, person: str) -> list[SampleView]:
        """The confirmed faces of a person, by photo."""
        if not self._in_use.was_trained:
            return []
        return [
            SampleView(record.photo, self._store.faces.get(record.face).region, reason is None, reason, record.taken)
            for record, reason in zip(self._in_use.gathered.records, self._in_use.doubts, strict=True)
            if record.person == clean_name(person)
        ]

    def explain(self, path: Path) -> list[Explanation]:
        """Why each face of a photo got its name, or got none, from left to right."""
        photo = self._photo(path)
        if not self._in_use.was_trained:
            return [unexplained(face) for face in self.faces(path)]
        faces = self._store.faces.of(photo.id)
        vectors = self._store.faces.vectors(face.id for face in faces)
        trained = Trained(self._in_use.gallery, self._in_use.generation.id, self._in_use.generation.signature)
        barred = self._barred(self._in_use.generation.model)
        return [
            explained(
                view,
                vectors[face.id],
                trained,
                self._in_use.gathered,
                barred.names(photo, face.region, vectors[face.id]),
                barred.unborn(photo),
                own={each.id for each in self._store.faces.with_short_id(face.short_id)},
            )
            for face, view in zip(faces, self.faces(path), strict=True)
        ]

    def off_faces(self, path: Path) -> list[OffFace]:
        """The confirmed rectangles of a photo that lie on no face. Raises as `explain`."""
        photo = self._photo(path).id
        return off_faces(self._store.annotations.of(photo), self._store.faces.of(photo))

    def did_you_mean(self, person: str) -> str:
        """The end of a sentence about a name: known ones that are close, if any."""
        return did_you_mean(clean_name(person), self._store.annotations.people()) or "."

    def groups(self) -> Iterator[GroupView]:
        """The groups of faces that nobody named, those in most photos first."""
        known, model = self._in_use.known
        return group_views.groups(self._store, known, self._barred(model))

    def group(self, typed: str) -> GroupView:
        """One of them by its id. Raises Fatal (exit status 2) where there is none of this id."""
        known, model = self._in_use.known
        return group_views.group(self._store, typed, known, self._barred(model))

    def group_count(self) -> int:
        """How many groups there are."""
        return len(self._store.groups.sizes())

    def _barred(self, model: str) -> Barred:
        return Barred(self._store, model, self._answers.hidden, self._answers.born)

    @cached_property
    def _answers(self) -> Standing:
        return standing_beside(self._config.state())

    def rejections(self) -> list[RejectionRecord]:
        """The rejections, oldest first."""
        return self._store.rejections.all()

    def conflicts(self) -> Iterator[Conflict]:
        """Answers that another program contradicts, by photo."""
        return conflicts(self._store)

    def audit(self) -> list[Doubt]:
        """Confirmed faces that are probably mislabelled, worst first; without those that somebody checked.

        First those in photos from before the person's birth.
        """
        if not self._in_use.was_trained:
            return []
        checked = Checked(self._config.state())
        return doubts(self._store, self._in_use, self._name_now, self._answers.born, checked)

    @cached_property
    def _name_now(self) -> NameNow:
        return names_now(self._store, self._answers.renames)

    def position(self, path: Path, region: Region) -> Position:
        """Where a region is among the faces of a photo; the only one where the photo is not known."""
        photo = self._known_photo(path)
        faces = [] if photo is None else [face.region for face in self._store.faces.of(photo.id) if face.is_face]
        return position(region, faces)

    @property
    def look_alikes(self) -> tuple[LookAlikes, ...]:
        """The pairs of people who look alike, most mixed up first."""
        return self._in_use.look_alikes

    def evaluate(self) -> gallery.Validation:
        """How accurate the gallery is on the confirmed faces, each held out."""
        if not self._in_use.was_trained:
            return gallery.Validation(Figures(0, 0, 0, 0.0, 0.0, 0.0, 0.0), ())
        return gallery.validate(self._in_use.gallery, self._in_use.gathered.samples)

    def keep_evaluation(self, measured: Figures, now: float) -> tuple[Evaluation, Comparison | None]:
        """Keep the figures that `evaluate` gave, and compare it with the last one that found something else."""
        found = gallery.outcomes(self._in_use.gallery, self._in_use.gathered.samples)
        outcomes = {
            self._store.faces.get(record.face).short_id: outcome
            for record, outcome in zip(self._in_use.gathered.records, found, strict=True)
            if outcome is not None
        }
        doubtful = len(self.audit())
        return evaluations.record(self._config.state(), measured, outcomes, self._in_use.generation.id, doubtful, now)

    def evaluations(self) -> Iterator[Evaluation]:
        """The evaluations that are kept, oldest first."""
        return evaluations.past_evaluations(self._config.state())

    def _photo(self, path: Path) -> PhotoRecord:
        photo = self._known_photo(path)
        if photo is None:
            must_be_a_photo(path, self._config)
            raise NothingYet(f"{path}: not known; 'facedaemon scan' looks at new photos")
        if photo.failure is not None:
            raise Fatal(f"{path}: cannot be read: {photo.failure}", ExitCode.SOME_PHOTOS_FAILED)
        return photo

    def _known_photo(self, path: Path) -> PhotoRecord | None:
        if (photo := self._store.photos.get(path)) is not None:
            return photo
        names = names_of(path, self._config.roots())
        return next((known for name in names if (known := self._store.photos.get(name)) is not None), None)
