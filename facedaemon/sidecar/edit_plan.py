"""Plans the bytes of a sidecar from the bytes that are there. Nothing is written."""

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path

from facedaemon.digests import digest
from facedaemon.errors import PhotoError
from facedaemon.geometry import ORIENTATIONS
from facedaemon.sidecar.files import folder_of, read_small
from facedaemon.sidecar.naming import Naming
from facedaemon.sidecar.own_metadata import (
    Record,
    Written,
    WrittenSuggestion,
    as_written,
    cannot_hold_own,
    holds_unknown,
    list_digest,
    opened,
    read_own,
    read_own_regions,
    read_record,
    rest_digest,
    undeclared,
    without_own_utf8,
    written_as,
    written_at,
)
from facedaemon.sidecar.rdf import fault
from facedaemon.sidecar.regions import BY_ANSWER, read_regions, speaks_of_faces
from facedaemon.sidecar.render import with_own
from facedaemon.sidecar.replace import Edit
from facedaemon.sidecar.seed import seeded
from facedaemon.sidecar.sources import Source, sharers, sources, target
from facedaemon.sidecar.stamp import is_only_ours, read_stamp, stamp_of
from facedaemon.sidecar.tree import Document, NotXmp, encode, is_empty, parse, reparse
from facedaemon.values import Region, Size, Suggestion


def plan(
    photo: Path,
    *,
    orientation: int,
    size: Size,
    wanted: Sequence[Suggestion],
    date: datetime,
    naming: Naming | None = None,
    as_regions: Collection[Suggestion] = (),
    root: Path | None = None,
    made: str | None = None,
    state: str = "",
    written: Collection[Suggestion] | None = None,
    confirmed: Sequence[Suggestion] = (),
) -> Edit | None:
    """The edit after which the photo's sidecar holds exactly `wanted` of ours; None where it does already.

    - `orientation` and `size` are the photo's EXIF orientation and stored size.
    - `as_regions`, a part of `wanted`, are written as real named regions, too; `confirmed`, which a human answered, as
      such regions alone.
    - `date` is written with suggestions that are new or changed; it never causes a write by itself.
    - `made` is the ledger's digest of the sidecar's bytes. A sidecar that only facedaemon wrote follows the photo: it
      is made again where the photo's own metadata changed, and removed where nothing is wanted.
    - `state` is the id of the state that writes. It replaces a list of another state; where its own list is empty a
      record stays, so that the other state does not conclude that a program dropped its list.
    - `written` are the real regions of ours in the ledger: other regions with our attribute are not changed (None: all
      regions with it are ours).

    Raises PhotoError where a sidecar cannot be edited safely.
    """
    with folder_of(photo, root) as folder:
        found = sources(photo, naming, folder)
        path = target(photo, naming, found)
        there = next((source for source in found if source.path == path), None)
        document = None if there is None else there.read()
        is_any = bool(wanted) or bool(confirmed)
        if document is None and not is_any:
            return None
        if is_any and (others := sharers(photo, path, there)):
            raise PhotoError(path, f"it belongs to {', '.join(others)} as well; set 'sidecar.naming: full'")
        before = read_small(path, folder) if there is None else there.data
        former = () if document is None else read_own(document.rdf)
        record = _record(None if document is None else read_record(document.rdf), len(wanted), state)
        known = None if written is None else written_at((*written, *as_regions, *confirmed), (orientation,))
        is_unknown = document is not None and holds_unknown(document, known)
        is_ours = document is None or (not is_unknown and is_only_ours(document, before or b"", made))
        if is_ours and not is_any and record is None:
            return Edit(path, root, before, None, photo.name)
        if document is None or is_ours:
            document = seeded(photo, folder)
            _refuse_to_hide(photo, document, [source for source in found if source is not there])
    stamp = stamp_of(document) if is_ours else read_stamp(document)
    moment = date.isoformat(timespec="seconds")
    items = _with_former_dates([as_written(item, orientation, moment) for item in wanted], former)
    regions = [item for item, value in zip(items, wanted, strict=True) if value in as_regions]
    regions += [as_written(item, orientation, moment, BY_ANSWER) for item in confirmed]
    try:
        if record is not None and wanted:
            record = Record(state, list_digest(items), rest_digest(document) if regions else "")
        after = edited(document, items, regions, size, stamp, record, known)
    except NotXmp as reason:
        raise PhotoError(path, f"{reason}; it is left as it is") from None
    after = document.encoded() if after is None else after
    return None if after == before else Edit(path, root, before, after, photo.name)


def _record(there: Record | None, count: int, state: str) -> Record | None:
    """The record for a list of `count` names, still without digests; None where none is needed."""
    if count:
        return Record(state, "", "") if state else None
    if there is None or there.list == list_digest(()):
        return there  # even one of another state
    return None if not state or there.state == state else Record(state, list_digest(()), "")


def _refuse_to_hide(photo: Path, new: Document, others: Sequence[Source]) -> None:
    """Raises PhotoError where a new sidecar would hide names in one with the other naming."""
    if not speaks_of_faces(new.rdf):
        return
    names = _named(new)
    for other in others:
        document = other.read()
        if document is not None and speaks_of_faces(document.rdf):
            if _named(document) != names:
                raise PhotoError(
                    photo, f"{other.path.name} names faces that a new sidecar would hide; set 'sidecar.naming'"
                )
            return


def _named(document: Document) -> frozenset[tuple[str | None, Region]]:
    regions, _ = read_regions(document.rdf, 1, None)
    return frozenset((each.name, each.region) for each in regions)


def edited(
    document: Document,
    wanted: Sequence[WrittenSuggestion],
    regions: Sequence[WrittenSuggestion],
    size: Size,
    stamp: str = "",
    record: Record | None = None,
    written: Written | None = None,
) -> bytes | None:
    """The packet with exactly `wanted` of ours, and `regions` as real ones; None where nothing changes.

    `stamp` is written beside our list in a sidecar that facedaemon created; `written` as in `without_own_utf8`.

    Raises NotXmp where anything that is not ours would change.
    """
    if broken := fault(document.rdf):
        raise NotXmp(broken)
    is_foreign = cannot_hold_own(document)  # most are; comparing 10,000 regions takes long
    there = () if is_foreign else read_own(document.rdf)
    wanted, regions = _with_former_dates(wanted, there), _with_former_dates(regions, there)
    foreign = document.data if is_foreign else without_own_utf8(document, written)
    bare = document if foreign == document.data else reparse(document, foreign)
    new = reparse(document, with_own(bare, wanted, regions, size, stamp, record))
    if list(read_own(new.rdf)) != list(wanted) or read_record(new.rdf) != record:
        raise NotXmp("the suggestions cannot be added to it")
    known = None if written is None else frozenset((*written, *written_as(regions)))
    if without_own_utf8(new, known) not in (foreign, opened(foreign, bare)):
        raise NotXmp("adding to it would change what other programs wrote")
    regions_there = frozenset() if is_foreign else read_own_regions(document.rdf)
    record_there = None if is_foreign else read_record(document.rdf)
    same = list(there) == list(wanted) and regions_there == read_own_regions(new.rdf) and record_there == record
    same = same and read_stamp(document) == read_stamp(new)
    return None if same else new.encoded()


def _with_former_dates(
    wanted: Sequence[WrittenSuggestion], there: Sequence[WrittenSuggestion]
) -> list[WrittenSuggestion]:
    return [next((old for old in there if old.same(item)), item) for item in wanted]


def plan_undo(
    path: Path,
    before: bytes | None,
    after_digest: str | None,
    root: Path | None = None,
    written: Collection[Suggestion] | None = None,
) -> Edit | None:
    """The edit that undoes what facedaemon wrote into the sidecar `path`; None where nothing of ours is left.

    `before` are its bytes before our first write (None: there was no file), `after_digest` the ledger's digest of our
    last one. Where no other program wrote since, or only changed what is ours, the sidecar becomes `before` byte for
    byte, or is removed. Else only what is ours is removed, of real regions those in `written` (None: all with our
    attribute). Raises PhotoError.
    """
    with folder_of(path, root) as folder:
        current = read_small(path, folder)
    if current is None or current == before or is_empty(current):
        return None
    if after_digest is not None and digest(current) == after_digest:
        return Edit(path, root, current, before)
    try:
        document = parse(current)
        known = None if written is None else written_at(written, ORIENTATIONS)
        if before is None and not holds_unknown(document, known) and is_only_ours(document):
            return Edit(path, root, current, None)
        after = without_own(current, written)
    except NotXmp as reason:
        raise PhotoError(path, f"{reason}; it is left as it is") from None
    return None if after == current else Edit(path, root, current, after)


def without_own(raw: bytes, written: Collection[Suggestion] | None = None) -> bytes:
    """A sidecar's bytes without anything of ours. Raises NotXmp where they cannot be read whole."""
    if is_empty(raw):
        return raw
    known = None if written is None else written_at(written, ORIENTATIONS)
    after = edited(parse(raw), (), (), Size(1, 1), written=known)
    if after is None:
        return raw
    document = parse(after)
    return encode(undeclared(document), document.codec, document.bom)
