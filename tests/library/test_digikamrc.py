import os
from pathlib import Path

from facedaemon.library import DigikamSettings, find_digikam


def settings(home: Path, text: str, place: str = ".config/digikamrc") -> DigikamSettings:
    """What is found for a user whose digikamrc has this text."""
    file = home / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    found = find_digikam(home, {})
    assert found is not None
    return found


def test_without_digikam_nothing_is_found(tmp_path: Path) -> None:
    """No digikamrc, no library."""
    assert find_digikam(tmp_path, {}) is None


def test_the_database_folder_is_expanded(tmp_path: Path) -> None:
    """KConfig writes a path below the home folder with $HOME and marks the key with [$e]."""
    found = settings(tmp_path, "[Database Settings]\nDatabase Type=QSQLITE\nDatabase Name[$e]=$HOME/My Pictures/\n")
    assert str(tmp_path / "My Pictures/digikam4.db") == found.location


def test_a_database_file_is_taken_as_it_is(tmp_path: Path) -> None:
    """Old settings name the file itself."""
    assert "/data/digikam4.db" == settings(tmp_path, "[Database Settings]\nDatabase Name=/data/digikam4.db\n").location


def test_a_dollar_without_the_mark_is_a_dollar(tmp_path: Path) -> None:
    """Only marked keys hold variables."""
    assert "/a$HOME/digikam4.db" == settings(tmp_path, "[Database Settings]\nDatabase Name=/a$HOME\n").location


def test_xdg_config_home_wins(tmp_path: Path) -> None:
    """The user's own place for settings is respected."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/digikamrc").write_text("[Database Settings]\nDatabase Name=/x\n")
    found = find_digikam(tmp_path, {"XDG_CONFIG_HOME": str(tmp_path / "elsewhere")})
    assert found is not None
    assert "/x/digikam4.db" == found.location


def test_of_package_and_flatpak_the_one_used_last_counts(tmp_path: Path) -> None:
    """Who moved to the Flatpak leaves old settings behind."""
    flatpak = ".var/app/org.kde.digikam/config/digikamrc"
    settings(tmp_path, "[Database Settings]\nDatabase Name=/flatpak\n", flatpak)
    settings(tmp_path, "[Database Settings]\nDatabase Name=/package\n")
    os.utime(tmp_path / ".config/digikamrc", (1, 1))
    found = find_digikam(tmp_path, {})
    assert found is not None
    assert "/flatpak/digikam4.db" == found.location


def test_absent_keys_have_digikams_defaults(tmp_path: Path) -> None:
    """DigiKam does not read sidecars unless its user sets it to."""
    found = settings(tmp_path, "[Database Settings]\nDatabase Name=/x\n")
    assert (False, False) == (found.sidecar_stem_naming, found.reads_sidecars)


def test_sidecar_settings_are_read(tmp_path: Path) -> None:
    """How digiKam names and treats sidecars."""
    text = (
        "[Metadata Settings]\nUse Compatible File Name=true\nUse XMP Sidecar For Reading=true\n"
        "[Other]\nUse XMP Sidecar For Reading=false\n"
    )
    found = settings(tmp_path, text)
    assert (True, True) == (found.sidecar_stem_naming, found.reads_sidecars)


def test_settings_locked_by_an_administrator_are_read(tmp_path: Path) -> None:
    """KConfig marks the group or the key with [$i]."""
    found = settings(tmp_path, "[Database Settings][$i]\nDatabase Name[$ei]=${HOME}/x\\sy\n# a=b\n")
    assert str(tmp_path / "x y/digikam4.db") == found.location


def test_a_digikam_never_started_says_what_to_do(tmp_path: Path) -> None:
    """No database was chosen yet."""
    found = settings(tmp_path, "[General]\nx=y\n")
    assert found.location is None
    assert found.fix is not None
    assert "library.digikam.database" in found.fix


def test_a_server_with_a_plain_password_is_reached(tmp_path: Path) -> None:
    """Special characters are percent-encoded, and the password is in no representation of the settings."""
    text = (
        "[Database Settings]\nDatabase Type=QMYSQL\nDatabase Hostname=nas\nDatabase Port=3307\nDatabase Name=dk\n"
        "Database Username=me\nDatabase Password=p@ss/w\n"
    )
    found = settings(tmp_path, text)
    assert "mysql://me:p%40ss%2Fw@nas:3307/dk" == found.location
    assert "p@ss" not in repr(found)
    assert "p%40ss" not in repr(found)


def test_an_encrypted_password_asks_for_the_location(tmp_path: Path) -> None:
    """It is not deciphered; the line to write into the config is given instead."""
    text = (
        "[Database Settings]\nDatabase Type=QMYSQL\nDatabase Hostname=nas\nDatabase Name=dk\n"
        "Database Username=me\nDatabase Encrypted Password=AwKq\n"
    )
    found = settings(tmp_path, text)
    assert found.location is None
    assert found.fix is not None
    assert "mysql://me:PASSWORD@nas/dk" in found.fix


def test_digikams_own_server_is_reached_by_its_socket(tmp_path: Path) -> None:
    """User root without password, database digikam, the socket below its folder."""
    text = (
        "[Database Settings]\nDatabase Type=QMYSQL\nInternal Database Server=true\n"
        "Internal Database Server Path[$e]=$HOME/db\nDatabase Name=digikam\n"
    )
    socket = str(tmp_path / "db/db_misc/mysql.socket").replace("/", "%2F")
    assert f"mysql://root@localhost/digikam?unix_socket={socket}" == settings(tmp_path, text).location
