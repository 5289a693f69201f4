"""The manual page, made from the commands' own help: `python -m facedaemon.cli.manual > man/facedaemon.1`."""

import re
from collections.abc import Iterator
from typing import Any

import typer

from facedaemon.cli import app
from facedaemon.errors import ExitCode

_STATUSES = {
    ExitCode.DONE: "Done, or there is nothing yet to show or to do.",
    ExitCode.SOME_PHOTOS_FAILED: "Done, but some photos failed; they are named.",
    ExitCode.USAGE: "Wrong usage or config, or a path outside the roots; the message names what is allowed.",
    ExitCode.MODELS: "Models missing or damaged.",
    ExitCode.LOCKED: "Another facedaemon is using the state.",
    ExitCode.LIBRARY: "digiKam's library is unreadable or of an unknown version.",
    ExitCode.UNEXPECTED: "An unexpected error, which is a fault of facedaemon: please report it with the traceback.",
    ExitCode.INTERRUPTED: "Ended by Ctrl+C before it was done.",
}

_FILES = {
    "~/.config/facedaemon/config.yaml": "Settings; facedaemon init writes them with a comment to each.",
    "~/.local/state/facedaemon/": "The state: what was seen, learned, rejected and written.",
    "~/.local/state/facedaemon/answers.db": "What you answered; keep a backup (facedaemon answers export FILE).",
    "~/.local/share/facedaemon/models/": "The models.",
    "/etc/facedaemon/NAME.yaml": "Settings of the system service facedaemon@NAME.",
}

_VARIABLES = {
    "FACEDAEMON_MODELS": "The folder with the models; wins over the config.",
    "XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_DATA_HOME": "Where config, state and models are by default.",
}


def page() -> str:
    """The page in roff (man(7)); always the same for the same program, so that it can be compared."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    commands = typer.main.get_command(app)
    yield '.TH FACEDAEMON 1 "" facedaemon "User commands"'
    yield from (".SH NAME", _escaped("facedaemon - suggests names for the faces in your photos"))
    yield from (".SH SYNOPSIS", r".B facedaemon", r".I COMMAND", r"[\fIOPTION\fR]... [\fIARGUMENT\fR]...")
    yield from (".SH DESCRIPTION", _escaped(commands.help or ""))
    yield ".SH COMMANDS"
    yield from _commands(commands, "facedaemon")
    yield from (".SH OPTIONS", "Every command takes these after its name.")
    yield from _options(_shared(commands))
    yield ".SH EXIT STATUS"
    yield from _terms({str(int(code)): words for code, words in _STATUSES.items()})
    yield ".SH FILES"
    yield from _terms(_FILES)
    yield ".SH ENVIRONMENT"
    yield from _terms(_VARIABLES)
    yield from (".SH SEE ALSO", ".BR digikam (1),", ".BR exiftool (1),", ".BR systemctl (1)")


def _commands(group: Any, name: str) -> Iterator[str]:  # noqa: ANN401  typer does not name the types of its commands
    for word, each in group.commands.items():
        if hasattr(each, "commands"):
            yield from _commands(each, f"{name} {word}")
            continue
        arguments = [option for option in each.params if option.param_type_name == "argument"]
        shown = "".join(f" [{one.metavar}]..." if one.nargs < 0 else f" {one.metavar}" for one in arguments)
        yield from (".SS", _escaped(f"{name} {word}{shown}"), _escaped(each.help))
        own = [option for option in each.params if option.param_type_name == "option"]
        shared = {one.name for one in _shared(group)}
        yield from _options([option for option in own if option.name not in shared and not option.hidden])


def _shared(group: Any) -> list[Any]:  # noqa: ANN401
    """The options that every command of the program has."""
    some = next(each for each in group.commands.values() if not hasattr(each, "commands"))
    return [option for option in some.params if option.name in {"config", "as_json", "verbose", "quiet"}]


def _options(options: list[Any]) -> Iterator[str]:
    for option in options:
        value = "" if option.is_flag or option.count else rf" \fI{_escaped(option.metavar)}\fR"
        yield from (".TP", ", ".join(rf"\fB{_escaped(name)}\fR" for name in option.opts) + value, _escaped(option.help))


def _terms(terms: dict[str, str]) -> Iterator[str]:
    for term, words in terms.items():
        yield from (".TP", rf"\fB{_escaped(term)}\fR", _escaped(words))


def _escaped(text: str) -> str:
    """Escaped as running text: no line becomes a request, no hyphen a dash."""
    return re.sub(r"^([.'])", r"\\&\1", text.replace("\\", r"\e").replace("-", r"\-").replace("\n", " "))


if __name__ == "__main__":
    print(page(), end="")
