"""The commands of the command line, by their names."""

from collections.abc import Iterator
from typing import Any


def command_names(group: Any, above: str = "") -> Iterator[str]:
    """Each command with the groups that it is in, such as `models list`."""
    for word, each in group.commands.items():
        if hasattr(each, "commands"):
            yield from command_names(each, f"{above}{word} ")
        else:
            yield above + word
