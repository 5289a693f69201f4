"""Who is meant by a name, and whose names are not suggested: where config or answers change that, all photos change."""

import json

from facedaemon.pipeline.rejections import SUGGESTED_NOTE
from facedaemon.pipeline.session import Session

NAMES_NOTE = "names that are nobody's"
HIDDEN_NOTE = "hidden people"


def take_up_people(session: Session) -> None:
    """Once other names are nobody's than before, or somebody was renamed or hidden, all is read or matched again."""
    names, hidden = _names(session), _hidden(session)
    if session.store.note(NAMES_NOTE) != names:
        renames = session.answers.renames()
        with session.store.transaction():
            session.store.photos.forget_metadata()
            for person in {record.rejection.person for record in session.store.rejections.all()}:
                session.store.rejections.rename_person(person, renames.everywhere(person))
            session.store.put_note(NAMES_NOTE, names)
    if (session.store.note(HIDDEN_NOTE) or "[]") != hidden:
        with session.store.transaction():
            session.store.forget_note(SUGGESTED_NOTE)  # all faces are matched again
            session.store.put_note(HIDDEN_NOTE, hidden)


def is_about_people(session: Session) -> bool:
    """Whether the user renamed or hid somebody since the last pass: any photo may show them."""
    is_renamed = session.store.note(NAMES_NOTE) != _names(session)
    return is_renamed or (session.store.note(HIDDEN_NOTE) or "[]") != _hidden(session)


def _names(session: Session) -> str:
    """Differs when a name means somebody else."""
    return repr(sorted(set(session.config.library.not_names))) + session.answers.renames().key


def _hidden(session: Session) -> str:
    return json.dumps(sorted(session.answers.hidden()))
