"""Opens the user's browser at the link.

The command line of every process can be read by all users of a computer. So the link, which holds a token, is not given
to the browser: it is in a file that only this user can read, and the browser is given that file.
"""

import html
import os
import secrets
import shutil
import subprocess
import webbrowser
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from facedaemon import folders, private

_SNAPS = Path("/var/lib/snapd/desktop/applications")
_ASK_SECONDS = 5
_PAGE = """<!doctype html>
<html><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0;url={link}"><title>facedaemon</title></head>
<body><p><a href="{link}">facedaemon</a></p></body></html>
"""


@dataclass(frozen=True, slots=True)
class LinkFile:
    """A page of this user alone that leads to the link."""

    path: Path

    def remove(self) -> None:
        """It is not needed any more."""
        with suppress(OSError):
            self.path.unlink()


def open_link(link: str, environ: Mapping[str, str] = os.environ) -> LinkFile | None:
    """Open the user's browser at the link; None where there is no desktop, or no browser could be started."""
    if not has_desktop(environ):
        return None
    try:
        file = write_link(link, folder_for(environ, default_browser()))
    except OSError:
        return None
    if _started(file.path.as_uri(), environ):
        return file
    file.remove()
    return None


def has_desktop(environ: Mapping[str, str]) -> bool:
    """Whether a browser has a screen: a browser in the terminal would not show the pictures."""
    return any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def default_browser() -> str:
    """The desktop file of the user's browser, such as `firefox_firefox.desktop`; "" where it is not known."""
    command = shutil.which("xdg-settings")
    if command is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - fixed words
            [command, "get", "default-web-browser"], capture_output=True, text=True, check=False, timeout=_ASK_SECONDS
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def folder_for(environ: Mapping[str, str], browser: str, snaps: Path = _SNAPS) -> Path:
    """A folder that only this user can read, and that the browser can read, too.

    A browser installed as a snap sees neither hidden folders nor the runtime directory, but `~/snap/NAME/common`.
    """
    if browser and "/" not in browser and (snaps / browser).exists():
        folder = folders.home(environ) / "snap" / browser.partition("_")[0] / "common"
        if folder.is_dir():
            return folder
    named = environ.get("XDG_RUNTIME_DIR", "")
    return Path(named) / folders.APPLICATION if named.startswith("/") else folders.cache_folder(environ)


def write_link(link: str, folder: Path) -> LinkFile:
    """The file that leads to the link. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"facedaemon-{secrets.token_hex(8)}.html"
    with open(private.open_new(path), "w", encoding="utf-8") as opened:  # noqa: PTH123 - a descriptor
        opened.write(_PAGE.format(link=html.escape(link)))
    return LinkFile(path)


def _started(address: str, environ: Mapping[str, str]) -> bool:
    command = None if environ.get("BROWSER") else shutil.which("xdg-open")
    if command is None:
        return webbrowser.open(address)
    try:
        subprocess.Popen(  # noqa: S603 - a program and an address, no shell
            [command, address],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    return True
