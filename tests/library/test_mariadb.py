import socket
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from facedaemon.errors import ExitCode, Fatal, Unavailable
from facedaemon.library import DigikamLibrary, Machine, Wanted, open_library
from facedaemon.library.mariadb import MariaDatabase
from facedaemon.values import Region
from tests.deadlines import TIMEOUT, joined
from tests.library.samples import UNKNOWN, Sample

WANTED = Wanted(Region(0.2, 0.3, 0.4, 0.5), "Bill Frist")
RECT = '<rect x="30" y="45" width="60" height="75"/>'


def test_a_server_that_is_away_is_waited_for(tmp_path: Path) -> None:
    """DigiKam's own server runs only while digiKam does."""
    with pytest.raises(Unavailable, match="does not answer"):
        open_library(f"mysql://root@localhost/digikam?unix_socket={tmp_path}/none")


def test_a_server_that_hangs_holds_up_one_question_and_not_every_photo() -> None:
    """It takes connections and never answers, as one on a machine that was frozen: for a while nobody asks it again."""
    now = [1000.0]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(TIMEOUT)
        location = f"mysql://root@127.0.0.1:{listener.getsockname()[1]}/digikam"
        database = MariaDatabase(location, answer_seconds=1, clock=lambda: now[0])

        def question() -> None:
            """It takes a minute, by the test's clock, to find out that there is no answer."""
            with listener.accept()[0]:
                now[0] += 60

        for asked in range(2):
            with ThreadPoolExecutor(1) as server:
                answer = server.submit(question)
                with pytest.raises(Unavailable, match="does not answer"):
                    database.token()
                assert answer.result(TIMEOUT) is None, asked
            for ask in (database.token, database.file_id, lambda: database.reading().__enter__()):
                with pytest.raises(Unavailable, match="does not answer"):
                    ask()
            now[0] += 121
        listener.settimeout(0)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_a_password_is_in_no_message(tmp_path: Path) -> None:
    """Messages go to logs and notifications."""
    with pytest.raises(Unavailable) as caught:
        open_library(f"mysql://root:s3cret@localhost/digikam?unix_socket={tmp_path}/none")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "location",
    [
        "mysql://root:s3c%40ret@localhost/digikam?unix_socket={}/none",
        "mysql://root:s3c/r#e?t@localhost/digikam?unix_socket={}/none",
        "mysql://root@localhost/digikam?unix_socket={}/none&password=s3cret",
        "mysql://localhost/digikam?user=root&passwd=s3cret&unix_socket={}/none",
    ],
)
def test_a_password_is_in_no_name(tmp_path: Path, location: str) -> None:
    """However it stands in the address, the name by which the database is shown has none of it."""
    name = MariaDatabase(location.format(tmp_path)).name
    assert [] == [part for part in ("s3c", "ret") if part in name]
    assert name.endswith("localhost/digikam")


@pytest.mark.parametrize("location", ["mysql://digi:s3c@ret@localhost/digikam", "mysql://digi:s3@c@r/et@localhost/d"])
def test_an_at_sign_in_a_password_is_asked_for_as_percent_40(location: str) -> None:
    """Taken as it stands, the end of the password would pass for the host, and be shown."""
    with pytest.raises(Fatal, match=r"library\.digikam\.database: .* @ is written %40") as caught:
        open_library(location)
    assert [] == [part for part in ("s3", "ret@", "r/et") if part in str(caught.value)]


@pytest.mark.parametrize("location", ["mysql://", "mysql://root:s3cret@localhost", "mysql://a:b@c:port/d"])
def test_a_location_that_is_none_is_a_mistake_in_the_config(location: str) -> None:
    """The key and the form are named, the password is not repeated."""
    with pytest.raises(Fatal, match=r"library\.digikam\.database") as caught:
        open_library(location)
    assert ExitCode.USAGE == caught.value.exit_code
    assert "s3cret" not in str(caught.value)


def test_a_wrong_password_is_fatal(mariadb_library: Sample) -> None:
    """Trying again would not help."""
    mariadb_library.execute("CREATE OR REPLACE USER reader@localhost IDENTIFIED BY 'right'")
    with pytest.raises(Fatal, match="check user and password") as caught:
        open_library(mariadb_library.location.replace("root", "reader:wrong", 1))
    assert ExitCode.LIBRARY == caught.value.exit_code


def test_a_missing_database_is_fatal(mariadb_library: Sample) -> None:
    """The message names the setting."""
    with pytest.raises(Fatal, match="no such database"):
        open_library(mariadb_library.location.replace("/digikam", "/nothing", 1))


def test_a_database_of_another_program_is_fatal(mariadb_library: Sample) -> None:
    """It has not digiKam's tables."""
    with pytest.raises(Fatal, match="not a database of digiKam"):
        open_library(mariadb_library.location.replace(_database(mariadb_library), "mysql", 1))


def test_an_account_that_may_only_read_reads(mariadb_library: Sample) -> None:
    """Reading takes no more than SELECT; writing with such an account says what is missing."""
    mariadb_library.execute("CREATE OR REPLACE USER reader@localhost IDENTIFIED BY 'right'")
    mariadb_library.execute(f"GRANT SELECT ON {_database(mariadb_library)}.* TO reader@localhost")
    _, photo = mariadb_library.photo_without_faces()
    with open_library(mariadb_library.location.replace("root", "reader:right", 1)) as library:
        assert 426 == len(library.snapshot().annotations)
        library.change_token()
        with pytest.raises(Fatal, match="rights"):
            library.write(photo, [WANTED])


def test_a_commit_changes_the_token(mariadb_library: Sample) -> None:
    """And the token stays unripe while a second commit could hide in the same second."""
    image, _ = mariadb_library.photo_without_faces()
    with open_library(mariadb_library.location) as library:
        before = library.change_token()
        library.snapshot()
        assert before == library.change_token()
        mariadb_library.execute("CREATE TABLE Other (id INTEGER)")
        assert before == library.change_token()
        _wait_for_the_next_second(mariadb_library)
        mariadb_library.add_face(image, UNKNOWN, "autodetectedFace", RECT)
        assert before != library.change_token()


def test_a_write_waits_for_digikams_rows(mariadb_library: Sample) -> None:
    """A photo whose rows digiKam is changing is changed afterwards, by what stands there then."""
    image, photo = mariadb_library.photo_without_faces()
    mariadb_library.add_face(image, UNKNOWN, "autodetectedFace", RECT)
    with open_library(mariadb_library.location) as library, closing(mariadb_library.connect()) as digikam:
        digikam.cursor().execute("DELETE FROM ImageTagProperties WHERE imageid = %s", (image,))
        writing = threading.Thread(target=library.write, args=(photo, [WANTED]))
        writing.start()
        writing.join(0.2)
        assert writing.is_alive()
        digikam.commit()
        joined(writing)
    assert 2 == len(mariadb_library.faces(image))


def test_rows_that_stay_locked_are_tried_later(mariadb_library: Sample) -> None:
    """Nothing is written, and nothing is lost by waiting."""
    image, photo = mariadb_library.photo_without_faces()
    mariadb_library.add_face(image, UNKNOWN, "autodetectedFace", RECT)
    impatient = DigikamLibrary(MariaDatabase(mariadb_library.location, lock_seconds=1), Machine())
    with impatient as library, closing(mariadb_library.connect()) as digikam:
        digikam.cursor().execute("DELETE FROM ImageTagProperties WHERE imageid = %s", (image,))
        with pytest.raises(Unavailable, match="holds the rows"):
            library.write(photo, [WANTED])
        digikam.rollback()
    assert [(image, UNKNOWN, "autodetectedFace", RECT)] == mariadb_library.faces(image)


def test_a_restarted_server_is_reached_again(mariadb_library: Sample) -> None:
    """A connection that the server closed is replaced without a word."""
    with open_library(mariadb_library.location) as library:
        for (number,) in mariadb_library.query("SELECT id FROM information_schema.PROCESSLIST WHERE command = 'Sleep'"):
            mariadb_library.execute(f"KILL {number}")
        assert 426 == len(library.snapshot().annotations)


def test_a_backup_restores_the_table(mariadb_library: Sample, mariadb_socket: Path, tmp_path: Path) -> None:
    """The server's own client reads it, whatever stands in the values."""
    image, photo = mariadb_library.photo_without_faces()
    mariadb_library.add_face(image, UNKNOWN, "it's", 'a\\b\n"c"; -- 山田👩‍🚀 %s')
    mariadb_library.execute("INSERT INTO ImageTagProperties VALUES (?, ?, NULL, NULL)", image, UNKNOWN)
    before = mariadb_library.dump()
    backup = tmp_path / "backup.sql"
    with open_library(mariadb_library.location) as library:
        library.backup(backup)
        library.write(photo, [WANTED])
        with pytest.raises(Unavailable, match="exists"):
            library.backup(backup)
    assert before != mariadb_library.dump()
    with backup.open("rb") as script:
        subprocess.run(
            ["mariadb", "--no-defaults", f"--socket={mariadb_socket}", "--user=root", _database(mariadb_library)],
            stdin=script,
            check=True,
        )
    assert before == mariadb_library.dump()


def test_reading_cannot_write(mariadb_library: Sample) -> None:
    """The server itself refuses a change within the reading transaction."""
    database = MariaDatabase(mariadb_library.location)
    with pytest.raises(Unavailable, match="READ ONLY"), database.reading() as connection:
        connection.exec_driver_sql("DELETE FROM ImageTagProperties")
    database.close()


def _database(sample: Sample) -> str:
    [(name,)] = sample.query("SELECT DATABASE()")
    return str(name)


def _wait_for_the_next_second(sample: Sample) -> None:
    # the server waits, not we: its clock is the one that counts
    sample.query("SELECT SLEEP(1.0)")


def test_only_tables_are_read(mariadb_library: Sample) -> None:
    """A view in the place of a table may have no end."""
    mariadb_library.execute("RENAME TABLE ImageInformation TO kept")
    mariadb_library.execute("CREATE VIEW ImageInformation AS SELECT a.* FROM kept a, kept b, kept c")
    with pytest.raises(Fatal, match="imageinformation is no table"):
        open_library(mariadb_library.location)


def test_a_query_has_a_deadline(mariadb_library: Sample) -> None:
    """Tables that somebody made slow cost no more than that."""
    database = MariaDatabase(mariadb_library.location, query_seconds=1)
    with pytest.raises(Unavailable, match="max_statement_time"), database.reading() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM Images a, Images b, Images c, Images d")
    database.close()
