"""Confirmations whose region lies beside the face: which of the faces it touches is meant."""

from pathlib import Path

from facedaemon.pipeline import confirm
from facedaemon.pipeline.hearsay import Hearsay
from facedaemon.pipeline.reconsider import reconsider
from facedaemon.pipeline.scan import Sight, work_on
from facedaemon.pipeline.workshop import Workshop
from facedaemon.store import KnownMark, Verdict
from facedaemon.values import EmbeddedFace, Mark, MarkSource, MarkState, Region
from tests import fakes

REGION = Region(0.2, 0.2, 0.2, 0.2)
BYSTANDER, MEANT = Region(0.07, 0.07, 0.25, 0.25), Region(0.3, 0.3, 0.25, 0.25)


def face(region: Region, seed: int) -> EmbeddedFace:
    """A face with the vector of `seed`, as long as the network's."""
    made = fakes.face(region)
    return EmbeddedFace(region, made.landmarks, made.score, fakes.vector(seed, 256), made.quality)


def confirmed_elsewhere(shop: Workshop, seed: int, count: int) -> None:
    """Anna is confirmed on `count` other photos, where she looks as `seed`."""
    for number in range(count):
        path = Path(f"/elsewhere/{number}.jpg")
        seen = fakes.look(face(MEANT, seed), content=str(number), model=shop.model_id)
        record = shop.store.photos.put_look(path, fakes.fingerprint(number + 1000), seen)
        (found,) = shop.store.faces.of(record.id)
        shop.store.faces.put_verdict(found.id, Verdict(MarkState.CONFIRMED, "Anna", 1.0))


def loosely_confirmed(shop: Workshop) -> int:
    """A photo of two people whose region for Anna touches the bystander more than her; gives its number."""
    path = Path("/photos/two people.jpg")
    seen = fakes.look(face(BYSTANDER, seed=1), face(MEANT, seed=2), content="two", model=shop.model_id)
    record = shop.store.photos.put_look(path, fakes.fingerprint(2000), seen)
    mark = Mark(path, MarkSource.DIGIKAM, MarkState.CONFIRMED, "Anna", REGION)
    (item,) = confirm.match([mark], shop.store.faces.of(record.id))
    assert item.face is not None
    shop.store.marks.replace(record.id, [KnownMark(mark, item.face)])
    shop.store.faces.put_verdict(item.face, Verdict(MarkState.CONFIRMED, "Anna", item.trust))
    return record.id


def annas(shop: Workshop, photo: int) -> list[Region]:
    """Where Anna is in a photo."""
    return [face.region for face in shop.store.faces.of(photo) if face.verdict.person == "Anna"]


def test_the_face_like_the_persons_others_is_meant(shop: Workshop) -> None:
    """A bystander does not get the name because the region touches him more."""
    photo = loosely_confirmed(shop)
    assert annas(shop, photo) == [BYSTANDER]
    confirmed_elsewhere(shop, seed=2, count=2)
    assert reconsider(shop) == {"Anna"}
    assert annas(shop, photo) == [MEANT]
    (known,) = shop.store.marks.of(photo)
    assert [face.id for face in shop.store.faces.of(photo) if face.region == MEANT] == [known.face]
    assert reconsider(shop) == set()


def test_too_few_other_faces_decide_nothing(shop: Workshop) -> None:
    """One other photo may be the wrong one."""
    photo = loosely_confirmed(shop)
    confirmed_elsewhere(shop, seed=2, count=1)
    assert reconsider(shop) == set()
    assert annas(shop, photo) == [BYSTANDER]


def test_faces_about_equally_unlike_decide_nothing(shop: Workshop) -> None:
    """Where neither face is clearly hers, the region has the last word."""
    photo = loosely_confirmed(shop)
    confirmed_elsewhere(shop, seed=77, count=3)
    assert reconsider(shop) == set()
    assert annas(shop, photo) == [BYSTANDER]


def test_what_an_interrupted_pass_heard_is_weighed_by_the_next(shop: Workshop) -> None:
    """A confirmation is moved to the face it means even if the pass that heard it was killed before it learned."""
    photo = loosely_confirmed(shop)
    confirmed_elsewhere(shop, seed=2, count=2)
    for _ in work_on(shop, Sight(), Hearsay, scope=()):
        pass
    assert annas(shop, photo) == [MEANT]
    assert not shop.store.training.unlearned()
