"""The config: every setting with its default, and all problems of a file at once."""

from facedaemon.config.file import default_path, load
from facedaemon.config.settings import Config, Detection, Schedule, Suggestions, Training
from facedaemon.config.values import MOST_WORKERS

__all__ = [
    "MOST_WORKERS",
    "Config",
    "Detection",
    "Schedule",
    "Suggestions",
    "Training",
    "default_path",
    "load",
]
