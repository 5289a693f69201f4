"""Makes names and paths safe to be shown: in a terminal, a log, a desktop notification, systemd.

File names, people's names and metadata come from anybody who may write into a photo folder. None of them may move the
cursor, start a line, change the direction of writing, or become markup where they are shown.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

NOTIFICATION_CHARACTERS = 500  # more does not fit into a notification on any desktop
ALMOST = 0.999  # a larger probability is not told apart from certainty
STATUS_BYTES = 1000  # systemd drops a whole message above 4096 bytes (NOTIFY_BUFFER_MAX)

# C0 and C1 control characters, separators of lines and paragraphs, what turns the direction of writing, and the lone
# surrogates in which Python keeps bytes of file names that are no UTF-8
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_FIRST_OF_BYTES = 0xDC00  # PEP 383: byte N of a file name is kept as U+DC00 + N


def one_line(text: object) -> str:
    r"""`text` in one line, with control characters replaced by escapes such as `\n` or `\x1b`."""
    return _STEERING.sub(_spelled, str(text))


def _spelled(found: re.Match[str]) -> str:
    code = ord(found[0])
    if _FIRST_OF_BYTES + 0x80 <= code <= _FIRST_OF_BYTES + 0xFF:
        code -= _FIRST_OF_BYTES
    return _SHORT.get(found[0]) or (f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}")


def for_terminal(words: str | Sequence[str]) -> str:
    """One line, or several: each stays one line, whatever it contains."""
    return "\n".join(map(one_line, [words] if isinstance(words, str) else words))


def for_json(document: str) -> str:
    """JSON from `json.dumps` with terminal control characters as JSON escapes: the value stays the same."""
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


def for_notification(words: str) -> str:
    """For the body of a desktop notification, which some servers parse as markup (Desktop Notifications, "Markup")."""
    shown = for_terminal(words.split("\n"))
    shown = shown if len(shown) <= NOTIFICATION_CHARACTERS else f"{shown[:NOTIFICATION_CHARACTERS]}…"
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def for_status(words: str) -> str:
    """For systemd's STATUS=: one line, for a newline or a carriage return in it begins another assignment."""
    shown = one_line(words).encode("utf-8")
    return shown[:STATUS_BYTES].decode("utf-8", "ignore")


def for_unit(word: str) -> str:
    """A word of a unit's line (systemd.syntax(7), "Quoting"; systemd.unit(5), "Specifiers").

    Raises ValueError for bytes that are no UTF-8: systemd ignores a line with such.
    """
    word.encode("utf-8")
    word = word.replace("%", "%%")
    if re.fullmatch(r"[\w@%+=:,./$-]+", word, flags=re.ASCII):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\x{ord(found[0]):02x}", escaped) + '"'


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with what it counts: "1 answer", "2 answers"; `many` where that is no `one` with an s."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def local_time(moment: float | str) -> str:
    """A moment, in seconds since 1970 or in ISO 8601 with its zone, by the clock of this computer: 2026-11-26 14:05."""
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else datetime.fromtimestamp(moment, UTC)
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def percent(probability: float) -> str:
    """A probability for a person: "97 %", "99.4 %"; never certainty in either direction."""
    if probability > ALMOST:
        return "almost certain, > 99.9 %"
    if probability < 1 - ALMOST:
        return "< 0.1 %"
    shown = f"{100 * probability:.1f}" if probability > 0.99 or probability < 0.01 else f"{100 * probability:.0f}"
    return f"{shown} %"
