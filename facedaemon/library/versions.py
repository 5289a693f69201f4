"""Messages about versions of digiKam's schema that this facedaemon does not know."""

from facedaemon.errors import ExitCode, Fatal
from facedaemon.library.schema import NEWEST_VERSION


def newer_schema(version: int) -> str | None:
    """A note on a newer version than facedaemon knows that can be read; None for a known one."""
    if version <= NEWEST_VERSION:
        return None
    return (
        f"digiKam's schema version {version} is newer than this facedaemon knows ({NEWEST_VERSION}): it is read, but "
        "suggestions are not written into it; install a newer facedaemon"
    )


def unreadable(name: str, version: int | None, missing: str) -> Fatal:
    """The error for a database that lacks something that is read; `version` is None where it names none."""
    if version is None or version <= NEWEST_VERSION:
        return Fatal(f"{name}: not a database of digiKam ({missing})", ExitCode.LIBRARY)
    return Fatal(
        f"{name}: digiKam's schema version {version} is newer than this facedaemon knows ({NEWEST_VERSION}) and cannot "
        f"be read ({missing}); install a newer facedaemon",
        ExitCode.LIBRARY,
    )
