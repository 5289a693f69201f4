"""A folder of real portraits whose faces other programs named in sidecars, without digiKam."""

import shutil
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from facedaemon.config import load
from facedaemon.pipeline.session import Session, open_session

SIDECAR = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
 xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#">
<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag>
<rdf:li rdf:parseType="Resource"><mwg-rs:Name>{}</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type>
<mwg-rs:Area stArea:x="0.5" stArea:y="0.5" stArea:w="0.4" stArea:h="0.46" stArea:unit="normalized"/></rdf:li>
</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions></rdf:Description></rdf:RDF></x:xmpmeta>"""


@dataclass
class NamedPhotos:
    """Portraits of LFW below `root`; each shows one face in the middle."""

    folder: Path
    lfw: Path
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        """The photos' folder."""
        return self.folder / "photos"

    def add(self, person: str, number: int, name: str | None = None) -> Path:
        """One more portrait; named, if a name is given, in a sidecar."""
        self.root.mkdir(exist_ok=True)
        file = f"{person}_{number:04}.jpg"
        photo = Path(shutil.copyfile(self.lfw / person / file, self.root / file))
        if name is not None:
            photo.with_name(photo.name + ".xmp").write_text(SIDECAR.format(name), encoding="utf-8")
        return photo

    def strangers(self, count: int, name: str | None = None) -> list[Path]:
        """Portraits of people of whom there is one photo only."""
        people = [folder.name for folder in sorted(self.lfw.iterdir()) if len(list(folder.iterdir())) == 1]
        used = {photo.name.rpartition("_")[0] for photo in self.root.glob("*.jpg")} if self.root.is_dir() else set()
        return [self.add(person, 1, name) for person in [p for p in people if p not in used][:count]]

    def session(self, **sections: dict[str, Any]) -> Session:
        """A session on these photos; the caller closes it."""
        settings = {
            "photos": {"roots": [str(self.root)]},
            "library": {"digikam": {"database": "none"}},
            "state_directory": str(self.folder / "state"),
            **sections,
        }
        empty = self.folder / "empty.yaml"
        empty.write_text("")
        return open_session(load(empty, settings), home=self.folder)


def spellings(name: str) -> Sequence[str]:
    """Ways in which programs write one name."""
    return (name, unicodedata.normalize("NFD", name), name.replace(" ", "\u00a0"), name.replace(" ", "  "))
