"""From a config to an open workshop: models verified, library found, state owned."""

import logging
import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from facedaemon import library, sidecar, vision
from facedaemon.config import Config
from facedaemon.pipeline.workshop import Workshop
from facedaemon.store import Store

log = logging.getLogger(__name__)


def open_workshop(config: Config, home: Path | None = None, environ: Mapping[str, str] | None = None) -> Workshop:
    """Everything that `config` names, ready for work.

    Raises Fatal: exit status 3 for models, 5 for the library, 4 for an owned state, 2 for a damaged one.
    """
    environ = os.environ if environ is None else environ
    home = Path.home() if home is None else home
    models = vision.find_models(config, environ)
    digikam = library.find_digikam(home, environ)
    opened = open_library(config, digikam)
    try:
        store = Store.open(config.state())
    except BaseException:
        if opened is not None:
            opened.close()
        raise
    return Workshop(
        config=config,
        store=store,
        models=models,
        library=opened,
        naming=naming(config, digikam),
        sidecar_use=partial(library.sidecar_use, home, environ),
    )


def open_library(config: Config, digikam: library.DigikamSettings | None) -> library.DigikamLibrary | None:
    """The library that the config names or that digiKam's settings lead to; None for none.

    With `auto`, a database that is not there (not made yet, or on a drive that is away) is no reason not to work.
    Raises Fatal (exit status 5) for one that is named and absent, damaged or of an unknown version.
    """
    database = config.library.digikam.database
    if database == "none":
        return None
    if database != "auto":
        return library.open_library(database)
    if digikam is None:
        return None
    if digikam.location is None:
        log.warning("%s", digikam.mend)
        return None
    if "://" not in digikam.location and not Path(digikam.location).exists():
        log.warning("%s: digiKam's database is not there now; working without it", digikam.location)
        return None
    return library.open_library(digikam.location)


def naming(config: Config, digikam: library.DigikamSettings | None) -> sidecar.Naming | None:
    """How new sidecars are named: as the config says, else as digiKam names them, else as they are named already."""
    if config.sidecar.naming == "auto" and digikam is not None:
        return sidecar.Naming.STEM if digikam.sidecar_stem_naming else sidecar.Naming.FULL
    return None if config.sidecar.naming == "auto" else sidecar.Naming(config.sidecar.naming)
