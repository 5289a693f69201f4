"""The one table of keys: the help is made of it, and `static/keys.js` reads it from the help."""

from dataclasses import dataclass


def _(words: str) -> str:
    """Marks a text for translation; the template translates it."""
    return words


@dataclass(frozen=True, slots=True)
class Key:
    """What a key does.

    `press` are the keys as browsers name them (`KeyboardEvent.key`, letters in small; `Space`), `shown` how the help
    prints them. `does` is the name that buttons have in their `data-key`, or one of the acts of keys.js. `words` say
    it, not yet translated.
    """

    press: tuple[str, ...]
    shown: str
    does: str
    words: str


KEYS = (
    Key(("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"), "← → ↑ ↓", "move", _("choose a face")),
    Key(("Space",), _("Space"), "tick", _("tick the chosen face, or not")),
    Key(("Enter",), _("Enter"), "enter", _("confirm what is ticked")),
    Key(("Delete", "Backspace"), _("Del"), "delete", _("not this person")),
    Key(("n",), "N", "n", _("write a name")),
    Key(tuple("123456789"), "1 to 9", "digit", _("one of the last names")),
    Key(("i",), "I", "i", _("a stranger")),
    Key(("x",), "X", "x", _("not a face")),
    Key(("s",), "S", "s", _("skip")),
    Key(("t",), "T", "t", _("two people: divide a group")),
    Key(("b",), "B", "b", _("draw a box for a missing face")),
    Key(("z",), "Z", "photo", _("the whole photo")),
    Key(("u",), "U", "u", _("undo")),
    Key(("r",), "R", "r", _("scan, where no facedaemon is running")),
    Key(("/",), "/", "search", _("search for somebody")),
    Key(("?",), "?", "help", _("this list")),
    Key(("Escape",), _("Esc"), "leave", _("leave a field, or the chosen face")),
)
