"""The fenced blocks of the documents: which are run, which are checked, and which are only shown.

A line `<!-- example: why -->` before a block says that it is only shown, and why: what it needs,
or which test tries it. Of JSON it names what prints it, as the reference lists that:
`<!-- example: JSON of `scan` -->`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import REPOSITORY

_FENCE = re.compile(r"^```(?P<kind>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"<!-- example: (?P<why>[^\n]+?) -->\n\Z")


@dataclass(frozen=True)
class Block:
    """One fenced block. `kind` is its language, `shown` says why it is only shown ("" if it is not)."""

    document: Path
    line: int
    kind: str
    text: str
    shown: str

    @property
    def place(self) -> str:
        """Where a person finds it."""
        return f"{self.document.relative_to(REPOSITORY)}:{self.line}"


def documents() -> list[Path]:
    """Every document of the repository."""
    patterns = ("*.md", "docs/**/*.md", "models/*.md", "packaging/**/*.md")
    return sorted(path for pattern in patterns for path in REPOSITORY.glob(pattern))


def blocks(document: Path) -> Iterator[Block]:
    """The fenced blocks of a document, in order."""
    text = document.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        mark = _MARK.search(text[: found.start()])
        line = text.count("\n", 0, found.start()) + 1
        yield Block(document, line, found["kind"].strip(), found["text"], mark["why"] if mark else "")


def all_blocks() -> list[Block]:
    """The fenced blocks of all documents."""
    return [block for document in documents() for block in blocks(document)]
