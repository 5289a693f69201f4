"""The config: defaults, and every problem of a file at once."""

from pathlib import Path

import pytest
import yaml

from facedaemon.config import Config, load
from facedaemon.errors import ExitCode, Fatal
from facedaemon.pipeline.setup.models import Discovered
from tests.conftest import REPOSITORY


def test_the_example_shows_every_key_with_its_default() -> None:
    """Nobody has to read the code to know what can be set, and copying the example changes nothing."""
    example = yaml.safe_load((REPOSITORY / "config.example.yaml").read_text(encoding="utf-8"))
    assert load(REPOSITORY / "config.example.yaml") == load(None)
    assert {section: set(keys) for section, keys in example.items() if isinstance(keys, dict)} == {
        name: set(field.annotation.model_fields)
        for name, field in Config.model_fields.items()
        if isinstance(field.annotation, type) and hasattr(field.annotation, "model_fields")
    }
    assert set(example) == set(Config.model_fields)


def test_all_problems_are_reported_at_once_with_line_key_and_fix(tmp_path: Path) -> None:
    """One look at the message is enough to fix the file."""
    path = tmp_path / "config.yaml"
    path.write_text(
        "photos:\n  roots: [~/a]\n"
        "suggestions:\n  max_wrong: 2\ndetection:\n  min_score: high\nschedule:\n  rescan: soon\n"
    )
    with pytest.raises(Fatal) as refused:
        load(path)
    assert refused.value.exit_code == ExitCode.USAGE
    lines = str(refused.value).splitlines()
    assert lines[0] == f"{path} has 3 problems:"
    assert "  line 4: suggestions.max_wrong: unknown key (did you mean max_wrong_per_100?)" in lines
    assert any(line.startswith("  line 6: detection.min_score: expected") for line in lines)
    assert "  line 8: schedule.rescan: expected a duration such as 30m, 1h or 1d" in lines


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("photos: [", "not valid YAML"),
        ("photos:\n  roots: []\n", "line 2: photos.roots: expected at least one, got none"),
        ("photos: 3\n", "line 1: photos: expected a section with keys of its own, got 3"),
        ("suggestions:\n  min_confidence: 2\n", "line 2: .*expected null or a number between 0.* and 1.*, got 2"),
        ("resources:\n  device: abacus\n", "line 2: resources.device: expected 'auto', 'cpu', 'gpu' or 'npu'"),
        ("- a\n- b\n", "expected sections"),
        ("photos:\n  roots: [~]\n", "line 2: photos.roots.0: expected a path .a lone ~ means nothing"),
        ("photos:\n  roots: [$NO_SUCH_VARIABLE_HERE/x]\n", "line 2.*the variable in .* is not set"),
        ("photos:\n  roots: [~nobody-of-this-name/x]\n", "line 2.*home for '~nobody-of-this-name'"),
        ("photos:\n  roots: [/cash/5$]\n", r"the variable in .* is not set \(\$\$ stands for a dollar sign\)"),
        ("resources:\n  workers: many\n", "line 2: resources.workers"),
        ("resources:\n  workers: 61\n", r"line 2: resources.workers: expected auto or .* 1 and 60, got 61: .*TasksMax"),
        ("resources:\n  workers: 0\n", "line 2: resources.workers: expected auto or .* 1 and 60, got 0"),
        ("resources:\n  workers: true\n", "line 2: resources.workers: expected auto or .* got True"),
        ("schedule:\n  rebuild: nightly\n", "five cron fields"),
        ("!!python/object/apply:os.system [true]\n", "not valid YAML"),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    """Whatever stands in the file, the answer is one clear error and nothing is run."""
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(Fatal, match=message):
        load(path)


def test_a_named_config_that_is_absent_is_an_error(tmp_path: Path) -> None:
    """A misspelt --config never means the defaults."""
    with pytest.raises(Fatal, match="no such config file"):
        load(tmp_path / "absent.yaml")


def test_a_root_inside_another_is_looked_at_once(tmp_path: Path) -> None:
    """Overlapping roots do not double photos."""
    roots = [str(tmp_path / "a"), str(tmp_path / "a/b"), str(tmp_path / "c")]
    assert load(None, {"photos": {"roots": roots}}).roots() == (tmp_path / "a", tmp_path / "c")


def test_home_and_variables_are_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`~` and `$VAR` mean what they mean in a shell."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ALBUMS", "/albums")
    path = tmp_path / "config.yaml"
    path.write_text("photos:\n  roots: [~/Pictures, $ALBUMS/new]\n")
    assert load(path).roots() == (Path("/albums/new"), tmp_path / "Pictures")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("/albums/A$$AP", "/albums/A$AP"),
        ("/albums/$$HOME", "/albums/$HOME"),
        ("/albums/5$$", "/albums/5$"),
        ("/albums/$$$DAY/x", "/albums/$today/x"),
        ("/albums/${DAY}s", "/albums/todays"),
        ("$ODD/x", "/a$b~c/x"),
        ("/a/~b", "/a/~b"),
    ],
)
def test_a_dollar_sign_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, meant: str
) -> None:
    """`$$` is a dollar sign; what a variable holds is taken as it is."""
    monkeypatch.setenv("DAY", "today")
    monkeypatch.setenv("ODD", "/a$b~c")
    path = tmp_path / "config.yaml"
    path.write_text(f"photos:\n  roots: ['{written}']\nstate_directory: '{written}'\n")
    assert (Path(meant),) == load(path).roots()
    assert Path(meant) == load(path).state()


@pytest.mark.parametrize("folder", ["/cash/5$", "/$HOME", "/~x", "/a$$b", "/\udcff$"])
def test_a_path_of_the_command_line_is_taken_as_it_is(folder: str) -> None:
    """The shell has expanded it already."""
    assert (Path(folder),) == load(None, {"photos": {"roots": [Path(folder)]}}).roots()


@pytest.mark.parametrize(
    "location",
    [
        "mysql://digi:S3cr€t$zebra@localhost/digikam",
        "mysql://digi:S3cr€t${zebra@localhost/digikam",
        "postgres://digi:S3cr€t@localhost/digikam",
        "mysql:/digi:S3cr€t@localhost/digikam",
        "mysql:digi:S3cr€t@localhost/digikam",
        "digi:S3cr€t@localhost/digikam",
        "digi:S3cr€t/zebra@localhost/digikam",
        "mysql+pymysql://digi:S3cr€t@localhost/digikam",
        "~mysql://digi:S3cr€t@localhost/digikam",
    ],
)
def test_a_password_is_not_repeated(tmp_path: Path, location: str) -> None:
    """What is wrong with the place of the database is reported by its key and form; no part of the value is shown."""
    path = tmp_path / "config.yaml"
    path.write_text(f"library:\n  digikam:\n    database: '{location}'\n", encoding="utf-8")
    with pytest.raises(Fatal, match=r"line 3: library\.digikam\.database: expected auto, none, a path, or") as refused:
        load(path)
    assert [] == [part for part in ("S3cr", "zebra", "€t") if part in str(refused.value)]


@pytest.mark.parametrize(
    "line",
    [
        "database: mysql://digi:S3cr€t: x",
        "database: [mysql://digi:S3cr€t@h/d]",
        "database: {mysql://digi:S3cr€t@h/d: 1}",
        "database: 'mysql://digi:S3cr€t@h/d",
        'database: "mysql://digi:S3cr€t\\q@h/d"',
        "database:\tmysql://digi:S3cr€t@h/d\n\t- x",
        "database: mysql://digi:S3cr€t@h/d\n    database: mysql://digi:S3cr€t@h/d",
        "databse: mysql://digi:S3cr€t@h/d",
    ],
)
def test_a_line_that_is_no_yaml_is_not_repeated(tmp_path: Path, line: str) -> None:
    """A mistake in the line with the password is named by line and column, or by the key."""
    path = tmp_path / "config.yaml"
    path.write_text(f"library:\n  digikam:\n    {line}\n", encoding="utf-8")
    with pytest.raises(Fatal, match=r"line [34]") as refused:
        load(path)
    assert "S3cr" not in str(refused.value)


def test_the_settings_as_text_hold_no_password() -> None:
    """Neither a log line nor a traceback that shows the settings contains it."""
    config = load(None, {"library": {"digikam": {"database": "mysql://digi:S3cr€t@localhost/digikam"}}})
    assert config.library.digikam.database.startswith("mysql://digi:S3cr€t@")
    assert "S3cr" not in f"{config!r} {config}"


def test_a_scheme_may_be_in_capitals() -> None:
    """As in any address."""
    config = load(None, {"library": {"digikam": {"database": "MySQL://digi:x@localhost/digikam"}}})
    assert "mysql://digi:x@localhost/digikam" == config.library.digikam.database


ALBUMS = ["plain", "5$", "$HOME", 'a "b" \\ c', "new\nline: x", "tab\t\x1b", "\udcff", "# no", "Ж ü"]


@pytest.mark.parametrize("name", ALBUMS)
def test_what_init_writes_is_read_back(tmp_path: Path, name: str) -> None:
    """Whatever the albums are called, their roots in the new config are these very folders."""
    example = (REPOSITORY / "config.example.yaml").read_text(encoding="utf-8")
    path = tmp_path / "config.yaml"
    path.write_text(Discovered((Path("/albums") / name, Path("/b")), None).fill(example), encoding="utf-8")
    assert {Path("/albums") / name, Path("/b")} == set(load(path).roots())


def test_a_section_whose_keys_are_commented_out(tmp_path: Path) -> None:
    """It is empty and has its defaults, also one inside another."""
    path = tmp_path / "config.yaml"
    path.write_text("photos:\n#  roots: [x]\nlibrary:\n  digikam:\n#    database: none\nsuggestions:\n")
    assert load(None) == load(path)


@pytest.mark.parametrize("content", [b"\xff\xfe", None], ids=["no UTF-8", "a folder"])
def test_a_config_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    """The message says what is wrong in words, without the number of an error or a function's name."""
    path = tmp_path / "config.yaml"
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(Fatal) as refused:
        load(path)
    assert str(refused.value).endswith("Is a directory" if content is None else "it is no UTF-8 text")
