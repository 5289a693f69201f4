"""The local web page to look and answer: `facedaemon review`."""

from facedaemon.review.server import Announced, Wishes, serve

__all__ = ["Announced", "Wishes", "serve"]
