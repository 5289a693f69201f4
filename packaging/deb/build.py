"""`make deb`: a Debian package of this checkout in dist/, for one version of Debian's Python. It needs no root."""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import tree

HERE = Path(__file__).parent


def main() -> None:
    """Build it, and print its path."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=tree.THIS_PYTHON, help="Debian 12 has 3.11, Debian 13 3.13.")
    parser.add_argument("--wheels", type=Path, help="Take all wheels from this folder, and none from the internet.")
    parser.add_argument("--to", type=Path, default=tree.CHECKOUT / "dist")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary) / "root"
        tree.make_environment(root / "opt/facedaemon", arguments.python, arguments.wheels)
        tree.make_system_files(root / "usr")
        print(build(root, arguments.python, arguments.to))


def build(root: Path, python: str, to: Path) -> Path:
    """Make the package of the tree below `root` in the folder `to`; returns its path."""
    architecture = _output("dpkg", "--print-architecture")
    control = root / "DEBIAN"
    control.mkdir()
    size = sum(path.lstat().st_size for path in root.rglob("*") if not path.is_dir()) // 1024
    text = (HERE / "control").read_text(encoding="utf-8")
    values = {"VERSION": tree.version(), "ARCHITECTURE": architecture, "PYTHON": python, "SIZE": str(size)}
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    (control / "control").write_text(text, encoding="utf-8")
    shutil.copyfile(HERE / "copyright", root / "usr/share/doc/facedaemon/copyright")
    for script in ("postinst", "prerm", "postrm"):
        shutil.copyfile(HERE / script, control / script)
        (control / script).chmod(0o755)
    for path in [root, *root.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    to.mkdir(parents=True, exist_ok=True)
    package = to / f"facedaemon_{tree.version()}_py{python}_{architecture}.deb"
    _output("dpkg-deb", "--root-owner-group", "-Zzstd", "-z6", "--build", str(root), str(package))
    return package


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603


if __name__ == "__main__":
    main()
