"""Which photos there are: all below the roots, some of them, and those that are away."""

import os
import shlex
from collections.abc import Collection, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from facedaemon import watch
from facedaemon.compact_paths import CompactPaths
from facedaemon.pipeline.reports import Step
from facedaemon.pipeline.session import Session


@dataclass(frozen=True, slots=True)
class PhotoListing:
    """What the file system holds: photos with their fingerprints, folders that could not be read.

    `changed` are photos of which a change was seen, even if their fingerprints are the same; those `to_repeat` are
    analysed again, whatever is known of them. `doubtful` are roots that are there but lack so many photos that none was
    marked as missing, each with what to do.
    """

    photos: watch.FoundPhotos = field(default_factory=watch.FoundPhotos)
    changed: Collection[Path] = frozenset()
    to_repeat: Collection[Path] = frozenset()
    unreadable: dict[Path, str] = field(default_factory=dict)
    doubtful: dict[Path, str] = field(default_factory=dict)


def list_photos(session: Session, paths: Sequence[Path] | None) -> Generator[Step, None, PhotoListing]:
    """The photos below the roots, or those of `paths` that lie below them; a step for each folder."""
    listing = PhotoListing()
    exclude = session.config.photos.exclude
    if paths is None:
        yield from _sort(watch.scan_tree(session.config.roots(), exclude), listing)
        return listing
    for path in map(Path.absolute, paths):
        root = path if path in session.config.roots() else session.root_of(path)
        if root is None:
            listing.unreadable[path] = "lies outside photos.roots; add its folder there, or name it with --photos"
        elif path.is_dir():
            yield from _sort(watch.scan_below([path], root, exclude), listing)
        elif (fingerprint := watch.fingerprint(path, root)) is not None and watch.is_photo_name(path.name):
            listing.photos.add(path, fingerprint)
        else:
            listing.unreadable[path] = "there is no photo of this name"
    return listing


def list_changed(session: Session, paths: Iterable[Path], changed: Collection[Path] = frozenset()) -> PhotoListing:
    """The photos of `paths` that are there; known ones that are gone are marked as missing."""
    listing = PhotoListing(changed=changed)
    gone: list[int] = []
    for path in paths:
        if (root := session.root_of(path)) is None:
            continue
        try:
            fingerprint = watch.fingerprint(path, root)
        except OSError as error:
            listing.unreadable[path] = f"cannot be looked at: {error.strerror}"
            continue
        if fingerprint is not None:
            listing.photos.add(path, fingerprint)
        elif (known := session.store.photos.get(path)) is not None:
            gone.append(known.id)
    session.store.photos.put_missing(gone, missing=True)
    return listing


def list_confirmed(session: Session) -> PhotoListing:
    """The photos in which somebody is confirmed and that are there, to be analysed again."""
    confirmed = [photo.path for photo in session.store.photos.with_confirmed() if not (photo.missing or photo.absent)]
    listing = PhotoListing(to_repeat=frozenset(confirmed))
    for path in confirmed:
        root = session.root_of(path)
        try:
            fingerprint = None if root is None else watch.fingerprint(path, root)
        except OSError as error:
            listing.unreadable[path] = f"cannot be looked at: {error.strerror}"
            continue
        if fingerprint is not None:
            listing.photos.add(path, fingerprint)
    return listing


def _sort(events: Iterable[watch.ScanEvent], listing: PhotoListing) -> Generator[Step, None, None]:
    for event in events:
        if isinstance(event, watch.Found):
            listing.photos.add(event.path, event.fingerprint)
        elif isinstance(event, watch.FolderListed):
            yield Step("looking through folders", event.folder, len(listing.photos))
        else:
            listing.unreadable[event.folder] = event.reason


def known_paths(session: Session, folder: Path | None = None) -> CompactPaths:
    """Where the known photos lie, all or those below a folder, with their numbers."""
    known = CompactPaths(1)
    for path, number in session.store.photos.places(folder):
        known.add(path, number)
    return known


def mark_missing(session: Session, known: CompactPaths, listing: PhotoListing) -> None:
    """Mark photos that are away as missing; all that is known of them stays. A root that is away changes nothing.

    `known` are those that were known before the listing: photos that another job added meanwhile may not be in it.
    """
    places = ((path, number) for path, (number,) in known.items())
    missing = watch.missing(places, listing.photos, listing.unreadable, session.config.roots())
    for root, (count, of) in missing.withheld.items():
        listing.doubtful[root] = (
            f"{count} of its {of} photos are not there; nothing is concluded from that. If they are gone for good: "
            f"facedaemon forget --missing {shlex.quote(os.fspath(root))}"
        )
    with session.store.transaction():
        session.store.photos.put_missing(missing.deleted, missing=True)
        session.store.photos.put_absent(missing.waiting, session.now())
