"""Sentences of other packages that reach the pages, translated: these say them in English, and know nothing of pages.

Each pattern is such a sentence with placeholders for what varies. A sentence that fits none stays as it is; a test
compares the patterns with the sentences in the code.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from facedaemon.review.marked import _

SENTENCES = (
    # why a photo cannot be read
    _("the file is empty"),
    _("this is not a picture in a format facedaemon reads"),
    _("this is no plain file"),
    _("the file is larger than %(size)s MB"),
    _("the picture is damaged (its header makes no sense)"),
    _("the picture is damaged (%(error)s)"),
    _("the raw file cannot be read (%(error)s)"),
    _("the picture has no pixels"),
    _("%(width)s x %(height)s pixels are too many (at most %(most)s megapixels)"),
    _("its %(size)s megapixels take more memory than one photo may (docs/vision.md has the limits)"),
    _("it cannot be opened: %(error)s"),
    _("it cannot be read: %(error)s"),
    _("its folder cannot be read: %(error)s"),
    _("%(task)s takes too long"),
    _("the process for %(task)s was killed, as when memory runs out"),
    _("the process for %(task)s ended without an answer"),
    _("%(task)s makes the process for it crash (%(signal)s)"),
    _("an unexpected error (%(error)s); please report it, with the log"),
    # why a file beside it was left alone
    _("somebody else has changed it since it was read; it is left alone"),
    _("somebody else is changing it at this very moment; it is left alone"),
    _("it is write-protected"),
    _("it cannot be written: %(error)s"),
    _("%(reason)s; it is left as it is"),
    # why an answer was not taken
    _("'%(name)s' is no name of 1 to %(most)s characters"),
    _("'%(name)s' names nobody (library.not_names); 'facedaemon ignore' is for faces of strangers"),
    _("'%(date)s' is no birth date: write 2015-05-17, 2015-05 or 2015, and no date to come"),
    _("this was taken back already"),
    _("%(id)s: no answer that counts has this id; 'facedaemon answers' lists them"),
    _("%(id)s: no face has this id; see 'facedaemon faces PHOTO'"),
    _("there is no rejection %(number)s; 'facedaemon rejections list' shows them all"),
    _("%(path)s: no photo that is known; 'facedaemon scan' looks at new photos"),
    _("other answers came at the same moment, and nothing was written down: try again"),
    # why nothing can be read or written now
    _("nothing is known yet: %(path)s holds no state; run 'facedaemon scan' first"),
    _("nothing was rejected yet: there is no state in %(path)s"),
    _(
        "%(path)s: another facedaemon is using this state (%(process)s)."
        " Try again when it has ended, or end it: %(how)s"
    ),
    _("%(path)s: the answers cannot be used: %(error)s"),
    _("%(path)s: the answers cannot be kept there: %(error)s"),
    _("%(path)s: the state cannot be kept: %(error)s; see to the space and health of its disk"),
    # what the service does
    _("Starting"),
    _("Starting again"),
    _("Stopped"),
    _("Watching %(folders)s"),
    _("%(count)s folder"),
    _("%(count)s folders"),
    _("Paused: %(reason)s"),
    _("on battery"),
    _("in the low-power profile"),
    _("memory is short"),
    _("looking at photos"),
    _("looking through folders"),
    _("comparing photos"),
    _("reading confirmations"),
    _("matching faces"),
    _("writing sidecars"),
    _("training"),
    _("validating"),
    _("taking back"),
)

_FIELD = re.compile(r"%\((\w+)\)s")
_MOST_PARTS = 10
_INNER = {"reason", "folders"}  # what stands there is a sentence of its own


def translated(sentence: str, gettext: Callable[[str], str]) -> str:
    """The sentence in the language of `gettext`; one with a path before it keeps that."""
    if not sentence:
        return ""  # of gettext's the head of the file would come back
    if (found := _translated(sentence, gettext)) is not None:
        return found
    parts = sentence.split(": ")
    for at in range(1, min(len(parts), _MOST_PARTS)):
        if (reason := _translated(": ".join(parts[at:]), gettext)) is not None:
            return f"{': '.join(parts[:at])}: {reason}"
    return gettext(sentence)


def stage(activity: str) -> str:
    """What a service does, without the progress that stands after it in its status. Pure."""
    if activity.startswith(("Paused: ", "Watching ")):
        return activity.partition(";")[0]
    begin = min((activity.index(each) for each in (": ", ";", " (") if each in activity), default=len(activity))
    return re.sub(r" \d+ of \d+$", "", activity[:begin])


def _translated(sentence: str, gettext: Callable[[str], str]) -> str | None:
    for source, pattern in _patterns():
        if (fits := pattern.fullmatch(sentence)) is not None:
            fields = {
                name: translated(value, gettext) if name in _INNER else value
                for name, value in fits.groupdict().items()
            }
            return gettext(source) % fields
    return None


@lru_cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The sentences that name most words first: what fits several means the most exact one."""
    ordered = sorted(SENTENCES, key=lambda each: -len(_FIELD.sub("", each)))
    return tuple((each, pattern_of(each)) for each in ordered)


def pattern_of(sentence: str) -> re.Pattern[str]:
    """A pattern of the sentence, with a group for each placeholder. Pure."""
    parts = _FIELD.split(sentence)
    words = (f"(?P<{part}>.*)" if number % 2 else re.escape(part) for number, part in enumerate(parts))
    return re.compile("".join(words), re.DOTALL)
