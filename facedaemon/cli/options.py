"""The options that every command takes."""

import functools
import inspect
import json
import logging
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facedaemon import text
from facedaemon.errors import Fatal
from facedaemon.logs import LogFormatter

if TYPE_CHECKING:
    from facedaemon.config import Config

ConfigOption = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Settings; default ~/.config/facedaemon/config.yaml.")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="JSON on standard output: an object, or a line for each item.")
]
VerboseOption = Annotated[
    int, typer.Option("-v", "--verbose", count=True, show_default=False, help="Say more; twice: everything.")
]
QuietOption = Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing but errors.")]
PhotosOption = Annotated[
    list[Path] | None,
    typer.Option("--photos", metavar="FOLDER", help="Work on this folder instead of photos.roots; may be repeated."),
]


@dataclass(frozen=True)
class Output:
    """Writes a command's results: JSON or text on standard output, the rest on standard error.

    Text is one line or several; a line stays one line, whatever names of files or people it contains.
    """

    as_json: bool
    quiet: bool

    def summary(self, values: Mapping[str, Any], words: str | Sequence[str]) -> None:
        """Write one result."""
        if self.as_json:
            print(_json(values))
        elif not self.quiet:
            print(text.for_terminal(words))

    def always(self, values: Mapping[str, Any], words: str) -> None:
        """Write one result, also where --quiet is given: a program reads it."""
        print(_json(values) if self.as_json else text.for_terminal(words))

    def lines(self, items: Iterable[tuple[Mapping[str, Any], str | Sequence[str]]], otherwise: str) -> bool:
        """Write a list: each item as JSON Lines or in words; `otherwise` where there is none.

        Gives whether there was any.
        """
        empty = True
        for values, words in items:
            empty = False
            print(_json(values) if self.as_json else text.for_terminal(words))
        if empty and otherwise:
            self.say(otherwise)
        return not empty

    def say(self, words: str) -> None:
        """Write a remark to standard error."""
        if not self.quiet:
            print(text.for_terminal(words), file=sys.stderr)

    @property
    def shows_progress(self) -> bool:
        """Whether to show a progress bar: only to a person at a terminal."""
        return not self.quiet and sys.stderr.isatty()


@dataclass(frozen=True)
class Call:
    """Passed to every command: its output and the path of its config."""

    out: Output
    config: Path | None

    def settings(self, photos: list[Path] | None = None) -> "Config":
        """The validated config, with the roots of `--photos` where given. Raises Fatal (exit status 2)."""
        from facedaemon.config import load

        if not photos:
            return load(self.config)
        from facedaemon.pipeline import as_roots

        try:
            roots = load(self.config).roots()
        except Fatal:
            roots = ()  # the roots may be what is wrong; the next line reports anything else
        return load(self.config, {"photos": {"roots": as_roots(photos, roots)}})


def command(function: Callable[..., None]) -> Callable[..., None]:
    """The function as a command that takes the shared options after its own.

    `function` takes a Call first; its other parameters are its own arguments and options.
    """
    own = list(inspect.signature(function).parameters.values())[1:]

    @functools.wraps(function)
    def called(config: Path | None, as_json: bool, verbose: int, quiet: bool, **arguments: Any) -> None:  # noqa: ANN401
        function(Call(_output(as_json, verbose, quiet), config), **arguments)

    shared = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, default, annotation in _SHARED
    ]
    keywords = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    called.__signature__ = inspect.Signature([*keywords, *shared])  # type: ignore[attr-defined]
    called.__annotations__ = {each.name: each.annotation for each in [*keywords, *shared]}
    return called


_SHARED = (
    ("config", None, ConfigOption),
    ("as_json", False, JsonOption),
    ("verbose", 0, VerboseOption),
    ("quiet", False, QuietOption),
)


def _output(as_json: bool, verbose: int, quiet: bool) -> Output:
    """Set the log level of this process and return the output of its command."""
    level = logging.ERROR if quiet else (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LogFormatter("%(levelname)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    return Output(as_json, quiet)


def _json(values: Mapping[str, Any]) -> str:
    # a name that is no UTF-8 comes back as Python's file names do
    is_utf8 = sys.stdout.encoding.lower().replace("-", "") == "utf8"
    return text.for_json(json.dumps(values, ensure_ascii=not is_utf8, default=str))
