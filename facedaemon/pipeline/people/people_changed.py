"""Who is meant by a name, and whose names are not suggested: where config or answers change that, all photos change."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from facedaemon.pipeline.people.names_now import put_renames_taken_up, renames_taken_up
from facedaemon.pipeline.people.stored_names import rename_known
from facedaemon.pipeline.rejections import SUGGESTED_NOTE
from facedaemon.pipeline.session import Session

NAMES_NOTE = "names that are nobody's"
_HIDDEN_NOTE, _BORN_NOTE = "hidden people", "birth dates"
_DUE_NOTE = "names are to be read again"  # there until a pass over everything


@dataclass(frozen=True, slots=True)
class People:
    """What was answered about people: whose names are not suggested, and birth dates by name."""

    hidden: frozenset[str] = frozenset()
    born: Mapping[str, str] = field(default_factory=dict)


def people_of(session: Session) -> People:
    """What was answered about people; while the answers cannot be read, what they said last."""
    found = session.answers.read()
    if found is not None:
        return People(found.hidden, found.born)
    hidden, born = (session.store.note(note) for note in (_HIDDEN_NOTE, _BORN_NOTE))
    return People(frozenset(json.loads(hidden or "[]")), json.loads(born or "{}"))


def take_up_people(session: Session, *, is_whole: bool) -> None:
    """Before a pass, over everything or not (`is_whole`): it goes by what is known of people now.

    Where `library.not_names` changed, all metadata is read again; where hidden people changed, all is matched.

    The same where somebody was renamed, or a birth date changed. A rename counts at once for all that is known, also of
    photos that are away.
    """
    found, before = session.answers.read(), renames_taken_up(session.store)
    if found is not None and found.renames.key != before.key:
        with session.store.transaction():
            rename_known(session, found, before)
            put_renames_taken_up(session.store, found.renames)
    names = _names(session)
    if session.store.note(NAMES_NOTE) != names:
        with session.store.transaction():
            session.store.photos.forget_metadata()
            session.store.put_note(NAMES_NOTE, names)
            session.store.put_note(_DUE_NOTE, "yes")
    if is_whole:
        session.store.forget_note(_DUE_NOTE)
    if changed := _changed(session):
        with session.store.transaction():
            session.store.forget_note(SUGGESTED_NOTE)  # all faces are matched again
            for note, text in changed.items():
                session.store.put_note(note, text)


def is_about_people(session: Session) -> bool:
    """Whether the user renamed or hid somebody, or gave a birth date, since the last whole pass.

    Any photo may show them: a pass over some photos in between, as after an event, does not do for the others.
    """
    is_due = session.store.note(_DUE_NOTE) is not None
    return is_due or session.store.note(NAMES_NOTE) != _names(session) or bool(_changed(session))


def _names(session: Session) -> str:
    """Differs when a name means somebody else."""
    return repr(sorted(set(session.config.library.not_names))) + session.answers.renames().key


def _changed(session: Session) -> dict[str, str]:
    """What decides which names are suggested, as notes, where it is not as it was."""
    people = people_of(session)
    now = {
        _HIDDEN_NOTE: json.dumps(sorted(people.hidden)),
        _BORN_NOTE: json.dumps(dict(sorted(people.born.items())), ensure_ascii=False),
    }
    nothing = {_HIDDEN_NOTE: "[]", _BORN_NOTE: "{}"}
    return {note: text for note, text in now.items() if (session.store.note(note) or nothing[note]) != text}
