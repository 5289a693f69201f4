"""The JSON of every command has the contract's keys; results go to standard output, the rest to standard error."""

import json
from pathlib import Path

import pytest

from tests.acceptance.conftest import Scanned
from tests.acceptance.place import Json, Place

pytestmark = pytest.mark.slow

REGION = {"x", "y", "w", "h"}


def _photo(scanned: Scanned, *, confirmed: bool) -> str:
    """The path of a photo whose main face is, or is not, confirmed."""
    named = scanned.place.main_names()
    known = scanned.place.truth.items()
    name = next(name for name, true in known if true.confirmed == confirmed and (confirmed or name in named))
    return str(scanned.place.photos / name)


def _is_share(value: float) -> bool:
    return 0 <= value <= 1


def test_scan(scanned: Scanned) -> None:
    """A summary of photos, faces, confirmations, suggestions and sidecars."""
    summary = scanned.first.summary
    keys = {key: set(value) if isinstance(value, dict) else None for key, value in summary.items()}
    assert keys == {
        "photos": {"seen", "indexed", "unchanged", "failed"},
        "faces": {"found"},
        "confirmed": {"read", "used", "left_out"},
        "suggestions": {"open", "new", "changed", "withdrawn"},
        "sidecars": {"written", "unchanged", "refused", "held"},
        "digikam": {"written", "backup"},
        "doubtful": None,
        "failed": None,
        "generation": None,
        "seconds": None,
    }


def test_suggestions(scanned: Scanned) -> None:
    """A line for each suggestion: absolute path, region as displayed, name, probability, state, generation."""
    lines = scanned.place.json("suggestions").lines
    assert len(lines) == scanned.first.summary["suggestions"]["open"]
    assert all({"photo", "region", "person", "confidence", "state", "generation"} < line.keys() for line in lines)
    assert all(Path(line["photo"]).is_absolute() and Path(line["photo"]).is_file() for line in lines)
    assert all(REGION == line["region"].keys() and all(map(_is_share, line["region"].values())) for line in lines)
    assert all(_is_share(line["confidence"]) for line in lines)
    assert {"open"} == {line["state"] for line in lines}


@pytest.mark.parametrize(("confirmed", "state"), [(True, "confirmed"), (False, "suggested")])
def test_faces(scanned: Scanned, confirmed: bool, state: str) -> None:
    """A line for each face of a photo, with what is known of it."""
    lines = scanned.place.json("faces", _photo(scanned, confirmed=confirmed)).lines
    assert all({"region", "score", "quality", "state", "person", "confidence"} <= line.keys() for line in lines)
    assert state in {line["state"] for line in lines}
    assert {line["state"] for line in lines} <= {"confirmed", "suggested", "unknown", "ignored", "not_a_face"}
    assert all(_is_share(line["score"]) and _is_share(line["quality"]) for line in lines)


def test_people_and_samples(scanned: Scanned) -> None:
    """Each confirmed person is listed, and each of the person's samples with whether it trains, and why not."""
    people = scanned.place.json("people").lines
    wanted = {true.person for true in scanned.place.truth.values() if true.confirmed}
    assert wanted == {line["person"] for line in people}
    assert 426 == sum(line["confirmed"] for line in people)
    samples = scanned.place.json("samples", "Al Gore").lines
    assert all({"photo", "region", "used", "reason"} <= line.keys() for line in samples)
    confirmed = {name for name, true in scanned.place.truth.items() if true.person == "Al Gore" and true.confirmed}
    assert {str(scanned.place.photos / name) for name in confirmed} == {line["photo"] for line in samples}
    assert all(line["used"] or line["reason"] for line in samples)


def test_explain(scanned: Scanned) -> None:
    """Why a face got its name: the nearest samples, confidence, threshold and quality."""
    photo = _photo(scanned, confirmed=False)
    lines = scanned.place.json("explain", photo).lines
    assert all({"nearest", "confidence", "threshold", "quality"} <= line.keys() for line in lines)
    line = next(line for line in lines if line["state"] == "suggested")
    assert line["person"] == line["nearest"][0]["person"]
    assert line["confidence"] >= line["threshold"]
    similarities = [near["similarity"] for near in line["nearest"]]
    assert sorted(similarities, reverse=True) == similarities


def test_status_and_check(scanned: Scanned) -> None:
    """Both speak JSON, and find this place in order."""
    assert isinstance(scanned.place.json("status").summary, dict)
    lines = scanned.place.json("check").lines
    assert all({"subject", "state", "message"} <= line.keys() for line in lines)
    assert {"ok", "note"} >= {line["state"] for line in lines}
    assert {"models", "digiKam", "state", str(scanned.place.photos)} <= {line["subject"] for line in lines}


def test_check_and_verify_tell_how_the_networks_are_computed(scanned: Scanned) -> None:
    """Precision and the likeness with the known answer of each network; `verify` names the kernels as well."""
    lines = [line["message"] for line in scanned.place.json("check").lines if line["subject"] == "models"]
    networks = scanned.place.json("models", "verify").summary["networks"]
    assert ["yunet", "face-reid-retail-0095"] == [network["name"] for network in networks]
    for network, line in zip(networks, lines, strict=True):
        assert "f32" == network["precision"]
        assert network["likeness"] > 0.9995
        assert network["kernels"]
        assert f"{network['name']} (f32) computes here as it should (similarity {network['likeness']:.5f})" in line


def test_models_list(scanned: Scanned) -> None:
    """Each network with licence, and each of its files with size, digest, source and place."""
    lines = {line["name"]: line for line in scanned.place.json("models", "list").lines}
    assert {"yunet", "face-reid-retail-0095", "sface"} <= lines.keys()
    assert {"yunet", "face-reid-retail-0095"} == {name for name, line in lines.items() if line["used"]}
    files: list[Json] = [file for line in lines.values() for file in line["files"]]
    assert all({"name", "size", "sha256", "source", "path"} == file.keys() for file in files)
    assert all(line["licence"] for line in lines.values())


def test_rebuild_and_rollback(place: Place) -> None:
    """A rebuild tells what it used, what it left out and why, and how well it does; rollback takes it back."""
    first = place.json("scan").summary["generation"]
    rebuilt = place.json("rebuild").summary
    assert {"generation", "promoted", "people", "samples", "validation", "seconds"} <= rebuilt.keys()
    assert {"used", "left_out"} == rebuilt["samples"].keys()
    assert isinstance(rebuilt["samples"]["left_out"], dict)
    assert {"tpir", "fpir", "wrong_per_100"} == rebuilt["validation"].keys()
    assert first + 1 == rebuilt["generation"]
    assert rebuilt["promoted"]
    assert {"generation": first} == place.json("rollback").summary


def test_evaluate_and_audit(scanned: Scanned) -> None:
    """How right the names are on confirmed faces held out, and which confirmations are doubtful."""
    keys = {"people", "probes", "strangers", "tpir", "fpir", "wrong_per_100", "threshold", "since", "by_person"}
    assert keys == scanned.place.json("evaluate").summary.keys()
    lines = scanned.place.json("audit").lines
    assert all({"photo", "region", "person", "looks_like", "score"} <= line.keys() for line in lines)


def test_init_writes_a_config_that_check_accepts(place: Place) -> None:
    """The config that init writes names what is there, and is never written over one that exists."""
    pictures = Path(place.environment()["HOME"]) / "Pictures"
    place.photos.rename(pictures)
    place.config.unlink()
    assert str(place.config) == place.json("init").summary["config"]
    written = place.config.read_bytes()
    assert str(pictures) in written.decode("utf-8")
    assert 0 == place.run("check").status
    assert 2 == place.run("init").status
    assert written == place.config.read_bytes()


def test_undo(place: Place) -> None:
    """What was taken back is counted."""
    written = place.json("scan").summary["sidecars"]["written"]
    assert written == place.json("undo").summary["removed"]


def test_standard_output_holds_nothing_but_json(scanned: Scanned) -> None:
    """With -v the log goes to standard error, so that standard output stays JSON."""
    done = scanned.place.run("status", "--json", "-v", "-v")
    assert isinstance(json.loads(done.out), dict)


def test_every_line_on_standard_error_is_ours(place: Place) -> None:
    """A photo that breaks off is seen as far as it goes; what its decoder says, without its name, is not shown."""
    first, *_ = sorted(place.photos.rglob("*.jpg"))
    whole = first.read_bytes()
    first.write_bytes(whole[: len(whole) * 2 // 3])
    done = place.run("scan")
    assert 0 == done.status
    assert "JPEG" not in done.err + done.out
