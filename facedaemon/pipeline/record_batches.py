"""The photos of one stage, read from the state in batches: a million records take more than a gigabyte."""

from collections.abc import Iterator, Sequence

from facedaemon import watch
from facedaemon.compact_paths import batches
from facedaemon.pipeline.session import Session
from facedaemon.store import PhotoRecord

BATCH = 1000


class Records:
    """The existing photos with these numbers below the roots, as they are when their batch is read."""

    def __init__(self, session: Session, numbers: Sequence[int]) -> None:
        """The numbers are in the order of the photos' paths."""
        self._session = session
        self._numbers = numbers

    def __len__(self) -> int:
        """How many there are at most."""
        return len(self._numbers)

    def __iter__(self) -> Iterator[PhotoRecord]:
        """In the order of their paths."""
        roots = self._session.config.roots()
        is_below = watch.Below(root for root in roots if watch.root_problem(root) is None)
        for batch in batches(self._numbers, BATCH):
            for photo in self._session.store.photos.numbered(batch):
                if not (photo.missing or photo.absent) and is_below.root_of(photo.path) is not None:
                    yield photo
