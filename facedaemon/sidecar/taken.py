"""When a photo was taken, by its own metadata and its sidecar. Pure."""

from collections.abc import Sequence

from facedaemon.dates import DateSource, Taken, corrected, moment_of
from facedaemon.sidecar.embedded import Embedded
from facedaemon.sidecar.rdf import values
from facedaemon.sidecar.tree import Document, NotXmp

_TAKEN = ("http://ns.adobe.com/photoshop/1.0/ DateCreated", "http://ns.adobe.com/exif/1.0/ DateTimeOriginal")
_DIGITIZED = ("http://ns.adobe.com/xap/1.0/ CreateDate",)  # the day of the scan, where a print was scanned


def taken_of(
    embedded: Embedded, packet: Document | NotXmp | None, sidecar: Document | None, now: float | None
) -> Taken | None:
    """The photo's own date, EXIF's before that of its XMP `packet`, unless the sidecar states another one.

    Another date in a sidecar is a correction. A date that lies after `now` is none.
    """
    own = packet if isinstance(packet, Document) else None
    dates = (
        _dated(embedded.taken, DateSource.EXIF, now),
        _date_in(own, _TAKEN, DateSource.XMP, now),
        _dated(embedded.digitized, DateSource.EXIF, now),
        _date_in(own, _DIGITIZED, DateSource.XMP, now),
    )
    return corrected(
        next((each for each in dates if each is not None), None),
        _date_in(sidecar, _TAKEN, DateSource.SIDECAR, now) or _date_in(sidecar, _DIGITIZED, DateSource.SIDECAR, now),
    )


def _date_in(document: Document | None, names: Sequence[str], source: DateSource, now: float | None) -> Taken | None:
    texts = (value.text for name in names for value in values(document.rdf, name)) if document is not None else ()
    return next((date for text in texts if (date := _dated(text, source, now)) is not None), None)


def _dated(text: str, source: DateSource, now: float | None) -> Taken | None:
    moment = moment_of(text, now)
    return None if moment is None else Taken(moment, source)
