"""Suggests names for the faces in a photo library, from nothing but what humans confirmed."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("facedaemon")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0+source"
