"""Answers until nearly everybody is named: `python -m benchmarks.effort --faces DIR [--seeds 2] [--json]`.

DIR holds one folder a person; nobody is named at the start. A user who only says what is true answers until 97 % of
the faces of people with four or more photos have their right name. One answer each is: a name for a group, guesses
included (that of most of its faces), a wrong face taken out of it, a group of strangers ignored, all suggestions of one
person confirmed together, a wrong one among them unticked, a single face named. The floor is one answer for each of
these people. Beside it: a face at a time, and Immich's groups (DBSCAN 0.5/3), then a face at a time. Wrong names are
those that the user had to take out.
"""

import argparse
import json
import os
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.agreement import Labels
from benchmarks.data import existing_folder
from benchmarks.groups import IMMICH, LEAST_QUALITY, dbscan
from benchmarks.portraits import open_eyes
from benchmarks.recognition import DAMAGED
from benchmarks.recognition_faces import Embedded, Recogniser, degraded, portraits
from facedaemon.config import Config
from facedaemon.gallery import ALONE, Samples, Unnamed, build, grouped, match
from facedaemon.vision.models import find_models

PHOTOS, WANTED, ROUNDS = 4, 0.97, 5
NOBODY = -1


@dataclass(eq=False)
class User:
    """Somebody who knows whose faces these are, (n,), and what was answered so far.

    `named` (n,) is the person of each face named by now, else NOBODY; `out` those that are strangers for good.
    """

    owner: Labels
    answers: int = 0
    wrong: int = 0
    named: Labels = field(init=False)
    out: Labels = field(init=False)

    def __post_init__(self) -> None:
        self.named = np.full(len(self.owner), NOBODY)
        self.out = np.zeros(len(self.owner), bool)
        self.matters = np.bincount(self.owner)[self.owner] >= PHOTOS

    @property
    def people(self) -> int:
        """How many people are to be named."""
        return len(np.unique(self.owner[self.matters]))

    @property
    def right(self) -> int:
        """How many of their faces have a name."""
        return int((self.matters & (self.named == self.owner)).sum())

    @property
    def is_done(self) -> bool:
        """Whether so many have one as were wanted."""
        return bool(self.right >= WANTED * self.matters.sum())

    @property
    def open(self) -> Labels:
        """The faces that nobody named or set aside."""
        return np.flatnonzero((self.named == NOBODY) & ~self.out)

    def name_groups(self, rows: Labels, label: Labels) -> None:
        """Go through the groups of these rows, the greatest first, until it is enough."""
        for group, _ in Counter(label[label != ALONE].tolist()).most_common():
            if self.is_done:
                return
            self._name(rows[label == group])

    def _name(self, faces: Labels) -> None:
        person, _ = Counter(self.owner[faces].tolist()).most_common(1)[0]
        its = self.owner[faces] == person
        self.answers += 1
        if not self.matters[faces[its]].any():
            self.out[faces] = True
            return
        self.answers += int((~its).sum())
        self.wrong += int((~its).sum())
        self.named[faces[its]] = person

    def confirm(self, faces: Labels, names: Labels, barred: set[tuple[int, int]]) -> None:
        """Confirm what is suggested, person by person, without what was said not to be."""
        for person, _ in Counter(names.tolist()).most_common():
            if self.is_done:
                return
            listed = [face for face in faces[names == person].tolist() if (face, person) not in barred]
            wrong = [face for face in listed if self.owner[face] != person]
            barred |= {(face, person) for face in wrong}
            if listed:
                self.answers += 1 + len(wrong)
                self.wrong += len(wrong)
                right = np.array([face for face in listed if self.owner[face] == person], np.int64)
                self.named[right] = person

    def name_singly(self) -> None:
        """A face at a time, as far as it matters, until it is enough."""
        for face in np.flatnonzero((self.named == NOBODY) & self.matters).tolist():
            if self.is_done:
                return
            self.answers += 1
            self.named[face] = self.owner[face]


def ours(faces: Embedded, user: User) -> None:
    """Name groups, have the rest suggested, again while that helps, then a face at a time."""
    barred: set[tuple[int, int]] = set()
    for _ in range(ROUNDS):
        before, rows = user.right, user.open
        alone = np.arange(len(rows))
        found = grouped(Unnamed(faces.vectors[rows], faces.quality[rows], alone, alone), LEAST_QUALITY)
        user.name_groups(rows, found.label)
        if user.is_done:
            return
        user.confirm(*suggested(faces, user), barred)
        if user.is_done or user.right == before:
            break
    user.name_singly()


def suggested(faces: Embedded, user: User) -> tuple[Labels, Labels]:
    """The faces that get a name suggested, and whose."""
    known, rows = np.flatnonzero(user.named != NOBODY), user.open
    gallery = build(
        Samples(
            faces.vectors[known],
            tuple(map(str, user.named[known].tolist())),
            faces.quality[known],
            np.arange(len(known)),
            strangers=faces.vectors[rows],
            stranger_quality=faces.quality[rows],
        )
    )
    found = match(gallery, faces.vectors[rows], faces.quality[rows])
    shown = found.confidence >= gallery.threshold
    return rows[shown], np.array([int(person) for person in gallery.people])[found.best[shown]]


def immich(faces: Embedded, user: User) -> None:
    """Its groups, then a face at a time."""
    rows = user.open
    user.name_groups(rows, dbscan(faces, *IMMICH))
    user.name_singly()


def face_by_face(_: Embedded, user: User) -> None:
    """digiKam's way without its suggestions."""
    user.name_singly()


WAYS = {"facedaemon": ours, "Immich's groups": immich, "a face at a time": face_by_face}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=existing_folder, required=True)
    parser.add_argument("--seeds", type=int, default=2, help="draws of the messy faces")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "facedaemon-bench")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    config = Config()
    recogniser = Recogniser(find_models(config, os.environ))
    given = portraits(options.faces, open_eyes(list(config.models.embedder)), recogniser, options.cache)
    owner = np.unique(given.names, return_inverse=True)[1]
    messy = [degraded(given, DAMAGED, recogniser, seed)[0] for seed in range(options.seeds)]
    for protocol, draws in {"clean": [given.clean], "messy": messy}.items():
        for name, way in WAYS.items():
            users = [User(owner) for _ in draws]
            for faces, user in zip(draws, users, strict=True):
                way(faces, user)
            report(protocol, name, users, options.json)


def report(protocol: str, name: str, users: list[User], as_json: bool) -> None:
    """One way's figures, the mean of the draws."""
    right, answers, wrong = (
        float(np.mean([getattr(user, what) for user in users])) for what in ("right", "answers", "wrong")
    )
    floor = 100 * users[0].people / float(users[0].matters.sum())
    values = {
        "answers_per_100": 100 * answers / right,
        "over_floor": 100 * answers / right / floor,
        "floor_per_100": floor,
        "wrong_per_100": 100 * wrong / right,
        "right": right,
    }
    if as_json:
        print(json.dumps({"protocol": protocol, "way": name, **values}), flush=True)
    else:
        print(
            f"{protocol} {name:<18} {values['answers_per_100']:7.2f} answers per 100 right names,"
            f" {values['over_floor']:5.2f} x the floor of {floor:.2f}; {values['wrong_per_100']:.2f} wrong taken out",
            flush=True,
        )


if __name__ == "__main__":
    main()
