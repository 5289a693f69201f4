"""What contributors rely on: workflow, hooks, packages' facts and the index of decisions say one thing."""

import ast
import re
import runpy
import subprocess
import sys
import tomllib
from typing import Any

import pytest
import yaml

from tests.conftest import REPOSITORY

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOW: dict[str, Any] = yaml.safe_load((REPOSITORY / ".github/workflows/test.yml").read_text(encoding="utf-8"))


def test_the_index_of_decisions_lists_every_file_and_accounts_for_every_number() -> None:
    """`make decisions` would change nothing: each file has its line, each number without one is accounted for."""
    done = subprocess.run(
        [sys.executable, ".ci/decisions", "--check"], capture_output=True, text=True, cwd=REPOSITORY, check=False
    )
    assert ("", 0) == (done.stdout + done.stderr, done.returncode)


def test_the_same_pythons_are_tried_checked_and_named() -> None:
    """The workflow's, the dependency check's and the classifiers' versions are the same, from the lowest allowed on."""
    tried = WORKFLOW["jobs"]["test"]["strategy"]["matrix"]["python"]
    checked = runpy.run_path(str(REPOSITORY / ".ci" / "wheels"))["PYTHONS"]
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
    assert list(tried) == list(checked) == named
    assert f">={named[0]}" == PROJECT["requires-python"]


def test_both_processors_get_a_wheel_that_is_tried() -> None:
    """The wheel is installed on x86-64 and on aarch64, by the oldest and the newest Python."""
    matrix = WORKFLOW["jobs"]["wheel"]["strategy"]["matrix"]
    assert {False, True} == {machine.endswith("-arm") for machine in matrix["machine"]}
    tried = WORKFLOW["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert [tried[0], tried[-1]] == matrix["python"]


def test_the_workflow_may_only_read_and_runs_what_is_there() -> None:
    """No job can write to the repository, and each script and make target that one runs exists."""
    assert {"contents": "read"} == WORKFLOW["permissions"]
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    commands = [step["run"] for job in WORKFLOW["jobs"].values() for step in job["steps"] if "run" in step]
    assert commands
    for command in commands:
        first, *rest = command.split()
        if first == "make":
            assert re.search(rf"^{rest[0]}:", makefile, re.MULTILINE), command
        elif first != "python":  # which setup-python installs
            assert (REPOSITORY / first).stat().st_mode & 0o100, command


@pytest.mark.parametrize("file", sorted((REPOSITORY / ".github").rglob("*.yml")), ids=lambda path: path.name)
def test_forms_and_hooks_can_be_read(file: Any) -> None:
    """Each is YAML with what its reader asks for."""
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    if file.parent.name == "ISSUE_TEMPLATE" and file.name != "config.yml":
        assert {"name", "description", "body"} == content.keys()


def test_the_hooks_run_what_make_test_runs() -> None:
    """A commit is checked by the same tools in the same versions: none is fetched for it."""
    hooks = yaml.safe_load((REPOSITORY / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert ["local"] == [each["repo"] for each in hooks["repos"]]
    entries = [hook["entry"] for each in hooks["repos"] for hook in each["hooks"]]
    assert {"make lint", "make types"} <= set(entries)
    for path in re.findall(r"tests/\S+", " ".join(entries)):
        assert (REPOSITORY / path).is_file()


def test_no_address_is_invented() -> None:
    """The package names only addresses that the repository has itself."""
    written = (REPOSITORY / "facedaemon/sidecar/namespaces.py").read_text(encoding="utf-8")
    assert PROJECT["urls"]
    assert all(address in written for address in PROJECT["urls"].values())


def test_tests_need_no_package_of_the_benchmarks() -> None:
    """The two extras share nothing."""
    names = [
        {re.split(r"[<>=!\[]", each)[0] for each in PROJECT["optional-dependencies"][extra]}
        for extra in ("test", "bench")
    ]
    assert set() == names[0] & names[1]


def test_the_changelog_is_kept_in_its_form() -> None:
    """Versions, each with a few words, then only the sections that Keep a Changelog names; a line there is an entry."""
    lines = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("## "))
    headings = [line for line in lines[first:] if line.startswith("#")]
    sections = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    versions = [heading for heading in headings if heading.startswith("## ")]
    assert all(re.fullmatch(r"## \[\d+\.\d+\.\d+\] - (unreleased|\d{4}-\d\d-\d\d)", version) for version in versions)
    assert sections >= {heading.removeprefix("### ") for heading in headings if heading not in versions}
    assert f"[{PROJECT['version']}]" in versions[0]
    for version in "\n".join(lines[first:]).split("\n## "):
        _, *entries = version.partition("\n### ")[2].splitlines()
        assert [] == [line for line in entries if line and not line.startswith(("#", "- ", "  "))]


def test_no_test_waits_for_ever() -> None:
    """`join`, `wait`, `communicate` and `get` have a limit, and lines of processes come by `deadlines.next_line`."""
    waiting = {"join", "wait", "communicate", "get", "acquire", "result"}
    found = []
    for file in sorted((REPOSITORY / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            is_endless = node.func.attr in waiting and not node.args and not node.keywords
            is_line = node.func.attr == "readline" and "ExifTool" not in file.read_text(encoding="utf-8")
            if is_endless or is_line:
                found.append(f"{file.relative_to(REPOSITORY)}:{node.lineno}")
    on_purpose = {"tests/daemon/small_service.py"}  # a step that hangs
    assert [] == [place for place in found if place.partition(":")[0] not in on_purpose]
