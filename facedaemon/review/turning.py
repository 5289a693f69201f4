"""Turning pages of long lists: which part is shown, and the addresses of the parts before and after it. Pure."""

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request

_MOST_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Turn:
    """Numbers `first` to `last` (from 1) of `total` are shown; the addresses are None at the ends."""

    first: int
    last: int
    total: int
    before: str | None
    after: str | None


def number_of(request: Request, name: str) -> int:
    """A number from the page's address; 0 where there is none."""
    typed = request.query_params.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= _MOST_DIGITS else 0


def turned(request: Request, first: int, shown: int, total: int, size: int | None = None) -> Turn:
    """The turn of a list of which `shown` items are shown from number `first` (from 0) on; a full part has `size`."""
    size = size or max(shown, 1)
    before = None if not first else at(request, {"from": str(max(first - size, 0))})
    after = at(request, {"from": str(first + shown)}) if first + shown < total else None
    return Turn(first + 1 if shown else 0, first + shown, total, before, after)


def at(request: Request, changes: dict[str, str]) -> str:
    """The address of this page with other parameters; empty ones are left out."""
    query = {name: value for name, value in {**dict(request.query_params), **changes}.items() if value not in ("", "0")}
    return request.url.path + (f"?{urlencode(query)}" if query else "")
