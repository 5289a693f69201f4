"""The manual page says what the program does."""

from pathlib import Path

import typer

from facedaemon.cli import app, manual
from facedaemon.errors import ExitCode

REPOSITORY = Path(__file__).parent.parent.parent
SHIPPED = REPOSITORY / "man" / "facedaemon.1"


def test_the_shipped_page_is_the_programs_own() -> None:
    """After a command or its help changed, `make man` is called, or this fails."""
    assert SHIPPED.read_text(encoding="utf-8") == manual.page()


def test_every_command_and_exit_status_is_in_it() -> None:
    """Nothing that a user can call, or a script can meet, is missing."""
    page = manual.page().replace("\\-", "-")
    commands = typer.main.get_command(app)
    for name in commands.commands:  # type: ignore[attr-defined]  # typer does not name the type of a group
        assert f"facedaemon {name}" in page
    for code in ExitCode:
        assert f".TP\n\\fB{int(code)}\\fR\n" in page


def test_every_command_is_in_the_readme() -> None:
    """The README's table names each command."""
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    table = readme.split("## Commands")[1].split("\n## ")[0]
    commands = typer.main.get_command(app)
    assert [] == [name for name in commands.commands if f"{name}" not in table]  # type: ignore[attr-defined]
