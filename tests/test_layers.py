"""The layers: which package may import which, and which dependency belongs to which package."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

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
    "face_ids": 1,
    "face_positions": 2,
    "own_database": 1,
    "private": 0,
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
    "pydantic": {"config", "config_reference"},
    "pydantic_core": {"config"},
    "starlette": {"review"},
    "uvicorn": {"review"},
    "jinja2": {"review"},
    "markupsafe": {"review"},
    "typer": {"cli"},
    "rich": {"cli"},
    "threading": {"sandboxed_process", "daemon", "review", "vision", "watch"},
}

STARTS = {
    ("work.py", "facedaemon.daemon.work")
}  # loaded after the signals are blocked, before which nothing may import numpy

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
    """Somebody who asks what the daemon does is not kept waiting for numpy, networks and databases to load."""
    code = "import sys, facedaemon.cli.inspect, facedaemon.config, facedaemon.pipeline.status; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert [] == sorted(set(done.stdout.split()) & {"numpy", "cv2", "openvino", "sqlalchemy", "watchdog", "pyexiv2"})


def test_packages_are_used_by_what_they_export() -> None:
    """Whoever uses a package sees its `__init__` alone, so that what lies behind it can change freely.

    `pipeline` is the exception: its modules are the jobs that commands and daemon call, loaded when they are needed.
    """
    wrong = []
    for file, module in _imports():
        parts = module.split(".")
        is_inside = len(parts) > 2 and parts[0] == "facedaemon" and (PACKAGE / parts[1]).is_dir()
        if is_inside and parts[1] not in {_package(file), "pipeline"} and (file.name, module) not in STARTS:
            wrong.append(f"{file.relative_to(PACKAGE)} imports {module}")
    assert [] == wrong
