"""Trains a gallery from samples, matches faces and suggests names: pure numpy, no input or output."""

from facedaemon.gallery.audit import Explanation, Mislabel, Near, audit, doubtfulness, explain
from facedaemon.gallery.cohort import spread_out
from facedaemon.gallery.gallery import Gallery
from facedaemon.gallery.groups import ALONE, LOOSE, NEW, Grouping, Unnamed, extended, grouped, near_new, strangers_among
from facedaemon.gallery.look_alikes import look_alikes
from facedaemon.gallery.match import NOBODY, Matches, change_since, match
from facedaemon.gallery.measured import Measured, measured
from facedaemon.gallery.refine import SMALL, updated
from facedaemon.gallery.samples import BURST, COPY, Reason, Samples, numbers_of
from facedaemon.gallery.suggest import Proposal, may_suggest, suggest
from facedaemon.gallery.thresholds import at_thresholds
from facedaemon.gallery.train import build
from facedaemon.gallery.validate import (
    Outcome,
    PersonScore,
    Validation,
    compare,
    is_promotable,
    outcomes,
    refusal,
    validate,
)

__all__ = [
    "ALONE",
    "BURST",
    "COPY",
    "LOOSE",
    "NEW",
    "NOBODY",
    "SMALL",
    "Explanation",
    "Gallery",
    "Grouping",
    "Matches",
    "Measured",
    "Mislabel",
    "Near",
    "Outcome",
    "PersonScore",
    "Proposal",
    "Reason",
    "Samples",
    "Unnamed",
    "Validation",
    "at_thresholds",
    "audit",
    "build",
    "change_since",
    "compare",
    "doubtfulness",
    "explain",
    "extended",
    "grouped",
    "is_promotable",
    "look_alikes",
    "match",
    "may_suggest",
    "measured",
    "near_new",
    "numbers_of",
    "outcomes",
    "refusal",
    "spread_out",
    "strangers_among",
    "suggest",
    "updated",
    "validate",
]
