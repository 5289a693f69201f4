"""What the review page asks next, from one state and the answers beside it."""

from collections.abc import Callable

from facedaemon.gallery import Gallery
from facedaemon.pipeline import group_pages, suggestion_pages
from facedaemon.pipeline.answered_faces import AnsweredFaces
from facedaemon.pipeline.group_pages import GroupPage, Known
from facedaemon.pipeline.rejections import Barred
from facedaemon.pipeline.suggestion_pages import PersonPage, PicturedFace
from facedaemon.store import Store


class Pages:
    """Made by `Views.pages`."""

    def __init__(self, store: Store, answered: AnsweredFaces, known: Callable[[], tuple[Gallery | None, str]]) -> None:
        """`known` gives the gallery in use, None where nobody was ever confirmed, and the networks it is of."""
        self._store, self._answered, self._known = store, answered, known

    def suggestions(
        self, person: str | None, rest: tuple[float, int] | None, after: tuple[int, str] | None
    ) -> PersonPage | None:
        """The suggestions that are answered next (`suggestion_pages.page`)."""
        return suggestion_pages.page(self._store, self._answered, person, rest, after)

    def group(self, wanted: str | None, after: tuple[int, int] | None, *, divided: bool) -> GroupPage | None:
        """The group that is answered next (`group_pages.page`)."""
        gallery, model = self._known()
        known = Known(gallery, Barred(self._store, model))
        return group_pages.page(self._store, self._answered, known, wanted, after, divided=divided)

    def known_faces(self, person: str) -> tuple[PicturedFace, ...]:
        """Some confirmed faces of a person, the best first."""
        return suggestion_pages.known_faces(self._store, person)

    def is_waiting(self) -> bool:
        """Whether the last answers are not taken up yet (`AnsweredFaces.is_waiting`)."""
        return self._answered.is_waiting(self._store)
