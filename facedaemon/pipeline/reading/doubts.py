"""Confirmed faces that are probably mislabelled, as `audit` lists them; the page has `doubt_pages`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from facedaemon import face_ids, gallery
from facedaemon.figures import LookAlikes
from facedaemon.pipeline.annotations.checked import Checked
from facedaemon.pipeline.people.names_now import NameNow
from facedaemon.pipeline.reading.before_birth import SCORE, BeforeBirth, confirmed_before_birth
from facedaemon.pipeline.reading.state_reading import GalleryInUse
from facedaemon.store import FaceRecord, Store
from facedaemon.values import Region


@dataclass(frozen=True, slots=True)
class Doubt:
    """A confirmed face that is probably somebody else; `face` is its short id, `pair` where both people look alike.

    `before_birth` where the photo states to be from before the person was born.
    """

    face: str
    photo: Path
    region: Region
    person: str
    looks_like: str | None
    score: float
    nearest_own: Path | None
    nearest_other: Path | None
    pair: LookAlikes | None = None
    before_birth: BeforeBirth | None = None


def doubts(store: Store, in_use: GalleryInUse, now: NameNow, born: Mapping[str, str], checked: Checked) -> list[Doubt]:
    """Those that nobody checked, worst first; before them those in photos from before the person's birth.

    `now` gives the name that somebody has now, `born` birth dates by these names.
    """
    early = {each.face: each for each in confirmed_before_birth(store, now, born)}
    records = in_use.gathered.records
    found = {records[each.sample].face: each for each in gallery.audit(in_use.gathered.samples, in_use.gallery)}
    listed = []
    for number in [*early, *(number for number in found if number not in early)]:
        face = store.faces.get(number)
        doubt = _doubt(store, in_use, now, face, found.get(number), early.get(number))
        if not checked.holds(store.photos.by_id(face.photo), doubt.region, doubt.person):
            listed.append(doubt)
    return listed


def _doubt(
    store: Store,
    in_use: GalleryInUse,
    now: NameNow,
    face: FaceRecord,
    likeness: gallery.Mislabel | None,
    early: BeforeBirth | None,
) -> Doubt:
    records = in_use.gathered.records
    pairs = {frozenset[str | None]((pair.one, pair.other)): pair for pair in in_use.look_alikes}
    looks_like = None if likeness is None or likeness.looks_like is None else now(likeness.looks_like)
    own, other = (None, None) if likeness is None else (likeness.nearest_own, likeness.nearest_other)
    return Doubt(
        face=face_ids.shown(face.short_id),
        photo=store.photos.by_id(face.photo).path,
        region=face.region,
        person=now(face.verdict.person or ""),
        looks_like=looks_like,
        score=SCORE if likeness is None or early is not None else likeness.score,
        nearest_own=None if own is None else records[own.sample].photo,
        nearest_other=None if other is None else records[other.sample].photo,
        pair=None if likeness is None else pairs.get(frozenset((likeness.person, likeness.looks_like))),
        before_birth=early,
    )
