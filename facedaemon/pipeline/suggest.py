"""Faces nobody named against the gallery in use: which names are worth suggesting, and what that changes."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from facedaemon import gallery
from facedaemon.pipeline.learn import Trained
from facedaemon.pipeline.rejections import Barred
from facedaemon.pipeline.workshop import Workshop
from facedaemon.store import FaceBlock, SuggestionRecord
from facedaemon.values import MarkState, SuggestionState

MIN_CHANGE = 0.05  # of the confidence; smaller changes are not worth a new sidecar


@dataclass(slots=True)
class Suggested:
    """What a pass over the faces changed; `photos` are those whose suggestions are not what they were."""

    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    photos: set[int] = field(default_factory=set)


def reached(shop: Workshop, trained: Trained) -> set[int] | None:
    """The photos in which the step from the former gallery to this one can change a suggestion; None: in all."""
    change = None if trained.former is None else trained.gallery.change_since(trained.former.gallery)
    if change is None:
        return None
    photos: set[int] = set()
    for numbers, vectors in shop.store.crowd.blocks(change.prototypes.shape[1]):
        photos.update(numbers[change.reaches(vectors)].tolist())
    return photos


def suggest(shop: Workshop, trained: Trained, photos: Collection[int] | None, result: Suggested) -> Iterator[int]:
    """Bring the suggestions of some photos, or of all, in line with the gallery; yields the faces done so far."""
    named = shop.store.faces.named_in(photos)
    standing = shop.store.suggestions.open_by_photo(photos)
    barred = Barred(shop.store, shop.model_id)
    done = 0
    for block in shop.store.training.faces_in_state(shop.model_id, MarkState.UNKNOWN, photos):
        matches = trained.gallery.match(block.vectors, block.qualities)
        with shop.store.transaction():
            for photo, rows in groupby(range(len(block.faces)), key=block.photos.__getitem__):
                chosen = _choose(shop, trained, photo, block, matches, list(rows), named.get(photo, set()), barred)
                _bring_in_line(shop, trained.generation, photo, chosen, standing.pop(photo, []), result)
        done += len(block.faces)
        yield done
    if photos is None and trained.gallery.used > gallery.SMALL:
        # the next confirmation will look for those whom it can reach
        shop.store.crowd.hold(trained.gallery.centres.shape[1])
    with shop.store.transaction():
        for photo in standing:
            record = shop.store.photos.by_id(photo)
            if record.missing or record.model != shop.model_id:
                continue  # gone, or not looked at by the networks in use yet: what was said of it stands until then
            _bring_in_line(shop, trained.generation, photo, {}, standing[photo], result)


def _choose(
    shop: Workshop,
    trained: Trained,
    photo: int,
    block: FaceBlock,
    matches: gallery.Matches,
    rows: Sequence[int],
    named: Collection[str],
    barred: Barred,
) -> dict[int, gallery.Proposal]:
    """Face number to name and confidence, for the faces of one photo that get a name."""
    if not trained.gallery.may_suggest(matches, rows):
        return {}
    record = shop.store.photos.by_id(photo)
    regions = {face.id: face.region for face in shop.store.faces.of(photo)}
    rejected = [barred.names(record, regions[block.faces[row]], block.vectors[row]) for row in rows]
    proposals = trained.gallery.suggest(matches, rows, taken=named, rejected=rejected)
    return {block.faces[row]: p for row, p in zip(rows, proposals, strict=True) if p is not None}


def _bring_in_line(
    shop: Workshop,
    generation: int,
    photo: int,
    chosen: dict[int, gallery.Proposal],
    standing: Sequence[SuggestionRecord],
    result: Suggested,
) -> None:
    before = {item.face: item for item in standing}
    for face, old in before.items():
        if face not in chosen or chosen[face].person != old.person:
            shop.store.suggestions.close(face, old.person, SuggestionState.WITHDRAWN, shop.now())
            result.withdrawn += face not in chosen
            result.photos.add(photo)
    for face, proposal in chosen.items():
        old_one = before.get(face)
        if old_one is not None and old_one.person == proposal.person:
            if abs(old_one.confidence - proposal.confidence) < MIN_CHANGE:
                continue
            result.changed += 1
        else:
            result.new += old_one is None
            result.changed += old_one is not None
        shop.store.suggestions.put(face, proposal.person, proposal.confidence, generation, shop.now())
        result.photos.add(photo)
