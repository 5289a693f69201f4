"""Files that come with facedaemon: beside the package when installed, at the top of a source tree."""

from pathlib import Path

_PACKAGE = Path(__file__).parent.parent


def shipped(name: str) -> Path:
    """The path of `config.example.yaml` or of a file below `systemd/`. Raises FileNotFoundError for others."""
    for folder in (_PACKAGE / "share", _PACKAGE.parent):
        if (folder / name).is_file():
            return folder / name
    raise FileNotFoundError(name)
