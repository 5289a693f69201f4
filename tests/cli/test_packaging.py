"""What `pipx install` gets, and what distributions build from."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from contextlib import suppress
from importlib import metadata
from pathlib import Path

import pytest

from facedaemon.cli.shipped import shipped

REPOSITORY = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel of this source tree, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    build = "from hatchling.build import build_wheel; import sys; print(build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(folder)], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert 0 == done.returncode, done.stderr
    return zipfile.ZipFile(folder / done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", ["config.example.yaml", "systemd/facedaemon.service", "systemd/facedaemon@.service"])
def test_the_wheel_holds_what_the_commands_write(wheel: zipfile.ZipFile, name: str) -> None:
    """`init` and `install-service` find their templates in an installation as in the source tree."""
    assert shipped(name).read_bytes() == wheel.read(f"facedaemon/share/{name}")


def test_the_wheel_holds_every_migration_and_the_manifest(wheel: zipfile.ZipFile) -> None:
    """Files that are not Python, but without which nothing works, are installed too."""
    package = REPOSITORY / "facedaemon"
    needed = [*package.rglob("*.sql"), *package.rglob("*.toml")]
    assert {"001.sql", "manifest.toml"} <= {path.name for path in needed}
    assert {path.relative_to(REPOSITORY).as_posix() for path in needed} <= set(wheel.namelist())


def test_the_manual_page_is_installed(wheel: zipfile.ZipFile) -> None:
    """`man facedaemon` works after `pipx install`, which links share/man."""
    assert any(name.endswith(".data/data/share/man/man1/facedaemon.1") for name in wheel.namelist())


def test_the_wheel_holds_no_weights_and_no_tests(wheel: zipfile.ZipFile) -> None:
    """Only the program: the networks are fetched by it, with their own licences."""
    assert [] == [name for name in wheel.namelist() if name.endswith((".onnx", ".bin")) or "tests/" in name]
    assert sum(info.compress_size for info in wheel.infolist()) < 1_000_000


SHARED = (
    "share/applications/facedaemon-review.desktop",
    "share/icons/hicolor/scalable/apps/facedaemon.svg",
    "share/metainfo/org.facedaemon.facedaemon.metainfo.xml",
)


@pytest.mark.parametrize("name", SHARED)
def test_the_launcher_is_installed_where_a_desktop_looks(wheel: zipfile.ZipFile, name: str) -> None:
    """With its icon and its description for software centres."""
    (member,) = (each for each in wheel.namelist() if each.endswith(f".data/data/{name}"))
    assert wheel.read(member) == (REPOSITORY / name).read_bytes()


def _run(command: list[str], environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, env=environment, check=False)


def _checked_by(program: str, package: str, *words: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is absent: install {package}")
    done = _run([found, *words])
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_launcher_and_its_description_are_valid() -> None:
    """By the tools of freedesktop.org."""
    launcher, _, metainfo = SHARED
    assert "" == _checked_by("desktop-file-validate", "desktop-file-utils", launcher)
    program = shutil.which("appstreamcli")
    if program is None:
        pytest.skip("appstreamcli is absent: install appstream")
    said = _run([program, "validate", "--no-net", metainfo]).stdout
    complaints = [line for line in said.splitlines() if line.startswith(("E:", "W:"))]
    # whoever publishes facedaemon adds a homepage (docs/contributing.md)
    assert all("url-homepage-missing" in line for line in complaints), said


def test_one_version_and_date_stand_everywhere() -> None:
    """In the project, its changelog, the description for software centres and the PKGBUILD."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = project["version"]
    changelog = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[(.+?)\] - ([\d-]+)$", changelog, re.MULTILINE)
    assert newest is not None
    assert version == newest[1]
    assert f'<release version="{version}" date="{newest[2]}">' in (REPOSITORY / SHARED[2]).read_text(encoding="utf-8")
    assert f"\npkgver={version}\n" in (REPOSITORY / "packaging/arch/PKGBUILD").read_text(encoding="utf-8")


def test_the_scripts_of_the_packages_are_sound() -> None:
    """ShellCheck has nothing against them."""
    deb = [f"packaging/deb/{name}" for name in ("postinst", "prerm", "postrm", "try")]
    _checked_by("shellcheck", "shellcheck", "--external-sources", *deb, "packaging/arch/try")
    # what makepkg sets or reads
    _checked_by("shellcheck", "shellcheck", "-s", "bash", "-e", "SC2034,SC2154,SC2164", "packaging/arch/PKGBUILD")


def test_the_sources_build_the_same_wheel_without_network(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    """What a distribution does: the source archive alone, hatchling, and nothing from the internet."""
    build = "from hatchling.build import build_sdist; import sys; print(build_sdist(sys.argv[1]))"
    made = _run([sys.executable, "-c", build, str(tmp_path)])
    assert 0 == made.returncode, made.stderr
    with tarfile.open(tmp_path / made.stdout.split()[-1]) as archive:
        if hasattr(tarfile, "data_filter"):  # from 3.11.4 on
            archive.extraction_filter = tarfile.data_filter
        archive.extractall(tmp_path)
    (sources,) = (path for path in tmp_path.iterdir() if path.is_dir())
    assert [] == [path.name for path in sources.rglob("*") if path.suffix in {".onnx", ".bin", ".jpg", ".db"}]
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    nowhere = {**os.environ, "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    done = _run([*command, "--wheel-dir", str(tmp_path), str(sources)], nowhere)
    assert 0 == done.returncode, done.stderr
    (built,) = tmp_path.glob("*.whl")
    assert set(zipfile.ZipFile(built).namelist()) == set(wheel.namelist())


def test_the_debian_package_has_everything_in_its_place(tmp_path: Path) -> None:
    """Made of a small tree: the control file is whole, the units start the command, and root owns everything."""
    if shutil.which("dpkg-deb") is None:
        pytest.skip("this machine has no dpkg-deb")
    script = (
        "import sys; from pathlib import Path; sys.path[:0] = ['packaging', 'packaging/deb']; import build, tree;"
        "root = Path(sys.argv[1]) / 'root'; (root / 'opt/facedaemon/bin').mkdir(parents=True);"
        "tree.make_system_files(root / 'usr'); print(build.build(root, '3.13', Path(sys.argv[1])))"
    )
    made = _run([sys.executable, "-c", script, str(tmp_path)])
    assert 0 == made.returncode, made.stderr
    package = made.stdout.strip()
    control = _checked_by("dpkg-deb", "dpkg", "--info", package)
    assert "Depends: python3.13," in control
    assert "@" not in control.partition("Package:")[2].partition("Maintainer")[0]
    listed = _checked_by("dpkg-deb", "dpkg", "--contents", package)
    for place in (
        "./usr/bin/facedaemon -> /opt/facedaemon/bin/facedaemon",
        "./usr/lib/systemd/system/facedaemon@.service",
        "./usr/lib/systemd/user/facedaemon.service",
        "./usr/share/man/man1/facedaemon.1.gz",
        *(f"./usr/{name}" for name in SHARED),
    ):
        assert place in listed
    assert all(" root/root " in line for line in listed.splitlines())
    subprocess.run(["dpkg-deb", "--extract", package, str(tmp_path / "out")], check=True)
    units = tmp_path / "out/usr/lib/systemd"
    for unit in (units / "user/facedaemon.service", units / "system/facedaemon@.service"):
        assert "ExecStart=/usr/bin/facedaemon run" in unit.read_text(encoding="utf-8")


PAGE = ("starlette", "uvicorn", "jinja2", "markupsafe")
MOST_OF_THE_PAGE = 5_000_000  # bytes on the disk


def test_the_page_adds_less_than_five_megabytes() -> None:
    """What `facedaemon review` alone needs is small enough for everybody's installation."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {_name_of(words) for words in project["dependencies"]}
    assert set(PAGE) <= wanted
    alone = _with_all_they_need(set(PAGE)) - _with_all_they_need(wanted - set(PAGE))
    assert alone >= set(PAGE)
    files = (file.locate() for name in alone for file in metadata.files(name) or () if "__pycache__" not in file.parts)
    assert sum(Path(str(file)).stat().st_size for file in files if Path(str(file)).exists()) < MOST_OF_THE_PAGE


def _with_all_they_need(names: set[str]) -> set[str]:
    """The packages and those that they depend on, as far as they are installed: some are for older Pythons only."""
    found: set[str] = set()
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        with suppress(metadata.PackageNotFoundError):
            needed = [words for words in metadata.requires(name) or () if "extra ==" not in words]
            found.add(name)
            waiting |= {_name_of(words) for words in needed} - found
    return found


def _name_of(requirement: str) -> str:
    """The package that a requirement names, as PEP 503 writes it."""
    found = re.match(r"[\w.-]+", requirement)
    assert found is not None
    return re.sub(r"[-_.]+", "-", found[0]).lower()
