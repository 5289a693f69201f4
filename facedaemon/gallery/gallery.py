"""The room's main value: the gallery of one generation, with everything that can be asked of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields

from facedaemon.config import Suggestions, Training
from facedaemon.gallery import match as matching
from facedaemon.gallery import suggest as suggesting
from facedaemon.gallery.match import Change, Matches
from facedaemon.gallery.model import Model
from facedaemon.gallery.refine import retrained
from facedaemon.gallery.samples import Floats, Samples
from facedaemon.gallery.suggest import Proposal
from facedaemon.gallery.train import trained
from facedaemon.values import Halves, Vectors


@dataclass(frozen=True, eq=False)
class Gallery(Model):
    """The people a library knows; immutable."""

    def match(self, vectors: Vectors | Halves, qualities: Sequence[float] | Floats) -> Matches:
        """The two likeliest people for each face; `vectors` (n, d) of length 1, `qualities` (n,)."""
        return matching.match(self, vectors, qualities)

    def may_suggest(self, matches: Matches, rows: Sequence[int]) -> bool:
        """Whether any of these faces could get a name."""
        return suggesting.may_suggest(self, matches, rows)

    def suggest(
        self,
        matches: Matches,
        rows: Sequence[int],
        *,
        taken: Collection[str] = (),
        rejected: Sequence[Collection[str]] | None = None,
    ) -> list[Proposal | None]:
        """A name, or None, for each of the `rows` of `matches`, the faces of one photo, in their order.

        `taken` are people already confirmed in the photo, `rejected` for each row the names a human took away.
        """
        return suggesting.suggest(self, matches, rows, taken=taken, rejected=rejected)

    def updated(
        self,
        samples: Samples,
        changed: Collection[str],
        training: Training | None = None,
        suggestions: Suggestions | None = None,
        *,
        is_whole: bool = True,
    ) -> "Gallery":
        """The same generation with the `changed` people made anew from `samples`.

        These are all of the library's: then people whose samples are not those that the gallery was made from count as
        changed even if they are not named. Or, not `is_whole`, those of the changed people alone.
        """
        return _gallery(retrained(self, samples, changed, training, suggestions, is_whole=is_whole))

    def change_since(self, former: "Gallery") -> Change | None:
        """What is different from the `former` gallery, and which faces that can concern; None: all."""
        return matching.change(self, former)


def build(
    samples: Samples,
    training: Training | None = None,
    suggestions: Suggestions | None = None,
    *,
    generation: int = 0,
) -> Gallery:
    """The gallery that all samples together teach; the same whatever their order."""
    return _gallery(trained(samples, training, suggestions, generation=generation))


def _gallery(model: Model) -> Gallery:
    return Gallery(**{field.name: getattr(model, field.name) for field in fields(model)})
