"""What the commands that only look show: values made from the state, without disturbing its owner."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from facedaemon import gallery
from facedaemon.config import Config
from facedaemon.errors import ExitCode, Fatal
from facedaemon.pipeline.learn import gather
from facedaemon.pipeline.reports import FaceView
from facedaemon.store import FaceRecord, PhotoRecord, SampleRecord, Store, SuggestionRecord
from facedaemon.values import FaceState, MarkState, Region, SuggestionState, Vector

NEAREST = 5


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person: how many faces are confirmed, how many of them train, how many are suggested."""

    person: str
    confirmed: int
    used: int
    suggestions: int


@dataclass(frozen=True, slots=True)
class SampleView:
    """A confirmed face; `reason` says why it does not train, None where it does."""

    photo: Path
    region: Region
    used: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class Near:
    """A sample that looks like a face; `similarity` is the cosine."""

    photo: Path
    person: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a face got, or did not get, a name. `confidence` is for the person it looks most like."""

    face: FaceView
    confidence: float | None
    threshold: float | None
    rejected: tuple[str, ...]
    nearest: tuple[Near, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A confirmed face that looks like somebody else."""

    photo: Path
    region: Region
    person: str
    looks_like: str
    score: float
    nearest_own: Path | None
    nearest_other: Path | None


class Views:
    """The state of one config, for reading only; works while the daemon owns it."""

    def __init__(self, store: Store, config: Config) -> None:
        """Use `open`."""
        self._store = store
        self._config = config

    @classmethod
    def open(cls, config: Config) -> "Views":
        """The views of the config's state. Raises Fatal (exit status 2) where there is none yet."""
        store = Store.look_at(config.state())
        if store is None:
            raise Fatal(
                f"nothing is known yet: there is no state in {config.state()}; run 'facedaemon scan' first",
                ExitCode.USAGE,
            )
        return cls(store, config)

    def close(self) -> None:
        """Let go of the state."""
        self._store.close()

    def suggestions(self, state: SuggestionState | None) -> Iterator[SuggestionRecord]:
        """Suggestions of one state, or all, by photo."""
        return self._store.suggestions.all(state)

    def faces(self, path: Path) -> list[FaceView]:
        """The faces of a photo, from left to right. Raises Fatal (exit status 2) for a photo that is not known."""
        photo = self._photo(path)
        suggested = {item.face: item for item in self._store.suggestions.open_in(photo.id)}
        return [_face_view(face, suggested.get(face.id)) for face in self._store.photos.faces(photo.id)]

    def people(self) -> list[PersonView]:
        """Everybody who is confirmed at least once, by name."""
        confirmed: dict[str, list[bool]] = {}
        for record, reason in zip(self._records, self._reasons, strict=True):
            confirmed.setdefault(record.person, []).append(reason is None)
        suggested: dict[str, int] = {}
        for item in self._store.suggestions.all(SuggestionState.OPEN):
            suggested[item.person] = suggested.get(item.person, 0) + 1
        return [
            PersonView(person, len(used), sum(used), suggested.get(person, 0))
            for person, used in sorted(confirmed.items())
        ]

    def samples(self, person: str) -> list[SampleView]:
        """The confirmed faces of a person, by photo."""
        return [
            SampleView(record.photo, self._store.photos.face(record.face).region, reason is None, reason)
            for record, reason in zip(self._records, self._reasons, strict=True)
            if record.person == person
        ]

    def explain(self, path: Path) -> list[Explanation]:
        """Why each face of a photo got, or did not get, its name."""
        photo = self._photo(path)
        suggested = {item.face: item for item in self._store.suggestions.open_in(photo.id)}
        faces = self._store.photos.faces(photo.id)
        vectors = self._store.photos.vectors(face.id for face in faces)
        return [self._explained(photo, face, vectors.get(face.id), suggested.get(face.id)) for face in faces]

    def audit(self) -> list[Doubt]:
        """Confirmed faces that are probably mislabelled, worst first."""
        if not self._records:
            return []
        records = self._records
        return [
            Doubt(
                photo=records[doubt.index].photo,
                region=self._store.photos.face(records[doubt.index].face).region,
                person=doubt.person,
                looks_like=doubt.looks_like,
                score=doubt.score,
                nearest_own=None if doubt.nearest_own is None else records[doubt.nearest_own].photo,
                nearest_other=None if doubt.nearest_other is None else records[doubt.nearest_other].photo,
            )
            for doubt in gallery.audit(self._samples)
        ]

    def evaluate(self) -> gallery.Evaluation | None:
        """How right the gallery is on confirmed faces held out; None where too few are confirmed."""
        return gallery.evaluate(self._samples, self._config.suggestions) if self._records else None

    @cached_property
    def _model(self) -> str:
        current = self._store.training.current()
        return "" if current is None else current.model

    @cached_property
    def _gathered(self) -> tuple[list[SampleRecord], gallery.Samples]:
        return gather(self._store, self._model)

    @property
    def _records(self) -> list[SampleRecord]:
        return self._gathered[0]

    @property
    def _samples(self) -> gallery.Samples:
        return self._gathered[1]
