"""How the server starts and ends."""

import json
import signal
import subprocess

import pytest

from tests.acceptance.place import Place
from tests.deadlines import next_line
from tests.review.served import TIMEOUT, Client, served


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_in_order(place: Place, number: signal.Signals) -> None:
    """Ctrl+C, `kill` and a closed terminal end it with status 0, also while a browser holds a connection."""
    with served(place) as running:
        running.client().get("/")
        running.process.send_signal(number)
        assert running.process.wait(TIMEOUT) == 0
    assert not [line for line in running.printed if "Traceback" in line]


def test_it_ends_when_nobody_asks(place: Place) -> None:
    """A page that was forgotten ends by itself."""
    with served(place, "--idle-minutes", "0.0001") as running:
        assert running.process.wait(TIMEOUT) == 0


def test_it_works_before_anything_is_known(place: Place) -> None:
    """Without a state each page says what to do, and pictures are grey."""
    (place.state / "state.db").unlink()
    with served(place) as running:
        client = running.client()
        assert "facedaemon scan" in client.get("/photo/1").text
        assert client.get("/").status in {200, 409}


def test_a_state_that_is_replaced_is_seen(place: Place) -> None:
    """A state that another process made anew is read, not the old file that is still open."""
    with served(place) as running:
        client = running.client()
        assert client.get("/photo/1").status == 200
        for file in place.state.glob("state.db*"):
            file.unlink()
        assert client.get("/photo/1").status == 409
        place.json("scan")
        assert client.get("/photo/1").status == 200


def test_a_program_reads_where_it_is(place: Place) -> None:
    """With `--json` the link is one object on standard output."""
    command = place.command("review", "--no-browser", "--json")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=place.environment()) as process:
        where = json.loads(next_line(process.stdout))
        assert {"link", "port", "socket"} == where.keys()
        assert Client(where["port"]).get(where["link"].partition(str(where["port"]))[2]).status == 200
        process.terminate()
        assert process.wait(TIMEOUT) == 0


def test_a_port_that_is_taken_is_an_error(place: Place) -> None:
    """The message names the port."""
    with served(place) as running:
        done = place.run("review", "--no-browser", "--port", str(running.port))
    assert done.status == 2
    assert f"port {running.port}" in done.err


@pytest.mark.parametrize("address", ["photos.example", "ftp://x", "http://x/y", "https://"])
def test_an_address_must_be_one(place: Place, address: str) -> None:
    """A wrong `--address` is said at once."""
    assert place.run("review", "--no-browser", "--address", address).status == 2


def test_behind_a_proxy_only_the_proxys_name_is_served(place: Place) -> None:
    """`--address` is the one host, its scheme the one of forms, and the cookie is for encrypted connections alone."""
    with served(place, "--address", "https://photos.example", is_tcp=False) as running:
        port = next(int(word) for line in running.printed for word in line.split() if word.isdigit())
        client = Client(port)
        entered = client.get(running.way_in, {"Host": "photos.example"})
        assert "secure" in entered.headers["set-cookie"].lower()
        client.cookie = entered.headers["set-cookie"].split(";")[0]
        assert client.get("/", {"Host": "photos.example"}).status == 200
        assert client.get("/").status == 421
        own = {"Host": "photos.example", "Origin": "https://photos.example"}
        assert client.post("/answer/ignore", (), own).status == 303
        assert client.post("/answer/ignore", (), {**own, "Origin": "http://photos.example"}).status == 403
