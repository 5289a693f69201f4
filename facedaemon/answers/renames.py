"""How people are called after renames and merges, and after some of them were taken back. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from facedaemon.answers.model import Answer, AnswerKind, AnswerSource


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A rename or merge that counts no more; `by` is the answer that took it back."""

    step: Answer
    by: Answer


@dataclass(frozen=True, slots=True)
class Renames:
    """The answers that renamed or merged somebody, oldest first, and those of them that were taken back."""

    steps: tuple[Answer, ...] = ()
    taken_back: tuple[TakenBack, ...] = ()

    @property
    def key(self) -> str:
        """A value that changes when the renames change."""
        return " ".join(step.id for step in self.steps)

    @property
    def names(self) -> frozenset[str]:
        """The names of which `now` may give another one."""
        counting = {step.saying.person for step in self.steps}
        before = {each.step.saying.other for each in self.taken_back}
        return frozenset(name for name in counting | before if name is not None)

    def now(self, person: str, since: tuple[int, str]) -> str:
        """The name of somebody who was called `person` in an answer of the order `since`.

        What was answered between a rename and its taking back means the person who was renamed: the new name was
        nobody else's then. After a merge it may mean either of both, and is left as it is.
        """
        steps = [(step.order, step.saying.person, step.saying.other) for step in self.steps if step.order > since]
        steps += [
            (each.by.order, each.step.saying.other, each.step.saying.person)
            for each in self.taken_back
            if each.step.saying.kind == AnswerKind.RENAME and each.step.order < since < each.by.order
        ]
        for _, of, to in sorted(steps, key=lambda step: step[0]):
            if of == person and to:
                person = to
        return person

    def also(self, person: str, since: tuple[int, str]) -> frozenset[str]:
        """Who else may have been meant by `person` in an answer of this order: they were one person then.

        A name that was rejected while two people were merged is none of both's.
        """
        found, left = {person}, [person]
        while left:
            name = left.pop()
            for each in self.taken_back:
                of = each.step.saying.person
                was_one = each.step.saying.other == name and each.step.order < since < each.by.order
                if was_one and of is not None and of not in found:
                    found.add(of)
                    left.append(of)
        return frozenset(self.now(name, since) for name in found) - {self.now(person, since)}

    def was_merged(self, person: str, since: tuple[int, str]) -> bool:
        """Whether somebody who was called `person` in an answer of the order `since` became another person."""
        later = (step for step in self.steps if step.order > since)
        for step in later:
            if step.saying.person == person and step.saying.other:
                if step.saying.kind == AnswerKind.MERGE:
                    return True
                person = step.saying.other
        return False

    def since(self, former: "Renames") -> "RenamesSince":
        """What changed since these `former` renames."""
        counting, before = ({step.id for step in each.steps} for each in (self, former))
        return RenamesSince(
            tuple(step for step in reversed(former.steps) if step.id not in counting),
            tuple(step for step in self.steps if step.id not in before),
        )

    def everywhere(self, person: str) -> str:
        """The name of somebody whom another program calls `person`.

        Renames that were seen in digiKam are not applied: there the new name stands already, and another person may
        have got the old one.
        """
        for step in self.steps:
            if step.saying.source == AnswerSource.FACEDAEMON and step.saying.person == person and step.saying.other:
                person = step.saying.other
        return person


@dataclass(frozen=True, slots=True)
class RenamesSince:
    """Renames and merges that were taken back since, the newest first, and those that came, the oldest first."""

    gone: tuple[Answer, ...]
    come: tuple[Answer, ...]

    def now(self, person: str) -> str:
        """The present name of somebody who was called `person` before; who was merged, as before."""
        for step in self.gone:
            if step.saying.kind == AnswerKind.RENAME and step.saying.other == person and step.saying.person:
                person = step.saying.person
        for step in self.come:
            if step.saying.person == person and step.saying.other:
                person = step.saying.other
        return person


def all_renames(ordered: Sequence[Answer], taken: Mapping[str, Answer]) -> Renames:
    """Of all answers, oldest first; `taken` gives the answer that took one back, by the id of that one."""
    steps = [answer for answer in ordered if answer.saying.kind in (AnswerKind.RENAME, AnswerKind.MERGE)]
    return Renames(
        tuple(step for step in steps if step.id not in taken),
        tuple(TakenBack(step, taken[step.id]) for step in steps if step.id in taken),
    )
