"""A human at digiKam, and programs that rewrite sidecars, all at work while facedaemon is."""

import random
import re
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from tests.acceptance.digikam_user import DigikamUser
from tests.acceptance.place import Place

_SIDE = 150  # pixels, of every photo in the sample library
_COUNTER = re.compile(rb"<dc:source>(\d+)</dc:source>")
_OUR_LIST = b"<facedaemon:Suggestions>"
_OURS = re.compile(rb"<facedaemon:(Suggestions|Record|Seed)\b.*?</facedaemon:\1>", re.DOTALL)
_DESCRIPTION = (
    b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:source>0</dc:source>'
    b"</rdf:Description></rdf:RDF>"
)


class ConcurrentPrograms:
    """Each of their changes is counted, and looked for before the next one and at the end."""

    def __init__(self, place: Place) -> None:
        """The place's photos were scanned, and its suggestions stand in digiKam."""
        self._place = place
        self._human = DigikamUser(place)
        self._chance = random.Random(4)
        self._counters: dict[Path, int] = {}
        self._without_ours: set[Path] = set()
        self._lost: list[str] = []
        self.put_back = 0
        self.written = 0
        self.decided: dict[str, tuple[str, str]] = {}

    def work(self) -> None:
        """One more change, to a sidecar or, now and then, to the database."""
        sidecars = sorted(self._place.sidecars().values())
        with suppress(FileNotFoundError):  # facedaemon removed its sidecar since the folder was listed
            self._rewrite(self._chance.choice(sidecars))
        if self._chance.random() < 0.1 and len(self.decided) < len(sidecars) // 2:
            self._decide()

    def have_met(self, times: int) -> bool:
        """Work a little; whether the daemon has put its list back so often, and everything was decided once."""
        self.work()
        return self.put_back >= times and len({how for how, _ in self.decided.values()}) == 3

    def losses(self) -> list[str]:
        """What of theirs is not there any more."""
        lost = list(self._lost)
        for sidecar, counter in self._counters.items():
            lost += [] if self._count(sidecar.read_bytes()) == counter else [f"{sidecar}: change {counter}"]
        lost += [path.name for path in self._place.photos.rglob(".facedaemon*")]
        with closing(sqlite3.connect(self._place.database)) as database:
            assert [("ok",)] == database.execute("pragma integrity_check").fetchall()
        unconfirmed, heard = self._human.unconfirmed(), self._heard()
        for photo, (how, person) in self.decided.items():
            stands = photo in self._human.confirmed(person) if how == "confirm" else photo not in unconfirmed
            is_heard = (photo, person, how == "confirm") in heard
            lost += [] if stands and is_heard else [f"{how} {person} in {photo}: {stands}, {is_heard}"]
        return lost

    def _heard(self) -> set[tuple[str, str, bool]]:
        """What facedaemon knows of decisions: photo, person, and whether it is a confirmation or a rejection."""
        with closing(sqlite3.connect(self._place.state / "state.db")) as state:
            rows = state.execute(
                "select path, person, 1 from face join photo on photo.id = face.photo where state = 'confirmed'"
                " union select path, person, 0 from rejection"
            ).fetchall()
        below = len(str(self._place.photos)) + 1
        return {(path.decode()[below:], person, bool(confirmed)) for path, person, confirmed in rows}

    def _rewrite(self, sidecar: Path) -> None:
        data = sidecar.read_bytes()
        if sidecar in self._counters and self._count(data) != self._counters[sidecar]:
            self._lost.append(f"{sidecar}: change {self._counters[sidecar]}")
        if sidecar in self._without_ours and _OUR_LIST in data:
            self._without_ours.discard(sidecar)
            self.put_back += 1
        if self._count(data) is None:
            data = data.replace(b"</rdf:RDF>", _DESCRIPTION)
        count = self._counters.get(sidecar, 0) + 1
        data = _COUNTER.sub(b"<dc:source>%d</dc:source>" % count, data)
        is_without_ours = self._chance.random() < 0.5
        if is_without_ours:
            data = _OURS.sub(b"", data)  # as programs do that do not know our namespace
        self._chance.choice((_rename, _truncate, _overwrite))(sidecar, data)
        self.written += 1
        self._counters[sidecar] = count
        if is_without_ours:
            self._without_ours.add(sidecar)

    @staticmethod
    def _count(data: bytes) -> int | None:
        found = _COUNTER.search(data)
        return int(found[1]) if found else None

    def _decide(self) -> None:
        """The human confirms, removes or ignores a suggestion in the "Unconfirmed" view."""
        shown = {photo: who for photo, who in self._human.unconfirmed().items() if photo not in self.decided}
        if not shown:
            return
        photo = self._chance.choice(sorted(shown))
        person, rect = shown[photo]
        x, y, w, h = (int(part) / _SIDE for part in rect.split('"')[1::2])
        region = {"x": x, "y": y, "w": w, "h": h}
        how = ("confirm", "remove", "ignore")[len(self.decided) % 3]
        if how == "confirm":
            self._human.confirm(photo, person, rect)
        elif how == "remove":
            self._human.set_unknown(photo, region)
        else:
            self._human.ignore(photo, region)
        self.decided[photo] = how, person


def _rename(sidecar: Path, data: bytes) -> None:
    """As ExifTool does."""
    new = sidecar.with_name(f"{sidecar.name}_exiftool_tmp")
    new.write_bytes(data)
    new.replace(sidecar)


def _truncate(sidecar: Path, data: bytes) -> None:
    """As Exiv2 does."""
    sidecar.write_bytes(data)


def _overwrite(sidecar: Path, data: bytes) -> None:
    """Into the file as it is."""
    with sidecar.open("r+b") as file:
        file.write(data)
        file.truncate()
