"""What every command really prints with --json is as its schema in docs/schemas says.

Each command is called in the life of one library: unnamed faces, names from sidecars, answers of each kind, a wrong
name, a daemon, and all taken back.
"""

import json
import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from facedaemon.cli.json_schemas import BESIDE, PRINTED
from tests.acceptance.daemon_process import Daemon
from tests.acceptance.place import Done, Json, Place
from tests.json_schemas import mistakes
from tests.portrait_place import EILEEN, GRACE, NAMED, name_in_sidecar, named_portraits, portraits_folder
from tests.portraits import PORTRAITS, photos

pytestmark = pytest.mark.slow

ALL = {**PRINTED, **BESIDE}
SOMEBODY = "Vera Example"


@dataclass(frozen=True)
class Recorded:
    """What was printed, by the name of its command in PRINTED or BESIDE."""

    place: Place
    values: dict[str, list[Json]] = field(default_factory=dict)

    def run(self, name: str, *arguments: str, statuses: Collection[int] = (0,), **environment: str) -> list[Json]:
        """What the command prints; its words are the name's where no arguments are given."""
        done = self.place.run(*(arguments or name.split()), "--json", environment=environment)
        assert done.status in statuses, f"{name}: {done.status}\n{done.err}"
        assert ALL[name].is_list or len(done.lines) == 1, f"{name} prints one object"
        self.add(name, done.lines)
        return done.lines

    def add(self, name: str, values: list[Json]) -> None:
        """Keep what was printed."""
        self.values.setdefault(name, []).extend(values)


@pytest.fixture(scope="module")
def printed(model_files: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Json]]:
    """All that was printed, by command."""
    folder = tmp_path_factory.mktemp("schemas")
    recorded = Recorded(named_portraits(portraits_folder(), model_files, folder / "place", named=0))
    _set_up(recorded, folder)
    _look(recorded)
    _answer(recorded)
    _look_at_answers(recorded, folder)
    _take_back(recorded)
    _look_alikes(Recorded(named_portraits(portraits_folder(), model_files, folder / "alike", named=0), recorded.values))
    return recorded.values


def _set_up(recorded: Recorded, folder: Path) -> None:
    """Before anything is known; a new user's config; models; the unit, without systemd."""
    recorded.run("check")
    recorded.run("status")
    recorded.run("status --check", statuses=(3,))
    new = Recorded(Place(folder / "new", recorded.place.models, {}), recorded.values)
    new.place.folder.mkdir()
    new.run("init")
    new.place.config.write_text("wrong: 1", encoding="utf-8")
    new.run("status --check", statuses=(3,))
    recorded.run("models list")
    recorded.run("models verify")
    (folder / "models").mkdir()
    source, target = str(recorded.place.models), str(folder / "models")
    recorded.run("models install", "models", "install", "--from", source, FACEDAEMON_MODELS=target)
    (folder / "no programs").mkdir()
    recorded.run("install-service")
    recorded.run("uninstall-service", PATH=str(folder / "no programs"))
    recorded.run("review", "review", "--no-browser", "--idle-minutes", "0.0001")
    recorded.add(
        "an error", [_error(recorded.place.run("faces", "/nowhere/a.jpg", "--json")), _error(_wrong_usage(recorded))]
    )


def _wrong_usage(recorded: Recorded) -> Done:
    return recorded.place.run("scan", "--jsn", "--json")


def _error(done: Done) -> Json:
    values: Json = json.loads(done.err)
    assert done.status == values["exit_code"]
    return values


def _look(recorded: Recorded) -> None:
    """Nobody is named; then some are, in sidecars, and the rest is suggested."""
    place = recorded.place
    (place.photos / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    done = place.run("scan", "--progress", "--json")
    assert 1 == done.status, done.err
    recorded.add("scan", done.lines)
    recorded.add("--progress", [json.loads(line) for line in done.err.splitlines() if line.startswith("{")])
    recorded.run("evaluate")
    recorded.run("rebuild")
    groups = recorded.run("groups")
    recorded.run("groups GROUP", "groups", groups[0]["group"])
    _name(place, NAMED)
    recorded.run("scan", statuses=(1,))
    recorded.run("status --check", statuses=(2,))
    for command in ("people", "suggestions", "status", "evaluate"):
        recorded.run(command)
    recorded.run("samples", "samples", GRACE)
    for number in (0, NAMED):
        for command in ("faces", "explain"):
            recorded.run(command, command, str(place.photos / f"{GRACE} {number:02}.jpg"))


def _answer(recorded: Recorded) -> None:
    """An answer of each kind, and one that contradicts a sidecar; a daemon takes them up."""
    place = recorded.place
    suggested = {
        person: [each["face"] for each in place.suggestions() if each["person"] == person] for person in (GRACE, EILEEN)
    }
    recorded.run("confirm", "confirm", suggested[GRACE].pop())
    recorded.run("reject", "reject", suggested[GRACE].pop())
    recorded.run("ignore", "ignore", suggested[EILEEN].pop())
    recorded.run("not-a-face", "not-a-face", suggested[EILEEN].pop())
    recorded.run("draw", "draw", str(place.photos / f"{GRACE} 00.jpg"), "0.01,0.01,0.1,0.1", EILEEN)
    recorded.run("name", "name", *suggested[GRACE], SOMEBODY, "--new")
    (confirmed,) = place.json("faces", str(place.photos / f"{EILEEN} 00.jpg")).lines
    recorded.run("name", "name", confirmed["face"], GRACE)
    daemon = Daemon(place)
    try:
        daemon.tells("READY=1")
        daemon.until(lambda: any(each["person"] == SOMEBODY for each in recorded.run("people")), "nobody is taken up")
        recorded.run("status")
        recorded.run("status --check", statuses=(0, 1))
        recorded.add("daemon.json", [json.loads((place.state / "daemon.json").read_text(encoding="utf-8"))])
        assert 0 == daemon.stop()
    finally:
        daemon.close()


def _look_at_answers(recorded: Recorded, folder: Path) -> None:
    """Lists of answers and of what they changed."""
    place = recorded.place
    recorded.run("people birth", "people", "birth", GRACE, "1906-12-09")
    recorded.run("people birth", "people", "birth", EILEEN, "--none")
    recorded.run("people rename", "people", "rename", SOMEBODY, "Wera Sample", "--new")
    recorded.run("scan", statuses=(1,))
    for command in (
        "people",
        "audit",
        "evaluate",
        "evaluate --history",
        "answers",
        "answers --conflicts",
    ):
        recorded.run(command)
    recorded.run("evaluate", "evaluate", "--people")
    recorded.run("suggestions", "suggestions", "--all")
    recorded.run("rejections")
    recorded.run("rejections list")
    exported = place.run("answers", "export")
    recorded.add("answers export", exported.lines)
    file = folder / "answers.jsonl"
    file.write_text(exported.out, encoding="utf-8")
    recorded.run("answers import", "answers", "import", str(file))
    recorded.run("people hide", "people", "hide", "Wera Sample")
    recorded.run("people merge", "people", "merge", "Wera Sample", GRACE)
    recorded.run("answers")


def _take_back(recorded: Recorded) -> None:
    """Answers, rejections, training, writes, and photos that are gone."""
    place = recorded.place
    recorded.run("unsay", "unsay", "3")
    recorded.run("answers")
    recorded.add("answers export", place.run("answers", "export").lines)
    recorded.run("rejections forget", "rejections", "forget", "--person", GRACE, statuses=(0, 1))
    recorded.run("rebuild")
    recorded.run("rollback")
    recorded.run("undo")
    shutil.move(place.photos / f"{GRACE} 00.jpg", place.folder)
    recorded.run("scan", statuses=(1,))
    recorded.run("status")
    recorded.run("forget", "forget", "--missing", str(place.photos))


def _look_alikes(recorded: Recorded) -> None:
    """In another library half of one person's photos have another name."""
    _name(recorded.place, 12, {f"{GRACE} {number:02}.jpg": SOMEBODY for number in range(0, 12, 2)})
    recorded.run("scan")
    recorded.run("people")
    recorded.run("audit")
    recorded.run("audit --pairs")


def _name(place: Place, most: int, others: Mapping[str, str] = {}) -> None:
    """Another program names the person on so many photos of each; `others` are called otherwise."""
    for portrait in PORTRAITS:
        for number, photo in enumerate(photos(portraits_folder(), portrait)):
            name = f"{photo.person} {number:02}.jpg"
            if number < most:
                name_in_sidecar(place.photos / name, others.get(name, photo.person), photo.face)


@pytest.mark.parametrize("name", ALL)
def test_what_is_printed_is_as_its_schema_says(printed: dict[str, list[Json]], name: str) -> None:
    """Each command printed something, with all keys that it must have, no others, and values of the stated types."""
    assert printed[name]
    assert [] == [wrong for each in printed[name] for wrong in mistakes(ALL[name].schema, each)]


FORMER = {
    "moment": "time",
    "decided": "time",
    "likeness": "similarity",
    "doing": "activity",
    "trouble": "problem",
    "id": "number",
}
"""Names that keys had before, and what they are called now."""


@pytest.mark.parametrize("name", [name for name in ALL if name != "answers export"])
def test_a_former_name_has_the_value_of_the_present_one(printed: dict[str, list[Json]], name: str) -> None:
    """Wherever a key that was renamed is printed, the new one stands beside it; no key is left out where it is null."""
    objects = list(_objects(printed[name]))
    for each in objects:
        for former, present in FORMER.items():
            if former in each:
                assert each[former] == each[present]
    assert 1 == len({frozenset(each) for each in printed[name]}) or name == "status --check"


def _objects(value: object) -> Iterator[Json]:
    """All objects in a value."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(inner)


def test_the_values_that_may_be_absent_were_there(printed: dict[str, list[Json]]) -> None:
    """Each kind of answer, doubts, conflicts, failures, a living daemon: what a schema could be wrong about."""
    kinds = {each["kind"] for each in printed["answers"]}
    assert {"confirm", "reject", "ignore", "not_a_face", "draw", "rename", "merge", "hide", "born"} <= kinds
    assert any(each["takes_back"] for each in printed["answers export"] if each["kind"] == "unsay")
    assert any(each["failed"] for each in printed["scan"])
    assert any(each["since"] for each in printed["evaluate"])
    assert any(each["by_person"] for each in printed["evaluate"])
    assert any(each["look_alikes"] for each in printed["people"])
    assert any(each["daemon"]["pid"] for each in printed["status"])
    assert any(each["photo"] for each in printed["--progress"])
    assert {"critical", "unknown"} <= {each["level"] for each in printed["status --check"]}


def test_with_digikam(known_place: Place) -> None:
    """The same where suggestions are written into digiKam's database, its copy is named, and all is taken back."""
    library = {"digikam": {"database": str(known_place.database), "write_suggestions": True}}
    known_place.configure(library=library)
    recorded = Recorded(known_place)
    (scan,) = recorded.run("scan")
    assert scan["digikam"]["written"]
    assert Path(scan["digikam"]["backup"]).is_file()
    (suggestion, *_) = recorded.run("suggestions")
    for command in ("faces", "explain"):
        recorded.run(command, command, suggestion["photo"])
    recorded.run("samples", "samples", suggestion["person"])
    for command in ("people", "status", "check", "audit", "evaluate", "groups", "undo"):
        recorded.run(command)
    for name, values in recorded.values.items():
        assert [] == [wrong for each in values for wrong in mistakes(ALL[name].schema, each)], name
