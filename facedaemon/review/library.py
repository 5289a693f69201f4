"""What the pages read: the state, opened for reading only, and the answers beside it."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from threading import RLock
from typing import TypeVar

from facedaemon.answers import file_state
from facedaemon.config import Config
from facedaemon.errors import Fatal, Unavailable
from facedaemon.folders import cache_folder
from facedaemon.names import clean_name
from facedaemon.pipeline import (
    AnsweredFaces,
    Answers,
    DoubtPage,
    Evaluation,
    GroupPage,
    Overview,
    Pages,
    PeoplePage,
    PersonDetails,
    PersonPage,
    PhotoLookup,
    PhotoPage,
    PicturedFace,
    ShownAnswer,
    ShownRejection,
    ShownWrite,
    Status,
    past_evaluations,
    past_version,
    read_status,
    shown_answers,
    standing_beside,
)
from facedaemon.review.picture_cache import PictureCache
from facedaemon.review.shown import Shown

T = TypeVar("T")

TRIES = 5  # while others answer at the same moment
_AFTER_ALL_IDS = "~"  # later than every answer of the same number: ids are hexadecimal


class Library:
    """The state and the answers of one config, for the threads of one server. To be closed."""

    def __init__(self, config: Config, now: Callable[[], float] = time.time) -> None:
        """Nothing is opened before it is asked for."""
        self.config = config
        self.now = now
        self._lock = RLock()
        self._pages: Pages | None = None
        self._state_file: tuple[int, int] | None = None
        self._version = 0
        self._lookup_lock = RLock()
        self._lookup: PhotoLookup | None = None
        self._lookup_file: tuple[int, int] | None = None
        self.pictures = PictureCache(cache_folder())
        self._waiting = False
        self._waiting_seen: object = None
        self._answered_faces = AnsweredFaces(config.state())
        self._evaluations: tuple[Evaluation, ...] = ()
        self._evaluations_seen: object = None

    def close(self) -> None:
        """Close the state and the answers."""
        with self._lock:
            self._answered_faces.close()
            if self._pages is not None:
                self._pages.close()
            self._pages = None
        with self._lookup_lock:
            if self._lookup is not None:
                self._lookup.close()
            self._lookup = None

    @contextmanager
    def lookup(self) -> Iterator[PhotoLookup]:
        """Photos and faces by number and id, looked up at once: pictures do not wait for long pages."""
        with self._lookup_lock:
            if self._lookup is not None and self._file() != self._lookup_file:
                self._lookup.close()
                self._lookup = None
            if self._lookup is None:
                self._lookup_file = self._file()
                self._lookup = PhotoLookup.open(self.config)
            yield self._lookup

    @contextmanager
    def pages(self) -> Iterator[Pages]:
        """The state as it is now; one thread at a time uses it. Raises Fatal where there is none yet.

        After the state changed they are fresh ones, since pages keep the gallery; it is opened again only where it was
        replaced, which takes longer.
        """
        with self._lock:
            if self._pages is not None and self._file() != self._state_file:
                self._pages.close()
                self._pages = None
            if self._pages is None:
                self._state_file = self._file()
                self._pages = Pages.open(self.config, self._answered_faces)
            elif self._pages.version() != self._version:
                self._pages = self._pages.fresh()
            self._version = self._pages.version()
            yield self._pages

    def suggestion_page(
        self, person: str | None, rest: tuple[float, int] | None, after: tuple[int, str] | None
    ) -> PersonPage | None:
        """The suggestions that are answered next (`pipeline.reading.suggestion_pages.page`)."""
        with self.pages() as pages:
            return pages.suggestions(person, rest, after)

    def group_page(
        self, wanted: str | None, after: tuple[int, int] | None, *, is_divided: bool
    ) -> tuple[GroupPage, tuple[PicturedFace, ...]] | None:
        """The group that is answered next, and confirmed faces of whom it looks like."""
        with self.pages() as pages:
            found = pages.group(wanted, after, divided=is_divided)
            if found is None:
                return None
            person = found.group.looks_like
            if person is None:
                return found, ()
            group = replace(found.group, looks_like=pages.name_now(person))
            return replace(found, group=group), pages.known_faces(person)

    def is_new(self) -> bool:
        """Whether nothing was ever scanned."""
        return self._file() is None

    def is_waiting(self) -> bool:
        """Whether answers wait for a pass; False where nothing is known yet."""
        with self._lock:
            try:
                with self.pages() as pages:
                    seen = (file_state(self.config.state()), self._version)
                    if seen != self._waiting_seen:
                        self._waiting, self._waiting_seen = pages.is_waiting(), seen
                    return self._waiting
            except (Fatal, Unavailable):
                return False

    def last_names(self, most: int) -> list[str]:
        """The last people that were named here, the last one first."""
        with self._lock:
            return self._answered_faces.last_names(most)

    def status(self) -> Status:
        """What `facedaemon status` shows."""
        return read_status(self.config)

    def photo_page(self, number: int) -> PhotoPage | None:
        """One photo; None where there is none of this number."""
        standing = standing_beside(self.config.state())
        with self.lookup() as photos:
            return photos.page(standing, number)

    def people(self) -> list[str]:
        """Everybody who is known by name, in order."""
        with self.open_answers() as answers:
            return answers.names.people()

    def checked_name(self, typed: str) -> tuple[str, list[str]]:
        """The name as it is kept, and known names of which it may be a slip. Raises Fatal for what is no name."""
        with self.open_answers() as answers:
            return answers.names.checked(typed)

    def as_shown(self, read: Callable[[], T], faces: Callable[[T], Iterable[str]]) -> tuple[T, Shown]:
        """What `read` gives, and what the forms about these `faces` of it carry; both of one moment."""
        tries = 0
        while True:
            as_of = self.last_answer()
            found = read()
            ids = list(faces(found))
            with self.pages() as pages:
                versions = pages.versions(ids) if ids else {}
            tries += 1
            if self.last_answer() == as_of or tries == TRIES:
                break
        return found, Shown(as_of, {face: version.code for face, version in versions.items()})

    def last_answer(self) -> int:
        """The number of the newest answer; 0 where there is none."""
        with self._lock:
            return self._answered_faces.last_number()

    def name_now(self, person: str, as_of: int | None) -> str:
        """How somebody is called now who was called so when the answer of the number `as_of` was the newest."""
        with self._lock:
            renames = self._answered_faces.about(()).renames
        return person if as_of is None else renames.now(clean_name(person), (as_of, _AFTER_ALL_IDS))

    def overview(self) -> Overview:
        """What waits for answers, and how right names are. Raises Fatal where nothing was scanned yet."""
        with self.pages() as pages:
            return pages.overview()

    def evaluations(self) -> tuple[Evaluation, ...]:
        """What `facedaemon evaluate` found each time, oldest first; read again after the file changed."""
        with self._lock:
            seen = past_version(self.config.state())
            if seen != self._evaluations_seen:
                self._evaluations_seen = seen
                self._evaluations = tuple(past_evaluations(self.config.state()))
            return self._evaluations

    def people_page(self, search: str, *, by_name: bool, first: int) -> PeoplePage:
        """Some of the people whose name contains `search`, from number `first` on."""
        with self.pages() as pages:
            return pages.people(search, by_name=by_name, first=first)

    def person_details(self, person: str, *, left_out: bool, first: int) -> PersonDetails | None:
        """One person, with some of the faces that train or are left out; None where nobody is called so."""
        with self.pages() as pages:
            return pages.person(person, left_out=left_out, first=first)

    def born(self, person: str) -> str | None:
        """A person's birth date; None where it was not answered."""
        with self._lock:
            return self._answered_faces.about(()).born.get(person)

    def doubts(self, first: int, person: str | None) -> DoubtPage:
        """Some of the doubtful faces that nobody answered yet, of one person or all."""
        with self.pages() as pages:
            return pages.doubts(first, person)

    def writes(self, before: int | None, search: str) -> tuple[ShownWrite, ...]:
        """The newest writes outside the state, with numbers below `before`."""
        with self.pages() as pages:
            return pages.writes(before, search)

    def answers(self, first: int) -> tuple[tuple[ShownAnswer, ...], int]:
        """The newest answers given here from number `first` on, and how many there are."""
        return shown_answers(standing_beside(self.config.state()), first)

    def rejections(self, first: int) -> tuple[tuple[ShownRejection, ...], int]:
        """The newest rejections from number `first` on, and how many there are."""
        with self.pages() as pages:
            return pages.rejections(standing_beside(self.config.state()), first)

    @contextmanager
    def open_answers(self) -> Iterator[Answers]:
        """The answers, to be added to; over the state that is open already: opening it reads the whole file."""
        with self._lock:
            if self._file() is None:  # nothing was ever scanned: what is about people can be answered all the same
                with closing(Answers.open(self.config)) as answers:
                    yield answers
            else:
                with self.pages() as pages:
                    yield Answers(self.config, pages.store)

    def _file(self) -> tuple[int, int] | None:
        """Which file the state is: it may be replaced while it is open."""
        try:
            seen = (self.config.state() / "state.db").stat()
        except OSError:
            return None
        return seen.st_dev, seen.st_ino
