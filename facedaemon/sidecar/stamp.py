"""Whose a sidecar is: the stamp that facedaemon leaves in one that it made, and what it tells later.

A sidecar beside a photo hides what the photo itself says, so one that facedaemon made must follow the photo, and go
when it is not needed. The stamp is the digest of all that the sidecar held besides ours when it was made from the
photo's own metadata. Where the rest still has that digest, nobody else has written to the sidecar: it says nothing but
what the photo said then. No state is needed to know it, so it holds after a lost state, for a copied photo, on another
computer. Pure.
"""

from facedaemon.sidecar.files import digest
from facedaemon.sidecar.own_metadata import cannot_hold_own, opened, without_own_utf8
from facedaemon.sidecar.rdf import values
from facedaemon.sidecar.regions import OWN, read_regions
from facedaemon.sidecar.tree import Document, reparse

SEED = OWN + "Seed"


def stamp_of(seeded: Document) -> str:
    """The stamp for a sidecar made from this seed: digests of the whole, and of its regions alone."""
    return f"{digest(_rest(seeded))} {regions_digest(seeded)}"


def regions_digest(document: Document | None) -> str:
    """Tells whether other regions are named than before; the order is nothing said. None has no regions."""
    regions = () if document is None else read_regions(document.rdf, 1, None)[0]
    found = sorted((each.name or "", repr(each.region)) for each in regions if each.origin is None)
    return digest(repr(found).encode("utf-8", "surrogatepass"))


def read_stamp(document: Document) -> str:
    """The stamp that stands in a sidecar; empty where facedaemon did not make it."""
    if cannot_hold_own(document):
        return ""
    return next((" ".join(item.text.strip() for item in value.items) for value in values(document.rdf, SEED)), "")


def is_only_ours(document: Document, data: bytes = b"", made: str | None = None) -> bool:
    """Whether facedaemon made the sidecar, and nobody else has written to it but to what is ours.

    `data` are its bytes, `made` their digest as the ledger has it, where it says so: older ones bear no stamp.
    """
    if made is not None and digest(data) == made:
        return True
    stamp = read_stamp(document)
    return stamp != "" and stamp.partition(" ")[0] == digest(_rest(document))


def is_stale(document: Document, seeded: Document) -> bool:
    """Whether a sidecar that is only ours says other things than a new one made from the photo would."""
    return _rest(document) != _rest(seeded)


def named_since(document: Document, embedded: Document | None) -> bool:
    """Whether the photo names other regions than when facedaemon made this sidecar, whoever wrote to it since."""
    before = read_stamp(document).partition(" ")[2]
    return before not in ("", regions_digest(embedded))


def _rest(document: Document) -> bytes:
    """What is not ours, in the form it has as soon as something of ours is added."""
    rest = document.data if cannot_hold_own(document) else without_own_utf8(document)
    return opened(rest, document if rest == document.data else reparse(document, rest))
