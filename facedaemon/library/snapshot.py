"""Works out what the rows of the library mean: faces with their photos' own paths, on this machine."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from facedaemon.geometry import area, intersection
from facedaemon.library.contents import Contents, Photo
from facedaemon.library.faces import faces_of, rejections_of
from facedaemon.library.rect import from_text, region_of
from facedaemon.library.roots import Machine, Root, resolve
from facedaemon.library.rows import AUTODETECTED_FACE, TAG_REGION, Row
from facedaemon.library.tags import Problem, Tags
from facedaemon.values import AnnotationSource, AnnotationState, FaceAnnotation, Region

_NONE: frozenset[int] = frozenset()
_WHOLE = Region(0, 0, 1, 1)
_ABSURD_AREA = 4.0  # of the photo's: a region in pixels that digiKam read as shares is thousands of times too large


@dataclass(frozen=True, slots=True)
class RowVersion:
    """Shows whether a photo's rows are still the same rows as before.

    `image` is the photo's number, which changes when it is removed and added again. `detection` is None where digiKam's
    face detection never ran on the photo, and changes with each run; on a server, where this cannot be seen, it is 0.
    `doubled` are the regions at which equal rows of an Unknown face stand.
    """

    image: int
    detection: int | None
    doubled: frozenset[Region] = frozenset()

    @property
    def is_scanned(self) -> bool:
        """Whether digiKam's face detection ran on it."""
        return self.detection is not None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The library at one moment.

    `people` maps the names that belong to exactly one tag to its id, `ambiguous` the others to all of theirs.
    `names` are all of them by id. `row_versions` are those of photos with faces or tags. `orientations` (EXIF, 1 to 8)
    are those in which digiKam displays the photos, `dates` the moments (`dates.moment_of`) at which they were taken,
    where it knows one. `problems` are rows that were left out.

    A database restored from a backup lacks what humans did since; that must not be read as their decision. It is
    recognised by another `database_id` or `file_id`, or by an earlier `last_scan` (the end of digiKam's last complete
    scan, ISO local time, "" before the first).
    """

    annotations: tuple[FaceAnnotation, ...]
    roots: tuple[Root, ...]
    people: Mapping[str, int]
    ambiguous: Mapping[str, tuple[int, ...]]
    names: Mapping[int, str]
    row_versions: Mapping[Path, RowVersion]
    orientations: Mapping[Path, int]
    dates: Mapping[Path, int]
    version: int
    database_id: str
    file_id: str
    last_scan: str
    problems: tuple[Problem, ...]


def snapshot_of(contents: Contents, machine: Machine, file_id: str) -> Snapshot:
    """The snapshot made from the rows on this machine. Photos of roots that cannot be reached are left out."""
    tags = contents.tags
    roots = resolve(contents.roots, machine)
    places = {root.id: root.path for root in roots}
    rows: dict[int, list[Row]] = defaultdict(list)
    for row in contents.rows:
        rows[row.image_id].append(row)
    tagged: dict[int, set[int]] = defaultdict(set)
    detections: dict[int, int] = {}
    for image, tag, age in contents.tagged:
        tagged[image].add(tag)
        if tag in tags.scanned:
            detections[image] = age
    annotations: list[FaceAnnotation] = []
    row_versions: dict[Path, RowVersion] = {}
    orientations: dict[Path, int] = {}
    dates: dict[Path, int] = {}
    problems = list(tags.problems)
    folder_below = cache(folder_of)  # a library has a hundred photos in each folder
    for photo in contents.photos:
        root = places.get(photo.root)
        has_faces = photo.id in rows or photo.id in tagged
        if root is None or not (has_faces or photo.is_described):
            continue
        folder = folder_below(root, photo.folder)
        if folder is None or not _is_file_name(photo.name):
            if has_faces:
                problems.append(Problem(f"image {photo.id}", f"no file name: {photo.folder!r}, {photo.name!r}"))
            continue
        path = folder / photo.name
        orientations |= {path: photo.orientation} if photo.orientation else {}
        dates |= {path: photo.taken} if photo.taken is not None else {}
        if not has_faces:
            continue
        found, reasons = _annotations(photo, path, rows.get(photo.id, ()), tagged.get(photo.id, _NONE), tags)
        annotations += found
        problems += [Problem(str(path), reason) for reason in reasons]
        row_versions[path] = RowVersion(
            photo.id, detections.get(photo.id), _doubled(photo, rows.get(photo.id, ()), tags)
        )
    return Snapshot(
        annotations=tuple(annotations),
        roots=roots,
        people=tags.people,
        ambiguous=tags.ambiguous,
        names=tags.names,
        row_versions=row_versions,
        orientations=orientations,
        dates=dates,
        version=contents.identity.version,
        database_id=contents.identity.database_id,
        file_id=file_id,
        last_scan=contents.identity.last_scan,
        problems=tuple(problems),
    )


def folder_of(root: Path, relative: str) -> Path | None:
    """The folder of an album, whose `relative` path begins with "/"; None where it would lead out of `root`."""
    below = PurePosixPath(relative)
    if not below.is_absolute() or ".." in below.parts or "\0" in relative:
        return None
    return root / below.relative_to(below.anchor)


def _is_file_name(name: str) -> bool:
    return name not in {"", ".", ".."} and "/" not in name and "\0" not in name


def _annotations(
    photo: Photo, path: Path, rows: Sequence[Row], tagged: Set[int], tags: Tags
) -> tuple[list[FaceAnnotation], list[str]]:
    faces, problems = faces_of(rows, tagged, tags)
    annotations = []
    for face in faces:
        region = None if photo.size is None else region_of(face.rect, photo.size)
        if region is None:
            problems.append(f"{face.state} face without a place: digiKam does not know the photo's size")
        elif intersection(region, _WHOLE) <= 0 or area(region) > _ABSURD_AREA:
            problems.append(f"{face.state} face outside the photo: {face.rect}")
        else:
            annotations.append(
                FaceAnnotation(
                    path, AnnotationSource.DIGIKAM, face.state, face.person, region, face.by_hand, face.spelling
                )
            )
    annotations += _rejected(photo, path, rows, tags)
    with_region = {row.tag_id for row in rows if row.property == TAG_REGION}
    annotations += [
        FaceAnnotation(
            path,
            AnnotationSource.DIGIKAM,
            AnnotationState.CONFIRMED,
            tags.names[tag],
            None,
            spelling=tags.spellings.get(tag),
        )
        for tag in sorted(tagged - with_region)
        if tag in tags.names
    ]
    return annotations, problems


def _doubled(photo: Photo, rows: Sequence[Row], tags: Tags) -> frozenset[Region]:
    unknown = [row.value for row in rows if row.property == AUTODETECTED_FACE and row.tag_id in tags.unknown]
    rects = [from_text(value) for value, count in Counter(unknown).items() if count > 1]
    return frozenset(region_of(rect, photo.size) for rect in rects if rect is not None and photo.size is not None)


def annotations_of(
    photo: Photo, path: Path, rows: Sequence[Row], tags: Tags, tagged: Set[int]
) -> tuple[FaceAnnotation, ...]:
    """The faces in these rows of a photo that carries the tags `tagged`."""
    found, _ = _annotations(photo, path, rows, tagged, tags)
    return tuple(
        annotation
        for annotation in found
        if annotation.region is not None and annotation.state != AnnotationState.REJECTED
    )


def _rejected(photo: Photo, path: Path, rows: Sequence[Row], tags: Tags) -> list[FaceAnnotation]:
    """The names that a human rejected; tags that are no person, or no longer exist, are skipped."""
    return [
        FaceAnnotation(
            path, AnnotationSource.DIGIKAM, AnnotationState.REJECTED, tags.names[tag], region_of(rect, photo.size)
        )
        for rect, tag in rejections_of(rows)
        if photo.size is not None and tag in tags.names
    ]
