"""The program's commands, called on somebody's desk."""

import json
from typing import Any

from typer.testing import CliRunner

from facedaemon.cli import app
from tests.pipeline.test_answered import Desk


class CommandLine:
    """Calls commands with `--json`; gives what they print."""

    def __init__(self, desk: Desk) -> None:
        self._config = desk.photos.folder / "config.yaml"
        settings = {
            "photos": {"roots": [str(desk.photos.root)]},
            "library": {"digikam": {"database": "none"}},
            "state_directory": str(desk.state),
        }
        self._config.write_text(json.dumps(settings))

    def __call__(self, *words: str, status: int = 0) -> str:
        """What the command prints; it must end with this exit status."""
        done = CliRunner().invoke(app, [*words, "--config", str(self._config), "--json"])
        assert getattr(done.exception, "exit_code", done.exit_code) == status, done.output
        return done.stdout

    def lines(self, *words: str) -> list[dict[str, Any]]:
        """The objects that a list prints."""
        return [json.loads(line) for line in self(*words).splitlines()]
