"""Opens a session for a config: verifies the models, finds the library, locks the state."""

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from facedaemon import folders, library, vision
from facedaemon.config import Config
from facedaemon.pipeline.library_finder import LibraryFinder
from facedaemon.pipeline.session import Session
from facedaemon.store import Store


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
