"""People who look alike, as the commands name them."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from facedaemon.pipeline.reading.views import Views
from facedaemon.pipeline.session import Session
from tests.gallery.made_faces import unit
from tests.pipeline.conftest import SmallLibrary, finished

PAIR = {"Gray Davis", "Jack Straw"}


def _make_siblings(library: SmallLibrary) -> None:
    """As the network sees them, one of the pair is half the other."""
    faces = "SELECT face.id, vector FROM face JOIN embedding ON face = face.id WHERE person = ?"
    with closing(sqlite3.connect(library.state / "state.db")) as connection, connection:
        model = [np.frombuffer(vector, np.float16) for _, vector in connection.execute(faces, ("Gray Davis",))]
        middle = unit(np.mean(np.array(model, np.float32), axis=0))
        for face, vector in connection.execute(faces, ("Jack Straw",)).fetchall():
            mixed = unit(np.frombuffer(vector, np.float16).astype(np.float32) + middle).astype(np.float16)
            connection.execute("UPDATE embedding SET vector = ? WHERE face = ?", (mixed.tobytes(), face))


def _printed(session: Session, config: Path, *command: str) -> str:
    config.write_text(json.dumps(session.config.model_dump(mode="json")))
    done = subprocess.run(
        [sys.executable, "-m", "facedaemon", *command, "--config", config], capture_output=True, text=True, check=True
    )
    return done.stdout


def _lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_look_alikes_are_named_with_what_is_measured(library: SmallLibrary, tmp_path: Path) -> None:
    """`people` and `audit`, in words and as JSON, say how many held-out faces of the pair are mixed up."""
    _make_siblings(library)
    session = library.session()
    finished(session)
    views = Views.open(session.config)
    [pair] = views.look_alikes
    views.close()
    assert ("Gray Davis", "Jack Straw") == (pair.one, pair.other)
    similarity = round(pair.likeness, 4)
    expected = {"similarity": similarity, "likeness": similarity, "faces": pair.faces, "mixed_up": pair.mixed_up}
    words = f"Gray Davis and Jack Straw: {pair.mixed_up} of {pair.faces} held-out faces mixed up"
    if not pair.is_measured:
        words = "Gray Davis and Jack Straw look alike; too few faces to measure how often they are mixed up"
    config = tmp_path / "config.yaml"
    people = {line["person"]: line["look_alikes"] for line in _lines(_printed(session, config, "people", "--json"))}
    assert [{"person": "Jack Straw", **expected}] == people["Gray Davis"]
    assert [{"person": "Gray Davis", **expected}] == people["Jack Straw"]
    assert [[]] == list({str(found): found for name, found in people.items() if name not in PAIR}.values())
    assert 1 == _printed(session, config, "people").splitlines().count(f"    {words}")
    assert words == _printed(session, config, "audit").splitlines()[-1]
    assert [{"people": ["Gray Davis", "Jack Straw"], **expected}] == _lines(
        _printed(session, config, "audit", "--pairs", "--json")
    )
    for line in _lines(_printed(session, config, "audit", "--json")):
        is_pair = {line["person"], line["looks_like"]} == PAIR
        assert (expected if is_pair else None) == line["look_alikes"]
    session.close()


def test_unrelated_people_are_no_look_alikes(session: Session, tmp_path: Path) -> None:
    """In the sample as it is nobody is named as a pair."""
    config = tmp_path / "config.yaml"
    assert {"[]"} == {str(line["look_alikes"]) for line in _lines(_printed(session, config, "people", "--json"))}
    assert [] == _lines(_printed(session, config, "audit", "--pairs", "--json"))
