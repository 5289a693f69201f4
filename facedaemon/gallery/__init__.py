"""Samples to gallery, match and suggestion: pure numpy, no input or output."""

from facedaemon.gallery.gallery import Gallery, build
from facedaemon.gallery.match import NOBODY, Matches
from facedaemon.gallery.samples import Reason, Samples
from facedaemon.gallery.suggest import Proposal

__all__ = ["NOBODY", "Gallery", "Matches", "Proposal", "Reason", "Samples", "build"]
