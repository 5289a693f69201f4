"""How people are called now whom the state calls as they were called when a pass took the renames up last."""

from collections.abc import Callable

from facedaemon.answers import Renames, from_line, to_line
from facedaemon.store import Store

_NOTE = "renames"  # those that the names in the state follow, as lines of an export

NameNow = Callable[[str], str]


def renames_taken_up(store: Store) -> Renames:
    """The renames and merges that all names in the state follow."""
    return Renames(tuple(from_line(line) for line in (store.note(_NOTE) or "").splitlines()))


def put_renames_taken_up(store: Store, renames: Renames) -> None:
    """All names in the state follow these from now on."""
    store.put_note(_NOTE, "\n".join(map(to_line, renames.steps)))


def names_now(store: Store, renames: Renames) -> NameNow:
    """Gives the present name of somebody by their name in the state: what was answered since is applied to it."""
    return renames.since(renames_taken_up(store)).now
