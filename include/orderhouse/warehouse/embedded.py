"""The embedded PostgreSQL: a server in the state folder, for people who have none.

It holds two databases, ``warehouse`` and ``airflow`` (Airflow's own metadata). Orderhouse itself connects over a Unix
socket that only the owner can reach: to migrate as the superuser ``postgres``, to sync as ``loader``. On loopback TCP
there is one login, ``analyst``, with a generated password and the right to read the orders.

Any number of processes may use the server: the first starts it, the last to leave stops it. Each holds a shared lock
on a file while it does, which the kernel releases even for a process that is killed, so nothing is left to clean up.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg
from psycopg import pq, sql

from include.orderhouse.errors import ConfigurationInvalid, WarehouseUnavailable
from include.orderhouse.home import Home
from include.orderhouse.ports import LOOPBACK, claim_port, port_setting
from include.orderhouse.warehouse.access.roles import Roles
from include.orderhouse.warehouse.binaries import MAJOR_VERSION, belongs_to_us, hand_over, run_program

URL_SETTING = "ORDERHOUSE_WAREHOUSE_URL"
OWNER_URL_SETTING = "ORDERHOUSE_WAREHOUSE_OWNER_URL"
"""The warehouse in a PostgreSQL of the user's own, for syncs and for who migrates."""
DEFAULT_PORT = 55432
PORT_SETTING = "ORDERHOUSE_POSTGRES_PORT"
DATABASES = ("warehouse", "airflow")
_LONGEST_SOCKET_FOLDER = 85
_LIBPQ = frozenset(option.envvar.decode() for option in pq.Conninfo.get_defaults() if option.envvar) | {
    "PGDATESTYLE", "PGTZ", "PGGEQO", "PGSERVICEFILE", "PGSYSCONFDIR"
}  # fmt: skip
"""The variables that libpq reads; those without an option are of postgresql.org/docs/current/libpq-envars.html."""
_ACCESS = f"""\
local all postgres trust
local warehouse loader trust
host warehouse analyst {LOOPBACK}/32 scram-sha-256
"""
_SETTINGS = """
unix_socket_permissions = 0700
max_connections = 120
timezone = 'UTC'
log_timezone = 'UTC'
"""


@dataclass(frozen=True)
class Server:
    """Where to reach a running embedded server."""

    socket_folder: Path
    port: int
    analyst_password: str = field(repr=False)

    def url(self, database: str = "warehouse", driver: str = "psycopg") -> str:
        """The SQLAlchemy URL of ``database`` as its owner, over the Unix socket."""
        return self._socket_url("postgres", database, driver)

    @property
    def loader_url(self) -> str:
        """The SQLAlchemy URL of the warehouse for syncs, over the Unix socket."""
        return self._socket_url("loader", "warehouse", "psycopg")

    def _socket_url(self, login: str, database: str, driver: str) -> str:
        return f"postgresql+{driver}://{login}@/{database}?host={quote(str(self.socket_folder))}&port={self.port}"

    def libpq_url(self, database: str = "warehouse") -> str:
        """The same URL as psycopg and psql take it."""
        return self.url(database).replace("+psycopg", "", 1)

    @property
    def is_up(self) -> bool:
        """Whether it answers."""
        return pq.PGconn.ping(self.libpq_url("postgres").encode()) != pq.Ping.NO_RESPONSE

    @property
    def address(self) -> str:
        """Host and port for analysts' tools."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def analyst_url(self) -> str:
        """The URL for tools that read the warehouse on this machine; it holds the password."""
        return f"postgresql://analyst:{self.analyst_password}@{self.address}/warehouse"


class EmbeddedPostgres:
    """One process's use of the server of a state folder."""

    def __init__(self, home: Home, port: int | None = None) -> None:
        """``port`` is the loopback port, 0 any free one; None means ``ORDERHOUSE_POSTGRES_PORT`` or 55432."""
        self._home = home
        self._folder = home.postgres
        self._data = home.postgres / "data"
        self._port = port
        self._use: IO[str] | None = None

    def acquire(self) -> Server:
        """Start the server unless it runs, and keep it running until ``release`` or the end of this process."""
        _forget_another_server()
        self._home.create()
        with self._home.in_use(), self._alone():
            server = self._running() or self._start()
            self._use = (self._folder / "users.lock").open("a")
            fcntl.flock(self._use, fcntl.LOCK_SH)
            return server

    def release(self) -> None:
        """Leave the server; the last user stops it."""
        use, self._use = self._use, None
        if use is None:
            return
        with self._alone(), use:
            try:
                fcntl.flock(use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            if server := self._running():
                self._control("stop", "--mode=fast")
                with suppress(OSError):
                    server.socket_folder.rmdir()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Only one process at a time starts, joins or leaves the server."""
        with (self._folder / "server.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _running(self) -> Server | None:
        """The server as its own pid file describes it, if it answers. Raises ConfigurationInvalid for another's."""
        try:
            described = (self._data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            server = self._server(Path(described[4].strip()), int(described[3]))
        except (FileNotFoundError, IndexError):
            return None
        if not server.is_up:
            return None
        served = Path(described[1])
        if served.exists() and not served.samefile(self._data):
            raise ConfigurationInvalid(
                f"{self._data} is a copy of {served}, made while the server of that one ran, and it still does.",
                action="Stop that one, then copy its state folder anew.",
            )
        return server

    def _start(self) -> Server:
        wanted = port_setting(PORT_SETTING, DEFAULT_PORT) if self._port is None else self._port
        port = claim_port(wanted, "the embedded PostgreSQL", PORT_SETTING)
        hand_over(self._folder)
        if not self._data.exists():
            self._initialise()
        self._check_version()
        (self._data / "pg_hba.conf").write_text(_ACCESS, encoding="utf-8")
        server = self._server(self._make_socket_folder(), port)
        options = f'-k "{server.socket_folder}" -c port={port} -c listen_addresses={LOOPBACK}'
        self._control("start", f"--log={self._home.postgres_log}", f"--options={options}")
        try:
            _prepare_databases(server)
        except BaseException:
            self._control("stop", "--mode=fast")
            raise
        return server

    def _server(self, socket_folder: Path, port: int) -> Server:
        return Server(socket_folder, port, self._home.secret("analyst_password"))

    def _control(self, *arguments: str) -> None:
        run_program("pg_ctl", "--wait", f"--pgdata={self._data}", *arguments)

    def _initialise(self) -> None:
        """Make the data folder under another name first, so that an interrupted attempt never looks like a good one."""
        unfinished = self._folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        run_program("initdb", "--username=postgres", "--auth=trust", *locale, f"--pgdata={unfinished}")
        with (unfinished / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write(_SETTINGS)
        unfinished.rename(self._data)

    def _check_version(self) -> None:
        version = (self._data / "PG_VERSION").read_text(encoding="utf-8").strip()
        if version != str(MAJOR_VERSION):
            raise ConfigurationInvalid(
                f"{self._data} was written by PostgreSQL {version}, this installation has {MAJOR_VERSION}.",
                action="Dump it with the old version and restore it here, or set ORDERHOUSE_HOME to another folder.",
            )

    def _make_socket_folder(self) -> Path:
        """In the state folder, unless its path is longer than the system allows for a socket."""
        folder = self._folder / "socket"
        if len(os.fsencode(folder)) > _LONGEST_SOCKET_FOLDER:
            digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
            folder = Path(tempfile.gettempdir()) / f"orderhouse-{os.geteuid()}-{digest}"
        folder.mkdir(mode=0o700, exist_ok=True)
        if not belongs_to_us(folder):
            raise ConfigurationInvalid(
                f"{folder} belongs to another user.", action="Set ORDERHOUSE_HOME to a shorter path."
            )
        hand_over(folder)
        return folder


def _prepare_databases(server: Server) -> None:
    with _connect(server) as connection:
        present = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
        for name in DATABASES:
            if name not in present:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        _prepare_logins(connection)
        password = sql.Literal(server.analyst_password)
        connection.execute(sql.SQL("ALTER ROLE analyst PASSWORD {}").format(password))


def _prepare_logins(connection: psycopg.Connection) -> None:
    roles = Roles.from_environment()
    for statement in roles.creation():
        connection.execute(statement)
    for login, role in (("analyst", roles.analyst), ("loader", roles.loader)):
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(login)))
        connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(login)))
    connection.execute("REVOKE pg_read_all_data FROM analyst")
    connection.execute("ALTER ROLE analyst SET default_transaction_read_only = on")
    connection.execute("ALTER ROLE analyst SET search_path = procurement")


def _connect(server: Server) -> psycopg.Connection:
    try:
        return psycopg.connect(server.libpq_url("postgres"), connect_timeout=10, autocommit=True)
    except psycopg.OperationalError as error:
        raise WarehouseUnavailable(
            f"The embedded PostgreSQL runs and lets nobody in: {error}.",
            action="Unset the variables PG... of the environment, which are not meant for it; else see its log, in "
            "the folder postgres of the state folder.",
        ) from error


def _forget_another_server() -> None:
    """Drop what libpq reads of the environment, unless it may be meant for a warehouse of the user's own.

    It is of some other server: an address, a service or a time zone there would end or divert each session here.
    """
    if not os.environ.get(URL_SETTING) and not os.environ.get(OWNER_URL_SETTING):
        for name in _LIBPQ:
            os.environ.pop(name, None)


@contextmanager
def embedded_postgres(home: Home | None = None, port: int | None = None) -> Iterator[Server]:
    """A running embedded server for the length of the block; see ``EmbeddedPostgres``."""
    use = EmbeddedPostgres(home or Home.from_environment(), port)
    server = use.acquire()
    try:
        yield server
    finally:
        use.release()
