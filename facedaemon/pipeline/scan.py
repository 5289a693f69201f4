"""A pass over all roots, or over some photos and folders."""

from collections.abc import Sequence
from pathlib import Path

from facedaemon.pipeline.library_snapshot import LibraryReader
from facedaemon.pipeline.list_photos import known_paths, list_photos, mark_missing
from facedaemon.pipeline.one_pass import Everything, Steps, These, run_pass
from facedaemon.pipeline.publish import finish_interrupted
from facedaemon.pipeline.session import Session


def scan(session: Session, paths: Sequence[Path] | None = None, library_reader: LibraryReader | None = None) -> Steps:
    """One pass over all roots, or over some photos and folders; gives what it did.

    `library_reader` is how the library is read; without it a new one.
    """
    finish_interrupted(session)
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
