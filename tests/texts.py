"""The texts of the review page: found in its files, merged into each language's file, compiled (`make texts`)."""

import io
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

REVIEW = Path(__file__).parent.parent / "facedaemon" / "review"
LOCALE = REVIEW / "locale"
TEMPLATE = LOCALE / "review.pot"
METHODS = [("templates/**.html", "jinja2"), ("templates/**.svg", "jinja2"), ("**.py", "python")]
_BLOCKS = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
OPTIONS = {"templates/**.html": _BLOCKS, "templates/**.svg": _BLOCKS}
MADE = datetime(2026, 11, 26, tzinfo=UTC)
"""In the files' heads: a date of their own would change them each time."""


def extracted() -> Catalog:
    """Every text that pages and code have marked."""
    found = Catalog(project="facedaemon", charset="utf-8", creation_date=MADE)
    for file, line, message, comments, context in extract_from_dir(REVIEW, METHODS, OPTIONS):
        found.add(message, None, [(file, line)], auto_comments=comments, context=context)
    return found


def translated(language: str) -> Catalog:
    """The language's file as it is."""
    with _file(language).open("rb") as opened:
        return read_po(opened, locale=language)


def compiled(language: str) -> bytes:
    """The language's file as gettext reads it."""
    made = io.BytesIO()
    write_mo(made, translated(language))
    return made.getvalue()


def languages() -> list[str]:
    """The languages that there are files for."""
    return sorted(file.parent.parent.name for file in LOCALE.glob("*/LC_MESSAGES/review.po"))


def binary(language: str) -> Path:
    """Where the compiled file of a language is."""
    return _file(language).with_suffix(".mo")


def update() -> None:
    """Bring all files up to date; texts that are new have no translation yet."""
    texts = extracted()
    _write(TEMPLATE, texts)
    for language in languages():
        known = translated(language)
        known.update(texts, no_fuzzy_matching=True)
        known.obsolete.clear()
        known.creation_date = known.revision_date = MADE
        _write(_file(language), known)
        binary(language).write_bytes(compiled(language))
        missing = [message.id for message in known if message.id and not message.string]
        print(f"{language}: {len(known)} texts, {len(missing)} not translated")


def _file(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "review.po"


def _write(path: Path, catalog: Catalog) -> None:
    with path.open("wb") as opened:
        write_po(opened, catalog, width=100, sort_by_file=True, include_lineno=False)


if __name__ == "__main__":
    update()
