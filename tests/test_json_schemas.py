"""The schemas of what commands print: they are made from the code, and examples in the documents follow them."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from jsonschema import Draft202012Validator

from facedaemon.cli import app
from facedaemon.cli.json_schemas import BESIDE, PRINTED, SCHEMAS, files, with_schemas
from tests.command_names import command_names
from tests.conftest import REPOSITORY
from tests.documents import Block, all_blocks
from tests.json_schemas import mistakes

SILENT = {"run"}  # it prints nothing of its own
EXAMPLES = [block for block in all_blocks() if block.kind == "json"]


def test_the_schemas_are_made_from_the_code() -> None:
    """What the code would write is what is there, and nothing else: `make reference` would change nothing."""
    there = {path.name: path.read_text(encoding="utf-8") for path in (REPOSITORY / SCHEMAS).iterdir()}
    assert files() == there
    reference = (REPOSITORY / "docs/reference.md").read_text(encoding="utf-8")
    assert with_schemas(reference) == reference


def test_every_command_has_a_schema() -> None:
    """A new command cannot be forgotten, and none that is gone is listed."""
    commands = set(command_names(typer.main.get_command(app)))
    listed = {re.sub(r" (--[a-z]+|[A-Z]+)$", "", name) for name in PRINTED}
    assert commands - SILENT == listed - {"answers", "people", "rejections"}
    assert {"answers", "people", "rejections"} <= listed  # groups of commands that also list by themselves


@pytest.mark.parametrize("name", sorted(files()))
def test_each_is_a_schema_that_allows_no_unknown_keys(name: str) -> None:
    """Draft 2020-12 accepts it; an object in it lists all its keys, or the type of any key."""
    schema = json.loads(files()[name])
    Draft202012Validator.check_schema(schema)
    assert [] == [each for each in _objects(schema) if "additionalProperties" not in each]


def _objects(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, list):
        for each in schema:
            yield from _objects(each)
    elif isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        yield from _objects(list(schema.values()))


def test_there_are_examples() -> None:
    """The test below has something to look at."""
    assert EXAMPLES


@pytest.mark.parametrize("block", EXAMPLES, ids=lambda block: block.place)
def test_every_example_in_the_documents_follows_its_schema(block: Block) -> None:
    """Its mark names what prints it; a list may show several lines."""
    named = re.search(r"\bJSON of `([^`]+)`", block.shown)
    assert named, f"{block.place}: the mark of an example names what prints it: <!-- example: JSON of `scan` -->"
    printed = {**PRINTED, **BESIDE}[named[1]]
    values = [json.loads(line) for line in block.text.splitlines()] if printed.is_list else [json.loads(block.text)]
    assert [] == [wrong for each in values for wrong in mistakes(printed.schema, each)]


@pytest.mark.parametrize(
    "changed",
    [{"confidence": "0.5"}, {"confidence": 1.5}, {"state": "new"}, {"region": {"x": 0.1}}, {"rect": 1}, {"face": None}],
    ids=str,
)
def test_a_wrong_value_is_found(changed: dict[str, Any]) -> None:
    """A text for a number, a number out of range, an unknown state, a missing or an unknown key."""
    region = {"x": 0.1, "y": 0.1, "w": 0.1, "h": 0.1}
    right = {"face": "f3k9x2qa", "photo": "/a.jpg", "region": region, "person": "A", "confidence": 0.5}
    right |= {"state": "open", "generation": 1}
    assert [] == mistakes("suggestion", right)
    assert mistakes("suggestion", {**right, **changed})


@pytest.mark.parametrize(("time", "is_one"), [("2026-11-24T03:00:00+01:00", True), ("2026-11-24T03:00:00", False)])
def test_a_time_has_a_zone(time: str, is_one: bool) -> None:
    """A time without its zone could be any of twenty-six hours."""
    measured = dict.fromkeys(("generation", "people", "probes", "strangers", "doubtful"), 1)
    measured |= dict.fromkeys(("tpir", "fpir", "wrong_per_100", "threshold"), 0)
    assert is_one == ([] == mistakes("former-evaluation", {**measured, "time": time}))
