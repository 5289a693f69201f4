"""The files of a package that works without pip: `python packaging/tree.py DESTDIR [--python 3.13] [--wheels DIR]`.

Below DESTDIR come `/opt/facedaemon`, a virtual environment of that Python with facedaemon and all it needs, and in
`/usr` the command, systemd's units, the manual page, and the launcher with its icon and description. The wheels are
fetched for the Python of the package, which need not be the one that runs this. Nothing is written outside DESTDIR.
"""

import argparse
import gzip
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

THIS_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
CHECKOUT = Path(__file__).resolve().parent.parent
GLIBC = range(17, 37)
"""Up to Debian 12's; newer systems run these wheels, too."""
SOURCE_ONLY = ("sdnotify",)
"""Pure Python, published without a wheel: one is made here first."""
METAINFO = "share/metainfo/org.facedaemon.facedaemon.metainfo.xml"
LAUNCHER = """#!/opt/facedaemon/bin/python3
import sys

from facedaemon.cli import main

sys.exit(main())
"""


def main() -> None:
    """Make the tree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("destdir", type=Path)
    parser.add_argument("--python", default=THIS_PYTHON, help="The Python of the package, as 3.13.")
    parser.add_argument("--wheels", type=Path, help="Take all wheels from this folder, and none from the internet.")
    arguments = parser.parse_args()
    make_environment(arguments.destdir / "opt/facedaemon", arguments.python, arguments.wheels)
    make_system_files(arguments.destdir / "usr")


def version() -> str:
    """The version of this checkout."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def make_environment(folder: Path, python: str, wheels: Path | None) -> None:
    """A virtual environment whose Python is the system's, made by hand: `venv` makes only those of its own version."""
    packages = folder / "lib" / f"python{python}" / "site-packages"
    packages.mkdir(parents=True)
    (folder / "bin").mkdir()
    (folder / "bin" / "python3").symlink_to(f"/usr/bin/python{python}")
    config = f"home = /usr/bin\ninclude-system-site-packages = false\nversion = {python}\n"
    (folder / "pyvenv.cfg").write_text(config, encoding="utf-8")
    (folder / "bin" / "facedaemon").write_text(LAUNCHER, encoding="utf-8")
    (folder / "bin" / "facedaemon").chmod(0o755)
    with tempfile.TemporaryDirectory() as made:
        sources = ["--no-index", "--find-links", str(wheels)] if wheels else []
        _pip("wheel", "--no-deps", "--wheel-dir", made, *sources, str(CHECKOUT), *SOURCE_ONLY)
        platforms = [f"manylinux_2_{minor}_{platform.machine()}" for minor in reversed(GLIBC)]
        chosen = [f"--platform={each}" for each in (*platforms, f"manylinux2014_{platform.machine()}", "any")]
        _pip(
            *("install", "--only-binary=:all:", "--no-compile", "--target", str(packages), "--find-links", made),
            *(f"--python-version={python}", "--implementation=cp", *chosen, *sources),
            *map(str, Path(made).glob("*.whl")),
        )
    for unneeded in ("bin", "share"):
        shutil.rmtree(packages / unneeded, ignore_errors=True)


def make_system_files(usr: Path) -> None:
    """What the system finds: the command, units, manual page, launcher, icon, description and licence."""
    (usr / "bin").mkdir(parents=True)
    (usr / "bin" / "facedaemon").symlink_to("/opt/facedaemon/bin/facedaemon")
    for source, target in (
        ("systemd/facedaemon.service", "lib/systemd/user/facedaemon.service"),
        ("systemd/facedaemon@.service", "lib/systemd/system/facedaemon@.service"),
        ("share/applications/facedaemon-review.desktop", "share/applications/facedaemon-review.desktop"),
        ("share/icons/hicolor/scalable/apps/facedaemon.svg", "share/icons/hicolor/scalable/apps/facedaemon.svg"),
        (METAINFO, METAINFO),
        ("README.md", "share/doc/facedaemon/README.md"),
    ):
        text = (CHECKOUT / source).read_text(encoding="utf-8")
        _write(usr / target, re.sub(r"^ExecStart=\S+", "ExecStart=/usr/bin/facedaemon", text, flags=re.MULTILINE))
    for source, target in (
        ("man/facedaemon.1", "share/man/man1/facedaemon.1.gz"),
        ("CHANGELOG.md", "share/doc/facedaemon/changelog.gz"),
    ):
        path = usr / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress((CHECKOUT / source).read_bytes(), mtime=0))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _pip(*words: str) -> None:
    command = [sys.executable, "-m", "pip", *words, "--quiet", "--disable-pip-version-check"]
    subprocess.run(command, check=True)  # noqa: S603


if __name__ == "__main__":
    main()
