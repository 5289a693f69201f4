"""Compares values with the schemas in docs/schemas."""

import json
from datetime import datetime
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from facedaemon.cli.json_schemas import SCHEMAS
from tests.conftest import REPOSITORY

_FORMATS = FormatChecker(formats=())


def _is_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


_FORMATS.checks("date-time", raises=ValueError)(_is_time)


def mistakes(schema: str, value: Any) -> list[str]:
    """What in the value is not as the schema of this name says, such as "scan"; nothing where all is."""
    return [f"{error.json_path}: {error.message}" for error in _validator(schema).iter_errors(value)]


@cache
def _validator(schema: str) -> Draft202012Validator:
    values = json.loads((REPOSITORY / SCHEMAS / f"{schema}.json").read_text(encoding="utf-8"))
    return Draft202012Validator(values, format_checker=_FORMATS)
