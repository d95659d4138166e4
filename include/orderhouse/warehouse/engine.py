"""The way to the warehouse: its address, its engine, and what its errors are called.

No error tells a value that was sent: neither a statement's parameters nor what PostgreSQL quotes of them, for both may
be of an order. It names the kind of the error, and the table and the column where the server says them.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import psycopg
import sqlalchemy as sa
from sqlalchemy import event

from include.orderhouse.errors import ConfigurationInvalid, OrderhouseError, ValueRefused, WarehouseUnavailable
from include.orderhouse.home import Home
from include.orderhouse.http.addresses import is_loopback
from include.orderhouse.warehouse.embedded import OWNER_URL_SETTING as OWNER_URL_SETTING
from include.orderhouse.warehouse.embedded import URL_SETTING as URL_SETTING
from include.orderhouse.warehouse.embedded import EmbeddedPostgres

PLAIN_SETTING = "ORDERHOUSE_WAREHOUSE_WITHOUT_TLS"
"""Hosts, separated by commas, that may be spoken to without verified TLS: those of a network that you trust."""
OLDEST_SERVER = 15
_CONNECT_TIMEOUT_SECONDS = 10
_KEEPALIVE = {"keepalives_idle": 60, "keepalives_interval": 15, "keepalives_count": 4, "tcp_user_timeout": 120_000}
"""After two minutes without a sign of the server's machine a session is lost, unless the address says otherwise;
systems wait for over two hours.

Seconds, a number and milliseconds; source: postgresql.org/docs/current/libpq-connect.html, Parameter Key Words.
"""
_ON_ITS_WAY = 2_000_000
"""Bytes that may be on their way through a Unix socket: a batch's rows. Linux lets 0.2 MB be, and a COPY waits; over
TCP the system finds out by itself."""
_NAMED = (psycopg.OperationalError, psycopg.DataError, psycopg.IntegrityError)
"""The errors of psycopg that become the product's own."""
_COPY = re.compile(r"^COPY (?P<table>\w+), line \d+, column (?P<column>\w+)", re.MULTILINE)
"""Where PostgreSQL found a value of a COPY; the value comes after it."""


def owner_url() -> str | None:
    """The URL of the warehouse for who migrates, grants and erases, where the environment names one.

    ``ORDERHOUSE_WAREHOUSE_OWNER_URL``, else ``ORDERHOUSE_WAREHOUSE_URL``.
    """
    return os.environ.get(OWNER_URL_SETTING) or os.environ.get(URL_SETTING)


def warehouse_url() -> str:
    """The SQLAlchemy URL of the warehouse: ``ORDERHOUSE_WAREHOUSE_URL``, else the embedded server's.

    The embedded server then runs as long as this process.
    """
    return os.environ.get(URL_SETTING) or _embedded_url()


@cache
def _embedded_url() -> str:
    return _embedded().acquire().url()


@cache
def _embedded() -> EmbeddedPostgres:
    return EmbeddedPostgres(Home.from_environment())


def connect(url: str | None = None, *, keep_open: bool = True) -> sa.Engine:
    """An engine on the warehouse; sessions speak UTC, and are kept open for the next one unless told otherwise.

    A lost connection is WarehouseUnavailable, a value that PostgreSQL does not take ValueRefused; an address or server
    that cannot be used is ConfigurationInvalid, as is one on another machine that TLS does not verify.
    """
    address = _driver_url(url or warehouse_url())
    _check_encryption(address)
    engine = sa.create_engine(
        address,
        hide_parameters=True,
        pool_pre_ping=True,
        poolclass=None if keep_open else sa.NullPool,
        connect_args={
            **{name: value for name, value in _KEEPALIVE.items() if name not in address.query},
            "connect_timeout": _CONNECT_TIMEOUT_SECONDS,
            "application_name": "orderhouse",
            "options": "-c timezone=UTC",
        },
    )
    event.listen(engine, "handle_error", _name_error)
    event.listen(engine, "first_connect", _check_server)
    event.listen(engine, "connect", _widen)
    return engine


@contextmanager
def connected(url: str | None = None) -> Iterator[sa.Engine]:
    """An engine as `connect` makes it, for this block alone."""
    engine = connect(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _driver_url(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise _bad_url("is no URL") from error
    if parsed.drivername not in ("postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2"):
        raise _bad_url(f"names {parsed.drivername}")
    return parsed.set(drivername="postgresql+psycopg")


def _check_encryption(url: sa.URL) -> None:
    """Raise ConfigurationInvalid where a host is another machine and the address does not ask for verified TLS."""
    told = {name: value if isinstance(value, str) else ",".join(value) for name, value in url.query.items()}
    named = told.get("host") or url.host or os.environ.get("PGHOST") or ""
    elsewhere = told.get("hostaddr") or os.environ.get("PGHOSTADDR") or ""
    hosts = [*named.split(","), *elsewhere.split(","), told.get("service") or os.environ.get("PGSERVICE") or ""]
    mode = told.get("sslmode") or os.environ.get("PGSSLMODE") or "prefer"
    excepted = {host.strip() for host in os.environ.get(PLAIN_SETTING, "").split(",")}
    exposed = [host for host in hosts if not _is_here(host) and host not in excepted]
    if exposed and mode != "verify-full":
        raise ConfigurationInvalid(
            f"The warehouse's address asks for sslmode={mode}: whoever stands between here and {exposed[0]} could read "
            "the orders, or answer in its place.",
            action="Add ?sslmode=verify-full&sslrootcert=system to it (or the file of your authority). In a network "
            f"that you trust, name the host: {PLAIN_SETTING}={exposed[0]}.",
        )


def _is_here(host: str) -> bool:
    """Whether a host of libpq is this machine: a folder with a socket, or loopback."""
    return not host or host.startswith(("/", "@")) or is_loopback(host)


def _bad_url(what: str) -> ConfigurationInvalid:
    return ConfigurationInvalid(
        f"The warehouse's address {what}.",
        action=f"Set {URL_SETTING} to an address such as postgresql+psycopg://user:password@host:5432/warehouse.",
    )


def _check_server(connection: psycopg.Connection, _record: object) -> None:
    version = connection.info.server_version // 10_000
    if version < OLDEST_SERVER:
        raise ConfigurationInvalid(
            f"The warehouse runs on PostgreSQL {version}; Orderhouse needs {OLDEST_SERVER} or newer.",
            action=f"Upgrade the server, or point {URL_SETTING} at another one.",
        )


def _widen(connection: psycopg.Connection, _record: object) -> None:
    with socket.socket(fileno=os.dup(connection.fileno())) as end:
        if end.family == socket.AF_UNIX:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _ON_ITS_WAY)


def _name_error(context: sa.ExceptionContext) -> None:
    error = context.original_exception
    if isinstance(error, psycopg.ProgrammingError) and context.connection is None:
        raise _bad_url(f"cannot be used: {str(error).strip()}") from error
    if isinstance(error, _NAMED) and not context.is_pre_ping:
        raise _named(error) from error


def _named(error: psycopg.Error) -> OrderhouseError:
    """The product's error for one of psycopg, whose own message goes: logs would show it with the traceback."""
    found = _unavailable(error) if isinstance(error, psycopg.OperationalError) else _refused(error)
    error.args = (found.message,)
    return found


def _refused(error: psycopg.Error) -> ValueRefused:
    told = error.diag
    names = {"table": told.table_name, "column": told.column_name, "constraint": told.constraint_name}
    if place := _COPY.search(told.context or ""):
        names |= place.groupdict()
    where = ", ".join([told.sqlstate or "by the driver", *(f"{kind} {name}" for kind, name in names.items() if name)])
    return ValueRefused(
        f"The warehouse does not take a value: {type(error).__name__} ({where}).",
        action="Nothing was kept. The value is not told here, as it may be of an order; PostgreSQL's own log may have "
        "it. Report it: nothing that a source says should be refused.",
    )


def _unavailable(error: psycopg.Error) -> WarehouseUnavailable:
    said = next(iter(str(error).splitlines()), type(error).__name__).rstrip(".")
    return WarehouseUnavailable(
        f"The warehouse cannot be used: {said}.",
        action=f"Check that PostgreSQL runs, and what {URL_SETTING} names; a run in Airflow tries again by itself.",
    )


@contextmanager
def outages_named() -> Iterator[None]:
    """Inside, psycopg's own errors become the product's, as on an engine of `connect`.

    OperationalError (lost connection, shutdown, deadlock) is WarehouseUnavailable; DataError and IntegrityError are
    ValueRefused.
    """
    try:
        yield
    except _NAMED as error:
        raise _named(error) from error
