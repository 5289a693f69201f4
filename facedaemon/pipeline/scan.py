"""A pass over all roots, over some photos and folders, or over folders that came back."""

from collections.abc import Sequence
from pathlib import Path

from facedaemon import watch
from facedaemon.pipeline.library_snapshot import LibraryReader
from facedaemon.pipeline.list_photos import known_paths, list_changed, list_photos, mark_missing
from facedaemon.pipeline.one_pass import Everything, Steps, These, run_pass
from facedaemon.pipeline.session import Session
from facedaemon.pipeline.sidecar_ledger import finish_interrupted


def scan_photos(
    session: Session,
    paths: Sequence[Path] | None = None,
    library_reader: LibraryReader | None = None,
    *,
    write_again: bool = False,
) -> Steps:
    """One pass over all roots, or over some photos and folders; gives what it did.

    `library_reader` is how the library is read; without it a new one. `write_again`: what `undo` took back is
    written again.
    """
    finish_interrupted(session)
    if write_again:
        session.store.sidecars.put_all_unsure(paths)
    library_reader = library_reader or LibraryReader(session)
    known = known_paths(session)
    listing = yield from list_photos(session, paths)
    if paths is not None:
        return (yield from run_pass(session, listing, library_reader, These()))
    mark_missing(session, known, listing)
    since = library_reader.reread()
    report = yield from run_pass(session, listing, library_reader, Everything(), library_reader.mark_synced)
    library_reader.mark_synced(since)
    return report


def scan_folders(session: Session, folders: Sequence[Path], library_reader: LibraryReader) -> Steps:
    """One pass over folders; known photos that are not there any more are marked as missing."""
    there = [folder for folder in folders if folder.is_dir()]
    known = [known_paths(session, folder) for folder in folders]
    listing = yield from list_photos(session, there)
    reachable = {
        root for root in session.config.roots() if root not in listing.unreadable and watch.root_problem(root) is None
    }
    absent = (path for places in known for path, _ in places.items() if path not in listing.photos)
    list_changed(session, (path for path in absent if session.root_of(path) in reachable))
    return (yield from run_pass(session, listing, library_reader, These()))
