"""Decoding in a sandboxed process (docs/decisions/013): the daemon's side; `decoder_worker` is the other."""

from pathlib import Path
from typing import Any

from facedaemon.errors import PhotoError
from facedaemon.process_messages import Message
from facedaemon.safe_open import let_go, open_beneath
from facedaemon.sandboxed_process import BACKSTOP_SECONDS, IDLE_SECONDS, WALL_SECONDS, SandboxedProcess


class Decoder(SandboxedProcess):
    """The process that decodes."""

    def __init__(self, idle_seconds: float = IDLE_SECONDS, backstop: float = WALL_SECONDS + BACKSTOP_SECONDS) -> None:
        super().__init__("facedaemon.vision.decoder_worker", "decoding it", idle_seconds, backstop)

    def ask(self, path: Path, root: Path | None = None, **question: Any) -> Message:  # noqa: ANN401 - whatever JSON holds
        """The answer about the photo. Raises PhotoError with the reason where there is none."""
        opened = opened_photo(path, root)
        try:
            return self.ask_about(path, opened, **question)
        finally:
            let_go(opened)


DECODER = Decoder()


def opened_photo(path: Path, root: Path | None) -> int:
    """The photo, open; below `root` through no link. Raises PhotoError."""
    try:
        return open_beneath(path, root)
    except OSError as error:
        raise PhotoError(path, f"it cannot be opened: {error.strerror}", transient=True) from error
