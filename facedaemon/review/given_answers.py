"""What the forms of the pages do: answers are added, or taken back, and writes undone."""

from pathlib import Path

from facedaemon.answers import Answer, AnsweredMeanwhile, AnswerKind, Saying
from facedaemon.errors import ExitCode, Fatal
from facedaemon.pipeline import Answering, Choice, PastAnswers, Weight, forget_chosen, take_back_photo, weigh
from facedaemon.review.library import TRIES, Library
from facedaemon.review.marked import _
from facedaemon.review.shown import Answered, Meant
from facedaemon.values import Region


def answer(library: Library, kind: AnswerKind, meant: Meant, person: str | None = None) -> Answered:
    """These faces are this person, or not (REJECT), strangers (IGNORE) or no faces (NOT_A_FACE).

    Where something newer stands than what was shown, the answer is not written down. Raises Fatal.
    """
    tries = 0
    while True:
        try:
            return _answer(library, kind, meant, person)
        except AnsweredMeanwhile:
            tries += 1
            if tries == TRIES:
                raise


def _answer(library: Library, kind: AnswerKind, meant: Meant, person: str | None) -> Answered:
    with library.open_answers() as answers, library.pages() as pages:
        seen = library.last_answer()
        now = pages.versions(meant.faces)
        weights = {
            face: weigh(kind, person, code, now[face])
            for face, code in meant.faces.items()
            if code is not None and face in now
        }
        left = [face for face in meant.faces if weights.get(face, Weight.NEW) == Weight.NEW]
        newer = {face: now[face] for face, weight in weights.items() if weight == Weight.OLDER}
        if not left:
            return Answered(None, newer)
        faces = answers.faces(left, person if kind == AnswerKind.CONFIRM else None)
        if kind == AnswerKind.REJECT:
            return Answered(answers.reject(faces, person, library.now(), seen), newer)
        if kind == AnswerKind.CONFIRM and person is not None:
            return Answered(answers.name(faces, person, library.now(), seen), newer)
        return Answered(answers.set_aside(faces, kind, library.now(), seen), newer)


def draw(library: Library, photo: Path, region: Region, person: str, as_of: int | None) -> Answering | None:
    """A human's box in the photo as displayed shows this person; None where that was answered already.

    Raises Fatal, also where something else was answered there since the answer of the number `as_of`.
    """
    with library.open_answers() as answers:
        newer = None if as_of is None else answers.newer_at(photo, region, as_of)
        if newer == person:
            return None
        if newer is not None:
            words = _("Something else was answered there since that page was shown: look again.")
            raise Fatal(words, ExitCode.USAGE)
        return answers.draw(photo, region, person, library.now())


def unsay(library: Library, command: str) -> list[Answer]:
    """Take back what one command answered. Raises Fatal where nothing of it counts."""
    return PastAnswers(library.config.state()).unsay_command(command, library.now())


def rename(library: Library, person: str, typed: str) -> tuple[str, Answering]:
    """Call a person otherwise; gives the name as it is kept. Raises Fatal where another person has it."""
    with library.open_answers() as answers:
        name = answers.names.checked(typed)[0]
        if name in answers.names.people():
            raise Fatal(_("Somebody else has this name here. If both are one person, merge them."), ExitCode.USAGE)
        return name, answers.about_person(Saying(AnswerKind.RENAME, person=person, other=name), library.now())


def merge(library: Library, person: str, into: str) -> tuple[str, Answering]:
    """A person is another one; gives that one's name. Raises Fatal where nobody is called so."""
    with library.open_answers() as answers:
        name = answers.names.checked(into)[0]
        if name == person or name not in answers.names.people():
            raise Fatal(_("This is no other person who is known here."), ExitCode.USAGE)
        return name, answers.about_person(Saying(AnswerKind.MERGE, person=person, other=name), library.now())


def hide(library: Library, person: str, *, shown: bool) -> Answering:
    """Suggest a person no more, or (`shown`) again."""
    kind = AnswerKind.SHOW if shown else AnswerKind.HIDE
    with library.open_answers() as answers:
        return answers.about_person(Saying(kind, person=answers.names.checked(person)[0]), library.now())


def birth(library: Library, person: str, born: str | None) -> Answering:
    """When a person was born (ISO 8601, or the beginning of it); None: that is not known. Raises Fatal."""
    with library.open_answers() as answers:
        return answers.birth(person, born, library.now())


def unsay_one(library: Library, answer: str) -> list[Answer]:
    """Take back one answer, by its id. Raises Fatal where it does not count any more."""
    return PastAnswers(library.config.state()).unsay_one(answer, library.now())


def undo(library: Library, write: int) -> int:
    """Undo all writes for the photo of one write; gives how many files and rows. Raises Fatal where it cannot."""
    with library.pages() as pages:
        found = pages.write(write)
    if found is None:
        raise Fatal(_("This was not written, or its record is gone."), ExitCode.USAGE)
    if not found.is_last:
        raise Fatal(_("This was written again, or taken back, since that page was shown."), ExitCode.USAGE)
    report = take_back_photo(library.config, found.photo)
    return report.restored + report.removed + report.cleaned + report.rows


def forget(library: Library, rejection: int) -> int:
    """Take back a rejection that was made elsewhere. Raises Fatal where that is not possible here."""
    done = forget_chosen(library.config, Choice((rejection,)), library.now())
    if done.kept:
        raise Fatal(_("digiKam remembers this rejection: clear it there."), ExitCode.USAGE)
    return len(done.forgotten)
