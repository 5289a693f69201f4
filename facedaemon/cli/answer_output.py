"""An answer as JSON and as a sentence."""

from typing import TYPE_CHECKING, Any

from facedaemon import face_ids
from facedaemon.cli.inspect import region_values

if TYPE_CHECKING:
    from facedaemon.answers import Answer


def answer_values(answer: "Answer", face: str | None) -> dict[str, Any]:
    """An answer as JSON."""
    said = answer.saying
    values: dict[str, Any] = {
        "answer": answer.id,
        "number": answer.number,
        "time": answer.moment,
        "moment": answer.moment,
        "kind": said.kind,
        "source": said.source,
        "person": said.person,
        "other": said.other,
        "born": said.born,
        "takes_back": said.takes_back,
    }
    if said.face is None:
        return {**values, "face": None, "photo": None, "region": None}
    whole = face or _id_of(answer)
    return {
        **values,
        "face": None if whole is None else face_ids.shown(whole),
        "photo": str(said.face.path),
        "region": region_values(said.face.region),
    }


def answer_words(answer: "Answer", face: str | None) -> str:
    """An answer as a person reads it."""
    said = answer.saying
    if said.face is None:
        return said_words(answer)
    whole = face or _id_of(answer)
    return f"{face_ids.shown(whole) + '  ' if whole else ''}{said.face.path}: {said_words(answer)}"


def said_words(answer: "Answer", verb: str = "is") -> str:
    """What an answer says of one face, or, with the verb "are", of several; without the faces."""
    said = answer.saying
    who = said.person or ""
    return {
        "confirm": f"{verb} {who}",
        "draw": f"{verb} {who}",
        "reject": f"{verb} not {who}",
        "ignore": f"{verb} ignored",
        "not_a_face": "is no face" if verb == "is" else f"{verb} no faces",
        "rename": f"{who} is called {said.other}",
        "merge": f"{who} is {said.other}",
        "hide": f"{who} is hidden",
        "show": f"{who} is shown again",
        "born": f"{who} was born {said.born}" if said.born else f"{who}'s birth date is not known",
        "unsay": f"takes back {(said.takes_back or '')[:8]}",
    }[said.kind]


def _id_of(answer: "Answer") -> str | None:
    place = answer.saying.face
    return None if place is None or place.content is None else face_ids.face_id(place.content, place.region)
