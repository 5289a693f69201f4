"""A photo's sidecars as parsed documents, in the order in which they are preferred."""

from dataclasses import dataclass
from pathlib import Path

from facedaemon.errors import PhotoError
from facedaemon.sidecar.extended import removal
from facedaemon.sidecar.files import folder_of, read_with_owner
from facedaemon.sidecar.naming import Naming, existing_sidecars, is_named_by_stem, sharing_files, sidecar_path
from facedaemon.sidecar.rdf import descriptions, values
from facedaemon.sidecar.tree import Document, NotXmp, is_empty, parse, reparse, spliced
from facedaemon.suffixes import suffix_of

_FOR_EXTENSION = "http://ns.adobe.com/photoshop/1.0/ SidecarForExtension"


@dataclass(frozen=True, slots=True)
class Source:
    """A sidecar of a photo: its bytes and the parsed document.

    `document` is None for one that holds nothing, or that cannot be read whole: then `error` is the reason. `owner` is
    the number of the user who owns the file.
    """

    path: Path
    data: bytes
    owner: int
    document: Document | None
    error: str | None = None

    def read(self) -> Document | None:
        """The document; None where there is nothing in it. Raises PhotoError where it cannot be read whole."""
        if self.error is not None:
            raise PhotoError(self.path, f"{self.error}; it is left as it is")
        return self.document

    @property
    def extension(self) -> str:
        """The suffix, in lower case, of the one file of that stem that it belongs to; empty where it belongs to all."""
        if self.document is None:
            return ""
        return next((v.text.strip().lstrip(".").lower() for v in values(self.document.rdf, _FOR_EXTENSION)), "")


def sources(photo: Path, naming: Naming | None, folder: int) -> tuple[Source, ...]:
    """The photo's sidecars, the preferred one first; `folder` is the open folder they lie in.

    One named by the stem is left out where it belongs to another file: by its SidecarForExtension (as Lightroom and
    osxphotos write it), or since a file has that very name (IMG.JPG.xmp beside IMG.JPG and IMG.JPG.png). Raises
    PhotoError for one that is no plain file, or too large.
    """
    found = []
    for path in existing_sidecars(photo, naming):
        there = read_with_owner(path, folder)
        if there is not None and _speaks_of(source := _source(path, *there), photo):
            found.append(source)
    return tuple(found)


def _source(path: Path, data: bytes, owner: int) -> Source:
    if is_empty(data):
        return Source(path, data, owner, None)
    try:
        return Source(path, data, owner, parse(data))
    except NotXmp as reason:
        return Source(path, data, owner, None, str(reason))


def without_extension(document: Document) -> Document:
    """The document for a new sidecar, without a SidecarForExtension from the photo's own metadata."""
    stated = [cut for node in descriptions(document.rdf) if (cut := removal(document, node, _FOR_EXTENSION))]
    return reparse(document, spliced(document.data, stated)) if stated else document


def target(photo: Path, naming: Naming | None, found: tuple[Source, ...]) -> Path:
    """The sidecar to write: the preferred one, else a new one, with its full name where no naming is fixed.

    A sidecar with another naming than `naming` is not written to. Raises PhotoError where the only name that is left
    belongs to another file.
    """
    new = sidecar_path(photo, naming or Naming.FULL)
    for source in found:
        if naming is None or is_named_by_stem(photo, source.path) == (naming == Naming.STEM):
            return source.path
    if any(path for path in existing_sidecars(photo, naming) if path == new or path.with_suffix(".xmp") == new):
        raise PhotoError(new, "it belongs to another file of that name; set 'sidecar.naming: full'")
    return new


def target_path(photo: Path, naming: Naming | None, root: Path | None = None) -> Path:
    """The sidecar to write, whether or not it exists. Raises PhotoError."""
    with folder_of(photo, root) as folder:
        return target(photo, naming, sources(photo, naming, folder))


def sharers(photo: Path, path: Path, source: Source | None) -> tuple[str, ...]:
    """Names of other files that the sidecar at `path` belongs to as well. Raises PhotoError."""
    if not is_named_by_stem(photo, path) or (source is not None and source.extension):
        return ()
    return sharing_files(photo)


def _speaks_of(source: Source, photo: Path) -> bool:
    if not is_named_by_stem(photo, source.path):
        return True
    if (photo.parent / source.path.stem).is_file():
        return False
    return source.extension in ("", suffix_of(photo.name))
