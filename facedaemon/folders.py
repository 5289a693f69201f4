"""The user's own folders, as the XDG Base Directory Specification has them."""

import os
import pwd
from collections.abc import Mapping
from pathlib import Path

from facedaemon.errors import ExitCode, Fatal

APPLICATION = "facedaemon"


def home(environ: Mapping[str, str] = os.environ) -> Path:
    """`$HOME` where it is an absolute path, else this user's home in the system. Raises Fatal (exit status 2)."""
    named = environ.get("HOME", "")
    if not named.startswith("/"):
        try:
            named = pwd.getpwuid(os.getuid()).pw_dir
        except KeyError:
            named = ""
    if not named.startswith("/"):
        raise Fatal(
            "this user has no home folder: set HOME, or name a config with --config that has photos.roots, "
            "state_directory and models.directory",
            ExitCode.USAGE,
        )
    return Path(named)


def home_to_search(environ: Mapping[str, str] = os.environ) -> Path:
    """The home to search for other programs' settings; `/`, which has none, for a user without a home."""
    try:
        return home(environ)
    except Fatal:
        return Path("/")


def config_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the config is looked for: `$XDG_CONFIG_HOME/facedaemon`."""
    return _folder("XDG_CONFIG_HOME", ".config", environ) / APPLICATION


def state_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the state is kept by default: `$XDG_STATE_HOME/facedaemon`."""
    return _folder("XDG_STATE_HOME", ".local/state", environ) / APPLICATION


def data_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where models are kept by default: below `$XDG_DATA_HOME/facedaemon`."""
    return _folder("XDG_DATA_HOME", ".local/share", environ) / APPLICATION


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where pictures of faces are kept that can be made again: `$XDG_CACHE_HOME/facedaemon`."""
    return _folder("XDG_CACHE_HOME", ".cache", environ) / APPLICATION


def _folder(variable: str, below_home: str, environ: Mapping[str, str]) -> Path:
    named = environ.get(variable, "")
    # "If an implementation encounters a relative path … it should consider the path invalid and ignore it."
    return Path(named) if named.startswith("/") else home(environ) / below_home
