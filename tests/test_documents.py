"""What is written stays true: commands, settings, models and make targets in the documents are those there are."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer
import yaml

from facedaemon.cli import app
from facedaemon.config import Config
from facedaemon.config_reference import example, with_settings
from facedaemon.vision import read_manifest
from tests.command_names import command_names
from tests.conftest import REPOSITORY
from tests.documents import Block, all_blocks, documents

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def help_of(*arguments: str) -> str:
    """What the command says of itself."""
    done = subprocess.run(
        [sys.executable, "-m", "facedaemon", *arguments, "--help"], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_every_command_is_in_the_readme() -> None:
    """A user finds each command in the README's table, and no other."""
    listed = set(re.findall(r"^  ([a-z-]+) ", help_of().split("Commands:")[1], re.MULTILINE))
    told = set(re.findall(r"`facedaemon ([a-z-]+)", README)) | set(re.findall(r"`([a-z-]+)[ `]", README))
    assert listed
    assert listed <= told


@pytest.mark.parametrize("command", ["scan", "run", "rebuild", "faces", "status", "undo", "check", "init"])
def test_every_command_takes_the_shared_options_after_its_name(command: str) -> None:
    """Config, JSON, more and fewer words: the same everywhere."""
    text = help_of(command)
    assert all(option in text for option in ("--config", "--json", "--verbose", "--quiet"))


def test_the_readmes_make_targets_exist() -> None:
    """The two commands that set everything up cannot be renamed without the README."""
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"make ([a-z-]+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_shipped_model_has_licence_size_hash_and_source() -> None:
    """Nothing is fetched that cannot be verified, or whose licence nobody wrote down."""
    for entry in read_manifest().values():
        assert entry.licence
        for file in entry.files:
            assert file.size > 0
            assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)
            assert file.source.startswith("https://")


def test_every_dependency_has_a_lower_and_an_upper_bound() -> None:
    """A release that breaks us is not installed by surprise."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [each for group in project["optional-dependencies"].values() for each in group]
    for dependency in [*project["dependencies"], *extras]:
        assert ">=" in dependency, dependency
        assert "<" in dependency, dependency


def test_links_between_documents_lead_somewhere() -> None:
    """No document names a file that is not there."""
    for document in [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md"), *REPOSITORY.glob("models/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)[)#]", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_the_example_config_and_the_reference_are_made_from_the_configs_fields() -> None:
    """A setting, its default and its meaning stand once, in the code: `make reference` would change nothing."""
    reference = (REPOSITORY / "docs" / "reference.md").read_text(encoding="utf-8")
    assert example() == (REPOSITORY / "config.example.yaml").read_text(encoding="utf-8")
    assert with_settings(reference) == reference


def test_the_reference_names_the_json_of_every_command() -> None:
    """Whoever writes a script finds the keys of each command."""
    reference = (REPOSITORY / "docs" / "reference.md").read_text(encoding="utf-8")
    rows = reference.partition("### JSON")[2].partition("## Settings")[0]
    missing = [name for name in command_names(typer.main.get_command(app)) if f"| `{name}` |" not in rows]
    assert ["run"] == missing  # it prints nothing of its own


def test_the_glossary_names_files_that_exist() -> None:
    """A reader who looks a term up finds the code that it is about."""
    rows = (REPOSITORY / "docs/glossary.md").read_text(encoding="utf-8").splitlines()
    named = {name for row in rows if row.startswith("| ") for name in re.findall(r"`([\w/]+(?:\.py|/))`", row)}
    assert len(named) > 20
    assert [] == sorted(name for name in named if not (REPOSITORY / "facedaemon" / name).exists())


SHOWN_ONLY = {"json", "xml", "sql", "ini", "text", "python", "markdown"}
"""Kinds of blocks that no test runs or checks as they stand: each says itself that it is an example."""


def test_every_block_has_a_kind_that_something_checks_or_is_marked_as_an_example() -> None:
    """`sh` is run (tests/acceptance/test_guides.py), `yaml` and `toml` are checked, all others are marked."""
    found = all_blocks()
    assert len(found) > 10
    assert {block.kind for block in found} <= {"sh", "yaml", "toml", *SHOWN_ONLY}
    assert [] == [block.place for block in found if block.kind in SHOWN_ONLY and not block.shown]
    fences = sum(document.read_text(encoding="utf-8").count("\n```") for document in documents())
    assert 2 * len(found) == fences  # none is overlooked, for example in a list


def test_what_an_example_says_is_tried_elsewhere_is_there() -> None:
    """A mark that names a test or a folder of tests names one that exists."""
    named = {name for block in all_blocks() for name in re.findall(r"(?:tests|packaging)/[\w/]+(?:\.py)?", block.shown)}
    assert named
    assert [] == sorted(name for name in named if not (REPOSITORY / name).exists())


@pytest.mark.parametrize(
    "block", [each for each in all_blocks() if each.kind == "yaml" and not each.shown], ids=lambda block: block.place
)
def test_every_piece_of_config_is_valid(block: Block) -> None:
    """A setting that a document shows can be copied into the config."""
    assert Config.model_validate(yaml.safe_load(block.text))


@pytest.mark.parametrize(
    "block", [each for each in all_blocks() if each.kind == "toml" and not each.shown], ids=lambda block: block.place
)
def test_every_description_of_a_model_is_valid(block: Block, tmp_path: Path) -> None:
    """What the documents show beside a recogniser's weights is read."""
    (tmp_path / "mine.toml").write_text(block.text, encoding="utf-8")
    assert set(tomllib.loads(block.text)) <= set(read_manifest([tmp_path]))
