"""What waits for answers and how well it goes: for the first page."""

import os
from dataclasses import dataclass
from pathlib import Path

from facedaemon.figures import AtThreshold, Figures
from facedaemon.pipeline.reading import doubt_pages
from facedaemon.pipeline.reading.answered_faces import AnsweredFaces
from facedaemon.pipeline.service.daemon_record import DaemonRecord
from facedaemon.pipeline.service.daemon_status import read_daemon
from facedaemon.pipeline.service.status import Failures
from facedaemon.store import Store

NEWEST_PHOTOS = 300  # photos among which those with names are looked for
NEWEST_FACES = 12
FAILURES = 5  # photos that failed are named, the rest is counted


@dataclass(frozen=True, slots=True)
class Measured:
    """How right names are on the library's own confirmed faces; `made` in seconds."""

    made: float
    figures: Figures
    thresholds: tuple[AtThreshold, ...]


@dataclass(frozen=True, slots=True)
class NewName:
    """A face in one of the newest photos, by its short id, with a name that is confirmed or suggested."""

    face: str
    photo: int
    file: str
    person: str
    is_suggested: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts of what waits; `failures` names some of the photos that cannot be read, `failed` counts them all.

    `suggested` faces wait with a name of `suggested_people`; `groups` of faces that nobody named. `activity` is what
    a living daemon does, None where none lives.
    """

    photos: int
    faces: int
    people: int
    suggested: int
    suggested_people: int
    groups: int
    doubts: int
    failed: int
    failures: Failures
    activity: DaemonRecord | None
    trained: float | None
    measured: Measured | None
    newest: tuple[NewName, ...]


def overview(store: Store, answered: AnsweredFaces, directory: Path) -> Overview:
    """All of it, by the indexes of the state in `directory`; nothing is computed from embeddings."""
    photos, faces, failed = store.photos.counts()
    suggested = store.suggestions.people()
    made, trained = store.assessments.figures(), store.training.when()
    measured = None if made is None else Measured(made[0], made[1], tuple(store.assessments.thresholds()))
    return Overview(
        photos=photos,
        faces=faces,
        people=len(store.people.counts()),
        suggested=sum(suggested.values()),
        suggested_people=len(suggested),
        groups=len(store.groups.by_faces()),
        doubts=len(doubt_pages.waiting(store, answered)),
        failed=failed,
        failures=store.photos.failures()[:FAILURES],
        activity=read_daemon(directory).current,
        trained=None if trained is None else trained[1],
        measured=measured,
        newest=tuple(
            NewName(each.short_id, each.photo, Path(os.fsdecode(each.path)).name, each.person, each.is_suggested)
            for each in store.people.newest(NEWEST_FACES, NEWEST_PHOTOS)
        ),
    )
