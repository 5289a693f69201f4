"""Texts made from the config's own fields: `config.example.yaml`, and the table of settings in `docs/reference.md`.

`python -m facedaemon.config_reference` writes both into the folder in which it is called; `make reference` does so.
"""

import textwrap
from collections.abc import Iterator
from pathlib import Path

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from facedaemon.config import Config

EXAMPLE, REFERENCE = Path("config.example.yaml"), Path("docs/reference.md")

_HEAD = """\
# facedaemon's settings. Every key is shown with its default: delete what you do not change.
# `~` and `$VAR` are expanded, `$$` is a dollar sign; an unknown key is an error.
"""
_BEGIN, _END = "<!-- settings, written by `make reference` -->\n", "<!-- end of the settings -->\n"
_COMMENT_COLUMN, _WIDTH = 32, 118


def example() -> str:
    """`config.example.yaml`: every key with its default and, beside it, its description."""
    return _HEAD + "".join(_settings(Config, indent=0))


def with_settings(reference: str) -> str:
    """`docs/reference.md` with the table of all settings between its two marks. Raises ValueError without them."""
    before, _, rest = reference.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not end:
        raise ValueError(f"{REFERENCE}: the marks of the settings are missing")
    rows = "".join(_rows(Config, ()))
    return f"{before}{_BEGIN}| key | default | meaning |\n|---|---|---|\n{rows}{_END}{after}"


def _settings(section: type[BaseModel], indent: int) -> Iterator[str]:
    for key, field in section.model_fields.items():
        inner = _section_of(field)
        if indent == 0:
            yield "\n"
        if inner is not None:
            yield f"{' ' * indent}{key}:\n"
            yield from _settings(inner, indent + 2)
        else:
            yield from _setting(f"{' ' * indent}{key}: {_default(field)}", field.description or "")


def _setting(setting: str, description: str) -> Iterator[str]:
    column = max(_COMMENT_COLUMN, len(setting) + 2)
    lines = textwrap.wrap(description, _WIDTH - column - 2, break_long_words=False, break_on_hyphens=False)
    for number, line in enumerate(lines or [""]):
        left = setting if number == 0 else ""
        yield (f"{left:{column}}# {line}" if line else left) + "\n"


def _rows(section: type[BaseModel], above: tuple[str, ...]) -> Iterator[str]:
    for key, field in section.model_fields.items():
        inner, place = _section_of(field), (*above, key)
        if inner is not None:
            yield from _rows(inner, place)
        else:
            meaning = (field.description or "").replace("|", "\\|")
            yield f"| `{'.'.join(place)}` | `{_default(field)}` | {meaning} |\n"


def _default(field: FieldInfo) -> str:
    """The default as one writes it in YAML: the field's example where its value reads differently."""
    if field.examples:
        return str(field.examples[0])
    return yaml.safe_dump(field.default).removesuffix("...\n").strip()


def _section_of(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


if __name__ == "__main__":
    EXAMPLE.write_text(example(), encoding="utf-8")
    REFERENCE.write_text(with_settings(REFERENCE.read_text(encoding="utf-8")), encoding="utf-8")
