"""What a version of digiKam's schema means that this facedaemon does not know yet."""

from facedaemon.errors import ExitCode, Fatal
from facedaemon.library.schema import NEWEST_VERSION


def newer_schema(version: int) -> str | None:
    """What follows from a newer version than facedaemon knows, where it can be read; None for one that it knows."""
    if version <= NEWEST_VERSION:
        return None
    return (
        f"digiKam's schema version {version} is newer than this facedaemon knows ({NEWEST_VERSION}): it is read, but "
        "suggestions are not written into it; install a newer facedaemon"
    )


def unreadable(name: str, version: int | None, missing: str) -> Fatal:
    """The error for a database in which something is missing that is read; `version` None where it tells none."""
    if version is None or version <= NEWEST_VERSION:
        return Fatal(f"{name}: not a database of digiKam ({missing})", ExitCode.LIBRARY)
    return Fatal(
        f"{name}: digiKam's schema version {version} is newer than this facedaemon knows ({NEWEST_VERSION}) and cannot "
        f"be read ({missing}); install a newer facedaemon",
        ExitCode.LIBRARY,
    )
