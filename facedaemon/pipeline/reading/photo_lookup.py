"""Photos and faces by number and id, for pictures: looked up at once, without the gallery."""

from facedaemon.answers import Standing
from facedaemon.config import Config
from facedaemon.pipeline.reading import photo_pages, photo_views
from facedaemon.pipeline.reading.face_views import faces_of
from facedaemon.pipeline.reading.photo_pages import PhotoPage
from facedaemon.pipeline.reading.photo_views import FacePicture, PhotoPlace
from facedaemon.pipeline.reading.state_reading import known_state
from facedaemon.store import Store


class PhotoLookup:
    """The photos of the config's state, for reading only; works while the daemon owns it."""

    def __init__(self, store: Store, config: Config) -> None:
        """Use `open`."""
        self._store, self._config = store, config

    @classmethod
    def open(cls, config: Config) -> "PhotoLookup":
        """The photos of the config's state. Raises NothingYet where there is none."""
        return cls(known_state(config), config)

    def close(self) -> None:
        """Close the state."""
        self._store.close()

    def state_id(self) -> str | None:
        """The id of this state; None where it has none yet."""
        return self._store.known_identity()

    def place(self, number: int) -> PhotoPlace | None:
        """The photo of this number; None where there is none."""
        return photo_views.photo_place(self._store, self._config, number)

    def page(self, standing: Standing, number: int) -> PhotoPage | None:
        """The photo of this number with all that its page shows; None where there is none."""
        return photo_pages.photo_page(self._store, self._config, standing, number, faces_of(self._store, number))

    def face(self, short_id: str) -> FacePicture | None:
        """The face whose short id begins so, and its photo; None where there is none, or several."""
        return photo_views.face_picture(self._store, self._config, short_id)
