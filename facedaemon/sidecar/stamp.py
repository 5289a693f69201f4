"""The stamp in a sidecar that facedaemon created: it shows whether another program has written to it since.

A sidecar hides the photo's own metadata, so one that facedaemon created must follow the photo, and be removed when it
is not needed. The stamp is the digest of all that the sidecar held besides ours when it was created from the photo's
metadata. Where the rest still has that digest, no other program wrote to the sidecar: it holds only what the photo held
then. The stamp needs no state, so it works after a lost state, for a copied photo, on another computer. Pure.
"""

from facedaemon.digests import digest
from facedaemon.sidecar.namespaces import OWN
from facedaemon.sidecar.own_metadata import cannot_hold_own, opened, without_own_utf8
from facedaemon.sidecar.rdf import values
from facedaemon.sidecar.regions import read_regions
from facedaemon.sidecar.tree import Document, reparse

SEED = OWN + "Seed"


def stamp_of(seeded: Document) -> str:
    """The stamp for a sidecar made from this seed: digests of the whole, and of its regions alone."""
    return f"{digest(_rest(seeded))} {regions_digest(seeded)}"


def regions_digest(document: Document | None) -> str:
    """A digest of the named regions in any order, to compare with an earlier one. None has no regions."""
    regions = () if document is None else read_regions(document.rdf, 1, None)[0]
    found = sorted((each.name or "", repr(each.region)) for each in regions if each.origin is None)
    return digest(repr(found).encode("utf-8", "surrogatepass"))


def read_stamp(document: Document) -> str:
    """The stamp in a sidecar; empty where facedaemon did not create it."""
    if cannot_hold_own(document):
        return ""
    return next((" ".join(item.text.strip() for item in value.items) for value in values(document.rdf, SEED)), "")


def is_only_ours(document: Document, data: bytes = b"", made: str | None = None) -> bool:
    """Whether facedaemon created the sidecar, and no other program has changed anything but what is ours.

    `data` are its bytes, `made` their digest in the ledger, if known: older sidecars have no stamp.
    """
    if made is not None and digest(data) == made:
        return True
    stamp = read_stamp(document)
    return stamp != "" and stamp.partition(" ")[0] == digest(_rest(document))


def is_stale(document: Document, seeded: Document) -> bool:
    """Whether a sidecar that is only ours differs from a new one made from the photo."""
    return _rest(document) != _rest(seeded)


def named_since(document: Document, embedded: Document | None) -> bool:
    """Whether the photo names other regions than when facedaemon created this sidecar, even if others wrote to it."""
    before = read_stamp(document).partition(" ")[2]
    return before not in ("", regions_digest(embedded))


def _rest(document: Document) -> bytes:
    """All that is not ours, in the form it has after something of ours is added."""
    rest = document.data if cannot_hold_own(document) else without_own_utf8(document)
    return opened(rest, document if rest == document.data else reparse(document, rest))
