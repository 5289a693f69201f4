"""Paths of the command line: one name for each photo, however it was written, or an error before anything is done."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from facedaemon import watch
from facedaemon.config import Config
from facedaemon.errors import ExitCode, Fatal


def below_roots(path: Path, roots: Iterable[Path]) -> Path | None:
    """`path` as a scan of `roots` names it, which are absolute; None where it lies outside of all.

    Relative paths, `..` and links are followed as the kernel does. Where roots overlap, the one in the given path is
    preferred, then the innermost.
    """
    real, called = Path(os.path.realpath(path)), Path(os.path.abspath(path))
    best: tuple[tuple[bool, int], Path] | None = None
    for root in roots:
        top = Path(os.path.realpath(root))
        if real.is_relative_to(top):
            rank = (called.is_relative_to(root), len(top.parts))
            if best is None or rank > best[0]:
                best = rank, root / real.relative_to(top)
    return None if best is None else best[1]


def to_scan(paths: Sequence[Path], config: Config) -> list[Path]:
    """Photos and folders that a scan of the config's roots would find. Raises Fatal (exit status 2) for others."""
    return _all(paths, lambda path: _to_scan(path, config))


def to_undo(paths: Sequence[Path], config: Config, is_known: Callable[[Path], bool]) -> list[Path]:
    """Photos, sidecars and folders; those that do not exist or are outside the roots must be known.

    `is_known`: whether something was written for a path or below it. Raises Fatal (exit status 2) for others.
    """

    def place(path: Path) -> Path:
        for name in names_of(path, config.roots()):
            if is_known(name):
                return name
        return _inside(path, config)

    return _all(paths, place)


def must_be_a_photo(path: Path, config: Config) -> None:
    """Raises Fatal (exit status 2) for a path that is not there, or lies outside the roots."""
    if not path.exists():
        raise Fatal(f"{path}: there is no such photo", ExitCode.USAGE)
    _inside(path, config)


def as_roots(paths: Sequence[Path], roots: Iterable[Path]) -> list[Path]:
    """Folders to work on instead of the config's `roots`; they have the same name whichever link leads to them.

    Raises Fatal (exit status 2) for what is not there or is no folder.
    """

    def place(path: Path) -> Path:
        _must_be_there(path)
        if not path.is_dir():
            raise Fatal(f"--photos {path}: is not a folder", ExitCode.USAGE)
        return below_roots(path, roots) or Path(os.path.realpath(path))

    roots = list(roots)
    return _all(paths, place)


def names_of(path: Path, roots: Iterable[Path]) -> Iterator[Path]:
    """The paths under which a photo may be known, the most probable first."""
    below = below_roots(path, roots)
    if below is not None:
        yield below
    yield Path(os.path.realpath(path))
    yield Path(os.path.abspath(path))


def _all(paths: Sequence[Path], place: Callable[[Path], Path]) -> list[Path]:
    """Each path resolved by `place`; all that cannot be used are reported together."""
    found: list[Path] = []
    wrong: list[str] = []
    for path in paths:
        try:
            found.append(place(path))
        except Fatal as error:
            wrong.append(str(error))
    if len(wrong) == 1:
        raise Fatal(wrong[0], ExitCode.USAGE)
    if wrong:
        raise Fatal(f"{len(wrong)} paths cannot be used:", ExitCode.USAGE, [f"  {line}" for line in wrong])
    return found


def _to_scan(path: Path, config: Config) -> Path:
    place = _inside(path, config)
    root = next(root for root in config.roots() if place.is_relative_to(root))
    excluded = [name for name in place.relative_to(root).parts if watch.is_excluded(name, config.photos.exclude)]
    if excluded:
        raise Fatal(f"{path}: is never looked at, since photos.exclude names {excluded[0]}", ExitCode.USAGE)
    if not place.is_dir() and not (place.is_file() and watch.is_photo_name(place.name)):
        raise Fatal(f"{path}: is neither a folder nor a photo", ExitCode.USAGE)
    return place


def _inside(path: Path, config: Config) -> Path:
    _must_be_there(path)
    place = below_roots(path, config.roots())
    if place is None:
        leads = f" (it leads to {os.path.realpath(path)})" if path.is_symlink() else ""
        roots = ", ".join(map(str, config.roots()))
        fix = "add its folder there, or name it with --photos"
        raise Fatal(f"{path}: lies outside photos.roots{leads}, which are {roots}; {fix}", ExitCode.USAGE)
    return place


def _must_be_there(path: Path) -> None:
    try:
        path.stat()
    except PermissionError:
        pass  # reading its folder will report the missing permission
    except OSError as error:
        raise Fatal(f"{path}: cannot be found: {error.strerror}", ExitCode.USAGE) from None
