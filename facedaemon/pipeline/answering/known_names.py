"""Names of people: who is known by one, what may be a slip of the pen, and how somebody is called now."""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from facedaemon.answers import AnswerLog, Standing, active
from facedaemon.config import Config
from facedaemon.errors import ExitCode, Fatal
from facedaemon.names import Meaning, NotNames, clean_name, close_names, did_you_mean
from facedaemon.pipeline.people.names_now import NameNow, names_now
from facedaemon.store import Store

_PEOPLE = "; 'facedaemon people' lists all"
MAX_NAME = 255  # characters, as many as digiKam's tags have at most


class KnownNames:
    """The people who are known by name in a state and in the answers beside it."""

    def __init__(self, config: Config, store: Store | None) -> None:
        """`store` is None where nothing was ever scanned: then only answers name people."""
        self._config = config
        self._store = store

    def people(self) -> list[str]:
        """Everybody who is known by name here, in order."""
        answered = people_answered(self._config.state())
        elsewhere = self._store.annotations.people() if self._store is not None else ()
        return sorted(answered | set(map(self.now, elsewhere)))

    def checked(self, typed: str, instead_of: str | None = None) -> tuple[str, list[str]]:
        """The name as it is kept, and known names of which it may be a slip; none where it is known itself.

        A new name `instead_of` an old one may resemble that one.

        Raises Fatal (exit status 2) for what is no person's name.
        """
        name = clean_name(typed)
        if not name or len(name) > MAX_NAME:
            raise Fatal(f"{typed!r} is no name of 1 to {MAX_NAME} characters", ExitCode.USAGE)
        if NotNames.of(self._config.library.not_names).meaning(name) != Meaning.PERSON:
            raise Fatal(
                f"{name!r} names nobody (library.not_names); 'facedaemon ignore' is for faces of strangers",
                ExitCode.USAGE,
            )
        known = self.people()
        if name in known:
            return name, []
        others = [each for each in known if each != instead_of]
        return name, [each for each in [self.renamed(name)] if each in others] or close_names(name, others)

    def renamed(self, name: str) -> str | None:
        """What somebody who was called `name` before is called now; None where nobody was."""
        now = standing_about(self._config.state(), ()).renames.everywhere(name)
        return None if now == name else now

    def known(self, typed: str, *, may_be_new: bool = False) -> str:
        """The name as it is kept, of somebody who is known by it.

        Raises Fatal (exit status 2) for a name that nobody has; where it `may_be_new`, only for one that may be a slip.
        """
        name, close = self.checked(typed)
        known = self.people()
        if close or not (may_be_new or name in known):
            now = self.renamed(name)
            more = f" any more: it is {now} now" if now in known else did_you_mean(name, known)
            raise Fatal(f"nobody is called {name}{more or _PEOPLE}", ExitCode.USAGE)
        return name

    @cached_property
    def now(self) -> NameNow:
        """How somebody is called now whom the state calls as before a rename."""
        return str if self._store is None else names_now(self._store, standing_about(self._config.state(), ()).renames)


def standing_about(state: Path, contents: Iterable[str]) -> Standing:
    """What was answered about people, and about faces in the pictures of these contents."""
    log = AnswerLog.open_to_read(state)
    if log is None:
        return Standing()
    with log:
        return active(log.about(contents))


def people_answered(directory: Path) -> set[str]:
    """Everybody whom the answers beside the state in a folder name, as they are called now."""
    opened = AnswerLog.open_to_read(directory)
    if opened is None:
        return set()
    with opened as log:
        found = active(log.about(()))
        renamed = found.renames.names
        others = log.named(found.taken_back) - renamed
        return others | {found.renames.now(name, order) for name, order in log.named_so(found.taken_back, renamed)}


def names_beginning(config: Config, beginning: str) -> list[str]:
    """The known people's names that begin so, large and small letters alike: for the shell."""
    store = Store.open_read_only(config.state())
    try:
        known = KnownNames(config, store).people()
    finally:
        if store is not None:
            store.close()
    return [name for name in known if name.casefold().startswith(beginning.casefold())]
