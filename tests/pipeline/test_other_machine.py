"""A state that moves to another machine: networks without a known answer must answer as they did before."""

from pathlib import Path

import pytest

from facedaemon.config import Config
from facedaemon.errors import ExitCode, Fatal
from facedaemon.pipeline.session import Session
from facedaemon.store import Store
from facedaemon.vision import find_models
from facedaemon.vision.engine import Engine
from tests.vision.test_manifest import CUSTOM


def _session(folder: Path, network: Path) -> Session:
    (folder / "mine.toml").write_text(CUSTOM.replace("mine.onnx", network.name))
    config = Config.model_validate(
        {"models": {"directory": str(folder), "embedder": "mine"}, "state_directory": str(folder)}
    )
    models = find_models(config, {"FACEDAEMON_MODELS": str(network.parent)})
    return Session(config, Store.open(folder), models, library=None, naming=None)


def test_a_custom_network_is_compared_with_its_own_first_answer(tmp_path: Path, other_recogniser: Path) -> None:
    """Loaded again it is used; where it answered otherwise when the state was made, the pass ends with status 3."""
    session = _session(tmp_path, other_recogniser)
    for _ in range(2):
        assert "mine" == session.analyzer.embedder.networks[0].entry.name
        session.unload()
    (key,) = (key for key in _notes(session) if key.startswith("reference answer mine"))
    other = find_models(Config(), {"FACEDAEMON_MODELS": str(other_recogniser.parent)}).recognisers[0]
    answer = Engine(1).network(other).answer  # as of another network with as many numbers
    session.store.put_note(key, answer)
    with pytest.raises(Fatal, match="mine: this machine computes it otherwise than when this state was made") as caught:
        _ = session.analyzer
    assert ExitCode.MODELS == caught.value.exit_code
    session.close()


def _notes(session: Session) -> list[str]:
    return [row[0] for row in session.store._connection.execute("SELECT key FROM note")]
