"""Values for the commands that only read, made from the state without disturbing its owner."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from facedaemon import face_ids, gallery
from facedaemon.answers import Standing
from facedaemon.config import Config
from facedaemon.dates import Taken
from facedaemon.errors import ExitCode, Fatal, NothingYet
from facedaemon.face_positions import Position, position
from facedaemon.names import clean_name, did_you_mean, differ_in_case
from facedaemon.pipeline import (
    doubt_pages,
    evaluations,
    group_views,
    people_pages,
    photo_pages,
    photo_views,
    written_pages,
)
from facedaemon.pipeline.answered import standing_beside
from facedaemon.pipeline.answered_faces import AnsweredFaces
from facedaemon.pipeline.answering import Answers
from facedaemon.pipeline.checked import Checked
from facedaemon.pipeline.command_paths import below_roots, names_of
from facedaemon.pipeline.conflicts import Conflict, conflicts
from facedaemon.pipeline.doubt_pages import DoubtPage
from facedaemon.pipeline.evaluations import Comparison, Evaluation
from facedaemon.pipeline.explain import Explanation, explained, unexplained
from facedaemon.pipeline.group_views import GroupView
from facedaemon.pipeline.overview import Overview, overview
from facedaemon.pipeline.pages import Pages
from facedaemon.pipeline.people_pages import PeoplePage, PersonDetails
from facedaemon.pipeline.photo_pages import PhotoPage
from facedaemon.pipeline.photo_views import FacePicture, PhotoPlace
from facedaemon.pipeline.rectangles import OffFace, off_faces
from facedaemon.pipeline.rejections import Barred
from facedaemon.pipeline.reports import FaceView
from facedaemon.pipeline.train import Gathered, Trained, gather
from facedaemon.pipeline.written_pages import ShownRejection, ShownWrite
from facedaemon.store import FaceRecord, Generation, PhotoRecord, RejectionRecord, Store, SuggestionRecord, WriteRecord
from facedaemon.values import AnnotationState, FaceState, Region, SuggestionState


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person: how many faces are confirmed, how many of them train, how many are suggested.

    `alike` are people whose names differ from this one in large and small letters only, `look_alikes` the pairs with
    those who look like this person. `born` is the birth date as it was answered.
    """

    person: str
    confirmed: int
    used: int
    suggestions: int
    alike: tuple[str, ...] = ()
    look_alikes: tuple[gallery.LookAlikes, ...] = ()
    born: str | None = None


@dataclass(frozen=True, slots=True)
class SampleView:
    """A confirmed face; `reason` says why it does not train, None where it does; `taken` when the photo was taken."""

    photo: Path
    region: Region
    used: bool
    reason: str | None
    taken: Taken


@dataclass(frozen=True, slots=True)
class Doubt:
    """A confirmed face that looks like somebody else; `face` is its short id, `pair` where both people look alike."""

    face: str
    photo: Path
    region: Region
    person: str
    looks_like: str | None
    score: float
    nearest_own: Path | None
    nearest_other: Path | None
    pair: gallery.LookAlikes | None = None


class Views:
    """The state of one config, for reading only; works while the daemon owns it."""

    def __init__(self, store: Store, config: Config) -> None:
        """Use `open`."""
        self._store = store
        self._config = config

    @classmethod
    def open(cls, config: Config) -> "Views":
        """The views of the config's state. Raises NothingYet where there is none."""
        store = Store.open_read_only(config.state())
        if store is None:
            raise NothingYet(f"nothing is known yet: {config.state()} holds no state; run 'facedaemon scan' first")
        return cls(store, config)

    def close(self) -> None:
        """Close the state."""
        self._store.close()

    def answers(self) -> Answers:
        """The answers beside this state; they share its connection, and are not to be closed."""
        return Answers(self._config, self._store)

    def version(self) -> int:
        """Another number after the state changed."""
        return self._store.version()

    def state_id(self) -> str | None:
        """The id of this state; None where it has none yet."""
        return self._store.known_identity()

    def photo_place(self, number: int) -> PhotoPlace | None:
        """The photo of this number; None where there is none."""
        return photo_views.photo_place(self._store, self._config, number)

    def photo_page(self, standing: Standing, number: int) -> PhotoPage | None:
        """The photo of this number with all that its page shows; None where there is none."""
        return photo_pages.photo_page(self._store, self._config, standing, number, self.faces_of(number))

    def face_picture(self, face: str) -> FacePicture | None:
        """The face whose short id begins so, and its photo; None where there is none, or several."""
        return photo_views.face_picture(self._store, self._config, face)

    def faces_of(self, photo: int) -> list[FaceView]:
        """The faces of the photo of this number, from left to right."""
        if photo >= 2**63:  # more than SQLite can be asked for
            return []
        suggested = {item.face: item for item in self._store.suggestions.open_in(photo)}
        return [_face_view(face, suggested.get(face.id)) for face in self._store.faces.of(photo)]

    def fresh(self) -> "Views":
        """The same state, as it is now: views keep what they computed. This one is not to be used any more."""
        return Views(self._store, self._config)

    def pages(self, answered: AnsweredFaces) -> Pages:
        """What the review page asks next."""
        return Pages(self._store, answered, lambda: self._known)

    def overview(self, answered: AnsweredFaces) -> Overview:
        """What waits for answers, and how right names are."""
        return overview(self._store, answered, self._config.state())

    def people_page(self, answered: AnsweredFaces, search: str, *, by_name: bool, first: int) -> PeoplePage:
        """Some of the people whose name contains `search`, from number `first` on."""
        used = {} if self._known[0] is None else self._used
        return people_pages.people(self._store, answered.about(()), used, search, by_name=by_name, first=first)

    def person_details(self, answered: AnsweredFaces, name: str, *, left_out: bool, first: int) -> PersonDetails | None:
        """One person, with some of the faces that train or are `left_out`; None where nobody is called so."""
        known, model = self._known
        trained = None if known is None else (known, model)
        return people_pages.person(self._store, answered.about(()), trained, name, left_out=left_out, first=first)

    def doubts_page(self, answered: AnsweredFaces, first: int, person: str | None) -> DoubtPage:
        """Some of the doubtful faces that nobody answered yet, of one person or all."""
        return doubt_pages.page(self._store, answered, first, person=person)

    def writes_page(self, before: int | None, search: str) -> tuple[ShownWrite, ...]:
        """The newest writes outside the state, with numbers below `before`."""
        return written_pages.writes(self._store, before, search)

    def write(self, number: int) -> WriteRecord | None:
        """The write of this number; None where there is none."""
        return self._store.writes.get(number)

    def rejections_page(self, standing: Standing, first: int) -> tuple[tuple[ShownRejection, ...], int]:
        """The newest rejections from number `first` on, and how many there are."""
        return written_pages.rejections(self._store, standing, first)

    def suggestions(self, state: SuggestionState | None) -> Iterator[SuggestionRecord]:
        """Suggestions of one state, or all, by photo."""
        return self._store.suggestions.all(state)

    def faces(self, path: Path) -> list[FaceView]:
        """The faces of a photo, from left to right. Raises Fatal (exit status 2) for a photo that is not known."""
        return self.faces_of(self._photo(path).id)

    def people(self) -> list[PersonView]:
        """All people with a confirmed face, by name."""
        if self._store.training.when() is None:
            return []
        confirmed: dict[str, list[bool]] = {}
        for record, reason in zip(self._gathered.records, self._doubts, strict=True):
            confirmed.setdefault(record.person, []).append(reason is None)
        suggested: dict[str, int] = {}
        for item in self._store.suggestions.all(SuggestionState.OPEN):
            suggested[item.person] = suggested.get(item.person, 0) + 1
        groups = {name: group for group in differ_in_case(confirmed) for name in group}
        alike = {person: tuple(other for other in groups.get(person, ()) if other != person) for person in confirmed}
        return [
            PersonView(
                person,
                len(used),
                sum(used),
                suggested.get(person, 0),
                alike[person],
                tuple(pair for pair in self.look_alikes if pair.beside(person)),
                self._answers.born.get(person),
            )
            for person, used in sorted(confirmed.items())
        ]

    def samples(self, person: str) -> list[SampleView]:
        """The confirmed faces of a person, by photo."""
        if self._store.training.when() is None:
            return []
        return [
            SampleView(record.photo, self._store.faces.get(record.face).region, reason is None, reason, record.taken)
            for record, reason in zip(self._gathered.records, self._doubts, strict=True)
            if record.person == clean_name(person)
        ]

    def explain(self, path: Path) -> list[Explanation]:
        """Why each face of a photo got its name, or got none, from left to right."""
        photo = self._photo(path)
        if self._store.training.when() is None:
            return [unexplained(face) for face in self.faces(path)]
        faces = self._store.faces.of(photo.id)
        vectors = self._store.faces.vectors(face.id for face in faces)
        trained = Trained(self._gallery, self._generation.id, self._generation.signature)
        barred = self._barred(self._generation.model)
        return [
            explained(
                view,
                vectors[face.id],
                trained,
                self._gathered,
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
        known, model = self._known
        return group_views.groups(self._store, known, self._barred(model))

    def group(self, typed: str) -> GroupView:
        """One of them by its id. Raises Fatal (exit status 2) where there is none of this id."""
        known, model = self._known
        return group_views.group(self._store, typed, known, self._barred(model))

    def group_count(self) -> int:
        """How many groups there are."""
        return len(self._store.groups.sizes())

    def _barred(self, model: str) -> Barred:
        return Barred(self._store, model, self._answers.hidden, self._answers.born)

    @cached_property
    def _answers(self) -> Standing:
        return standing_beside(self._config.state())

    @property
    def _known(self) -> tuple[gallery.Gallery | None, str]:
        """The gallery in use, None where nobody was ever confirmed, and the networks it is of."""
        return (None, "") if self._store.training.when() is None else (self._gallery, self._generation.model)

    def rejections(self) -> list[RejectionRecord]:
        """The rejections, oldest first."""
        return self._store.rejections.all()

    def conflicts(self) -> Iterator[Conflict]:
        """Answers that another program contradicts, by photo."""
        return conflicts(self._store)

    def audit(self) -> list[Doubt]:
        """Confirmed faces that are probably mislabelled, worst first; without those that somebody checked."""
        if self._store.training.when() is None:
            return []
        checked = Checked(self._config.state())
        found = []
        for doubt in gallery.audit(self._gathered.samples, self._gallery):
            face = self._store.faces.get(self._gathered.records[doubt.sample].face)
            if not checked.holds(self._store.photos.by_id(face.photo), face.region, doubt.person):
                found.append(self._doubt(doubt, face))
        return found

    def _doubt(self, doubt: gallery.Mislabel, face: FaceRecord) -> Doubt:
        records = self._gathered.records
        pairs = {frozenset[str | None]((pair.one, pair.other)): pair for pair in self.look_alikes}
        return Doubt(
            face=face_ids.shown(face.short_id),
            photo=records[doubt.sample].photo,
            region=face.region,
            person=doubt.person,
            looks_like=doubt.looks_like,
            score=doubt.score,
            nearest_own=None if doubt.nearest_own is None else records[doubt.nearest_own.sample].photo,
            nearest_other=None if doubt.nearest_other is None else records[doubt.nearest_other.sample].photo,
            pair=pairs.get(frozenset((doubt.person, doubt.looks_like))),
        )

    def position(self, path: Path, region: Region) -> Position:
        """Where a region is among the faces of a photo; the only one where the photo is not known."""
        photo = self._known_photo(path)
        faces = [] if photo is None else [face.region for face in self._store.faces.of(photo.id) if face.is_face]
        return position(region, faces)

    @cached_property
    def look_alikes(self) -> tuple[gallery.LookAlikes, ...]:
        """The pairs of people who look alike, most mixed up first."""
        if self._store.training.when() is None:
            return ()
        return gallery.look_alikes(self._gallery, self._gathered.samples)

    def evaluate(self) -> gallery.Validation:
        """How accurate the gallery is on the confirmed faces, each held out."""
        if self._store.training.when() is None:
            return gallery.Validation(0, 0, 0, 0.0, 0.0, 0.0, 0.0, ())
        return gallery.validate(self._gallery, self._gathered.samples)

    def keep_evaluation(self, measured: gallery.Validation, now: float) -> tuple[Evaluation, Comparison | None]:
        """Keep what `evaluate` gave, and compare it with the last one that found something else."""
        found = gallery.outcomes(self._gallery, self._gathered.samples)
        outcomes = {
            self._store.faces.get(record.face).short_id: outcome
            for record, outcome in zip(self._gathered.records, found, strict=True)
            if outcome is not None
        }
        doubtful = len(self.audit())
        return evaluations.record(self._config.state(), measured, outcomes, self._generation.id, doubtful, now)

    def evaluations(self) -> Iterator[Evaluation]:
        """The evaluations that are kept, oldest first."""
        return evaluations.history(self._config.state())

    def _photo(self, path: Path) -> PhotoRecord:
        photo = self._known_photo(path)
        if photo is None and not path.exists():
            raise Fatal(f"{path}: there is no such photo", ExitCode.USAGE)
        if photo is None and below_roots(path, self._config.roots()) is None:
            roots = ", ".join(map(str, self._config.roots()))
            raise Fatal(f"{path}: lies outside photos.roots, which are {roots}", ExitCode.USAGE)
        if photo is None:
            raise NothingYet(f"{path}: not known; 'facedaemon scan' looks at new photos")
        if photo.failure is not None:
            raise Fatal(f"{path}: cannot be read: {photo.failure}", ExitCode.SOME_PHOTOS_FAILED)
        return photo

    def _known_photo(self, path: Path) -> PhotoRecord | None:
        if (photo := self._store.photos.get(path)) is not None:
            return photo
        names = names_of(path, self._config.roots())
        return next((known for name in names if (known := self._store.photos.get(name)) is not None), None)

    @cached_property
    def _used(self) -> dict[int, int]:
        return people_pages.used_of_each(self._gallery)

    @cached_property
    def _generation(self) -> Generation:
        current = self._store.training.current()
        if current is None:
            raise NothingYet("nothing is trained yet: confirm some faces, then run 'facedaemon scan'")
        return current

    @cached_property
    def _gallery(self) -> gallery.Gallery:
        try:
            return gallery.Gallery.from_bytes(self._generation.gallery)
        except ValueError as error:
            fix = "the next 'facedaemon scan' or 'run' trains a new one"
            raise Fatal(f"what was trained cannot be used: {error}; {fix}", ExitCode.USAGE) from error

    @cached_property
    def _gathered(self) -> Gathered:
        return gather(self._store, self._generation.model)

    @cached_property
    def _doubts(self) -> tuple[str | None, ...]:
        """Why each sample does not train; None for those that do."""
        return tuple(None if doubt is None else str(doubt) for doubt in self._gallery.doubts(self._gathered.samples))


def _face_view(face: FaceRecord, suggested: SuggestionRecord | None) -> FaceView:
    if not face.is_face:
        state = FaceState.NOT_A_FACE
    elif face.verdict.state != AnnotationState.UNKNOWN:
        state = FaceState(face.verdict.state)
    else:
        state = FaceState.UNKNOWN if suggested is None else FaceState.SUGGESTED
    return FaceView(
        id=face_ids.shown(face.short_id),
        region=face.region,
        score=face.score,
        quality=face.quality.value,
        reasons=face.quality.reasons,
        state=state,
        person=face.verdict.person or (None if suggested is None else suggested.person),
        confidence=None if suggested is None else suggested.confidence,
    )
