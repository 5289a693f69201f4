"""An unexpected error costs the photo at which it happened, not the pass."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from facedaemon.errors import FacedaemonError, PhotoError
from facedaemon.own_database import is_damage

log = logging.getLogger(__name__)


@contextmanager
def concerning(photo: Path | Callable[[], Path]) -> Iterator[None]:
    """What this block does concerns one photo: an unexpected error is logged and raised as a PhotoError.

    Errors that say what follows from them (`facedaemon.errors`) pass unchanged, and so do those that the next photo
    would meet as well: no memory, a damaged state. `photo` may be a function that gives the path.
    """
    try:
        yield
    except (FacedaemonError, MemoryError):
        raise
    except Exception as error:
        if is_damage(error):
            raise
        path = photo if isinstance(photo, Path) else photo()
        log.exception("%s: an unexpected error; the other photos are not concerned", path)
        reason = f"an unexpected error ({type(error).__name__}: {error}); please report it, with the log"
        raise PhotoError(path, reason, transient=True) from error
