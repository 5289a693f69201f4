"""Takes chosen rejections back, by this process or by the daemon that owns the state."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from facedaemon.config import Config
from facedaemon.errors import ExitCode, Fatal
from facedaemon.names import clean_name, did_you_mean
from facedaemon.pipeline.command_paths import names_of
from facedaemon.pipeline.progress import Reporter
from facedaemon.pipeline.rejections import Forgotten, forget
from facedaemon.pipeline.service.hand_over import hand_request_over
from facedaemon.pipeline.service.requests import Request, RequestKind
from facedaemon.store import Locked, RejectionRecord, Store

_LIST = "; 'facedaemon rejections list' shows them all"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rejections are chosen: those that fit all given values; none where no value is given."""

    numbers: Sequence[int] = ()
    person: str | None = None
    photo: Path | None = None


def forget_chosen(config: Config, choice: Choice, now: float, say: Callable[[str], None] = lambda _: None) -> Forgotten:
    """Take the chosen rejections back in the state of this config; a daemon that owns the state does it.

    `say` gets a sentence about who does it. Raises Fatal: exit status 2 where there is no such rejection, 4 where
    another command owns the state, or the daemon does not react.
    """
    looked = Store.open_read_only(config.state())
    if looked is None:  # none is made for this
        raise Fatal(f"nothing was rejected yet: there is no state in {config.state()}", ExitCode.USAGE)
    with closing(looked):
        records = _chosen(looked, choice, config.roots())
    try:
        opened = Store.open(config.state())
    except Locked as held:
        request = Request(RequestKind.FORGET, rejections=tuple((item.id, item.rejection.person) for item in records))
        numbers = hand_request_over(config, held, request, None, Reporter(), say)
        assert isinstance(numbers, tuple)  # noqa: S101 - the reply to this kind
        gone = [item for item in records if item.id in numbers]
        return Forgotten(gone, [item for item in records if item.id not in numbers])
    with closing(opened) as store:
        return forget(store, _chosen(store, choice, config.roots()), now)


def forget_requested(store: Store, rejections: Iterable[tuple[int, str]], now: float) -> tuple[int, ...]:
    """Take back the rejections with these numbers, about these people, for a command; gives the numbers of those.

    Numbers that mean another rejection by now, or none, are left.
    """
    wanted = set(rejections)
    chosen = [item for item in store.rejections.all() if (item.id, item.rejection.person) in wanted]
    return tuple(item.id for item in forget(store, chosen, now).forgotten)


def _chosen(store: Store, choice: Choice, roots: Sequence[Path]) -> list[RejectionRecord]:
    every = records = store.rejections.all()
    if unknown := set(choice.numbers) - {item.id for item in records}:
        numbers = ", ".join(map(str, sorted(unknown)))
        raise Fatal(f"there is no rejection {numbers}; 'facedaemon rejections list' shows them all", ExitCode.USAGE)
    if choice.numbers:
        records = [item for item in records if item.id in choice.numbers]
    if choice.person is not None:
        records = [item for item in records if item.rejection.person == clean_name(choice.person)]
    if choice.photo is not None:
        names = set(names_of(choice.photo, roots))
        known = [photo for photo in map(store.photos.get, names) if photo is not None]
        contents = {photo.content for photo in known} - {None}
        records = [r for r in records if r.rejection.path in names or r.rejection.content in contents]
    if not records:
        people = {item.rejection.person for item in every}
        more = "" if choice.person is None else did_you_mean(clean_name(choice.person), people)
        raise Fatal(f"there is no such rejection{more or _LIST}", ExitCode.USAGE)
    return records
