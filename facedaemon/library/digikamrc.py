"""digiKam's own settings: where its database is, and how it treats sidecars."""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from sqlalchemy import URL

from facedaemon.errors import ExitCode, Fatal

_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|.)")
_ESCAPED = {"s": " ", "t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
_GROUP_OPTIONS = re.compile(r"\[\$\w+\]$")  # [$i]: an administrator forbids changes
_KEY_OPTIONS = re.compile(r"((?:\[[^\]]*\])+)$")


@dataclass(frozen=True, slots=True)
class DigikamSettings:
    """What digikamrc says. `location` is what `open_library` takes; None where `fix` says what the user must do.

    `sidecar_stem_naming`: sidecars are named IMG.xmp, not IMG.JPG.xmp. `reads_sidecars`: digiKam looks at sidecars at
    all. `rescans_modified`: a photo whose file, or
    whose sidecar where those are read, changed since is read again as if it were new: names, tags, ratings and
    captions that stand only in the database are dropped.
    """

    file: Path
    location: str | None = field(repr=False)  # may hold a password
    fix: str | None
    sidecar_stem_naming: bool
    reads_sidecars: bool
    rescans_modified: bool

    @property
    def is_harmed_by_sidecars(self) -> bool:
        """Whether digiKam drops data that only its database holds when a sidecar appears, changes or vanishes."""
        return self.reads_sidecars and self.rescans_modified


def find_digikam(home: Path, environ: Mapping[str, str]) -> DigikamSettings | None:
    """The settings of the digiKam installed for this user, as a package or as a Flatpak; None without one.

    Where both have been used, the one whose settings changed last counts.
    """
    found = [(place.stat().st_mtime_ns, place) for place in _files(home, environ)]
    return read_digikamrc(max(found)[1], home, environ) if found else None


class SidecarUse(StrEnum):
    """How the digiKam of this user treats sidecars, as it is set up now."""

    IGNORED = "ignored"
    """It does not read them."""
    FIRST = "first"
    """It reads a photo's sidecar only when it finds the photo for the first time."""
    ALWAYS = "always"
    """It reads a photo again when its sidecar changed, and drops what only its database holds."""


def sidecar_use(home: Path, environ: Mapping[str, str]) -> SidecarUse:
    """The most harmful use among all digiKam installations of this user; ALWAYS where settings cannot be read."""
    try:
        found = [read_digikamrc(file, home, environ) for file in _files(home, environ)]
    except (Fatal, OSError):
        return SidecarUse.ALWAYS
    if any(settings.is_harmed_by_sidecars for settings in found):
        return SidecarUse.ALWAYS
    return SidecarUse.FIRST if any(settings.reads_sidecars for settings in found) else SidecarUse.IGNORED


def _files(home: Path, environ: Mapping[str, str]) -> list[Path]:
    named = environ.get("XDG_CONFIG_HOME", "")
    configuration = Path(named) if named.startswith("/") else home / ".config"
    places = [configuration / "digikamrc", home / ".var/app/org.kde.digikam/config/digikamrc"]
    return [place for place in places if place.is_file()]


def _preset(environ: Mapping[str, str]) -> list[Path]:
    """Where a distribution or an administrator sets digiKam up for all users, the least important first."""
    folders = (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
    return [Path(folder) / "digikamrc" for folder in reversed(folders) if Path(folder).is_absolute()]


def read_digikamrc(file: Path, home: Path, environ: Mapping[str, str]) -> DigikamSettings:
    """The settings in `file`; keys that are absent have digiKam's defaults. Raises Fatal where it cannot be read."""
    try:
        text = file.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise Fatal(
            f"{file}: digiKam's settings cannot be read ({error.strerror}); set library.digikam.database in the config",
            ExitCode.LIBRARY,
        ) from error
    variables = {**environ, "HOME": str(home)}
    groups = _groups(text, variables)
    metadata: dict[str, str] = {}
    for preset in _preset(environ):
        with suppress(OSError):  # most machines have none
            preset_text = preset.read_text(encoding="utf-8", errors="surrogateescape")
            metadata |= _groups(preset_text, variables).get("Metadata Settings", {})
    metadata |= groups.get("Metadata Settings", {})
    location, fix = _location(groups.get("Database Settings", {}), file, home)
    return DigikamSettings(
        file=file,
        location=location,
        fix=fix,
        sidecar_stem_naming=_yes(metadata.get("Use Compatible File Name")),
        reads_sidecars=_yes(metadata.get("Use XMP Sidecar For Reading")),
        rescans_modified=_yes(metadata.get("Rescan File If Modified")),
    )


def _groups(text: str, environ: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """KConfig's format: `[Group]`, then `key=value`; `key[$e]=value` holds variables to be expanded."""
    groups: dict[str, dict[str, str]] = {}
    group: dict[str, str] = {}
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped.startswith("["):
            group = groups.setdefault(_GROUP_OPTIONS.sub("", stripped).removeprefix("[").removesuffix("]"), {})
        elif "=" in stripped and not stripped.startswith("#"):
            key, _, value = stripped.partition("=")
            options = _KEY_OPTIONS.search(key.strip())
            name = key.strip() if options is None else key.strip()[: options.start()]
            plain = _ESCAPE.sub(_unescaped, value.strip())
            expands = options is not None and "e" in options[1]
            group[name] = (
                _VARIABLE.sub(lambda match: environ.get(match[1] or match[2], match[0]), plain) if expands else plain
            )
    return groups


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    if code.startswith("x") and len(code) == 3:
        return chr(int(code[1:], 16))
    return _ESCAPED.get(code, match[0])


def _yes(value: str | None) -> bool:
    return (value or "").lower() in {"true", "on", "yes", "1"}


def _location(database: Mapping[str, str], file: Path, home: Path) -> tuple[str | None, str | None]:
    kind = database.get("Database Type", "QSQLITE").upper()
    name = database.get("Database Name", "")
    if kind == "QMYSQL":
        return (
            _internal_server(database, home)
            if _yes(database.get("Internal Database Server"))
            else _server(database, file)
        )
    if kind != "QSQLITE":
        return None, f"{file}: the database type {kind} is not known; set library.digikam.database"
    if not name:
        return None, f"{file}: digiKam has not chosen a database yet; start it once, or set library.digikam.database"
    path = Path(os.path.normpath(home / name))
    return str(path if path.suffix == ".db" else path / "digikam4.db"), None


def _internal_server(database: Mapping[str, str], home: Path) -> tuple[str | None, str | None]:
    """The server that digiKam starts for itself: user root without password, a socket below its folder."""
    folder = Path(database.get("Internal Database Server Path") or home / ".local/share/digikam")
    socket = home / folder / "db_misc" / "mysql.socket"
    name = database.get("Database Name") or "digikam"
    return _render(URL.create("mysql", "root", host="localhost", database=name, query={"unix_socket": str(socket)}))


def _server(database: Mapping[str, str], file: Path) -> tuple[str | None, str | None]:
    host, user = database.get("Database Hostname") or "localhost", database.get("Database Username", "")
    name, password = database.get("Database Name") or "digikam", database.get("Database Password")
    if database.get("Database Encrypted Password") and not password:
        return None, (
            f"{file}: digiKam keeps the password of its database encrypted; "
            f"set library.digikam.database: mysql://{user or 'USER'}:PASSWORD@{host}/{name}"
        )
    port = database.get("Database Port", "")
    options = dict(pair.split("=", 1) for pair in database.get("Database Connectoptions", "").split(";") if "=" in pair)
    socket = options.get("UNIX_SOCKET")
    return _render(
        URL.create(
            "mysql",
            user or None,
            password or None,
            host,
            int(port) if port.isdecimal() and int(port) > 0 else None,
            name,
            {"unix_socket": socket} if socket else {},
        )
    )


def _render(url: URL) -> tuple[str, None]:
    return url.render_as_string(hide_password=False), None
