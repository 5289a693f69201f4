"""digiKam's database on a MariaDB or MySQL server."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pymysql
from pymysql.constants import CR, ER
from pymysql.converters import escape_string
from sqlalchemy import URL, Connection, bindparam, create_engine, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from facedaemon.errors import ExitCode, Fatal, Unavailable
from facedaemon.library.durable import secure_names
from facedaemon.library.schema import TABLES, image_tag_properties, image_tags

_SCHEMES = ("mysql://", "mariadb://")
_PATIENCE_SECONDS = 10  # for a lock or a connection, as long as digiKam itself waits
_ANSWER_SECONDS = 60
# a server that does not answer is asked again after so many times the time that it took to find out, at most so long:
# it is asked between two photos, and they must not all wait for it
_REST_SHARE, _REST_SECONDS = 10, 120.0

# InnoDB says when a table last changed, in whole seconds, once the change is committed: while that is this fresh, a
# second change may still hide behind the same second.
_RIPE_SECONDS = 5

_TABLES = tuple(sorted(name.lower() for name in TABLES))

_CHANGED = text(
    "SELECT TABLE_NAME, CAST(CREATE_TIME AS CHAR), CAST(UPDATE_TIME AS CHAR),"
    " COALESCE(TIMESTAMPDIFF(SECOND, UPDATE_TIME, NOW()), 0) < :ripe AND UPDATE_TIME IS NOT NULL"
    " FROM information_schema.TABLES"
    " WHERE TABLE_SCHEMA = DATABASE() AND LOWER(TABLE_NAME) IN :tables ORDER BY TABLE_NAME"
).bindparams(bindparam("tables", expanding=True))

# MySQL 8 alone runs what stands in the comment: it would answer with times that are up to a day old
# and has its own name for a deadline, in milliseconds; what begins with M! is run by MariaDB alone
_SET_UP = (
    "SET SESSION innodb_lock_wait_timeout = {seconds}"
    " /*!80000 , SESSION information_schema_stats_expiry = 0, SESSION max_execution_time = {query}000 */"
    " /*M!100108 , SESSION max_statement_time = {query} */"
)
_QUERY_SECONDS = 50  # less than `_ANSWER_SECONDS`, after which the connection is given up

_KINDS = text(
    "SELECT LOWER(TABLE_NAME), TABLE_TYPE FROM information_schema.TABLES"
    " WHERE TABLE_SCHEMA = DATABASE() AND LOWER(TABLE_NAME) IN :tables"
).bindparams(bindparam("tables", expanding=True))

# for the backup, which is a file and cannot bind values: `_literal` escapes them
_DELETE, _INSERT = "DELETE FROM %s;", "INSERT INTO %s VALUES (%s);"

_MADE = text(
    "SELECT CREATE_TIME FROM information_schema.TABLES"
    " WHERE TABLE_SCHEMA = DATABASE() AND LOWER(TABLE_NAME) = 'imagetagproperties'"
)

_AWAY = {
    CR.CR_CONNECTION_ERROR,
    CR.CR_CONN_HOST_ERROR,
    CR.CR_SERVER_GONE_ERROR,
    CR.CR_SERVER_LOST,
    CR.CR_UNKNOWN_HOST,
    ER.CON_COUNT_ERROR,
    ER.SERVER_SHUTDOWN,
}
_BUSY = {ER.LOCK_WAIT_TIMEOUT, ER.LOCK_DEADLOCK}
_FORBIDDEN = {ER.ACCESS_DENIED_ERROR, ER.DBACCESS_DENIED_ERROR, ER.TABLEACCESS_DENIED_ERROR}


@dataclass(frozen=True, slots=True)
class MariaToken:
    """When each table was made and last changed; `ripe` is False while a second change could have the same time."""

    tables: tuple[tuple[str, str | None, str | None], ...]
    ripe: bool


def is_server(location: str) -> bool:
    """Whether the location names a database on a server."""
    return location.startswith(_SCHEMES)


class MariaDatabase:
    """digiKam's tables in one database of a server."""

    def __init__(
        self,
        location: str,
        lock_seconds: int = _PATIENCE_SECONDS,
        query_seconds: int = _QUERY_SECONDS,
        answer_seconds: int = _ANSWER_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`location` is `mysql://user:password@host/database`, with `?unix_socket=PATH` for a local server.

        Raises Fatal (exit status 2) where it is none; nothing is opened yet.
        """
        url = _url(location)
        self._clock = clock
        self._silent = ""  # why it did not answer
        self._silent_until = 0.0
        # what is shown holds no password, nor the options, which may hold one
        self.name = URL.create("mysql", url.username, None, url.host, url.port, url.database).render_as_string()
        self._engine = create_engine(
            url,
            pool_size=1,
            pool_pre_ping=True,
            isolation_level="REPEATABLE READ",
            connect_args={
                "charset": "utf8mb4",
                "connect_timeout": _PATIENCE_SECONDS,
                "read_timeout": answer_seconds,
                "write_timeout": answer_seconds,
                "init_command": _SET_UP.format(seconds=lock_seconds, query=query_seconds),
            },
        )

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection in one read-only transaction that sees the database as it was at its start.

        Raises Unavailable where the server is away, Fatal (exit status 5) where it refuses or knows no such database.
        """
        with self._translated(), self._engine.connect() as connection:
            self._refuse_views(connection)
            connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in one write transaction, rolled back when the block raises. Raises as `reading` does."""
        with self._translated(), self._engine.begin() as connection:
            self._refuse_views(connection)
            yield connection

    def token(self) -> MariaToken:
        """A value that changes with every commit to one of the tables that are read."""
        with self._translated(), self._engine.connect() as connection:
            found = connection.execute(_CHANGED, {"tables": _TABLES, "ripe": _RIPE_SECONDS}).all()
        return MariaToken(
            tables=tuple((name, created, changed) for name, created, changed, _ in found),
            ripe=not any(fresh for *_, fresh in found),
        )

    def file_id(self) -> str:
        """When the table of faces was created: loading a dump creates it again."""
        with self._translated(), self._engine.connect() as connection:
            return str(connection.execute(_MADE).scalar())

    def watched_files(self) -> tuple[Path, ...]:
        """None: the server's files are not accessible."""
        return ()

    def backup(self, to: Path) -> None:
        """ImageTagProperties and ImageTags, the only tables ever written to, as SQL at `to`, which must not exist.

        `mariadb DATABASE < FILE` puts them back, all or nothing.
        """
        with self.reading() as connection:
            found = {each.name: connection.execute(select(each)).all() for each in (image_tag_properties, image_tags)}
        lines = [
            "-- digiKam's tables ImageTagProperties and ImageTags, before facedaemon first wrote to them",
            "SET NAMES utf8mb4;",
            "START TRANSACTION;",
            *(_DELETE % name for name in found),
            *(_inserted(name, row) for name, rows in found.items() for row in rows),
            "COMMIT;",
            "",
        ]
        try:
            descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
                file.write("\n".join(lines))
                file.flush()
                os.fsync(file.fileno())
            secure_names(to.parent)
        except OSError as error:
            raise Unavailable(f"{to}: the backup cannot be written: {error.strerror}", ExitCode.USAGE) from error

    def close(self) -> None:
        """Close the connection."""
        self._engine.dispose()

    def _refuse_views(self, connection: Connection) -> None:
        """Raises Fatal (exit status 5) where a view, which may never end, has the name of a table."""
        for name, kind in connection.execute(_KINDS, {"tables": _TABLES}):
            if kind != "BASE TABLE":
                raise Fatal(f"{self.name}: not a database of digiKam ({name} is no table)", ExitCode.LIBRARY)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Translates the server's errors into ours, with what to do. One that was silent is not asked for a while."""
        began = self._clock()
        if began < self._silent_until:
            raise Unavailable(self._silent)
        try:
            yield
        except DBAPIError as error:
            if not isinstance(error.orig, pymysql.err.Error):
                raise
            meaning = _meaning(self.name, error.orig)
            if isinstance(meaning, Unavailable) and error.orig.args[:1] and error.orig.args[0] in _AWAY:
                now = self._clock()
                self._silent = str(meaning)
                self._silent_until = now + min(_REST_SHARE * (now - began), _REST_SECONDS)
            raise meaning from error


def _url(location: str) -> URL:
    try:
        url = make_url(location)
    except (ArgumentError, ValueError):
        url = None
    # with a raw @ in the password its end would pass for the host, and would be shown as such
    if url is None or not url.database or "@" in f"{url.host}{url.database}":
        # the location is not repeated: it may hold a password
        raise Fatal(
            "library.digikam.database: expected mysql://user:password@host/database (in user and "
            "password @ is written %40, : %3A, / %2F and % %25)",
            ExitCode.USAGE,
        )
    return url.set(drivername="mysql+pymysql")


def _inserted(table: str, row: Sequence[object]) -> str:
    return _INSERT % (table, ", ".join(_literal(value) for value in row))


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else f"'{escape_string(str(value))}'"


def _meaning(name: str, error: pymysql.err.Error) -> Fatal | Unavailable:
    code = error.args[0] if error.args else 0
    said = error.args[1] if len(error.args) > 1 else str(error)
    if code in _AWAY:
        return Unavailable(f"{name}: the database server does not answer ({said}); it is tried again later")
    if code in _BUSY:
        return Unavailable(f"{name}: another program holds the rows ({said}); it is tried again later")
    if code in _FORBIDDEN:
        return Fatal(
            f"{name}: the server refuses ({said}); check user and password in library.digikam.database and the "
            "account's rights",
            ExitCode.LIBRARY,
        )
    if code == ER.BAD_DB_ERROR:
        return Fatal(f"{name}: the server has no such database; check library.digikam.database", ExitCode.LIBRARY)
    if code == ER.NO_SUCH_TABLE:
        return Fatal(f"{name}: not a database of digiKam ({said})", ExitCode.LIBRARY)
    return Unavailable(f"{name}: {said}; it is tried again later")
