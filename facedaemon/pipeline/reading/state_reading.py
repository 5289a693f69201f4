"""What all who read the state share: the state itself, and the gallery in use with the faces that trained it."""

from functools import cached_property

from facedaemon.config import Config
from facedaemon.errors import ExitCode, Fatal, NothingYet
from facedaemon.figures import LookAlikes
from facedaemon.gallery import Gallery, look_alikes
from facedaemon.pipeline.samples import Gathered, gather
from facedaemon.store import Generation, Store


def known_state(config: Config) -> Store:
    """The config's state for reading only, also while the daemon owns it. Raises NothingYet where there is none."""
    store = Store.open_read_only(config.state())
    if store is None:
        raise NothingYet(f"nothing is known yet: {config.state()} holds no state; run 'facedaemon scan' first")
    return store


class GalleryInUse:
    """The gallery in use and the confirmed faces, each loaded when it is first asked for and kept since."""

    def __init__(self, store: Store) -> None:
        """Nothing is read yet."""
        self._store = store

    @property
    def was_trained(self) -> bool:
        """Whether anybody was ever confirmed when a gallery was to be trained."""
        return self._store.training.when() is not None

    @property
    def known(self) -> tuple[Gallery | None, str]:
        """The gallery, None where nobody was ever confirmed, and the networks it is of. Raises as `gallery`."""
        return (self.gallery, self.generation.model) if self.was_trained else (None, "")

    @cached_property
    def generation(self) -> Generation:
        """The training in use. Raises NothingYet where there is none."""
        current = self._store.training.current()
        if current is None:
            raise NothingYet("nothing is trained yet: confirm some faces, then run 'facedaemon scan'")
        return current

    @cached_property
    def gallery(self) -> Gallery:
        """Its gallery. Raises NothingYet, or Fatal where what was kept cannot be used."""
        try:
            return Gallery.from_bytes(self.generation.gallery)
        except ValueError as error:
            fix = "the next 'facedaemon scan' or 'run' trains a new one"
            raise Fatal(f"what was trained cannot be used: {error}; {fix}", ExitCode.USAGE) from error

    @cached_property
    def gathered(self) -> Gathered:
        """The confirmed faces as they are now, with their embeddings."""
        return gather(self._store, self.generation.model)

    @cached_property
    def doubts(self) -> tuple[str | None, ...]:
        """Why each confirmed face does not train; None for those that do."""
        return tuple(None if doubt is None else str(doubt) for doubt in self.gallery.doubts(self.gathered.samples))

    @cached_property
    def look_alikes(self) -> tuple[LookAlikes, ...]:
        """The pairs of people who look alike, most mixed up first."""
        return look_alikes(self.gallery, self.gathered.samples) if self.was_trained else ()
