"""What only a person can fix is shown on the desktop, by a real bus, once a day."""

import logging
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty

import pytest

from facedaemon.daemon.desktop_notification import LAST_NOTIFICATION, DesktopNotifications
from tests.daemon.desktop import Desktop, desktop
from tests.daemon.test_service import TIMEOUT, Service


@pytest.fixture
def screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desktop]:
    """The desktop of the session that this test and its daemon live in."""
    if shutil.which("dbus-daemon") is None:
        reason = "dbus-daemon is absent: apt-get install dbus-daemon"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with desktop(tmp_path) as shown:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", shown.address)
        yield shown


def _error(text: str, trace: bool = False) -> logging.LogRecord:
    problem = (ValueError, ValueError("x"), None) if trace else None
    return logging.LogRecord("facedaemon", logging.ERROR, __file__, 1, text, (), problem)


def test_a_config_with_a_mistake_is_shown_once(tmp_path: Path, screen: Desktop) -> None:
    """A daemon that reloads bad settings, twice, shows one notification, with what to do; a restart shows none."""
    (tmp_path / "state").mkdir()
    service = Service(tmp_path, more=f"state_directory: {tmp_path}/state")
    service.expect("end Rescan")
    for _ in range(2):
        service.config.write_text(f"state_directory: {tmp_path}/state\ndetection: {{min_sice: 64}}\n", encoding="utf-8")
        service.signal(signal.SIGHUP)
        service.tells("RELOADING=1")
        service.tells("READY=1")
    program, title, text = screen.shown.get(timeout=TIMEOUT)
    assert ("facedaemon", "facedaemon needs you") == (program, title)
    assert "did you mean min_size?" in text
    service.close()
    assert screen.shown.empty()


def test_it_is_shown_again_on_the_next_day_and_by_no_restart(tmp_path: Path, screen: Desktop) -> None:
    """The time of the last notice outlives the process; a clock that was set back silences nothing for ever."""
    now = [1_000_000.0]
    for after, is_shown in ((0, True), (3600, False), (86_399, False), (86_400, True), (-86_400, True)):
        now[0] += after
        notices = DesktopNotifications(tmp_path, lambda: now[0])
        notices.handle(_error(f"after {after}"))
        notices.close()
        if is_shown:
            assert f"after {after}\n" in screen.shown.get(timeout=TIMEOUT)[2]
            _wait_for_time(tmp_path / LAST_NOTIFICATION, now[0])
        else:
            now[0] -= after
            with pytest.raises(Empty):
                screen.shown.get_nowait()


def _wait_for_time(file: Path, wanted: float) -> None:
    until = time.monotonic() + TIMEOUT
    while not file.exists() or file.stat().st_mtime != wanted:
        assert time.monotonic() < until


def test_mistakes_of_ours_and_a_missing_desktop_are_silent(
    tmp_path: Path, screen: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A traceback helps nobody on a desktop; where no desktop answers, the daemon goes on."""
    notices = DesktopNotifications(tmp_path)
    notices.handle(_error("a mistake", trace=True))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    notices.handle(_error("nobody sees this"))
    notices.close()
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    notices.handle(_error("nor this"))
    notices.close()
    assert screen.shown.empty()
    assert not (tmp_path / LAST_NOTIFICATION).exists()


def test_an_end_is_shown(tmp_path: Path, screen: Desktop) -> None:
    """A daemon that stops because going on makes no sense says so on the desktop before it ends."""
    (tmp_path / "state").mkdir()
    service = Service(tmp_path, more=f"state_directory: {tmp_path}/state")
    service.expect("end Rescan")
    (service.photos / "fatal.jpg").write_bytes(b"x")
    assert 5 == service.ends()
    assert "unknown version" in screen.shown.get(timeout=TIMEOUT)[2]


def test_none_is_shown_where_none_is_wanted(tmp_path: Path, screen: Desktop) -> None:
    """`notifications.desktop: false` is obeyed."""
    (tmp_path / "state").mkdir()
    more = f"state_directory: {tmp_path}/state\nnotifications: {{desktop: false}}"
    service = Service(tmp_path, more=more)
    service.expect("end Rescan")
    (service.photos / "fatal.jpg").write_bytes(b"x")
    assert 5 == service.ends()
    assert screen.shown.empty()
