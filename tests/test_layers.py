"""The layers: which package may import which, and which dependency belongs to which package."""

import ast
import functools
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "facedaemon"

LAYER = {
    "cli": 5,
    "__main__": 6,
    "api": 4,
    "daemon": 4,
    "review": 4,
    "pipeline": 3,
    "jobs": 3,
    "vision": 2,
    "gallery": 2,
    "store": 2,
    "library": 2,
    "sidecar": 2,
    "watch": 2,
    "answers": 2,
    "sandboxed_process": 1,
    "safe_open": -1,
    "geometry": 1,
    "formats": 1,
    "suffixes": 1,
    "config": 1,
    "config_reference": 2,
    "figures": 0,
    "face_ids": 1,
    "face_positions": 2,
    "own_database": 1,
    "private": 0,
    "processes": 0,
    "process_messages": 0,
    "logs": 1,
    "errors": -1,
    "names": 0,
    "seccomp": 0,
    "values": 0,
    "__init__": 0,
    "cron": 0,
    "compact_paths": 0,
    "dates": 0,
    "digests": 0,
    "mountinfo": 0,
    "unit_vectors": 1,
    "folders": 0,
    "lazy_names": 0,
    "text": -2,  # what an error says is safe to be shown
}

HOME_OF = {
    "cv2": {"vision"},
    "openvino": {"vision"},
    "PIL": {"vision"},
    "pillow_heif": {"vision"},
    "pillow_jxl": {"vision"},
    "rawpy": {"vision"},
    "pyexiv2": {"sidecar"},
    "watchdog": {"watch"},
    "sqlite3": {"answers", "library", "own_database", "store"},
    "sqlalchemy": {"library"},
    "pymysql": {"library"},
    "apscheduler": {"daemon"},
    "sdnotify": {"daemon"},
    "jeepney": {"daemon"},
    "yaml": {"config", "config_reference"},
    "pydantic": {"cli", "config", "config_reference"},
    "pydantic_core": {"config"},
    "starlette": {"review"},
    "uvicorn": {"review"},
    "jinja2": {"review"},
    "markupsafe": {"review"},
    "typer": {"cli"},
    "rich": {"cli"},
    "threading": {"sandboxed_process", "daemon", "review", "vision", "watch"},
}

HEAVY = {"numpy", "cv2", "openvino", "sqlalchemy", "watchdog", "pyexiv2"}
ANYWHERE = {"numpy", "platformdirs"}


def _imports() -> Iterator[tuple[Path, str]]:
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((file, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{file}: relative import"
                assert node.module is not None
                if node.module == "facedaemon":
                    yield from ((file, f"facedaemon.{alias.name}") for alias in node.names)
                else:
                    yield file, node.module


def _package(file: Path) -> str:
    first = file.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def _edges() -> set[tuple[str, str]]:
    edges = set()
    for file, module in _imports():
        parts = module.split(".")
        if parts[0] == "facedaemon" and len(parts) > 1:
            target = parts[1] if parts[1] in LAYER else "__init__"
            if (_package(file), target) != ("__init__", "api"):  # the front door gives what stands behind it
                edges.add((_package(file), target))
    return edges


def test_packages_import_only_lower_layers() -> None:
    """Each import goes to a lower layer; packages of one layer do not import each other."""
    wrong = [f"{a} -> {b}" for a, b in sorted(_edges()) if a != b and LAYER[b] >= LAYER[a]]
    assert [] == wrong


PIPELINE = {  # its parts: what stands above is used by nothing below
    "pages and commands that read": ("reading",),
    "answers that are given": ("answering",),
    "what must be there first": ("setup",),
    "the daemon seen from other processes": ("service",),
    "the main job": ("", "annotations", "people"),
}


def test_the_main_job_uses_nothing_of_what_shows_it() -> None:
    """In `pipeline/` each part imports its own modules and those of the parts below it."""
    height = {part: -number for number, parts in enumerate(PIPELINE.values()) for part in parts}
    found = {folder.name for folder in (PACKAGE / "pipeline").iterdir() if (folder / "__init__.py").is_file()}
    assert found == set(height) - {""}
    wrong = [
        f"{file.relative_to(PACKAGE)} imports {module}"
        for file, module in _imports()
        if file.name != "__init__.py" and (inner := module.split("."))[:2] == ["facedaemon", "pipeline"]
        for here, there in [(_part(file.relative_to(PACKAGE).parts[1:-1]), _part(inner[2:-1]))]
        if _package(file) == "pipeline" and height[there] > height[here]
    ]
    assert [] == wrong


def _part(folders: Sequence[str]) -> str:
    return folders[0] if folders else ""


def test_every_package_has_a_layer() -> None:
    """A new package must be given its layer."""
    packages = {_package(file) for file in PACKAGE.rglob("*.py")}
    assert packages <= set(LAYER)


def test_dependencies_stay_in_their_package() -> None:
    """A dependency is imported only by the packages that it belongs to."""
    wrong = [
        f"{file.relative_to(PACKAGE)} imports {module}"
        for file, module in _imports()
        if (home := HOME_OF.get(module.split(".")[0])) is not None and _package(file) not in home
    ]
    assert [] == wrong


def test_every_dependency_is_known() -> None:
    """A new dependency must be assigned to a package here."""
    known = set(HOME_OF) | ANYWHERE | {"facedaemon"} | set(sys.stdlib_module_names)
    assert [] == sorted({module for _, module in _imports() if module.split(".")[0] not in known})


def test_status_answers_without_the_heavy_packages() -> None:
    """Who asks what the daemon does does not wait until numpy, networks and databases are loaded."""
    code = "import sys, facedaemon.cli.inspect; from facedaemon.pipeline import read_status; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert [] == sorted(set(done.stdout.split()) & HEAVY)


LAZY = ["daemon", "library", "pipeline", "sidecar", "vision", "watch"]


@pytest.mark.parametrize("package", ["facedaemon", *(f"facedaemon.{name}" for name in LAZY)])
def test_names_are_loaded_when_they_are_used(package: str) -> None:
    """The import of a package with heavy modules loads none of them; each name that it exports can be loaded."""
    code = (
        f"import sys, {package} as p; loaded = set(sys.modules); n = [getattr(p, n) for n in p.__all__]; print(*loaded)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert [] == sorted(set(done.stdout.split()) & HEAVY)


def test_packages_are_used_by_what_they_export() -> None:
    """What uses a package uses the names in its `__all__` alone, so that what lies behind them can change freely."""
    wrong = [f"{file.relative_to(PACKAGE)} uses {name}" for file, name in _uses() if not _is_exported(*name.split("."))]
    assert [] == wrong, "import it from the package; a new name goes into its __init__"


def test_no_export_has_the_name_of_a_module() -> None:
    """Else the name means the exported value or the module, depending on what was imported before."""
    wrong = [
        f"{package.name}.{name}"
        for package in PACKAGE.iterdir()
        for name in _exports(package.name)
        if (package / f"{name}.py").exists() and "__getattr__" in (package / "__init__.py").read_text(encoding="utf-8")
    ]
    assert [] == wrong


def _uses() -> Iterator[tuple[Path, str]]:
    """What each file uses of another package: `package.name`, or `package.module.name` past its `__init__`."""
    for file in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        packages: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from (
                    (file, alias.name.removeprefix("facedaemon."))
                    for alias in node.names
                    if _is_of_another(file, alias.name)
                )
            elif isinstance(node, ast.ImportFrom) and node.module == "facedaemon":
                packages |= {alias.asname or alias.name: alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and _is_of_another(file, str(node.module)):
                yield from ((file, f"{node.module}.{alias.name}".removeprefix("facedaemon.")) for alias in node.names)
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in packages:
                package = packages[node.value.id]
                if (PACKAGE / package).is_dir() and package != _package(file):
                    yield file, f"{package}.{node.attr}"


def _is_of_another(file: Path, module: str) -> bool:
    parts = module.split(".")
    return parts[0] == "facedaemon" and len(parts) > 1 and (PACKAGE / parts[1]).is_dir() and parts[1] != _package(file)


def _is_exported(package: str, *names: str) -> bool:
    return len(names) == 1 and names[0] in _exports(package)


@functools.cache
def _exports(package: str) -> frozenset[str]:
    """The names in the package's `__all__`; empty for what is no package."""
    front = PACKAGE / package / "__init__.py"
    if not front.exists():
        return frozenset()
    for node in ast.parse(front.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return frozenset(ast.literal_eval(node.value))
    return frozenset()
