"""Answers as JSON Lines: one object a line, for backups and for another computer. Pure."""

import base64
import binascii
import json
import math
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from facedaemon.answers.model import ABOUT_FACES, Answer, AnswerKind, AnswerSource, FacePlace, Saying
from facedaemon.dates import first_day
from facedaemon.geometry import ORIENTATIONS
from facedaemon.names import clean_name
from facedaemon.values import Region

MAX_TEXT = 4096  # characters of any text in a line; paths have at most as many bytes
_MOST = 1 << 62  # of a number: answers here still follow
_NAMED = {AnswerKind.CONFIRM, AnswerKind.REJECT, AnswerKind.DRAW, AnswerKind.RENAME, AnswerKind.MERGE}
_ABOUT_PEOPLE = {AnswerKind.RENAME, AnswerKind.MERGE, AnswerKind.HIDE, AnswerKind.SHOW, AnswerKind.BORN}
_TEXTS = ("id", "command", "moment", "kind", "source", "person", "other", "born", "takes_back", "follows")


class NotAnAnswer(ValueError):
    """A line that holds no answer; the message says why."""


def to_line(answer: Answer) -> str:
    """One line, without its end. ASCII, so that paths that are no UTF-8 come back as they were."""
    values: dict[str, Any] = {
        "id": answer.id,
        "number": answer.number,
        "command": answer.command,
        "moment": answer.moment,
    }
    for field in fields(Saying):
        value = getattr(answer.saying, field.name)
        if value is not None and field.name not in {"face", "is_checked"}:
            values[field.name] = str(value)
    if answer.saying.is_checked:
        values["checked"] = True
    if (face := answer.saying.face) is not None:
        region = face.region
        values["face"] = {
            "content": face.content,
            "path": str(face.path),
            "region": {"x": region.x, "y": region.y, "w": region.w, "h": region.h},
            "orientation": face.orientation,
            "model": face.model,
            "vector": None if face.vector is None else base64.b64encode(face.vector).decode("ascii"),
        }
    return json.dumps(values)


def from_line(line: str) -> Answer:
    """The answer in a line. Raises NotAnAnswer."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise NotAnAnswer(f"it is no JSON: {error}") from error
    if not isinstance(values, dict):
        raise NotAnAnswer("it is no JSON object")
    texts = {name: _text(values, name) for name in _TEXTS}
    number = values.get("number")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < _MOST:
        raise NotAnAnswer("its number is no positive whole number")
    if not texts["id"] or not texts["command"]:
        raise NotAnAnswer("it has no id, or does not name its command")
    saying = _saying(values, texts)
    moment = texts["moment"] or ""
    if not _is_moment(moment):
        raise NotAnAnswer("its moment is no date and time in ISO 8601")
    return Answer(texts["id"], number, texts["command"], moment, saying)


def _saying(values: dict[str, Any], texts: dict[str, str | None]) -> Saying:
    try:
        kind, source = AnswerKind(texts["kind"] or ""), AnswerSource(texts["source"] or AnswerSource.FACEDAEMON)
    except ValueError as error:
        raise NotAnAnswer(f"{error}; it may be of a newer facedaemon") from None
    face = values.get("face")
    person, other = (clean_name(texts[name] or "") or None for name in ("person", "other"))
    if (face is not None) != (kind in ABOUT_FACES):
        raise NotAnAnswer(f"an answer of the kind {kind} {'needs a face' if face is None else 'is about no face'}")
    if kind in _NAMED | _ABOUT_PEOPLE and person is None:
        raise NotAnAnswer(f"an answer of the kind {kind} needs a person")
    if kind in (AnswerKind.RENAME, AnswerKind.MERGE) and other is None:
        raise NotAnAnswer(f"an answer of the kind {kind} needs another name")
    if kind == AnswerKind.BORN and texts["born"] is not None and first_day(texts["born"]) is None:
        raise NotAnAnswer("its birth date is no date, year and month, or year in ISO 8601")
    if kind == AnswerKind.UNSAY and not texts["takes_back"]:
        raise NotAnAnswer("it does not say which answer it takes back")
    place = None if face is None else _place(face)
    checked = values.get("checked", False)
    if not isinstance(checked, bool):
        raise NotAnAnswer("its 'checked' is neither true nor false")
    return Saying(kind, place, person, other, texts["born"], texts["takes_back"], texts["follows"], source, checked)


def _place(values: Any) -> FacePlace:  # noqa: ANN401 - as JSON has it
    if not isinstance(values, dict) or not isinstance(values.get("region"), dict):
        raise NotAnAnswer("its face has no region")
    numbers = [values["region"].get(side) for side in "xywh"]
    if not all(
        isinstance(n, int | float) and not isinstance(n, bool) and math.isfinite(n) and abs(n) < 1e6 for n in numbers
    ):
        raise NotAnAnswer("its region is not made of four numbers")
    region = Region(*map(float, numbers))
    if region.w <= 0 or region.h <= 0:
        raise NotAnAnswer("its region is empty")
    orientation = values.get("orientation", 1)
    if orientation not in ORIENTATIONS or isinstance(orientation, bool):
        raise NotAnAnswer("its orientation is none of 1 to 8")
    content, path, model, vector = (_text(values, name) for name in ("content", "path", "model", "vector"))
    if not path or "\0" in path:
        raise NotAnAnswer("its face has no path")
    try:
        data = None if vector is None else base64.b64decode(vector, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotAnAnswer(f"its vector is no base64: {error}") from error
    if data is not None and (not data or len(data) % 2 or model is None):
        raise NotAnAnswer("its vector is not made of 16-bit numbers, or names no model")
    return FacePlace(content, Path(path), region, orientation, model, data)


def _text(values: dict[str, Any], name: str) -> str | None:
    value = values.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > MAX_TEXT):
        raise NotAnAnswer(f"its {name} is no text of at most {MAX_TEXT} characters")
    return value


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
