"""What the review page reads: from one state, the gallery in use, and the answers beside them."""

from collections.abc import Iterable
from functools import cached_property

from facedaemon.answers import Standing
from facedaemon.config import Config
from facedaemon.pipeline.people.names_now import names_now
from facedaemon.pipeline.reading import (
    doubt_pages,
    face_versions,
    group_pages,
    people_pages,
    suggestion_pages,
    written_pages,
)
from facedaemon.pipeline.reading.answered_faces import AnsweredFaces
from facedaemon.pipeline.reading.doubt_pages import DoubtPage
from facedaemon.pipeline.reading.face_versions import FaceVersion
from facedaemon.pipeline.reading.group_pages import GroupPage, Known
from facedaemon.pipeline.reading.overview import Overview, overview
from facedaemon.pipeline.reading.people_pages import PeoplePage, PersonDetails
from facedaemon.pipeline.reading.state_reading import GalleryInUse, known_state
from facedaemon.pipeline.reading.suggestion_pages import PersonPage, PicturedFace
from facedaemon.pipeline.reading.written_pages import ShownRejection, ShownWrite
from facedaemon.pipeline.rejections import Barred
from facedaemon.store import Store, WriteRecord


class Pages:
    """The pages of the config's state, for reading only; works while the daemon owns it."""

    def __init__(self, store: Store, config: Config, answered: AnsweredFaces) -> None:
        """Use `open`."""
        self.store, self._config, self._answered = store, config, answered
        self._in_use = GalleryInUse(store)

    @classmethod
    def open(cls, config: Config, answered: AnsweredFaces) -> "Pages":
        """The pages of the config's state, with what was answered. Raises NothingYet where there is no state."""
        return cls(known_state(config), config, answered)

    def close(self) -> None:
        """Close the state."""
        self.store.close()

    def version(self) -> int:
        """Another number after the state changed."""
        return self.store.version()

    def fresh(self) -> "Pages":
        """The same state, as it is now: pages keep the gallery. These are not to be used any more."""
        return Pages(self.store, self._config, self._answered)

    def name_now(self, person: str) -> str:
        """How somebody is called whom the state calls `person`."""
        return names_now(self.store, self._answered.about(()).renames)(person)

    def suggestions(
        self, person: str | None, rest: tuple[float, int] | None, after: tuple[int, str] | None
    ) -> PersonPage | None:
        """The suggestions that are answered next (`suggestion_pages.page`)."""
        return suggestion_pages.page(self.store, self._answered, person, rest, after)

    def group(self, wanted: str | None, after: tuple[int, int] | None, *, divided: bool) -> GroupPage | None:
        """The group that is answered next (`group_pages.page`)."""
        gallery, model = self._in_use.known
        known = Known(gallery, Barred(self.store, model))
        return group_pages.page(self.store, self._answered, known, wanted, after, divided=divided)

    def known_faces(self, person: str) -> tuple[PicturedFace, ...]:
        """Some confirmed faces of a person, the best first."""
        return suggestion_pages.known_faces(self.store, person)

    def versions(self, ids: Iterable[str]) -> dict[str, FaceVersion]:
        """What humans have said of the faces with these short ids (`face_versions.versions`)."""
        return face_versions.versions(self.store, self._answered, ids)

    def is_waiting(self) -> bool:
        """Whether the last answers are not taken up yet (`AnsweredFaces.is_waiting`)."""
        return self._answered.is_waiting(self.store)

    def overview(self) -> Overview:
        """What waits for answers, and how right names are."""
        return overview(self.store, self._answered, self._config.state())

    def people(self, search: str, *, by_name: bool, first: int) -> PeoplePage:
        """Some of the people whose name contains `search`, from number `first` on."""
        standing = self._answered.about(())
        return people_pages.people(self.store, standing, self._used, search, by_name=by_name, first=first)

    def person(self, name: str, *, left_out: bool, first: int) -> PersonDetails | None:
        """One person, with some of the faces that train or are `left_out`; None where nobody is called so."""
        gallery, model = self._in_use.known
        trained = None if gallery is None else (gallery, model)
        return people_pages.person(self.store, self._answered.about(()), trained, name, left_out=left_out, first=first)

    def doubts(self, first: int, person: str | None) -> DoubtPage:
        """Some of the doubtful faces that nobody answered yet, of one person or all."""
        return doubt_pages.page(self.store, self._answered, first, person=person)

    def writes(self, before: int | None, search: str) -> tuple[ShownWrite, ...]:
        """The newest writes outside the state, with numbers below `before`."""
        return written_pages.writes(self.store, before, search)

    def write(self, number: int) -> WriteRecord | None:
        """The write of this number; None where there is none."""
        return self.store.writes.get(number)

    def rejections(self, standing: Standing, first: int) -> tuple[tuple[ShownRejection, ...], int]:
        """The newest rejections from number `first` on, and how many there are."""
        return written_pages.rejections(self.store, standing, first)

    @cached_property
    def _used(self) -> dict[int, int]:
        gallery, _ = self._in_use.known
        return {} if gallery is None else people_pages.used_of_each(gallery)
