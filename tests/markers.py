"""Markers that say what a test needs, found by the fixtures and helpers that it uses.

Nobody has to keep them up to date. A distribution that builds facedaemon has no sample photos and no network; it leaves
such tests out by `-m` (docs/packages.md).
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

NEEDS = {
    "shared": {"shared"},
    "models": {"model_files", "other_recogniser"},
    "portraits": {"portraits_folder"},
    "mariadb": {"mariadb_socket"},
}
"""By marker: fixtures, or functions that fixtures or tests call."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Give each test its markers, before `-m` chooses."""
    for item in items:
        if isinstance(item, pytest.Function):
            used = _used(item)
            for marker, names in NEEDS.items():
                if names & used:
                    item.add_marker(marker)
            if "browser" in item.path.parts:
                item.add_marker("chromium")


def _used(item: pytest.Function) -> set[str]:
    """The names of all fixtures that the test may ask for, and of all that their code and its own refers to."""
    manager = item.session._fixturemanager
    parameters = getattr(item, "callspec", None)
    values = () if parameters is None else parameters.params.values()
    ahead = [item.obj.__name__, *item.fixturenames, *(value for value in values if isinstance(value, str))]
    used = set(_referred(item.obj))
    ahead += used
    while ahead:
        name = ahead.pop()
        used.add(name)
        for definition in manager.getfixturedefs(name, item) or ():
            ahead += {*definition.argnames, *_referred(definition.func)} - used
            used.update(definition.argnames)
    return used


def _referred(function: Callable[..., Any]) -> Iterator[str]:
    """The names and texts in a function: one may be asked for by `request.getfixturevalue`."""
    code = getattr(function, "__code__", None)
    if code is not None:
        yield from code.co_names
        yield from (text for text in code.co_consts if isinstance(text, str))
