"""The answers that were given, listed and taken back. The photos and their faces are not needed for that."""

from dataclasses import dataclass
from pathlib import Path

from facedaemon import face_ids
from facedaemon.answers import Answer, AnswerKind, AnswerLog, FacePlace, Saying, active, last_commands
from facedaemon.errors import ExitCode, Fatal, NothingYet


@dataclass(frozen=True, slots=True)
class ListedAnswer:
    """An answer as the list shows it; `is_taken_back` where it does not count any more."""

    answer: Answer
    face: str | None
    is_taken_back: bool


class PastAnswers:
    """The answers beside a state. Each call opens their file, and closes it again."""

    def __init__(self, state: Path) -> None:
        """`state` is the folder of the state."""
        self._state = state

    def unsay(self, commands: int, now: float) -> list[Answer]:
        """Take back the answers of the last commands; gives them. Raises NothingYet where there is none."""
        with AnswerLog.open(self._state) as log:
            gone = last_commands(active(log.all()), commands)
            if not gone:
                raise NothingYet("there is no answer that could be taken back")
            log.append([Saying(AnswerKind.UNSAY, takes_back=answer.id) for answer in gone], now)
        return gone

    def unsay_command(self, command: str, now: float) -> list[Answer]:
        """Take back what one command answered; gives it. Raises Fatal (exit status 2) where nothing of it counts."""
        with AnswerLog.open(self._state) as log:
            gone = [each for each in active(log.all()).answers if each.command == command]
            gone = [each for each in gone if each.saying.kind != AnswerKind.UNSAY]
            if not gone:
                raise Fatal("this was taken back already", ExitCode.USAGE)
            log.append([Saying(AnswerKind.UNSAY, takes_back=answer.id) for answer in gone], now)
        return gone

    def unsay_one(self, beginning: str, now: float) -> list[Answer]:
        """Take back the answer whose id begins so. Raises Fatal (exit status 2) where there is none, or several."""
        with AnswerLog.open(self._state) as log:
            found = [answer for answer in active(log.all()).answers if answer.id.startswith(beginning.lower())]
            found = [answer for answer in found if answer.saying.kind != AnswerKind.UNSAY]
            if len(found) != 1:
                many = f"{len(found)} answers begin so" if found else "no answer that counts has this id"
                raise Fatal(f"{beginning}: {many}; 'facedaemon answers' lists them", ExitCode.USAGE)
            log.append([Saying(AnswerKind.UNSAY, takes_back=found[0].id)], now)
        return found

    def listed(self) -> list[ListedAnswer]:
        """All answers, oldest first."""
        found = AnswerLog.open_to_read(self._state)
        if found is None:
            return []
        with found as log:
            answers = log.all()
        counting = {answer.id for answer in active(answers).answers}
        return [
            ListedAnswer(answer, _short_id(answer.saying.face), answer.id not in counting)
            for answer in sorted(answers, key=lambda each: each.order)
        ]


def _short_id(place: FacePlace | None) -> str | None:
    return None if place is None or place.content is None else face_ids.face_id(place.content, place.region)
