"""Why the library cannot be used now: an error of its own, and a note for `status`. No heavy imports here."""

import json
import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager

from facedaemon.dates import DAY
from facedaemon.errors import ExitCode, Fatal, Unavailable
from facedaemon.store import Store

log = logging.getLogger(__name__)

PROBLEM_NOTE = "library trouble"
"""Why the library cannot be asked: JSON with `reason` and `since` in seconds; no note where it can."""

LASTING_SECONDS = 3600.0  # a library that is locked or away for so long may need a person


class LibraryProblem(Exception):
    """The library cannot be used now; `error` is the reason. Work that does not need it goes on."""

    def __init__(self, error: Fatal | Unavailable) -> None:
        """`error` is what was raised."""
        super().__init__(str(error))
        self.error = error


@contextmanager
def asking_the_library() -> Iterator[None]:
    """Turns errors that the library raises in this block, and no others, into LibraryProblem."""
    try:
        yield
    except Unavailable as error:
        raise LibraryProblem(error) from error
    except Fatal as error:
        if error.exit_code != ExitCode.LIBRARY:
            raise
        raise LibraryProblem(error) from error


def note_problem(store: Store, now: float, problem: Unavailable | Fatal | str | None) -> None:
    """Store for `status` why the library cannot be used, or only be read, since `now` (seconds); None: no problem.

    A problem that needs a person is logged as an error once a day, and so shown on the desktop: one that will not
    vanish by itself, or that lasts. A library that is only away or locked may come back.
    """
    if problem is None:
        store.forget_note(PROBLEM_NOTE)
        return
    known = json.loads(store.note(PROBLEM_NOTE) or "{}")
    reason, is_passing = str(problem), isinstance(problem, Unavailable)
    noted = {"since": now, **known, "reason": reason}
    is_new = not is_passing and known.get("reason") != reason
    is_known = not is_new and 0 <= now - noted.get("logged", -math.inf) < DAY
    if not is_known and (not is_passing or now - noted["since"] >= LASTING_SECONDS):
        log.error("%s%s", reason, "; nobody's confirmations are read meanwhile" if is_passing else "")
        noted["logged"] = now
    if noted != known:  # it is asked every few seconds, and a disk may sleep
        store.put_note(PROBLEM_NOTE, json.dumps(noted))
