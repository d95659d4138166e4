"""Credentials and watermarks as Airflow keeps them: Connections and Variables, read and written from within a task."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from airflow.sdk import Variable
from airflow.sdk.exceptions import AirflowRuntimeError, AirflowSecretsBackendAccessDenied

from include.orchestration.airflow_connections import ConnectionRecord, task_connection
from include.orchestration.vault import CUSTOMER, OF_CUSTOMER
from include.orderhouse.credentials import Credentials
from include.orderhouse.errors import ConfigurationInvalid, WatermarkUnavailable

Look = Callable[[str, str], ConnectionRecord | None]
"""Finds an Airflow Connection by its id; whose it is stands in errors."""
WATERMARK_DESCRIPTION = "Up to where Orderhouse has loaded; edit it to sync again from there"
_SCHEMES = ("http", "https")
_LARGEST_PORT = 65_535


def task_credentials(connection: str) -> Credentials:
    """Address and secrets of a connection of connections.yaml, from its Airflow Connection."""
    return credentials_from(task_connection, connection)


def credentials_from(look: Look, connection: str) -> Credentials:
    """Address and secrets of a connection of connections.yaml, from the Airflow Connection that ``look`` finds."""
    from include.orderhouse.configuration.connections import read_connection

    configured = read_connection(connection)
    found = look(configured.credentials_id, f"connection {connection!r}")
    if found is None:
        raise _no_connection(connection, configured.credentials_id)
    check_customer(connection, configured.customer, found)
    return as_credentials(connection, found)


def _no_connection(connection: str, credentials_id: str) -> ConfigurationInvalid:
    """The error for a connection whose Airflow Connection is missing."""
    return ConfigurationInvalid(
        f"Connection {connection!r} needs the Airflow Connection {credentials_id!r}, which does not exist.",
        action=f"Put it into the vault (scripts/orderhouse vault put {credentials_id}), or create it under Admin > "
        f"Connections, in the secrets backend, or as the environment variable AIRFLOW_CONN_{credentials_id.upper()}.",
    )


def check_customer(connection: str, customer: str, record: ConnectionRecord) -> None:
    """Raise ConfigurationInvalid where the vault holds the credentials for another customer than the connection's."""
    owner = str(record.extra_dejson.get(CUSTOMER, customer)).removeprefix(OF_CUSTOMER)
    if owner != customer:
        raise ConfigurationInvalid(
            f"Connection {connection!r} of {customer!r} names credentials that the vault holds for {owner!r}.",
            action="Name its own under credentials in connections.yaml.",
        )


def as_credentials(connection: str, record: ConnectionRecord) -> Credentials:
    """An Airflow Connection as the product wants it.

    The host may be a URL, or a name beside the port; without a scheme anywhere it is reached by https. The schema names
    the scheme where it is one, else the database, which then stands as ``database`` in the extra values.
    """
    extra = {name: value for name, value in record.extra_dejson.items() if name != CUSTOMER}
    if record.schema and record.schema not in _SCHEMES:
        extra.setdefault("database", record.schema)
    return Credentials(
        connection=connection,
        base_url=_base_url(connection, record),
        login=record.login or None,
        password=record.password or None,
        extra=extra,
    )


def _base_url(connection: str, record: ConnectionRecord) -> str:
    host = str(record.host or "").strip()
    scheme = record.schema if record.schema in _SCHEMES else "https"
    try:
        url = urlsplit(host if "://" in host else f"{scheme}://{host}")
        port = url.port or record.port
    except ValueError as error:
        raise _bad_host(connection) from error
    if url.scheme not in _SCHEMES or not url.hostname or url.username or url.path.strip("/") or url.query:
        raise _bad_host(connection)
    name = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    address = f"{url.scheme}://{name}:{port}" if port else f"{url.scheme}://{name}"
    if not _can_be_asked(address):
        raise _bad_host(connection)
    return address


def _can_be_asked(address: str) -> bool:
    """Whether a request can be sent there: no blank or invisible character is in the name, and the port can be one."""
    import httpx

    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError):
        return False
    return re.fullmatch(rb"[A-Za-z0-9._:-]+", url.raw_host) is not None and (url.port or 0) <= _LARGEST_PORT


def _bad_host(connection: str) -> ConfigurationInvalid:
    return ConfigurationInvalid(
        f"The host of the Airflow Connection of {connection!r} is no address of a server.",
        action="Give scheme, host and port only, such as https://erp.example.com, without blanks or invisible "
        "characters; paths belong into connections.yaml.",
    )


def watermark_variable(connection: str) -> str:
    """The name of the Variable that holds a connection's watermark."""
    return f"purchase_orders_watermark__{connection}"


def not_given(key: str) -> WatermarkUnavailable:
    """The error for a Variable that Airflow has, or may have, and does not read.

    Airflow 3.3.2 answers also a failure of its database, or of the Variable's decryption, with "not found".
    """
    return WatermarkUnavailable(
        f"Airflow does not give the value of the Variable {key}, though it may have one; nothing was synced.",
        action="A run tries again by itself. If it stays, see the log of Airflow's API server; where its Fernet key "
        "has changed, set the Variable anew, or delete it for an initial sync.",
    )


class TaskWatermark:
    """A connection's watermark Variable, from within a task."""

    def __init__(self, connection: str) -> None:
        self._key = watermark_variable(connection)

    def read(self) -> str | None:
        """The Variable's text; None where there is none. WatermarkUnavailable where it is there and not given."""
        try:
            found: str | None = Variable.get(self._key, default=None)
        except AirflowSecretsBackendAccessDenied as error:
            raise not_given(self._key) from error
        if found is None and self._may_be_there():
            raise not_given(self._key)
        return found

    def write(self, text: str) -> None:
        """Set the Variable."""
        Variable.set(self._key, text, description=WATERMARK_DESCRIPTION)

    def _may_be_there(self) -> bool:
        try:
            return self._key in Variable.keys(prefix=self._key)
        except AirflowRuntimeError:
            return True
