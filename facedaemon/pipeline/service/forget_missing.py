"""Forgets photos that were deleted on purpose: only where a human names the folder and its drive is there."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from facedaemon import watch
from facedaemon.config import Config
from facedaemon.errors import ExitCode, Fatal, NothingYet
from facedaemon.pipeline.command_paths import names_of
from facedaemon.pipeline.progress import Reporter
from facedaemon.pipeline.reports import ForgetReport
from facedaemon.pipeline.service.hand_over import hand_request_over
from facedaemon.pipeline.service.requests import Request, RequestKind
from facedaemon.store import Locked, PhotoRecord, Store


@dataclass(frozen=True, slots=True)
class MissingPhotos:
    """Photos missing below `place`; `kept`: folders that cannot be checked, each with the reason."""

    place: Path
    photos: Sequence[PhotoRecord]
    kept: Sequence[tuple[Path, str]]


def missing_photos(config: Config, store: Store, place: Path, unmounted: Collection[Path] = ()) -> MissingPhotos:
    """The missing photos below `place`, or the missing photo at `place`.

    `unmounted` are folders whose file systems are not mounted: photos below one are not counted as missing. Raises
    Fatal (exit status 2) where a root that they lie below is missing itself: it may be a drive that is away.
    """
    below = watch.Below(config.roots())
    records = list(store.photos.known_below(place))
    if not records:
        raise Fatal(f"{place}: no photo is known there", ExitCode.USAGE)
    for root in sorted({root for record in records if (root := below.root_of(record.path)) is not None}):
        problem = watch.root_problem(root) or ("is not mounted" if _holder(root / "photo", unmounted) else None)
        if problem is not None:
            raise Fatal(f"{root} {problem}: its photos cannot be forgotten now; mount it first", ExitCode.USAGE)
    photos: list[PhotoRecord] = []
    kept: dict[Path, str] = {}
    for record in records:
        try:
            is_there = watch.fingerprint(record.path) is not None
        except OSError as error:
            kept[record.path.parent] = f"cannot be looked into: {error.strerror}"
            continue
        if is_there:
            continue
        if (away := _holder(record.path, unmounted)) is not None:
            kept[away] = "is not mounted"
        else:
            photos.append(record)
    return MissingPhotos(place, photos, sorted(kept.items()))


def _holder(path: Path, folders: Collection[Path]) -> Path | None:
    """The one of these folders that the path lies below, also through a symbolic link."""
    above = {*path.parents, *Path(os.path.realpath(path.parent)).parents, Path(os.path.realpath(path.parent))}
    return next((folder for folder in folders if folder in above), None)


def forget_missing(
    config: Config,
    choose: Callable[[MissingPhotos], bool],
    place: Path | None,
    say: Callable[[str], None] = lambda _: None,
) -> ForgetReport:
    """Forget the missing photos below `place`, or below each root for which `choose` returns True.

    Faces, embeddings, names and suggestions of these photos are deleted; rejections and the ledger stay. A daemon that
    owns the state does it, and `say` gets a sentence about that. Raises NothingYet where there is no state, Fatal with
    exit status 2 where a root is not there, 4 where another command owns the state, or the daemon does not react.
    """
    looked = Store.open_read_only(config.state())
    if looked is None:
        raise NothingYet(f"nothing is known yet, so there is nothing to forget: {config.state()} holds no state")
    with closing(looked):
        chosen = [found for found in _found(config, looked, place) if place is not None or choose(found)]
    places = [found.place for found in chosen if found.photos]
    done = ForgetReport()
    try:
        if places:
            with closing(Store.open(config.state())) as store:
                done = forget_below(config, store, places)
    except Locked as held:
        request = Request(RequestKind.FORGET_MISSING, tuple(places))
        reply = hand_request_over(config, held, request, None, Reporter(), say)
        assert isinstance(reply, ForgetReport)  # noqa: S101 - the reply to this kind
        done = reply
    forgotten = dict(done.folders)
    kept = {**dict(each for found in chosen for each in found.kept), **dict(done.kept)}
    return ForgetReport([(found.place, forgotten.get(found.place, 0)) for found in chosen], sorted(kept.items()))


def forget_below(config: Config, store: Store, places: Iterable[Path]) -> ForgetReport:
    """Forget the photos that are missing now below these places, of all or of none. Raises as `missing_photos`."""
    unmounted = watch.not_mounted()
    every = [missing_photos(config, store, place, unmounted) for place in places]
    with store.transaction():
        current = store.training.current()
        if current is not None:  # copies and bursts of rejected faces are recognised by these
            store.rejections.look_up_faces(current.model)
        store.photos.forget(record.id for found in every for record in found.photos)
    return ForgetReport(
        [(found.place, len(found.photos)) for found in every], [each for found in every for each in found.kept]
    )


def _found(config: Config, store: Store, place: Path | None) -> Iterator[MissingPhotos]:
    unmounted = watch.not_mounted()
    if place is not None:
        names = names_of(place, config.roots())
        known = (name for name in names if next(store.photos.known_below(name), None) is not None)
        yield missing_photos(config, store, next(known, place), unmounted)
        return
    for root in config.roots():
        is_there = watch.root_problem(root) is None and _holder(root / "photo", unmounted) is None
        if is_there and next(store.photos.known_below(root), None) is not None:
            found = missing_photos(config, store, root, unmounted)
            if found.photos or found.kept:
                yield found
