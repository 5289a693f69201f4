"""What happened to our metadata in a sidecar: removed by a human, dropped by a program, or overwritten. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from facedaemon import sidecar
from facedaemon.geometry import overlap
from facedaemon.names import clean_name
from facedaemon.values import Region, Suggestion

SAME_REGION_OVERLAP = 0.8  # a region of ours that another program wrote again, with its own rounding


@dataclass(frozen=True, slots=True)
class Found:
    """`removed` by a human; `is_off`: ours must be written again; `foreign`: suggestions of another facedaemon."""

    removed: tuple[Suggestion, ...] = ()
    is_off: bool = False
    foreign: tuple[Suggestion, ...] = ()


def compare(
    names: Sequence[Suggestion],
    regions: Sequence[Suggestion],
    metadata: sidecar.Metadata,
    state: str,
    orientation: int,
) -> Found:
    """What happened since `names` were written into the list, and `regions` of them as real ones (decision 028).

    A human removed only what is missing while our record of the same write is still there: programs that do not know
    our namespace drop both, and a sidecar restored from a backup holds the record of an older write.
    """
    missing = [item for item in names if not any(is_same(item, other) for other in metadata.suggestions)]
    # nor was a name removed that is at another place now, as in a photo that was turned
    named = {clean_name(item.person) for item in metadata.suggestions}
    taken = [item for item in missing if clean_name(item.person) not in named]
    record = metadata.own.record
    if record is None:  # written before there were records, or dropped
        return Found(tuple(taken) if metadata.suggestions else (), bool(missing))
    written = sidecar.list_digest([sidecar.as_written(item, orientation, "") for item in names])
    if record.list != written:
        is_ours = record.state == state
        return Found(is_off=is_ours and bool(missing), foreign=() if is_ours else metadata.suggestions)
    removed = list(taken)
    gone = [item for item in regions if not any(_is_there(item, region) for region in metadata.regions)]
    if len(metadata.regions) < sidecar.MAX_REGIONS and _taken_one_by_one(metadata.own):
        removed += [item for item in gone if item not in removed]
    return Found(tuple(removed), bool(missing))


def is_same(written: Suggestion, shown: Suggestion) -> bool:
    """Whether a sidecar still holds what was written, in any spelling of the name and with rounded areas."""
    return clean_name(written.person) == clean_name(shown.person) and is_same_place(written.region, shown.region)


def is_same_place(one: Region, other: Region) -> bool:
    """Whether both are the same region, apart from rounding."""
    return overlap(one, other) >= SAME_REGION_OVERLAP


def _is_there(written: Suggestion, region: sidecar.NamedRegion) -> bool:
    return region.name == clean_name(written.person) and is_same_place(written.region, region.region)


def _taken_one_by_one(own: sidecar.Own) -> bool:
    """Whether regions were removed and nothing else.

    Programs that rewrite all their regions, as digiKam does, leave none of our attributes, no empty list, and other
    bytes than before.
    """
    is_untouched = own.record is not None and own.record.rest != "" and own.record.rest == own.rest
    return own.marked or own.emptied or is_untouched
