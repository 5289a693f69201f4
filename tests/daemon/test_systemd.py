"""What is reported to the service manager, also when it reads slowly: a real notification socket."""

import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest

from facedaemon.daemon.systemd import Systemd

ONE_SECOND = {"WATCHDOG_USEC": "4000000"}  # between two beats


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A manager's socket, which holds a few messages until somebody reads them."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        listening.setblocking(False)
        yield listening


def received(manager: socket.socket) -> list[str]:
    """All that waits to be read."""
    messages: list[str] = []
    try:
        while True:
            messages.append(manager.recv(4096).decode("utf-8"))
    except BlockingIOError:
        return messages


def test_a_manager_that_does_not_listen_is_not_waited_for(manager: socket.socket) -> None:
    """Beats and words beyond what its queue holds are dropped, and work goes on."""
    seconds = count(0.0, 1.0)
    systemd = Systemd(ONE_SECOND, seconds.__next__)
    for number in range(3000):
        systemd.beat()
        systemd.status(f"photo {number}")
    assert 3000 > len(received(manager)) > 0


def test_what_was_dropped_is_said_when_it_listens_again(manager: socket.socket) -> None:
    """The last words and the next beat do not wait for something new to say."""
    seconds = count(0.0, 2.0)
    systemd = Systemd(ONE_SECOND, seconds.__next__)
    for number in range(3000):
        systemd.status(f"photo {number}")
    received(manager)
    systemd.status("photo 2999")
    systemd.beat()
    assert ["STATUS=photo 2999", "WATCHDOG=1"] == received(manager)


def test_ready_waits_until_a_busy_manager_listens_again(manager: socket.socket) -> None:
    """A READY that was dropped would leave the unit starting for ever."""
    systemd = Systemd({}, count(0.0, 2.0).__next__)
    for number in range(3000):
        systemd.status(f"photo {number}")
    with ThreadPoolExecutor(1) as threads:
        received = threads.submit(systemd.ready)
        assert not received.done()
        manager.settimeout(5.0)
        while manager.recv(4096) != b"READY=1":
            pass
    assert received.result(60) is None


def test_without_a_manager_nothing_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """At a terminal there is no socket."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    systemd = Systemd({})
    systemd.ready()
    systemd.status("photo")


def test_a_manager_that_is_gone_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The socket was closed behind our back."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        systemd = Systemd({})
    systemd.ready()
    systemd.stopping()


def test_an_abstract_name_is_a_manager_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """As systemd names its sockets for some units; what is said arrives in UTF-8."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0facedaemon-test-{os.getpid()}")
        monkeypatch.setenv("NOTIFY_SOCKET", f"@facedaemon-test-{os.getpid()}")
        listening.setblocking(False)
        Systemd({}).status("Фото.jpg", at_once=True)
        assert ["STATUS=Фото.jpg"] == received(listening)


@pytest.mark.parametrize("address", ["", "/nowhere/notify", "vsock:2:1234"])
def test_without_a_manager_nothing_is_said(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """No socket, one where nobody listens, or of a kind that is for virtual machines: work goes on."""
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    systemd = Systemd(ONE_SECOND)
    systemd.ready()
    systemd.beat()
