"""From the state to what a gallery learns from: confirmed faces, strangers, and names that were taken away."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facedaemon import gallery
from facedaemon.dates import YEAR, Taken
from facedaemon.pipeline.rejections import BURST_SECONDS, burst_of
from facedaemon.store import FaceBlock, RejectionRecord, SampleRecord, Store
from facedaemon.values import AnnotationState, Evidence, Numbers, Vectors

MAX_STRANGERS = 20_000  # known unknowns for calibration; more add time and no certainty


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """What a model learns from: the samples, and which confirmed face in the state each of them is, in its order."""

    records: tuple[SampleRecord, ...]
    samples: gallery.Samples


def gather(store: Store, model: str, expected: int | None = None) -> Gathered:
    """All confirmed faces that `model` embedded, the faces nobody named, and those a human took a name from.

    `expected` is how many faces without a name there will be once all photos are analysed. Faces that a human ignored
    say nothing about the name that stood there.

    Where nobody was ever confirmed the faces that nobody named are not needed, and not read.
    """
    confirmed = store.training.samples(model)
    strangers = _strangers(store, model) if confirmed[0] else []
    return gathered_from(confirmed, store.rejections.with_vectors(model), strangers, expected)


def gathered_from(
    confirmed: tuple[list[SampleRecord], Vectors],
    refused: tuple[list[RejectionRecord], Vectors],
    strangers: list[FaceBlock],
    expected: int | None = None,
) -> Gathered:
    """These confirmed faces, names that were taken away, each with its embedding (rows), and strangers as samples."""
    (records, vectors), (refusals, rejected) = confirmed, refused
    about_name = [row for row, item in enumerate(refusals) if item.rejection.evidence != Evidence.IGNORED]
    refusals, rejected = [refusals[row] for row in about_name], rejected[about_name]
    refused_bursts = [burst_of(item.rejection.path, item.mtime_ns or 0) for item in refusals]
    numbers = {burst: number for number, burst in enumerate(sorted(set(refused_bursts)))}
    width = max(part.shape[1] for part in (vectors, rejected, *(block.vectors for block in strangers)))
    samples = gallery.Samples(
        vectors=_stacked([vectors], width),
        persons=tuple(record.person for record in records),
        quality=np.array([record.quality for record in records], np.float32),
        groups=_bursts(records),
        trust=np.array([record.trust for record in records], np.float32),
        strangers=_stacked([block.vectors for block in strangers], width)[:MAX_STRANGERS],
        stranger_quality=np.array([q for block in strangers for q in block.qualities], np.float32)[:MAX_STRANGERS],
        rejected=_stacked([rejected], width),
        rejected_persons=tuple(item.rejection.person for item in refusals),
        rejected_groups=np.array([numbers[burst] for burst in refused_bursts], np.int64),
        years=np.array([_year(record.taken) for record in records], np.float32),
        strangers_expected=expected,
    )
    return Gathered(tuple(records), samples)


def _bursts(records: Sequence[SampleRecord]) -> Numbers:
    """Which samples may be of one burst, (n,), as numbers: a person's photos of one folder, taken one after the other.

    Each at most a minute after another. Where nobody says when, those written in the same minute: what a copied folder
    has in common is no more than that.
    """
    found = np.zeros(len(records), np.int64)
    before: tuple[object, ...] = ()
    number, moment = 0, 0
    for row in sorted(range(len(records)), key=lambda row: _in_time(records[row])):
        *place, now = _in_time(records[row])
        is_stated = records[row].taken.is_stated
        apart = now - moment > BURST_SECONDS if is_stated else now // BURST_SECONDS != moment // BURST_SECONDS
        number += tuple(place) != before or apart
        before, moment, found[row] = tuple(place), now, number
    return found


def _in_time(record: SampleRecord) -> tuple[str, str, bool, int]:
    return record.person, str(record.photo.parent), record.taken.is_stated, record.taken.moment


def _year(taken: Taken) -> float:
    """NaN where nobody says when the photo was taken: the time of its file may be that of a copy."""
    return taken.moment / YEAR if taken.is_stated else float("nan")


def _strangers(store: Store, model: str) -> list[FaceBlock]:
    """Faces that a human ignored first, then those that nobody named."""
    found: list[FaceBlock] = []
    for state in (AnnotationState.IGNORED, AnnotationState.UNKNOWN):
        for block in store.training.faces_in_state(model, state):
            found.append(block)
            if sum(len(each.faces) for each in found) >= MAX_STRANGERS:
                return found
    return found


def _stacked(parts: list[Vectors], width: int) -> Vectors:
    return np.concatenate([np.zeros((0, width), np.float32), *(part for part in parts if len(part))])
