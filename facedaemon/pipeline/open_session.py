"""From a config to an open session: models verified, library found, state owned."""

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
    """Everything that `config` names, ready for work.

    Raises Fatal: exit status 3 for models, 5 for the library, 4 for an owned state, 2 for a damaged one. With
    `needs_library` False a library that cannot be used stops nothing: it is looked for again and again.
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
