"""What a human's clicks in digiKam 8.6 write into its database; the rows were seen in a running digiKam."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from PIL import Image

from tests.acceptance.place import Place


class DigikamUser:
    """A human at digiKam, working on a place's database. Photos are named as below `place.photos`."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def confirm(self, photo: str, person: str, place: Mapping[str, float] | str) -> None:
        """A face is named, or a suggestion's check mark is clicked; `place` is a region or a rectangle of digiKam's."""
        rect = place if isinstance(place, str) else self._rect(photo, place)
        with self._writing() as database:
            image, tag = _image(database, photo), _person(database, person)
            self._forget(database, image, rect)
            database.execute("insert or ignore into ImageTags values (?, ?)", (image, tag))
            for attribute in ("tagRegion", "faceToTrain"):
                database.execute("insert into ImageTagProperties values (?, ?, ?, ?)", (image, tag, attribute, rect))

    def set_unknown(self, photo: str, region: Mapping[str, float]) -> None:
        """A suggestion's "Remove" is clicked: the face stays, without a name."""
        self._replace(photo, region, "unknownPerson", "autodetectedFace")

    def ignore(self, photo: str, region: Mapping[str, float]) -> None:
        """A face is marked as one that nobody cares about."""
        self._replace(photo, region, "ignoredPerson", "ignoredFace")

    def take_confirmation_away(self, photo: str, person: str) -> None:
        """The name is removed from the photo."""
        with self._writing() as database:
            both = (_image(database, photo), _person(database, person))
            database.execute("delete from ImageTags where imageid = ? and tagid = ?", both)
            database.execute("delete from ImageTagProperties where imageid = ? and tagid = ?", both)

    def unconfirmed(self) -> dict[str, tuple[str, str]]:
        """What the "Unconfirmed" view shows: photo to person and rectangle."""
        with closing(sqlite3.connect(self._place.database)) as database:
            rows = database.execute(
                "select substr(relativePath, 2) || '/' || name, value from ImageTagProperties"
                " join Images on Images.id = imageid join Albums on Albums.id = album"
                " where property = 'autodetectedPerson'"
            ).fetchall()
            shown = {}
            for photo, value in rows:
                tag, _, rect = value.split(",")
                shown[photo] = (_name(database, int(tag)), rect)
            return shown

    def confirmed(self, person: str) -> dict[str, str]:
        """What the person's album shows: photo to rectangle."""
        with closing(sqlite3.connect(self._place.database)) as database:
            rows = database.execute(
                "select substr(relativePath, 2) || '/' || name, value from ImageTagProperties"
                " join Images on Images.id = imageid join Albums on Albums.id = album"
                " where property = 'tagRegion' and tagid = ?",
                (_person(database, person),),
            ).fetchall()
            return dict(rows)

    def _replace(self, photo: str, region: Mapping[str, float], special: str, attribute: str) -> None:
        rect = self._rect(photo, region)
        with self._writing() as database:
            image = _image(database, photo)
            self._forget(database, image, rect)
            (tag,) = database.execute("select tagid from TagProperties where property = ?", (special,)).fetchone()
            database.execute("insert into ImageTagProperties values (?, ?, ?, ?)", (image, tag, attribute, rect))

    def _forget(self, database: sqlite3.Connection, image: int, rect: str) -> None:
        """The rows of a face that is not confirmed; digiKam finds them by the text of their rectangle."""
        database.execute(
            "delete from ImageTagProperties where imageid = ? and property in ('autodetectedFace', 'ignoredFace')"
            " and value = ?",
            (image, rect),
        )
        database.execute(
            "delete from ImageTagProperties where imageid = ? and property = 'autodetectedPerson'"
            " and value like '%,autodetectedFace,' || ?",
            (image, rect),
        )

    def _rect(self, photo: str, region: Mapping[str, float]) -> str:
        with Image.open(self._place.photos / photo) as picture:
            width, height = picture.size  # the sample photos stand upright
        x, w = round(region["x"] * width), round(region["w"] * width)
        y, h = round(region["y"] * height), round(region["h"] * height)
        return f'<rect x="{x}" y="{y}" width="{w}" height="{h}"/>'

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._place.database)) as database, database:
            yield database


def _image(database: sqlite3.Connection, photo: str) -> int:
    path = Path(photo)
    (number,) = database.execute(
        "select Images.id from Images join Albums on Albums.id = album where relativePath = ? and name = ?",
        (f"/{path.parent.as_posix()}", path.name),
    ).fetchone()
    return int(number)


def _person(database: sqlite3.Connection, name: str) -> int:
    (tag,) = database.execute(
        "select tagid from TagProperties where property = 'person' and value = ?", (name,)
    ).fetchone()
    return int(tag)


def _name(database: sqlite3.Connection, tag: int) -> str:
    query = "select value from TagProperties where property = 'person' and tagid = ?"
    (name,) = database.execute(query, (tag,)).fetchone()
    return str(name)
