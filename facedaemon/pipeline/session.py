"""All that the pipeline works with: opened together for a config, closed together."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from facedaemon import folders, library, sidecar, vision, watch
from facedaemon.config import MOST_WORKERS, Config
from facedaemon.errors import ExitCode, Fatal, PhotoError
from facedaemon.names import NotNames
from facedaemon.pipeline.annotations.answered import Answered
from facedaemon.pipeline.library_finder import LibraryFinder
from facedaemon.store import Entry, Store

if TYPE_CHECKING:  # loaded when they are used: commands that read need neither networks nor digiKam's database
    from facedaemon.library import DigikamLibrary, SidecarUse
    from facedaemon.sidecar import Naming
    from facedaemon.vision import FaceAnalyzer, Models, Network


Result = TypeVar("Result")


class LongCalculation(Protocol):
    """How a long calculation that makes no steps is carried out."""

    def __call__(self, calculate: Callable[[], Result]) -> Result:
        """What `calculate` gives or raises."""


def run_now(calculate: Callable[[], Result]) -> Result:
    """Carry it out at once; nothing else happens meanwhile."""
    return calculate()


@dataclass
class Session:
    """All that one run works with: its settings, its state, its networks, the library that it reads.

    `library` is None where the user has no digiKam, or none that can be used now; `naming` is how sidecars are named
    here. With a `finder` both are what it finds, whenever `find_library` is called.
    `now` is the time of day, which may be set at any moment; `monotonic` measures how long something takes.
    `sidecar_use` gives how digiKam, by its settings at that moment, uses sidecars. `run_long` carries out what
    takes long. `still_to_analyse` counts the photos that passes under way have still to analyse: what is trained
    meanwhile is provisional.
    """

    config: Config
    store: Store
    models: "Models"
    library: "DigikamLibrary | None"
    naming: "Naming | None"
    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sidecar_use: "Callable[[], SidecarUse]" = lambda: library.SidecarUse.IGNORED
    finder: LibraryFinder | None = None
    run_long: LongCalculation = run_now
    still_to_analyse: int = 0

    @cached_property
    def model_id(self) -> str:
        """Names detector, embedder and their settings; faces of another model are looked at again."""
        return self.models.model_id

    @cached_property
    def not_names(self) -> NotNames:
        """Which names name nobody."""
        return NotNames.of(self.config.library.not_names)

    @cached_property
    def answers(self) -> Answered:
        """What humans answered in facedaemon itself."""
        return Answered(self.config.state(), self.store)

    @property
    def workers(self) -> int:
        """How many threads may decode and run networks."""
        chosen = self.config.resources.workers
        return min(len(os.sched_getaffinity(0)), MOST_WORKERS) if chosen == "auto" else chosen

    @cached_property
    def analyzer(self) -> "FaceAnalyzer":
        """The networks, loaded when the first photo needs them. Raises Fatal (exit status 3), see `Engine.network`."""
        opened = vision.FaceAnalyzer.open(self.models, self.workers, self.config.roots())
        for network in opened.embedder.networks:
            if network.likeness is None:
                self._compare_with_before(network)
        return opened

    def _compare_with_before(self, network: "Network") -> None:
        """A network without a reference answer must answer as when this state was made, maybe on another machine."""
        key = f"reference answer {network.entry.name} {self.model_id}"
        before = self.store.note(key)
        if before is None:
            self.store.put_note(key, network.answer)
        elif (likeness := network.likeness_with(before)) < vision.LEAST_LIKENESS:
            raise Fatal(
                f"{network.entry.name}: this machine computes it otherwise than when this state was made: the two "
                f"answers to the reference picture have a likeness of {likeness:.4f}, at least {vision.LEAST_LIKENESS} "
                "is needed. What to do: use the machine and the OpenVINO of before, or give the network another name "
                "in its .toml and in models.embedder: all faces are then embedded again",
                ExitCode.MODELS,
            )

    @property
    def library_problem(self) -> str | None:
        """Why there is no library that can be used; None where there is one, or none is to be."""
        return None if self.finder is None or self.finder.problem is None else str(self.finder.problem)

    def find_library(self) -> None:
        """Find the library again if it came, went or moved; may be called often, it looks every few seconds only."""
        if self.finder is not None:
            self.finder.refresh()
            self.library, self.naming = self.finder.library, self.finder.naming

    def unload(self) -> None:
        """The networks are unloaded until the next photo needs them, and their memory goes back to the system."""
        if "analyzer" in self.__dict__:
            del self.analyzer
        vision.give_memory_back()

    def root_of(self, path: Path) -> Path | None:
        """The photo root that `path` lies below."""
        steps = path.parts
        return next((root for root in self.config.roots() if _is_above(root.parts, steps)), None)

    def root_written_below(self, entry: Entry) -> Path:
        """The photo root of a sidecar in the ledger, below which alone it may be touched.

        The root that it was written below, or the one of the config that it lies below now. Raises PhotoError where it
        lies below neither: then it might be anybody's file.
        """
        if entry.root is not None and entry.root in entry.target.parents:
            return entry.root
        root = self.root_of(entry.target)
        if root is None:
            raise PhotoError(entry.target, "it lies below no root that is known; name its folder in photos.roots")
        return root

    def root_problem(self, path: Path) -> str | None:
        """Why the root that `path` lies below cannot be looked into; None where it can, or where there is none."""
        root = self.root_of(path)
        return None if root is None else watch.root_problem(root)

    def sidecar_state(self, photo: Path) -> str:
        """What `stat` says of the photo's sidecars, so that a change is seen without opening them."""
        try:
            seen = [(path, path.lstat()) for path in sidecar.existing_sidecars(photo, self.naming)]
        except (PhotoError, OSError):
            return "cannot be seen"
        return "|".join(f"{_name(path)}:{of.st_size}:{of.st_mtime_ns}:{of.st_ino}" for path, of in seen) or "none"

    def close(self) -> None:
        """Close the state and the library."""
        self.store.close()
        if self.library is not None:
            self.library.close()


def open_session(
    config: Config,
    home: Path | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    needs_library: bool = True,
) -> Session:
    """A session with everything that `config` names.

    Raises Fatal: exit status 3 for models, 5 for the library, 4 for an owned state, 2 for a damaged one. With
    `needs_library` False a library that cannot be used raises nothing: it is tried again later.
    """
    environ = os.environ if environ is None else environ
    home = folders.home_to_search(environ) if home is None else home
    models = vision.find_models(config, environ)
    finder = LibraryFinder(config, home, environ)
    if needs_library:
        finder.open()
    else:
        finder.refresh()
    try:
        store = Store.open(config.state())
    except BaseException:
        finder.close()
        raise
    return Session(
        config=config,
        store=store,
        models=models,
        library=finder.library,
        naming=finder.naming,
        sidecar_use=partial(library.sidecar_use, home, environ),
        finder=None if needs_library else finder,
    )


def _is_above(folder: tuple[str, ...], path: tuple[str, ...]) -> bool:
    """The same as `folder in path.parents`, which makes a path of each parent; this is asked for every photo."""
    return len(folder) < len(path) and path[: len(folder)] == folder


def _name(path: Path) -> str:
    """Names are bytes; the state keeps texts."""
    return os.fsencode(path.name).decode("utf-8", "backslashreplace")
