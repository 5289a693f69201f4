"""Whether digiKam's database is left as it is: `python -m benchmarks.unharmed --runner COMMAND --library DIR`.

A real digiKam reads a small collection twice under each combination of its settings: once after a `facedaemon scan`,
once without. What the database knows alone (names, tags, ratings, captions, places) and what new photos say of
themselves must be the same both times. COMMAND starts digiKam on `COLLECTION DATABASE_FOLDER --meta KEY=VALUE ...`,
waits for its scan and ends it. DIR holds `photos/`, `truth.json` and `digikam4-v17.db`.
"""

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

PEOPLE = ("Gray Davis", "Hamid Karzai", "Jack Straw", "Tom Daschle")
CONFIRMED_EACH, KNOWN = 8, 8
LINES = 20  # of the differences of one run

TABLES = {
    "Tags": "SELECT pid, name FROM Tags",
    "TagProperties": "SELECT t.name, p.property, p.value FROM TagProperties p JOIN Tags t ON t.id = p.tagid",
    "ImageTags": "SELECT i.name, t.name, t.pid FROM ImageTags x JOIN Images i ON i.id = x.imageid"
    " JOIN Tags t ON t.id = x.tagid",
    "ImageTagProperties": "SELECT i.name, t.name, x.property, x.value FROM ImageTagProperties x"
    " JOIN Images i ON i.id = x.imageid JOIN Tags t ON t.id = x.tagid",
    "ImageComments": "SELECT i.name, x.type, x.language, x.author, x.date, x.comment FROM ImageComments x"
    " JOIN Images i ON i.id = x.imageid",
    "ImageInformation": "SELECT i.name, x.rating, x.orientation, stated(x.creationDate), x.width, x.height"
    " FROM ImageInformation x JOIN Images i ON i.id = x.imageid",
    "ImagePositions": "SELECT i.name, x.latitude, x.longitude, x.altitude, x.description FROM ImagePositions x"
    " JOIN Images i ON i.id = x.imageid",
}

# what photos say of themselves, as ExifTool's arguments; each case is one new photo and, where they last, one known one
CASES: dict[str, Sequence[str]] = {
    "nothing": (),
    "two captions": ("-EXIF:ImageDescription=by EXIF", "-IPTC:Caption-Abstract=by IPTC"),
    "EXIF caption": ("-EXIF:ImageDescription=by EXIF",),
    "IPTC caption": ("-IPTC:Caption-Abstract=by IPTC",),
    "caption and comment": ("-EXIF:ImageDescription=by EXIF", "-EXIF:UserComment=a comment"),
    "user comment": ("-EXIF:UserComment=a comment",),
    "JPEG comment": ("-Comment=in the file", "-EXIF:ImageDescription=by EXIF"),
    "languages": ("-XMP-dc:Description=plain", "-XMP-dc:Description-de=deutsch", "-IPTC:Caption-Abstract=by IPTC"),
    "three captions": ("-XMP-dc:Description=by XMP", "-EXIF:ImageDescription=E", "-IPTC:Caption-Abstract=I"),
    "titles": ("-IPTC:ObjectName=by IPTC", "-IPTC:Headline=a headline", "-EXIF:XPTitle=by Windows"),
    "XMP title": ("-XMP-dc:Title=by XMP", "-IPTC:ObjectName=by IPTC"),
    "Windows comment": ("-EXIF:XPComment=by Windows", "-EXIF:XPKeywords=one;two"),
    "EXIF rating": ("-EXIF:Rating=4", "-EXIF:RatingPercent=75"),
    "two ratings": ("-XMP-xmp:Rating=2", "-EXIF:Rating=5"),
    "Microsoft rating": ("-XMP-microsoft:RatingPercent=50",),
    "IPTC keywords": ("-IPTC:Keywords=feast", "-IPTC:Keywords=friends"),
    "two sets of keywords": ("-IPTC:Keywords=feast", "-XMP-dc:Subject=friends"),
    "trees of keywords": ("-XMP-lr:HierarchicalSubject=Places|Paris|Louvre", "-XMP-dc:Subject=Louvre"),
    "digiKam's tags": ("-XMP-digiKam:TagsList=Places/Rome", "-XMP-dc:Subject=Rome"),
    "EXIF place": (
        "-EXIF:GPSLatitude=48.8606123",
        "-EXIF:GPSLatitudeRef=N",
        "-EXIF:GPSLongitude=2.3376456",
        "-EXIF:GPSLongitudeRef=E",
        "-EXIF:GPSAltitude=35.5",
        "-EXIF:GPSAltitudeRef=0",
    ),
    "XMP place": ("-XMP-exif:GPSLatitude=-33.8567", "-XMP-exif:GPSLongitude=151.2152"),
    "two places": (
        "-EXIF:GPSLatitude=10.5",
        "-EXIF:GPSLatitudeRef=S",
        "-EXIF:GPSLongitude=20.25",
        "-EXIF:GPSLongitudeRef=W",
        "-XMP-exif:GPSLatitude=1.5",
        "-XMP-exif:GPSLongitude=2.5",
    ),
    "two orientations": ("-EXIF:Orientation#=1", "-XMP-tiff:Orientation#=6"),
    "labels": ("-XMP-digiKam:PickLabel=3", "-XMP-digiKam:ColorLabel=2", "-XMP-xmp:Label=Red"),
    "urgency": ("-IPTC:Urgency=3", "-XMP-photoshop:Urgency=5"),
    "authors": ("-IPTC:By-line=Ann", "-EXIF:Artist=Bob", "-IPTC:CopyrightNotice=(c) Ann", "-EXIF:Copyright=(c) Bob"),
    "dates": (
        "-EXIF:DateTimeOriginal=2001:02:03 04:05:06",
        "-IPTC:DateCreated=2002:02:02",
        "-XMP-xmp:CreateDate=2003:03:03 03:03:03",
    ),
    "Latin-1": ("-IPTC:Caption-Abstract=Fr\u00fchst\u00fcck", "-charset", "iptc=latin1"),
    "regions": (
        "-RegionInfo={AppliedToDimensions={W=150,H=150,Unit=pixel},RegionList=[{"
        "Area={X=0.1,Y=0.1,W=0.1,H=0.1,Unit=normalized},Name=Somebody Else,Type=Face}]}",
    ),
    "everything": (
        "-EXIF:ImageDescription=by EXIF",
        "-IPTC:Caption-Abstract=by IPTC",
        "-IPTC:Keywords=feast",
        "-XMP-xmp:Rating=1",
    ),
}


@dataclass(frozen=True)
class Place:
    """A collection that digiKam knows, with facts that stand in its database alone."""

    folder: Path
    runner: str
    new: list[tuple[str, Path]] = field(default_factory=list)

    @property
    def collection(self) -> Path:
        """The photos."""
        return self.folder / "collection"

    @property
    def database(self) -> Path:
        """The folder of digiKam's database."""
        return self.folder / "database"

    def keep(self) -> None:
        """As it is now, it can be put back."""
        for name in ("collection", "database"):
            shutil.copytree(self.folder / name, self.folder / f"{name}.kept", copy_function=shutil.copy2)

    def put_back(self) -> None:
        """It is as it was kept."""
        for name in ("collection", "database"):
            shutil.rmtree(self.folder / name)
            shutil.copytree(self.folder / f"{name}.kept", self.folder / name, copy_function=shutil.copy2)
        for name in ("state", "home"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def add_new(self) -> None:
        """Photos arrive that digiKam has not seen."""
        for name, photo in self.new:
            shutil.copy2(photo, self.collection / name)

    def digikam(self, settings: dict[str, str]) -> None:
        """digiKam starts, scans and ends."""
        meta = [part for key, value in settings.items() for part in ("--meta", f"{key}={value}")]
        done = subprocess.run(
            [*self.runner.split(), str(self.collection), str(self.database), "--settle", "4", *meta],
            capture_output=True,
            text=True,
            check=False,
        )
        if "scanned:" not in done.stdout:
            sys.exit(f"digiKam did not scan: {done.stdout}{done.stderr}")

    def facedaemon(self, settings: dict[str, str], policy: str) -> None:
        """A scan, beside a digiKam that is set up so."""
        configuration = self.folder / "home/.config"
        configuration.mkdir(parents=True, exist_ok=True)
        lines = [f"{key}={value}" for key, value in settings.items()]
        (configuration / "digikamrc").write_text(
            f"[Database Settings]\nDatabase Type=QSQLITE\nDatabase Name={self.database}/\n[Metadata Settings]\n"
            + "\n".join(lines)
            + "\n"
        )
        config = self.folder / "config.yaml"
        config.write_text(
            f"photos: {{roots: [{self.collection}]}}\n"
            f"sidecar: {{policy: {policy}}}\n"
            f"state_directory: {self.folder / 'state'}\n"
        )
        scan = [str(Path(sys.executable).parent / "facedaemon"), "scan", "--quiet", "--config", str(config)]
        done = subprocess.run(scan, env=_environment(self.folder / "home"), capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            sys.exit(f"{' '.join(scan)}: {done.returncode} {done.stderr}")

    def tables(self) -> dict[str, list[tuple[object, ...]]]:
        """The rows that count, sorted."""
        with closing(sqlite3.connect(self.database / "digikam4.db")) as connection:
            # a photo that states no date has that of its file, which is copied for each run
            connection.create_function("stated", 1, lambda date: date if str(date) < "2010" else "none")
            return {name: sorted(connection.execute(query).fetchall(), key=repr) for name, query in TABLES.items()}


def _environment(home: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
    return {**kept, "HOME": str(home)}


def made(folder: Path, library: Path, runner: str) -> Place:
    """The collection, read once by digiKam, with facts only in its database."""
    place = Place(folder, runner)
    place.collection.mkdir(parents=True)
    place.database.mkdir()
    truth = json.loads((library / "truth.json").read_text())
    named = {
        who: [p for p, t in truth.items() if t["person"] == who and t["confirmed"]][:CONFIRMED_EACH] for who in PEOPLE
    }
    open_ = [p for p, t in truth.items() if t["person"] in PEOPLE and not t["confirmed"]]
    cases = list(CASES.items())
    faces: dict[str, str] = {}
    for number, photo in enumerate(photo for photos in named.values() for photo in photos):
        name = f"named-{number:02}.jpg"
        _copy(library / "photos" / photo, place.collection / name, cases[number % len(cases)][1])
        faces[name] = photo
    for number in range(KNOWN):
        photo = place.collection / f"known-{number:02}.jpg"
        _copy(library / "photos" / open_[number], photo, cases[number][1])
        if number % 2:  # half of them have a sidecar by another program already
            copy = ["-tagsFromFile", str(photo), "-XMP:all<all", "-XMP-dc:Source=another program", f"{photo}.xmp"]
            subprocess.run(["exiftool", "-q", "-m", *copy], check=True)
    (folder / "new").mkdir()
    for number, (case, arguments) in enumerate(cases):
        target = folder / "new" / f"new-{number:02}-{case.replace(' ', '-')}.jpg"
        source = open_[KNOWN + number % (len(open_) - KNOWN)]
        _copy(library / "photos" / source, target, arguments)
        place.new.append((target.name, target))
    print(
        f"{len(faces)} named, {KNOWN} known, {len(place.new)} new photos; {len(open_)} open in the library",
        file=sys.stderr,
    )
    place.digikam({})
    _know(
        place.database / "digikam4.db",
        library / "digikam4-v17.db",
        faces,
        {p: truth[p]["person"] for p in faces.values()},
    )
    place.digikam({})
    place.keep()
    return place


def _copy(source: Path, target: Path, arguments: Sequence[str]) -> None:
    shutil.copy(source, target)
    if arguments:
        subprocess.run(["exiftool", "-q", "-m", "-overwrite_original", *arguments, str(target)], check=True)


def _know(database: Path, sample: Path, faces: dict[str, str], people: dict[str, str]) -> None:
    """Names, tags, ratings, captions, labels and places that no photo says of itself."""
    with closing(sqlite3.connect(f"{sample.as_uri()}?mode=ro", uri=True)) as connection:
        regions = {
            f"{folder}/{name}".strip("/"): value
            for folder, name, value in connection.execute(
                "SELECT a.relativePath, i.name, x.value FROM ImageTagProperties x JOIN Images i ON i.id = x.imageid"
                " JOIN Albums a ON a.id = i.album WHERE x.property = 'tagRegion'"
            )
        }
    with closing(sqlite3.connect(database)) as connection, connection:
        special = {
            str(name): int(tag)
            for tag, name in connection.execute(
                "SELECT tagid, property FROM TagProperties WHERE property LIKE '%Person'"
            )
        }
        unknown = special["unknownPerson"]
        (parent,) = connection.execute("SELECT pid FROM Tags WHERE id = ?", (unknown,)).fetchone()
        tags = {}
        for who in PEOPLE:
            tags[who] = connection.execute("INSERT INTO Tags (pid, name) VALUES (?, ?)", (parent, who)).lastrowid
            connection.executemany(
                "INSERT INTO TagProperties VALUES (?, ?, ?)",
                [(tags[who], key, who) for key in ("person", "faceEngineId")],
            )
        places = connection.execute("INSERT INTO Tags (pid, name) VALUES (0, 'Only in the database')").lastrowid
        below = connection.execute("INSERT INTO Tags (pid, name) VALUES (?, 'Below')", (places,)).lastrowid
        images = dict(connection.execute("SELECT name, id FROM Images").fetchall())
        rows, carried = [], []
        for name, photo in faces.items():
            who = people[photo]
            carried.append((images[name], tags[who]))
            rows.append((images[name], tags[who], "tagRegion", regions[photo]))
            if images[name] % 2:
                rows.append((images[name], tags[who], "faceToTrain", regions[photo]))
        at = '<rect x="2" y="3" width="20" height="25"/>'
        for number, image in enumerate(images[name] for name in sorted(images)):
            carried += [(image, below)] + ([(image, places)] if number % 3 == 0 else [])
            kind = number % 4
            if kind == 0:
                rows.append((image, special["unknownPerson"], "autodetectedFace", at))
            elif kind == 1:
                rows.append((image, special["ignoredPerson"], "ignoredFace", at))
            elif kind == 2:
                rows.append((image, tags["Jack Straw"], "autodetectedFace", at))
                rows.append(
                    (
                        image,
                        special["unconfirmedPerson"],
                        "autodetectedPerson",
                        f"{tags['Jack Straw']},autodetectedFace,{at}",
                    )
                )
            connection.execute("UPDATE ImageInformation SET rating = ? WHERE imageid = ?", (number % 6, image))
            if number % 2:
                connection.execute("DELETE FROM ImageComments WHERE imageid = ?", (image,))
                connection.executemany(
                    "INSERT INTO ImageComments (imageid, type, language, author, date, comment)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    [
                        (image, 1, "x-default", "Ann", "2020-02-02T02:02:02.000", f"only here {number}"),
                        (image, 1, "de-DE", None, None, "nur hier"),
                        (image, 3, "x-default", None, None, "a title"),
                    ],
                )
                connection.execute(
                    "INSERT OR REPLACE INTO ImagePositions (imageid, latitude, latitudeNumber, longitude,"
                    " longitudeNumber, altitude) VALUES (?, '52,30.0N', 52.5, '13,24.0E', 13.4, 34)",
                    (image,),
                )
        connection.executemany("INSERT OR IGNORE INTO ImageTags VALUES (?, ?)", carried)
        connection.executemany("INSERT INTO ImageTagProperties VALUES (?, ?, ?, ?)", rows)


def differences(control: dict[str, list[tuple[object, ...]]], ours: dict[str, list[tuple[object, ...]]]) -> list[str]:
    """Each row that only one of them holds."""
    found = []
    for table in TABLES:
        found += [f"- {table} {row}" for row in control[table] if row not in ours[table]]
        found += [f"+ {table} {row}" for row in ours[table] if row not in control[table]]
        found += [f"# {table}: {len(control[table])} rows, {len(ours[table])} with facedaemon"] * (
            len(control[table]) != len(ours[table])
        )
    return found


def combinations() -> Iterator[dict[str, str]]:
    """The settings tried."""
    all_on = {
        "Rescan File If Modified": "true",
        "Use XMP Sidecar For Reading": "true",
        "Save Tags": "true",
        "Save FaceTags": "true",
        "Metadata Writing Mode": "1",
        "Use Compatible File Name": "false",
    }
    yield all_on
    changes: Iterable[dict[str, str]] = (
        {"Rescan File If Modified": "false"},
        {"Use XMP Sidecar For Reading": "false"},
        {"Save Tags": "false"},
        {"Save FaceTags": "false"},
        {"Save Tags": "false", "Save FaceTags": "false"},
        {"Metadata Writing Mode": "0"},
        {"Metadata Writing Mode": "2"},
        {"Metadata Writing Mode": "3"},
        {"Use Compatible File Name": "true"},
        {"Rescan File If Modified": "false", "Use Compatible File Name": "true", "Metadata Writing Mode": "2"},
        {"Rescan File If Modified": "false", "Use XMP Sidecar For Reading": "false"},
    )
    for change in changes:
        yield all_on | change


def _short(settings: dict[str, str]) -> str:
    return ", ".join(f"{key} {value}" for key, value in settings.items())


def main() -> None:
    """Prints a line for each combination, and every row that differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runner", required=True)
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--policies", nargs="+", default=["suggest", "regions"])
    parser.add_argument("--only", type=int, nargs="+", help="numbers of the combinations to try")
    arguments = parser.parse_args()
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="unharmed-"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    place = made(folder, arguments.library, arguments.runner)
    harmed = 0
    for number, settings in enumerate(combinations()):
        if arguments.only and number not in arguments.only:
            continue
        place.put_back()
        place.add_new()
        place.digikam(settings)
        control = place.tables()
        for policy in arguments.policies:
            place.put_back()
            place.add_new()
            place.facedaemon(settings, policy)
            written = len(list(place.collection.glob("*.xmp")))
            place.digikam(settings)
            found = differences(control, place.tables())
            harmed += bool(found)
            verdict = f"{len(found)} differ" if found else "equal"
            print(f"{number:2} {policy:8} {written:3} sidecars, {verdict}: {_short(settings)}", flush=True)
            for line in found[:LINES]:
                print("   ", line)
    sys.exit(harmed > 0)


if __name__ == "__main__":
    main()
