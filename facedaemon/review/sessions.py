"""Who is signed in: one-time links, and what the server keeps for each browser."""

import secrets
from dataclasses import dataclass, field
from threading import Lock

from facedaemon.answers import AnswerKind
from facedaemon.pipeline import FaceVersion
from facedaemon.review.recent import RecentNames

_BYTES = 32  # 256 bits, from the system's generator
_MOST_DONE = 100  # answers that a browser can take back one after the other

NAMING = frozenset({AnswerKind.CONFIRM, AnswerKind.DRAW})


@dataclass(frozen=True, slots=True)
class Done:
    """What the undo bar shows: the kind of the answer, of how many faces, about whom, and the command to take back.

    `command` is None where it cannot be taken back: it was taken back itself.
    """

    kind: str
    count: int
    person: str | None
    command: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """A name that may be a slip of known ones: asked before it is taken for a new person.

    `action` and `fields` are the form that is sent again with the right name.
    """

    typed: str
    known: tuple[str, ...]
    action: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class NewerFace:
    """A face of which something newer stands than what a form was made of."""

    id: str
    version: FaceVersion


@dataclass(frozen=True, slots=True)
class Newer:
    """Faces that were not answered since something newer stands.

    `action` and `fields` are the form that was sent, without the faces: it may be sent again for them.
    """

    action: str
    fields: tuple[tuple[str, str], ...]
    faces: tuple[NewerFace, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What a form did (None: nothing), and the faces that it left since something newer stands."""

    done: Done | None
    newer: tuple[NewerFace, ...] = ()


@dataclass(slots=True)
class Session:
    """One signed-in browser.

    `done` are its answers, the last one last; `notice` is an error to be shown once; `recent` are the last names, None
    until a page shows them, as called at the answer of the number `recent_as_of`. `newer` is shown once, too.
    """

    done: list[Done] = field(default_factory=list)
    recent: RecentNames | None = None
    recent_as_of: int = 0
    question: Question | None = None
    notice: str | None = None
    newer: Newer | None = None

    @property
    def last(self) -> Done | None:
        """The last answer that can be taken back."""
        return next((each for each in reversed(self.done) if each.command is not None), None)

    def add(self, done: Done) -> None:
        """Remember an answer for the undo bar."""
        self.done = [*self.done, done][-_MOST_DONE:]
        self.question = self.notice = None
        if done.kind in NAMING and done.person is not None:
            self.recent = (self.recent or RecentNames()).with_name(done.person)

    def forget(self, command: str) -> None:
        """A command that was taken back."""
        self.done = [each for each in self.done if each.command != command]


class Sessions:
    """One-time tokens and the sessions that they open; for several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._tokens: set[str] = set()
        self._open: dict[str, Session] = {}

    def new_token(self) -> str:
        """A token for one link."""
        token = secrets.token_urlsafe(_BYTES)
        with self._lock:
            self._tokens.add(token)
        return token

    def exchange(self, token: str) -> str | None:
        """The secret of a new session for the token, which is used up by this; None where it is none of ours."""
        with self._lock:
            found = _equal(self._tokens, token)
            if found is None:
                return None
            self._tokens.remove(found)
            secret = secrets.token_urlsafe(_BYTES)
            self._open[secret] = Session()
            return secret

    def of(self, secret: str) -> Session | None:
        """The session with this secret; None where there is none."""
        with self._lock:
            found = _equal(self._open, secret)
            return None if found is None else self._open[found]


def _equal(known: set[str] | dict[str, Session], given: str) -> str | None:
    """The known secret that equals the given one, compared in constant time."""
    data = given.encode("utf-8", "surrogateescape")
    return next((each for each in known if secrets.compare_digest(each.encode("ascii"), data)), None)
